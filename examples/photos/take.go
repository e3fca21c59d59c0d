package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/imagescope/imagescope"
)

// taken is what came of taking photos in.
type taken struct {
	added  int
	failed []*imagescope.ImageError
}

// takeBatch is how many photos are captioned, embedded and then written: an
// interruption loses no more than these.
const takeBatch = 16

// take captions and embeds photos and writes them to the index. One that fails
// does not stop the rest; a model that fails with all of the first does. The
// index has the settings once it has one of the photos.
func (x indexing) take(ctx context.Context, con *console, u *update, todo []photo, want settings) (taken, error) {
	var t taken
	if len(todo) == 0 {
		return t, nil
	}
	parts := models{model: x.model, embed: x.embed}
	defer parts.Close()
	embedder, err := parts.embedder(ctx)
	if err != nil {
		return t, err
	}
	captioner, err := parts.captioner(ctx)
	if err != nil {
		return t, err
	}
	bar := newProgress(con, len(todo))
	defer bar.end()
	folder := os.DirFS(u.dir)
	pipeline, err := imagescope.New(imagescope.Config{
		Images: folder, Embedder: embedder, Index: u.disk,
		Captioner: &watchedCaptioner{captioner: captioner, timeout: x.timeout, bar: bar},
	})
	if err != nil {
		return t, err
	}
	for photos := range slices.Chunk(todo, takeBatch) {
		if err := t.add(ctx, pipeline, imagesOf(folder, photos)); err != nil {
			return t, err
		}
		if t.added > 0 {
			if err := u.record(want); err != nil {
				return t, err
			}
		} else if len(t.failed) >= takeBatch && !slices.ContainsFunc(t.failed, unreadable) {
			return t, fmt.Errorf("none of the first %d photos could be taken in: %w", len(t.failed), t.failed[0])
		}
	}
	return t, nil
}

// imagesOf returns photos as they are to be added. Their sums are taken before
// anybody looks at them: should a file change meanwhile, it is taken in again.
func imagesOf(folder fs.FS, photos []photo) []imagescope.Image {
	images := make([]imagescope.Image, len(photos))
	for i, p := range photos {
		img := imagescope.File(folder, p.id)
		p.sum, _ = contentSum(img) // what cannot be read fails when it is added
		img.Caption, img.Meta = p.given, p.meta()
		images[i] = img
	}
	return images
}

// add adds some images and counts them.
func (t *taken) add(ctx context.Context, pipeline *imagescope.Pipeline, images []imagescope.Image) error {
	err := pipeline.Add(ctx, images...)
	var partly *imagescope.AddError
	switch {
	case errors.As(err, &partly):
		t.failed = append(t.failed, partly.Failed...)
		t.added += len(images) - len(partly.Failed)
	case ctx.Err() != nil:
		return err
	case err != nil:
		return unwritten(err)
	default:
		t.added += len(images)
	}
	return nil
}

// unreadable reports whether it is the photo that is at fault.
func unreadable(err *imagescope.ImageError) bool {
	var path *fs.PathError
	return errors.Is(err, imagescope.ErrImageFormat) || errors.Is(err, imagescope.ErrImageTruncated) ||
		errors.Is(err, imagescope.ErrImageTooLarge) || errors.As(err, &path)
}

// report tells how it ended. err is what ended it early, if anything.
func (t taken) report(con *console, err error) error {
	const shown = 10
	for i, failure := range t.failed {
		if i == shown {
			fmt.Fprintf(con.err, "  and %d more\n", len(t.failed)-shown)
			break
		}
		fmt.Fprintf(con.err, "  %v\n", failure)
	}
	switch {
	case err != nil && t.added > 0:
		fmt.Fprintf(con.err, "%d photos were taken in and are kept; the same command goes on from there\n", t.added)
		return err
	case err != nil:
		return err
	case len(t.failed) > 0:
		return fmt.Errorf("%d photos could not be taken in; they are tried again the next time", len(t.failed))
	}
	return nil
}

// watchedCaptioner limits how long a caption may take and moves the bar.
type watchedCaptioner struct {
	captioner imagescope.Captioner
	timeout   time.Duration

	mu  sync.Mutex
	bar *progress
}

func (w *watchedCaptioner) Caption(ctx context.Context, img imagescope.Image) (string, error) {
	defer w.step()
	if w.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, w.timeout, fmt.Errorf("it took longer than -timeout %v", w.timeout))
		defer cancel()
	}
	return w.captioner.Caption(ctx, img)
}

func (w *watchedCaptioner) step() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bar.step()
}
