package imagescope_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// square returns a small picture as a PNG file.
func square(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReference(t *testing.T) {
	described := imagescope.CaptionerFunc(func(_ context.Context, img imagescope.Image) (string, error) {
		if !img.HasBytes() {
			return "", errors.New("no bytes came to the captioner")
		}
		return "blue dog", nil
	})
	upload := func(id string) imagescope.Image { return imagescope.Bytes(id, square(t)) }
	files := fstest.MapFS{"new/f.png": {Data: square(t)}}
	tests := []struct {
		name      string
		reference imagescope.Image
		captioner imagescope.Captioner
		keep      bool
		caption   string // of the reference in the result
		bytes     bool   // whether it can be opened
		without   string // the ID that is not found
		faults    int
	}{
		{name: "of the gallery", reference: imagescope.Image{ID: "a"}, caption: "red cat", bytes: true, without: "a"},
		{name: "of the gallery, kept", reference: imagescope.Image{ID: "a"}, keep: true, caption: "red cat", bytes: true},
		{name: "a caption goes before the gallery's", reference: imagescope.Image{ID: "a", Caption: "dog"}, caption: "dog", bytes: true, without: "a"},
		{name: "only a caption", reference: imagescope.Image{Caption: "dog"}, caption: "dog"},
		{name: "upload", reference: upload(""), captioner: described, caption: "blue dog", bytes: true},
		{name: "upload with a caption", reference: func() imagescope.Image { m := upload(""); m.Caption = "cat"; return m }(), captioner: described, caption: "cat", bytes: true},
		{name: "upload with the ID of the gallery's", reference: upload("b"), captioner: described, caption: "blue dog", bytes: true, without: "b"},
		{name: "upload that nobody describes", reference: upload(""), bytes: true},
		{name: "only among the files", reference: imagescope.Image{ID: "new/f.png"}, captioner: described, caption: "blue dog", bytes: true},
		{name: "captioner fails", reference: upload(""), captioner: imagescope.CaptionerFunc(
			func(context.Context, imagescope.Image) (string, error) { return "", errBroken }), bytes: true, faults: 1},
	}
	for _, tt := range tests {
		var asked imagescope.Query
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Images, c.Captioner, c.Rank = files, tt.captioner, nil
			intentWith(func(ctx context.Context, q imagescope.Query) (imagescope.Intent, error) {
				asked = q
				return literally(ctx, q)
			})(c)
		})
		q := imagescope.Change(tt.reference, "red cat")
		q.KeepReference = tt.keep
		got, err := p.Search(t.Context(), q)
		if err != nil {
			t.Errorf("%s: Search: %v", tt.name, err)
			continue
		}
		ref := got.Query.Reference
		if ref.Caption != tt.caption || asked.Described() != tt.caption || ref.HasBytes() != tt.bytes {
			t.Errorf("%s: the reference is %+v, and stage 1 was told %q; want caption %q, bytes: %v",
				tt.name, *ref, asked.Described(), tt.caption, tt.bytes)
		}
		var want []string
		for _, id := range verified {
			if id != tt.without {
				want = append(want, id)
			}
		}
		if d := cmp.Diff(want, got.IDs()); d != "" {
			t.Errorf("%s: Search: want is -, got is +\n%s", tt.name, d)
		}
		if len(got.Faults) != tt.faults {
			t.Errorf("%s: faults %v, want %d", tt.name, got.Faults, tt.faults)
		}
		if tt.reference.Caption != q.Reference.Caption {
			t.Errorf("%s: Search changed the caller's query", tt.name)
		}
	}
}

// TestReferenceExcludedBesideFilter checks that the caller's filter is added
// to and not changed.
func TestReferenceExcludedBesideFilter(t *testing.T) {
	except := make([]string, 1, 4)
	except[0] = "b"
	q := imagescope.Change(imagescope.Image{ID: "a"}, "red cat")
	q.Filter.Except = except
	got, err := newPipeline(t, func(c *imagescope.Config) { c.Verify, c.Rank = nil, nil }).Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"c", "e", "d"}, got.IDs()); d != "" {
		t.Errorf("Search: want is -, got is +\n%s", d)
	}
	if d := cmp.Diff([]string{"b", "", "", ""}, except[:4]); d != "" {
		t.Errorf("Search wrote into the caller's Filter.Except: want is -, got is +\n%s", d)
	}
}

func TestReferenceLookupFails(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Images = fstest.MapFS{"a": {Data: square(t)}}
		c.Index = brokenIndex{VectorIndex: c.Index, get: func(context.Context, string) (imagescope.Entry, error) {
			return imagescope.Entry{}, errBroken
		}}
	})
	_, err := p.Search(t.Context(), imagescope.Change(imagescope.Image{ID: "a"}, "in blue"))
	if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), `reference "a"`) {
		t.Errorf("Search with an index that fails on the reference: error %v", err)
	}
}

func TestCaptionlessReferenceStrict(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Strict = true
		c.Captioner = imagescope.CaptionerFunc(func(context.Context, imagescope.Image) (string, error) { return "", errBroken })
	})
	_, err := p.Search(t.Context(), imagescope.Change(imagescope.Bytes("up", square(t)), "in blue"))
	var ie *imagescope.ImageError
	if !errors.Is(err, errBroken) || !errors.As(err, &ie) || ie.ID != "up" || ie.Op != "caption" {
		t.Errorf("Search with a captioner that fails: error %v", err)
	}
}

// TestEmptyChange asks for the same image: a reference without an instruction.
func TestEmptyChange(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) { c.Intent, c.Verify, c.Rank = nil, nil, nil })
	got, err := p.Search(t.Context(), imagescope.Change(imagescope.Image{ID: "a"}, " "))
	if err != nil {
		t.Fatal(err)
	}
	if got.Query.Text != "the same image" {
		t.Errorf("the empty instruction became %q", got.Query.Text)
	}
	// Without an interpreter the reference's caption is searched for beside it.
	if d := cmp.Diff([]string{"b", "c", "e", "d"}, got.IDs()); d != "" {
		t.Errorf("Search: want is -, got is +\n%s", d)
	}
}

// TestReferenceLimits holds an upload to the pipeline's limits.
func TestReferenceLimits(t *testing.T) {
	for limit, faults := range map[int64]int{16: 0, 15: 1} {
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Limits.MaxPixels = limit
			c.Captioner = imagescope.CaptionerFunc(func(_ context.Context, img imagescope.Image) (string, error) {
				_, err := img.Decode()
				return "dog", err
			})
		})
		got, err := p.Search(t.Context(), imagescope.Change(imagescope.Bytes("", square(t)), "red cat"))
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Faults) != faults || faults > 0 && !errors.Is(got.Faults[0].Err, imagescope.ErrImageTooLarge) {
			t.Errorf("an upload of 16 pixels where %d are allowed: faults %v", limit, got.Faults)
		}
	}
}

// TestCandidateBytes checks that a stage can open the candidates.
func TestCandidateBytes(t *testing.T) {
	cfg := imagescope.Config{
		Images: fstest.MapFS{"x.png": {Data: square(t)}}, Embedder: words, Index: new(index.Flat),
		Limits: imagescope.ImageLimits{MaxPixels: 15},
	}
	for _, limit := range []int64{16, 15} {
		cfg.Limits.MaxPixels = limit
		p, err := imagescope.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(t.Context(), imagescope.Image{ID: "x.png", Caption: "cat"}); err != nil {
			t.Fatal(err)
		}
		got, err := p.Search(t.Context(), imagescope.Text("cat"))
		if err != nil || len(got.Candidates) != 1 {
			t.Fatalf("Search = %v, %v", got.IDs(), err)
		}
		_, err = got.Candidates[0].Image.Decode()
		if limit == 16 && err != nil || limit == 15 && !errors.Is(err, imagescope.ErrImageTooLarge) {
			t.Errorf("Decode of 16 pixels where %d are allowed: error %v", limit, err)
		}
	}
}
