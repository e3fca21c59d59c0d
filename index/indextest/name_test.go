package indextest

import (
	"context"
	"errors"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// label is an index that keeps a name.
type label struct {
	imagescope.VectorIndex
	name string
	use  func(l *label, ctx context.Context, name string) error
}

func (l *label) Embedder() string { return l.name }

func (l *label) UseEmbedder(ctx context.Context, name string) error {
	if l.use != nil {
		return l.use(l, ctx, name)
	}
	return l.good(ctx, name)
}

func (l *label) good(ctx context.Context, name string) error {
	switch {
	case name == "" || name == l.name:
		return ctx.Err()
	case l.name != "":
		return imagescope.ErrModelMismatch
	}
	l.name = name
	return nil
}

// TestWickedNames checks that the suite accepts an index that keeps names well,
// and refuses others.
func TestWickedNames(t *testing.T) {
	for name, use := range map[string]func(l *label, ctx context.Context, name string) error{
		"":                    nil,
		"keeps the last name": func(l *label, ctx context.Context, name string) error { l.name = name; return ctx.Err() },
		"keeps no name":       func(_ *label, ctx context.Context, _ string) error { return ctx.Err() },
		"refuses no name": func(l *label, ctx context.Context, name string) error {
			return errors.Join(l.good(ctx, name), emptyRefused(name))
		},
		"another error": func(l *label, ctx context.Context, name string) error { return hidden(l.good(ctx, name)) },
		"keeps what it refuses": func(l *label, ctx context.Context, name string) error {
			err := l.good(ctx, name)
			if err != nil {
				l.name = name
			}
			return err
		},
		"does not heed the context": func(l *label, _ context.Context, name string) error { return l.good(context.Background(), name) },
	} {
		open := func(*testing.T) imagescope.VectorIndex { return &label{VectorIndex: new(index.Flat), use: use} }
		err := checkEmbedder(newSubject(t, open, nil))
		if (err == nil) != (name == "") || errors.Is(err, errSkip) {
			t.Errorf("an index that %q: error %v", name, err)
		}
	}
	forgetful := &Options{Reopen: func(*testing.T, imagescope.VectorIndex) imagescope.VectorIndex {
		ix := new(index.Flat)
		_ = ix.Upsert(t.Context(), entry("a", 1, 2))
		return &label{VectorIndex: ix}
	}}
	open := func(*testing.T) imagescope.VectorIndex { return &label{VectorIndex: new(index.Flat)} }
	if err := checkEmbedder(newSubject(t, open, forgetful)); err == nil || errors.Is(err, errSkip) {
		t.Errorf("an index that forgets the name: error %v", err)
	}
}

var errOther = errors.New("other")

func emptyRefused(name string) error {
	if name == "" {
		return errOther
	}
	return nil
}

func hidden(err error) error {
	if errors.Is(err, imagescope.ErrModelMismatch) {
		return errOther
	}
	return err
}
