package clip

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
)

// EmbedImages returns a row for each image. While the model runs on one batch
// the pictures of the next are decoded and prepared, on all processors. A
// picture that cannot be read is an [*imagescope.ImageError], and the call's.
func (m *Model) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	rows := make([][]float32, 0, len(images))
	g, ctx := errgroup.WithContext(ctx)
	ready := make(chan prepared, 1)
	g.Go(func() error {
		defer close(ready)
		for begin := 0; begin < len(images); begin += m.opts.BatchSize {
			p, err := m.prepare(ctx, images[begin:min(begin+m.opts.BatchSize, len(images))])
			if err != nil {
				return err
			}
			select {
			case ready <- p:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	g.Go(func() error {
		for p := range ready {
			if err := ctx.Err(); err != nil {
				return err
			}
			more, err := m.runImages(p.values, p.n)
			if err != nil {
				return err
			}
			rows = append(rows, more...)
		}
		return ctx.Err()
	})
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("clip: embed images: %w", err)
	}
	return rows, nil
}

// prepared is a batch of pictures as the model takes them.
type prepared struct {
	values []float32
	n      int
}

func (m *Model) prepare(ctx context.Context, images []imagescope.Image) (prepared, error) {
	each := m.pixels.Values()
	p := prepared{make([]float32, each*len(images)), len(images)}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, img := range images {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return m.prepareOne(p.values[each*i:each*(i+1)], img)
		})
	}
	return p, g.Wait()
}

func (m *Model) prepareOne(dst []float32, img imagescope.Image) error {
	picture, err := img.Decode()
	if err == nil {
		err = m.pixels.Prepare(dst, picture)
	}
	var named *imagescope.ImageError
	if err != nil && !errors.As(err, &named) {
		err = &imagescope.ImageError{ID: img.ID, Op: "embed", Err: err}
	}
	return err
}
