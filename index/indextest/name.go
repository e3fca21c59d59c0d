package indextest

import (
	"context"
	"errors"
	"fmt"

	"github.com/imagescope/imagescope"
)

// checkEmbedder: an index that keeps the name of an embedder keeps the first
// one, and refuses another, with and without entries, and after it is opened
// again.
func checkEmbedder(s *subject) error {
	const first, other = "clip/1 512 “ä”\\'; --", "words"
	ix := s.open()
	named, ok := ix.(imagescope.NamedIndex)
	if !ok {
		return fmt.Errorf("it is no imagescope.NamedIndex: %w", errSkip)
	}
	if name := named.Embedder(); name != "" {
		return fmt.Errorf("the Embedder of an empty index is %q, want none", name)
	}
	for _, name := range []string{"", first, "", first} {
		if err := named.UseEmbedder(s.ctx, name); err != nil {
			return fmt.Errorf("UseEmbedder(%q): %w", name, err)
		}
	}
	if err := keepsName(s.ctx, named, first, other); err != nil {
		return err
	}
	if err := ix.Upsert(s.ctx, entry("a", 1, 2)); err != nil {
		return err
	}
	if err := keepsName(s.ctx, named, first, other); err != nil {
		return fmt.Errorf("with an entry: %w", err)
	}
	cancelled, cancel := context.WithCancel(s.ctx)
	cancel()
	if err := named.UseEmbedder(cancelled, first); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("UseEmbedder with a cancelled context: error %v, want context.Canceled", err)
	}
	again := s.reopen(ix).(imagescope.NamedIndex)
	if err := keepsName(s.ctx, again, first, other); err != nil {
		return fmt.Errorf("opened again: %w", err)
	}
	return modelOf(entry("a", 1, 2)).compare(s.ctx, again, 1, 1)
}

// keepsName returns an error unless ix keeps the first name and refuses the
// other.
func keepsName(ctx context.Context, ix imagescope.NamedIndex, first, other string) error {
	if err := ix.UseEmbedder(ctx, other); !errors.Is(err, imagescope.ErrModelMismatch) {
		return fmt.Errorf("UseEmbedder(%q) after UseEmbedder(%q): error %v, want ErrModelMismatch", other, first, err)
	}
	if err := ix.UseEmbedder(ctx, first); err != nil {
		return fmt.Errorf("UseEmbedder(%q) again: %w", first, err)
	}
	if name := ix.Embedder(); name != first {
		return fmt.Errorf("its Embedder is %q, want %q", name, first)
	}
	return nil
}
