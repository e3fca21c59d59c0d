package imagescope_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// numbered returns n images, captioned and in order.
func numbered(n int) []imagescope.Image {
	images := make([]imagescope.Image, n)
	for i := range images {
		images[i] = imagescope.Image{ID: fmt.Sprintf("%03d", i), Caption: "cat"}
	}
	return images
}

// recorder is an index that keeps the order in which IDs come.
type recorder struct {
	index.Flat
	ids []string
}

func (r *recorder) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	for _, e := range entries {
		r.ids = append(r.ids, e.ID)
	}
	return r.Flat.Upsert(ctx, entries...)
}

// TestAddCaptionsInOrder has captions begin in the order of the images, a few at
// a time, so that the first batch is whole as early as can be.
func TestAddCaptionsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const concurrency, n = 4, 64
		var mu sync.Mutex
		begun := map[time.Time][]string{}
		p, err := imagescope.New(imagescope.Config{
			Embedder: words, Index: new(index.Flat), Concurrency: concurrency,
			Captioner: imagescope.CaptionerFunc(func(_ context.Context, img imagescope.Image) (string, error) {
				mu.Lock()
				begun[time.Now()] = append(begun[time.Now()], img.ID)
				mu.Unlock()
				time.Sleep(time.Second)
				return "red cat", nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := p.Add(t.Context(), numbered(n)...); err != nil {
			t.Fatal(err)
		}
		for i := range n / concurrency {
			got := begun[start.Add(time.Duration(i)*time.Second)]
			slices.Sort(got)
			var want []string
			for j := range concurrency {
				want = append(want, fmt.Sprintf("%03d", i*concurrency+j))
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("begun in second %d: want is -, got is +\n%s", i, d)
			}
		}
	})
}

// TestAddInOrder has images whose captions take longer the earlier they come.
func TestAddInOrder(t *testing.T) {
	for _, concurrency := range []int{0, 1, 3, 50} {
		synctest.Test(t, func(t *testing.T) {
			images := numbered(50)
			var progress []imagescope.Progress
			ix := new(recorder)
			p, err := imagescope.New(imagescope.Config{
				Embedder: words, Index: ix, Concurrency: concurrency,
				Captioner: imagescope.CaptionerFunc(func(_ context.Context, img imagescope.Image) (string, error) {
					place := slices.IndexFunc(images, func(m imagescope.Image) bool { return m.ID == img.ID })
					time.Sleep(time.Duration(len(images)-place) * time.Second)
					return "red " + img.Caption, nil
				}),
				Progress: func(pr imagescope.Progress) { progress = append(progress, pr) },
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Add(t.Context(), images...); err != nil {
				t.Fatal(err)
			}
			var want []imagescope.Progress
			var ids []string
			for i, img := range images {
				want = append(want, imagescope.Progress{Done: i + 1, Total: 50, ID: img.ID})
				ids = append(ids, img.ID)
			}
			if d := cmp.Diff(want, progress, cmpopts.IgnoreFields(imagescope.Progress{}, "Rate", "Left")); d != "" {
				t.Errorf("Concurrency %d: progress: want is -, got is +\n%s", concurrency, d)
			}
			if d := cmp.Diff(ids, ix.ids); d != "" {
				t.Errorf("Concurrency %d: order of insertion: want is -, got is +\n%s", concurrency, d)
			}
			e, err := ix.Get(t.Context(), "049")
			if err != nil || e.Caption != "red cat" {
				t.Errorf("Concurrency %d: the caption stored is %q, %v", concurrency, e.Caption, err)
			}
		})
	}
}

func TestAddBoundsCaptioner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		p, err := imagescope.New(imagescope.Config{
			Embedder: words, Index: new(index.Flat), Concurrency: 3,
			Captioner: imagescope.CaptionerFunc(func(context.Context, imagescope.Image) (string, error) {
				most.Store(max(most.Load(), now.Add(1)))
				time.Sleep(time.Second)
				now.Add(-1)
				return "cat", nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(t.Context(), numbered(100)...); err != nil {
			t.Fatal(err)
		}
		if most.Load() != 3 {
			t.Errorf("%d captions were made at once, want 3", most.Load())
		}
	})
}

// TestAddBadImages adds good and bad images in turn.
func TestAddBadImages(t *testing.T) {
	files := fstest.MapFS{"text.png": {Data: []byte("no picture")}, "whole.png": {Data: square(t)}}
	captioner := imagescope.CaptionerFunc(func(_ context.Context, img imagescope.Image) (string, error) {
		if img.Caption != "" {
			return img.Caption, nil
		}
		_, err := img.Decode()
		return "cat", err
	})
	embed := embedder{images: func(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
		rows, err := words.EmbedImages(ctx, images)
		for i, img := range images {
			switch img.ID {
			case "nan":
				rows[i][0] = float32(math.NaN())
			case "refused":
				return nil, errBroken
			}
		}
		return rows, err
	}}
	var progress []string
	p, err := imagescope.New(imagescope.Config{
		Images: files, Embedder: embed, Index: new(index.Flat), Captioner: captioner,
		Progress: func(pr imagescope.Progress) {
			progress = append(progress, fmt.Sprintf("%d %s %v", pr.Done, pr.ID, pr.Err != nil))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	images := []imagescope.Image{
		{ID: "text.png"}, {ID: "whole.png"}, {ID: "missing.png"}, {ID: "nan", Caption: "cat"}, {Caption: "without ID"},
		{ID: "good", Caption: "dog"}, {ID: "refused", Caption: "dog"},
	}
	err = p.Add(t.Context(), images...)
	var add *imagescope.AddError
	if !errors.As(err, &add) || add.Total != len(images) {
		t.Fatalf("Add: error %v", err)
	}
	var failed []string
	for _, f := range add.Failed {
		failed = append(failed, f.Op+" "+f.ID)
	}
	want := []string{"decode text.png", "decode missing.png", "embed nan", "add ", "embed refused"}
	if d := cmp.Diff(want, failed); d != "" {
		t.Errorf("failed: want is -, got is +\n%s", d)
	}
	for _, is := range []error{imagescope.ErrImageFormat, imagescope.ErrNotFinite, errBroken} {
		if !errors.Is(err, is) {
			t.Errorf("Add: errors.Is(%v) does not hold", is)
		}
	}
	if s := err.Error(); !strings.Contains(s, "5 of 7 images were not added") || !strings.Contains(s, "and 2 more") {
		t.Errorf("Add: error %q", s)
	}
	wantProgress := []string{
		"1 text.png true", "2 whole.png false", "3 missing.png true", "4 nan true", "5  true", "6 good false", "7 refused true",
	}
	if d := cmp.Diff(wantProgress, progress); d != "" {
		t.Errorf("progress: want is -, got is +\n%s", d)
	}
	got, err := p.Search(t.Context(), imagescope.Text("cat"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"whole.png", "good"}, got.IDs()); d != "" {
		t.Errorf("the rest: want is -, got is +\n%s", d)
	}
}

// TestAddBrokenEmbedder has embedders that do not keep their contract.
func TestAddBrokenEmbedder(t *testing.T) {
	rows := func(n, dim int) [][]float32 {
		out := make([][]float32, n)
		for i := range out {
			out[i] = make([]float32, dim)
		}
		return out
	}
	tests := []struct {
		name string
		emb  embedder
		is   error
		says string
	}{
		{"too few rows", embedder{images: func(_ context.Context, m []imagescope.Image) ([][]float32, error) { return rows(len(m)-1, 6), nil }}, nil, "0 rows for 1 inputs"},
		{"too many rows", embedder{images: func(_ context.Context, m []imagescope.Image) ([][]float32, error) { return rows(len(m)+1, 6), nil }}, nil, "2 rows for 1 inputs"},
		{"empty rows", embedder{images: func(_ context.Context, m []imagescope.Image) ([][]float32, error) { return rows(len(m), 0), nil }}, nil, "empty row"},
		{"texts of another dimension", embedder{images: func(_ context.Context, m []imagescope.Image) ([][]float32, error) { return rows(len(m), 5), nil }}, imagescope.ErrDimension, "5 components and caption vector 6"},
		{"too few caption rows", embedder{texts: func(_ context.Context, s []string) ([][]float32, error) { return rows(len(s)-1, 6), nil }}, nil, "0 rows for 1 inputs"},
		{"NaN for captions", embedder{texts: func(_ context.Context, s []string) ([][]float32, error) {
			out := rows(len(s), 6)
			for _, row := range out {
				row[5] = float32(math.NaN())
			}
			return out, nil
		}}, imagescope.ErrNotFinite, "caption vector"},
		{"captions fail", embedder{texts: func(context.Context, []string) ([][]float32, error) { return nil, errBroken }}, errBroken, "embed image"},
	}
	for _, tt := range tests {
		p, err := imagescope.New(imagescope.Config{Embedder: tt.emb, Index: new(index.Flat)})
		if err != nil {
			t.Fatal(err)
		}
		err = p.Add(t.Context(), numbered(3)...)
		var add *imagescope.AddError
		if !errors.As(err, &add) || len(add.Failed) != 3 || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: Add: error %v, want 3 failed that say %q", tt.name, err, tt.says)
		}
	}
}

// TestAddRaggedRows gives one image another dimension: the index refuses that.
func TestAddRaggedRows(t *testing.T) {
	p, err := imagescope.New(imagescope.Config{Index: new(index.Flat), Embedder: embedder{
		images: func(_ context.Context, images []imagescope.Image) ([][]float32, error) {
			rows := make([][]float32, len(images))
			for i := range rows {
				rows[i] = make([]float32, 3+i%2)
			}
			return rows, nil
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Add(t.Context(), imagescope.Image{ID: "a"}, imagescope.Image{ID: "b"})
	if !errors.Is(err, imagescope.ErrDimension) || !strings.Contains(err.Error(), "index 2 images from a on") {
		t.Errorf("Add of ragged rows: error %v", err)
	}
}

// TestAddTriesAgain counts the calls for a batch with images that spoil it.
func TestAddTriesAgain(t *testing.T) {
	named := func(id string) error {
		return fmt.Errorf("a batch: %w", &imagescope.ImageError{ID: id, Op: "embed", Err: errBroken})
	}
	tests := []struct {
		name  string
		err   func(id string) error // what the embedder says of a spoilt batch
		sizes []int
	}{
		{"named", named, []int{5, 4, 3}},
		{"not named", func(string) error { return errBroken }, []int{5, 1, 1, 1, 1, 1}},
		{"named wrongly", func(string) error { return named("elsewhere") }, []int{5, 1, 1, 1, 1, 1}},
	}
	for _, tt := range tests {
		var sizes []int
		p, err := imagescope.New(imagescope.Config{Index: new(index.Flat), Concurrency: 1, Embedder: embedder{
			images: func(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
				sizes = append(sizes, len(images))
				for _, img := range images {
					if img.ID == "001" || img.ID == "003" {
						return nil, tt.err(img.ID)
					}
				}
				return words.EmbedImages(ctx, images)
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		err = p.Add(t.Context(), numbered(5)...)
		var failed *imagescope.AddError
		if !errors.As(err, &failed) || len(failed.Failed) != 2 || failed.Failed[0].ID != "001" || failed.Failed[1].ID != "003" || !errors.Is(err, errBroken) {
			t.Errorf("%s: Add: error %v", tt.name, err)
		}
		if d := cmp.Diff(tt.sizes, sizes); d != "" {
			t.Errorf("%s: images in each call: want is -, got is +\n%s", tt.name, d)
		}
	}
}

// TestAddIndexFails refuses one batch: what came before is added, nothing of
// it or behind it is, at any concurrency.
func TestAddIndexFails(t *testing.T) {
	for _, concurrency := range []int{1, 2, 8} {
		var mu sync.Mutex
		var indexed []string
		flat := new(index.Flat)
		var reported int
		p, err := imagescope.New(imagescope.Config{
			Embedder: words, Concurrency: concurrency,
			Index: brokenIndex{VectorIndex: flat, upsert: func(ctx context.Context, entries ...imagescope.Entry) error {
				mu.Lock()
				defer mu.Unlock()
				for _, e := range entries {
					if e.ID == "020" {
						return errBroken
					}
				}
				for _, e := range entries {
					indexed = append(indexed, e.ID)
				}
				return nil
			}},
			Progress: func(imagescope.Progress) { reported++ },
		})
		if err != nil {
			t.Fatal(err)
		}
		err = p.Add(t.Context(), numbered(120)...)
		var add *imagescope.AddError
		if !errors.Is(err, errBroken) || errors.As(err, &add) {
			t.Fatalf("Add with an index that refuses: error %v", err)
		}
		if len(indexed) != 16 || reported != 16 {
			t.Fatalf("%d images were indexed and %d reported around a batch that was refused, want the 16 before it", len(indexed), reported)
		}
	}
}

func TestAddCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	var calls atomic.Int32
	p, err := imagescope.New(imagescope.Config{
		Embedder: words, Index: new(index.Flat), Concurrency: 2,
		Captioner: imagescope.CaptionerFunc(func(ctx context.Context, _ imagescope.Image) (string, error) {
			switch n := calls.Add(1); {
			case n == 5:
				cancel(errEnough)
				fallthrough
			case n > 5: // begun at the same time
				return "", wait(ctx)
			}
			return "cat", nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Add(ctx, numbered(100)...)
	var add *imagescope.AddError
	if !errors.Is(err, context.Canceled) || !errors.Is(err, errEnough) || errors.As(err, &add) {
		t.Errorf("Add cancelled: error %v", err)
	}
	if n := calls.Load(); n > 7 {
		t.Errorf("the captioner was called %d times, cancelled at the 5th", n)
	}
	if err := p.Add(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Add of nothing with a cancelled context: error %v", err)
	}
}

func TestAddReplaces(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) { c.Verify, c.Rank = nil, nil })
	if err := p.Add(t.Context(), imagescope.Image{ID: "e", Caption: "dog"}, imagescope.Image{ID: "e", Caption: "red cat"}); err != nil {
		t.Fatal(err)
	}
	got, err := p.Search(t.Context(), imagescope.Query{Text: "red cat", Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a", "e"}, got.IDs()); d != "" {
		t.Errorf("Search after an image was replaced: want is -, got is +\n%s", d)
	}
	if err := p.Add(t.Context()); err != nil {
		t.Errorf("Add of nothing: %v", err)
	}
}
