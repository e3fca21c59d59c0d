package imagescope

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
)

// Reindex embeds the images of another index anew and adds them to the indexes
// of this pipeline: after a change of the embedder, or of Config.Tau. Captions
// and metadata are taken over as they are, and no captioner is asked. The other
// index is only read, and can serve meanwhile.
//
//	old, err := index.Open(ctx, "gallery", nil)
//	…
//	renewed, err := index.Open(ctx, "gallery-2", nil)
//	…
//	p, err := imagescope.New(imagescope.Config{Embedder: model, Index: renewed, Images: files})
//	…
//	err = p.Reindex(ctx, old) // then search with p
//
// What is there already with the same caption and metadata is not embedded
// again: a call that was interrupted, by kill -9 too, is made again with the
// same Config and goes on where the index stands. A second call also takes in
// what the other index has got since, and costs what is new. Where Config.Index
// is a [Lister], images that the other index does not hold are removed.
//
// Progress counts the images that were there already as done, and is told of
// the others one by one. An image that fails does not stop the rest: the failed
// ones come back in an [*AddError] and are tried again by the next call. One
// whose picture cannot be read any more fails with an embedder that looks at
// pictures: its caption alone would not do, as texts lie nearer to the texts
// that are searched with than any picture. Other errors are as for
// [Pipeline.Add].
func (p *Pipeline) Reindex(ctx context.Context, from Lister) error {
	a, err := p.reindex(ctx, from)
	if err != nil {
		return fmt.Errorf("imagescope: reindex: %w", err)
	}
	return a.failures()
}

func (p *Pipeline) reindex(ctx context.Context, from Lister) (*adding, error) {
	if t := reflect.TypeOf(from); t == nil || t.Comparable() && from == any(p.cfg.Index) {
		return nil, fmt.Errorf("it is from %T, and needs an index other than Config.Index: open a new one for this pipeline", from)
	}
	var todo []Image
	var total int
	err := guard(func() (err error) {
		if err = p.cfg.keepSpace(ctx); err == nil {
			todo, total, err = p.outdated(ctx, from)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	a := p.adding(total, total-len(todo))
	a.described = true
	return a, a.all(ctx, todo)
}

// outdated returns the images of an index that Config.Index does not hold in
// the same words, and how many there are in all. It removes what from does not
// hold.
func (p *Pipeline) outdated(ctx context.Context, from Lister) (todo []Image, total int, err error) {
	held := map[string]bool{}
	for e, err := range from.Entries(ctx) {
		if err != nil {
			return nil, 0, err
		}
		held[e.ID] = true
		have, err := p.cfg.Index.Get(ctx, e.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, 0, err
		}
		if err != nil || have.Caption != e.Caption || !maps.Equal(have.Meta, e.Meta) {
			todo = append(todo, Image{ID: e.ID, Caption: e.Caption, Meta: e.Meta})
		}
	}
	if err := p.removeOthers(ctx, held); err != nil {
		return nil, 0, err
	}
	return todo, len(held), nil
}

// removeOthers removes all images but those that are held.
func (p *Pipeline) removeOthers(ctx context.Context, held map[string]bool) error {
	list, ok := p.cfg.Index.(Lister)
	if !ok {
		return nil
	}
	var gone []string
	for e, err := range list.Entries(ctx) {
		if err != nil {
			return err
		}
		if !held[e.ID] {
			gone = append(gone, e.ID)
		}
	}
	return p.removeListed(ctx, gone)
}
