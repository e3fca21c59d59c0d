package clip_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed/clip"
	"github.com/imagescope/imagescope/embed/embedtest"
)

// library returns ONNX Runtime as .ci/servers installs it, or as
// ONNXRUNTIME_LIBRARY says.
func library(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("ONNXRUNTIME_LIBRARY"); path != "" {
		return path
	}
	dir := os.Getenv("IMAGESCOPE_SERVERS")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Skipf("there is no folder to look for ONNX Runtime in: %v", err)
		}
		dir = filepath.Join(cache, "imagescope-servers")
	}
	arch := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	found, _ := filepath.Glob(filepath.Join(dir, "onnxruntime/node_modules/onnxruntime-node/bin/*", runtime.GOOS, arch, "libonnxruntime.so*"))
	if len(found) == 0 {
		t.Skip("ONNX Runtime is not on this machine: run .ci/servers onnxruntime, or set ONNXRUNTIME_LIBRARY to its shared library")
	}
	return found[0]
}

func open(t testing.TB, dir string, opts clip.Options) *clip.Model {
	t.Helper()
	opts.Library = library(t)
	m, err := clip.Open(dir, &opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// expected is what other implementations made of a model in testdata
// (testdata/make.py).
type expected struct {
	Texts []struct {
		Text      string
		Embedding []float32
	}
	Images []struct {
		Name      string
		Embedding []float32
	}
}

func (e expected) texts() (list []string) {
	for _, t := range e.Texts {
		list = append(list, t.Text)
	}
	return list
}

func (e expected) images() (list []imagescope.Image) {
	for _, i := range e.Images {
		list = append(list, imagescope.File(os.DirFS("testdata/pictures"), i.Name+".png"))
	}
	return list
}

func expect(t testing.TB, model string) (e expected) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", model, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	if len(e.Texts) < 50 || len(e.Images) < 9 {
		t.Fatalf("there are only %d texts and %d images", len(e.Texts), len(e.Images))
	}
	return e
}

// TestAgreement compares rows with those of tokenizers, transformers and ONNX
// Runtime for Python.
func TestAgreement(t *testing.T) {
	for _, name := range []string{"clip", "joint", "siglip"} {
		t.Run(name, func(t *testing.T) {
			m := open(t, filepath.Join("testdata", name), clip.Options{BatchSize: 7})
			want := expect(t, name)
			if m.Dim() != 16 {
				t.Errorf("Dim is %d, want 16", m.Dim())
			}
			texts, err := m.EmbedTexts(t.Context(), want.texts())
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range want.Texts {
				near(t, fmt.Sprintf("text %.40q", w.Text), w.Embedding, texts[i])
			}
			images, err := m.EmbedImages(t.Context(), want.images())
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range want.Images {
				near(t, "image "+w.Name, w.Embedding, images[i])
			}
		})
	}
}

// near wants the cosine of two rows to be at least 0.9999.
func near(t *testing.T, what string, want, got []float32) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	var dot, a, b float64
	for i := range want {
		dot += float64(want[i]) * float64(got[i])
		a += float64(want[i]) * float64(want[i])
		b += float64(got[i]) * float64(got[i])
	}
	if cos := dot / math.Sqrt(a*b); !(cos >= 0.9999) {
		t.Errorf("%s: cosine is %.6f, want 0.9999 at least\nwant %v\ngot  %v", what, cos, want, got)
	}
}

// TestContract checks what every Embedder promises.
func TestContract(t *testing.T) {
	embedtest.Run(t, open(t, "testdata/clip", clip.Options{BatchSize: 3}))
}

// TestBatches has equal rows come of any size of batch.
func TestBatches(t *testing.T) {
	want := expect(t, "clip")
	one := open(t, "testdata/clip", clip.Options{BatchSize: 1, Threads: 1})
	many := open(t, "testdata/clip", clip.Options{BatchSize: 100})
	a, err := one.EmbedTexts(t.Context(), want.texts())
	if err != nil {
		t.Fatal(err)
	}
	b, err := many.EmbedTexts(t.Context(), want.texts())
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		near(t, want.Texts[i].Text, a[i], b[i])
	}
}

func TestBadImage(t *testing.T) {
	m := open(t, "testdata/clip", clip.Options{})
	images := append(expect(t, "clip").images(), imagescope.Bytes("broken.png", []byte("no picture")), imagescope.Image{ID: "nothing"})
	for _, at := range []int{len(images) - 2, len(images) - 1} {
		rows, err := m.EmbedImages(t.Context(), slices.Concat(images[:3], images[at:at+1]))
		var named *imagescope.ImageError
		if rows != nil || !errors.As(err, &named) || named.ID != images[at].ID {
			t.Errorf("%d rows and %v, want an ImageError of %s", len(rows), err, images[at].ID)
		}
	}
}

// TestBadImageInPipeline has a bad image fail alone.
func TestBadImageInPipeline(t *testing.T) {
	index := map[string][]float32{}
	p, err := imagescope.New(imagescope.Config{Embedder: open(t, "testdata/clip", clip.Options{}), Index: kept(index)})
	if err != nil {
		t.Fatal(err)
	}
	images := append(expect(t, "clip").images(), imagescope.Bytes("broken.png", []byte("no picture")))
	var failed *imagescope.AddError
	if err := p.Add(t.Context(), images...); !errors.As(err, &failed) || len(failed.Failed) != 1 {
		t.Errorf("%v, want one image to fail", err)
	}
	if len(index) != len(images)-1 {
		t.Errorf("%d images are in the index, want %d", len(index), len(images)-1)
	}
}

// kept is an index that only takes entries in.
type kept map[string][]float32

func (k kept) Upsert(_ context.Context, entries ...imagescope.Entry) error {
	for _, e := range entries {
		k[e.ID] = e.Vector
	}
	return nil
}
func (k kept) Delete(context.Context, ...string) error { return nil }
func (k kept) Get(context.Context, string) (imagescope.Entry, error) {
	return imagescope.Entry{}, imagescope.ErrNotFound
}
func (k kept) Search(context.Context, []float32, int, imagescope.Filter) ([]imagescope.Match, error) {
	return nil, nil
}

func TestCancelled(t *testing.T) {
	m := open(t, "testdata/clip", clip.Options{BatchSize: 1})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	want := expect(t, "clip")
	if _, err := m.EmbedTexts(ctx, want.texts()); !errors.Is(err, context.Canceled) {
		t.Errorf("texts: %v", err)
	}
	if _, err := m.EmbedImages(ctx, want.images()); !errors.Is(err, context.Canceled) {
		t.Errorf("images: %v", err)
	}
}

func TestClosed(t *testing.T) {
	m := open(t, "testdata/clip", clip.Options{})
	for range 2 {
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	want := expect(t, "clip")
	if _, err := m.EmbedTexts(t.Context(), want.texts()); !errors.Is(err, clip.ErrClosed) {
		t.Errorf("texts: %v", err)
	}
	if _, err := m.EmbedImages(t.Context(), want.images()); !errors.Is(err, clip.ErrClosed) {
		t.Errorf("images: %v", err)
	}
}

// TestOpenRefuses takes a file away, or replaces it.
func TestOpenRefuses(t *testing.T) {
	onnx, err := os.ReadFile("testdata/siglip/text_model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	const gone = "\x00gone"
	tests := []struct {
		name  string
		files map[string]string
		is    error
		want  string
	}{
		{"no network", map[string]string{"vision_model.onnx": gone}, clip.ErrNoModel, "neither text_model.onnx with vision_model.onnx nor model.onnx"},
		{"no config", map[string]string{"config.json": gone}, fs.ErrNotExist, "config.json"},
		{"no processor", map[string]string{"preprocessor_config.json": gone}, clip.ErrNoModel, "preprocessor_config.json"},
		{"no tokenizer", map[string]string{"tokenizer.json": gone}, clip.ErrNoModel, "neither tokenizer.json nor vocab.json"},
		{"bad config", map[string]string{"config.json": "{"}, nil, "config.json: "},
		{"huge context", map[string]string{"config.json": `{"text_config": {"max_position_embeddings": 1000000000}}`}, nil, "from 2 to 8192"},
		{"bad processor", map[string]string{"preprocessor_config.json": "{}"}, nil, "preprocessor_config.json: "},
		{"bad tokenizer", map[string]string{"tokenizer.json": `{"model": {"type": "WordPiece"}}`}, nil, `tokenizer.json: model "WordPiece" is not known`},
		{"bad pad", map[string]string{"tokenizer_config.json": `{"pad_token": "<none>"}`}, nil, `the vocabulary has no token "<none>"`},
		{"damaged network", map[string]string{"text_model.onnx": string(onnx[:len(onnx)/2])}, nil, "text_model.onnx: "},
		{"no ONNX", map[string]string{"vision_model.onnx": "hello"}, nil, "vision_model.onnx: "},
		{"sides swapped", map[string]string{"vision_model.onnx": string(onnx)}, nil, "input"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("testdata/clip")); err != nil {
				t.Fatal(err)
			}
			for name, text := range tt.files {
				path := filepath.Join(dir, name)
				if text == gone {
					if err := os.Remove(path); err != nil {
						t.Fatal(err)
					}
				} else if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			_, err := clip.Open(dir, &clip.Options{Library: library(t)})
			if err == nil || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v, want %v and %q in it", err, tt.is, tt.want)
			}
		})
	}
}

// TestFolderONNX finds networks a folder below.
func TestFolderONNX(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/clip")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "onnx"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"text_model.onnx", "vision_model.onnx"} {
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, "onnx", name)); err != nil {
			t.Fatal(err)
		}
	}
	open(t, dir, clip.Options{})
}

// TestNoRuntime runs a process of its own: this one has loaded the library.
func TestNoRuntime(t *testing.T) {
	if os.Getenv("CLIP_TEST_NO_RUNTIME") != "" {
		_, err := clip.Open("testdata/clip", &clip.Options{Library: "/nowhere/libonnxruntime.so"})
		if !errors.Is(err, clip.ErrNoRuntime) || !strings.Contains(err.Error(), "/nowhere/libonnxruntime.so") {
			t.Errorf("%v, want %v", err, clip.ErrNoRuntime)
		}
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestNoRuntime$")
	cmd.Env = append(os.Environ(), "CLIP_TEST_NO_RUNTIME=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAnotherLibrary(t *testing.T) {
	open(t, "testdata/clip", clip.Options{})
	if _, err := clip.Open("testdata/clip", &clip.Options{Library: "/nowhere/libonnxruntime.so"}); err == nil || !strings.Contains(err.Error(), "can load one only") {
		t.Errorf("%v, want that one library can be loaded only", err)
	}
}

// TestOverlap has calls overlap, and the model closed under them.
func TestOverlap(t *testing.T) {
	m := open(t, "testdata/joint", clip.Options{BatchSize: 4, Threads: 1})
	want := expect(t, "joint")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			rows, err := m.EmbedTexts(t.Context(), want.texts()[:8])
			if err == nil {
				near(t, "text", want.Texts[i].Embedding, rows[i])
			} else if !errors.Is(err, clip.ErrClosed) {
				t.Error(err)
			}
		})
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
}
