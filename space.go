package imagescope

import (
	"context"
	"fmt"
)

// indexes returns the indexes of a pipeline.
func (c Config) indexes() []indexField {
	fields := []indexField{{"Config.Index", c.Index}}
	if c.CaptionIndex != nil {
		fields = append(fields, indexField{"Config.CaptionIndex", c.CaptionIndex})
	}
	return fields
}

// indexField is an index by the name of its field.
type indexField struct {
	name  string
	index VectorIndex
}

// embedderName returns the name of the embedder, "" where it has none.
func (c Config) embedderName() string {
	if named, ok := c.Embedder.(NamedEmbedder); ok {
		return named.Name()
	}
	return ""
}

// checkSpace returns [ErrModelMismatch] where an index is known to hold vectors
// of another embedder.
func (c Config) checkSpace() error {
	name := c.embedderName()
	for _, f := range c.indexes() {
		ix, ok := f.index.(NamedIndex)
		if !ok || name == "" {
			continue
		}
		if kept := ix.Embedder(); kept != "" && kept != name {
			return fmt.Errorf("%s has vectors of %q, and Config.Embedder makes those of %q: %w", f.name, kept, name, ErrModelMismatch)
		}
	}
	return nil
}

// keepSpace has the indexes keep the name of the embedder, or refuse it.
func (c Config) keepSpace(ctx context.Context) error {
	name := c.embedderName()
	if name == "" {
		return nil
	}
	for _, f := range c.indexes() {
		if ix, ok := f.index.(NamedIndex); ok {
			if err := ix.UseEmbedder(ctx, name); err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
		}
	}
	return nil
}
