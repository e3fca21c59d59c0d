package imagescope

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// AddError lists the images that [Pipeline.Add] could not add.
type AddError struct {
	Failed []*ImageError // in the order in which the images were given
	Total  int           // how many were given
}

func (e *AddError) Error() string {
	const shown = 3
	var b strings.Builder
	fmt.Fprintf(&b, "imagescope: %d of %d images were not added", len(e.Failed), e.Total)
	for i, f := range e.Failed {
		if i == shown {
			fmt.Fprintf(&b, "; and %d more", len(e.Failed)-shown)
			break
		}
		fmt.Fprintf(&b, "; %v", f)
	}
	return b.String()
}

// Unwrap returns the single errors.
func (e *AddError) Unwrap() []error {
	errs := make([]error, len(e.Failed))
	for i, f := range e.Failed {
		errs[i] = f
	}
	return errs
}

// addBatch is how many images go to the embedder and the index at once.
const addBatch = 16

// Add captions, embeds and indexes images; one with an ID that is there
// already replaces it. [Files] lists the images of a folder:
//
//	images, err := imagescope.Files(fsys)
//	…
//	err = p.Add(ctx, images...)
//
// An image that fails does not stop the rest: the failed ones come back in an
// [*AddError]. Any other error (the context is done, the index refuses) ends
// the work; what was indexed until then stays. Images enter the index in the
// order given, whatever the concurrency.
//
// A [NamedIndex] keeps the name of Config.Embedder from the first Add on. Where
// it has that of another, Add and [Pipeline.Search] return [ErrModelMismatch].
// How much captions weigh, Config.Tau, is not part of the name: images added
// with another Tau are compared with the same queries, by other shares.
//
// Add keeps no pictures, neither in the index nor in the images that it is
// given: a search reads those of its candidates from Config.Images.
func (p *Pipeline) Add(ctx context.Context, images ...Image) error {
	if err := guard(func() error { return p.cfg.keepSpace(ctx) }); err != nil {
		return fmt.Errorf("imagescope: add: %w", err)
	}
	a := p.adding(len(images), 0)
	if err := a.all(ctx, images); err != nil {
		return fmt.Errorf("imagescope: add: %w", err)
	}
	return a.failures()
}

// all adds images. Those that fail it reports.
func (a *adding) all(ctx context.Context, images []Image) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(a.p.cfg.Concurrency)
	described, indexed := closed(), closed()
	for start := 0; start < len(images) && gctx.Err() == nil; start += addBatch {
		b := &batch{
			images:   images[start:min(start+addBatch, len(images))],
			describe: turn{described, make(chan struct{})}, index: turn{indexed, make(chan struct{})},
		}
		described, indexed = b.describe.next, b.index.next
		g.Go(func() error { return guard(func() error { return a.batch(gctx, b) }) })
	}
	err := g.Wait()
	if ctx.Err() != nil {
		return done(ctx)
	}
	return err
}

// adding is one call of Add, Reindex or Sync. What has to do with reports
// belongs to the batch whose turn it is.
type adding struct {
	p         *Pipeline
	captions  *semaphore.Weighted   // captions being made, over all batches
	described bool                  // the images keep the captions that they have
	check     func(id string) error // a last look at an image before it is indexed; may be nil

	pace   pace
	each   func(id string, failed error) // is told of each image done with; may be nil
	failed []*ImageError
}

// adding returns a beginning for images of which some are done already.
func (p *Pipeline) adding(total, done int) *adding {
	return &adding{p: p, captions: semaphore.NewWeighted(int64(p.cfg.Concurrency)), pace: newPace(total, done)}
}

// failures returns the images that failed, as an AddError.
func (a *adding) failures() error {
	if len(a.failed) == 0 {
		return nil
	}
	return &AddError{Failed: a.failed, Total: a.pace.total}
}

// item is an image on its way into the index. Its caption has a vector of its
// own where there is a CaptionIndex.
type item struct {
	image           Image
	vector, caption []float32
	key             *requestKey // in Config.VectorCache; nil where it does not go there
	err             error
}

// batch is images that are embedded and indexed together. Captions are asked for
// in the order of the images, so that what ends early has whole batches, and
// batches are indexed in order.
type batch struct {
	images          []Image
	describe, index turn
}

// turn is when a batch may do something. It opens next when it has begun, or is
// done, so that no later batch does it before.
type turn struct {
	begin <-chan struct{}
	next  chan struct{}
}

// closed returns the turn of the first.
func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// wait returns whether the turn has come before ctx was done.
func (t turn) wait(ctx context.Context) bool {
	select {
	case <-t.begin:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// batch prepares images and, when its turn has come, indexes them.
func (a *adding) batch(ctx context.Context, b *batch) error {
	items := make([]item, len(b.images))
	for i, img := range b.images {
		items[i] = a.prepare(ctx, img)
	}
	a.describe(ctx, items, b.describe)
	a.p.vectors(ctx, items)
	if a.check != nil {
		for i := range items {
			if items[i].err == nil {
				items[i].err = a.check(items[i].image.ID)
			}
		}
	}
	if !b.index.wait(ctx) {
		return done(ctx)
	}
	if err := a.index(ctx, items); err != nil {
		return err // next stays shut, so that no later batch is indexed
	}
	close(b.index.next)
	return nil
}

// prepare returns an image with what its file tells without a model.
func (a *adding) prepare(ctx context.Context, img Image) item {
	img = img.within(a.p.cfg.Images, a.p.cfg.Limits).apart()
	switch {
	case img.ID == "":
		return item{image: img, err: errors.New("it has no ID to be found by")}
	case a.described || ctx.Err() != nil:
		return item{image: img}
	}
	if a.p.cfg.EXIF {
		img = img.withEXIF()
	}
	if a.p.cfg.Fingerprints {
		img = img.withFingerprint()
	}
	return item{image: img}
}

// describe has the captioner caption each image.
func (a *adding) describe(ctx context.Context, items []item, when turn) {
	if a.p.cfg.Captioner == nil || a.described || !when.wait(ctx) {
		return
	}
	var wg sync.WaitGroup
	for i := range items {
		it := &items[i]
		if it.err != nil || a.captions.Acquire(ctx, 1) != nil {
			continue
		}
		wg.Go(func() {
			defer a.captions.Release(1)
			var caption string
			err := guard(func() (err error) {
				caption, err = a.p.cfg.Captioner.Caption(ctx, it.image)
				return err
			})
			if err != nil {
				it.err = onImage(it.image.ID, "caption", err)
				return
			}
			it.image.Caption = caption
		})
	}
	close(when.next) // all captions of this batch have begun
	wg.Wait()
}

// vectors fills in the vectors of all items that have not failed. Where the
// embedder refuses them together and names one, the others are tried without
// it; where it names none, one by one. So one bad image fails alone.
func (p *Pipeline) vectors(ctx context.Context, items []item) {
	var good []*item
	for i := range items {
		if items[i].err == nil {
			good = append(good, &items[i])
		}
	}
	good = p.cached(good)
	for len(good) > 0 && ctx.Err() == nil {
		err := p.tryEmbed(ctx, good)
		if err == nil {
			return
		}
		at := blamed(err, good)
		if at < 0 {
			break
		}
		good[at].err = onImage(good[at].image.ID, "embed", err)
		good = slices.Delete(good, at, at+1)
	}
	for _, it := range good {
		if ctx.Err() != nil {
			return
		}
		if err := p.tryEmbed(ctx, []*item{it}); err != nil {
			it.err = onImage(it.image.ID, "embed", err)
		}
	}
}

func (p *Pipeline) tryEmbed(ctx context.Context, items []*item) error {
	return guard(func() error { return p.embed(ctx, items) })
}

// blamed returns which of the items an error names, -1 for none.
func blamed(err error, items []*item) int {
	var failed *ImageError
	if !errors.As(err, &failed) {
		return -1
	}
	return slices.IndexFunc(items, func(it *item) bool { return it.image.ID == failed.ID })
}

// embed sets the vectors of all items, or none.
func (p *Pipeline) embed(ctx context.Context, items []*item) error {
	images := make([]Image, len(items))
	var captions []string
	for i, it := range items {
		images[i] = it.image
		if strings.TrimSpace(it.image.Caption) != "" {
			captions = append(captions, it.image.Caption)
		}
	}
	rows, err := p.cfg.Embedder.EmbedImages(ctx, images)
	if err == nil {
		err = checkRows(rows, len(images))
	}
	var texts [][]float32
	if err == nil && len(captions) > 0 {
		if texts, err = p.cfg.Embedder.EmbedTexts(ctx, captions); err == nil {
			err = checkRows(texts, len(captions))
		}
	}
	if err != nil {
		return err
	}
	apart := p.cfg.CaptionIndex != nil
	vectors, told := make([][]float32, len(items)), make([][]float32, len(items))
	for i, it := range items {
		var caption []float32
		if strings.TrimSpace(it.image.Caption) != "" {
			caption, texts = texts[0], texts[1:]
		}
		if apart && caption != nil {
			if told[i], err = fuse(caption, nil, 0); err != nil {
				return fmt.Errorf("caption: %w", err)
			}
			caption = nil
		}
		if vectors[i], err = fuse(rows[i], caption, p.tau); err != nil {
			return err
		}
	}
	for i, it := range items {
		it.vector, it.caption = vectors[i], told[i]
	}
	p.cache(items)
	return nil
}

// index stores the items that have not failed and reports on all.
func (a *adding) index(ctx context.Context, items []item) error {
	if err := a.p.store(ctx, items); err != nil {
		return err
	}
	for _, it := range items {
		a.report(it.image.ID, it.err)
	}
	return nil
}

// store puts the items that have not failed into the indexes. Their captions go
// first: what the index of the images does not hold is not found.
func (p *Pipeline) store(ctx context.Context, items []item) error {
	if err := p.storeCaptions(ctx, items); err != nil {
		return err
	}
	var entries []Entry
	for _, it := range items {
		if it.err == nil {
			entries = append(entries, it.entry(it.vector))
		}
	}
	if len(entries) == 0 {
		return nil
	}
	if err := p.cfg.Index.Upsert(ctx, entries...); err != nil {
		return fmt.Errorf("index %d images from %s on: %w", len(entries), entries[0].ID, err)
	}
	return nil
}

// storeCaptions stores the captions of the items, and forgets those of images
// that have none any more.
func (p *Pipeline) storeCaptions(ctx context.Context, items []item) error {
	captions := p.cfg.CaptionIndex
	if captions == nil {
		return nil
	}
	var entries []Entry
	var without []string
	for _, it := range items {
		switch {
		case it.err != nil:
		case it.caption == nil:
			without = append(without, it.image.ID)
		default:
			entries = append(entries, it.entry(it.caption))
		}
	}
	if len(without) > 0 {
		if err := captions.Delete(ctx, without...); err != nil {
			return fmt.Errorf("delete the captions of %d images from %s on: %w", len(without), without[0], err)
		}
	}
	if len(entries) > 0 {
		if err := captions.Upsert(ctx, entries...); err != nil {
			return fmt.Errorf("index the captions of %d images from %s on: %w", len(entries), entries[0].ID, err)
		}
	}
	return nil
}

// entry returns what an index keeps of an item, by one of its vectors.
func (it item) entry(vector []float32) Entry {
	return Entry{ID: it.image.ID, Vector: vector, Caption: it.image.Caption, Meta: it.image.Meta}
}

// report tells of an image done with.
func (a *adding) report(id string, err error) {
	progress := a.pace.next(id)
	if err != nil {
		failure := onImage(id, "add", err)
		a.failed = append(a.failed, failure)
		progress.Err = failure
	}
	if a.each != nil {
		a.each(id, progress.Err)
	}
	if a.p.cfg.Progress != nil {
		a.p.cfg.Progress(progress)
	}
}

// Remove takes images out of the gallery: out of Config.Index, then out of
// Config.CaptionIndex where there is one. Unknown IDs are ignored. When it
// fails in between, the images are found no more; calling it again finishes.
func (p *Pipeline) Remove(ctx context.Context, ids ...string) error {
	for _, f := range p.cfg.indexes() {
		if err := remove(ctx, f, ids); err != nil {
			return fmt.Errorf("imagescope: %w", err)
		}
	}
	return nil
}

// removeListed is Remove for IDs that Config.Index lists. They leave it last, so
// that what is killed in between finds them listed again.
func (p *Pipeline) removeListed(ctx context.Context, ids []string) error {
	for _, f := range slices.Backward(p.cfg.indexes()) {
		if err := remove(ctx, f, ids); err != nil {
			return err
		}
	}
	return nil
}

func remove(ctx context.Context, from indexField, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if err := guard(func() error { return from.index.Delete(ctx, ids...) }); err != nil {
		return fmt.Errorf("remove %d images from %s: %w", len(ids), from.name, err)
	}
	return nil
}

// onImage returns err as an ImageError of this image, wrapping it unless it is one.
func onImage(id, op string, err error) *ImageError {
	var ie *ImageError
	if errors.As(err, &ie) && ie.ID == id {
		return ie
	}
	return &ImageError{id, op, err}
}

// done returns why ctx is done, so that errors.Is finds both the context's
// error and its cause.
func done(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
