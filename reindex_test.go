package imagescope_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
)

// ExamplePipeline_Reindex changes the embedder of a gallery.
func ExamplePipeline_Reindex() {
	ctx := context.Background()
	old, renewed := new(index.Flat), new(index.Flat)
	before, err := imagescope.New(imagescope.Config{Embedder: embed.Words{}, Index: old})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := before.Add(ctx, imagescope.Image{ID: "1.jpg", Caption: "A red car."}, imagescope.Image{ID: "2.jpg", Caption: "A brown dog."}); err != nil {
		fmt.Println(err)
		return
	}
	after, err := imagescope.New(imagescope.Config{Embedder: embed.Words{Dim: 4096}, Index: renewed})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := after.Reindex(ctx, old); err != nil {
		fmt.Println(err)
		return
	}
	r, err := after.Search(ctx, imagescope.Text("a dog"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Candidates[0].Image.ID, r.Candidates[0].Image.Caption)
	// Output: 2.jpg A brown dog.
}

// counted is an embedder that notes the images it embeds, and refuses some.
type counted struct {
	vocabulary
	embedded []string
	refused  string
}

func (c *counted) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	for _, img := range images {
		if img.ID == c.refused {
			return nil, &imagescope.ImageError{ID: img.ID, Op: "embed", Err: errBroken}
		}
	}
	for _, img := range images {
		c.embedded = append(c.embedded, img.ID)
	}
	return c.vocabulary.EmbedImages(ctx, images)
}

func TestReindex(t *testing.T) {
	for _, apart := range []bool{false, true} {
		old, renewed, captions := new(index.Flat), new(index.Flat), new(index.Flat)
		before, err := imagescope.New(imagescope.Config{Embedder: words, Index: old})
		if err != nil {
			t.Fatal(err)
		}
		if err := before.Add(t.Context(), pets()...); err != nil {
			t.Fatal(err)
		}
		model := &counted{vocabulary: append(slices.Clone(words), "pet"), refused: "c"}
		var told []string
		cfg := imagescope.Config{
			Embedder: model, Index: renewed, Concurrency: 1,
			Captioner: imagescope.CaptionerFunc(func(context.Context, imagescope.Image) (string, error) {
				t.Error("the captioner was asked")
				return "", errBroken
			}),
			Progress: func(p imagescope.Progress) { told = append(told, fmt.Sprint(p.ID, p.Done, "/", p.Total)) },
		}
		if apart {
			cfg.CaptionIndex = captions
		}
		p, err := imagescope.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		reindex := func(what string, embedded, progress []string) {
			t.Helper()
			model.embedded, told = nil, nil
			if err := p.Reindex(t.Context(), old); err != nil {
				t.Errorf("%s: error %v", what, err)
			}
			if d := cmp.Diff(embedded, model.embedded); d != "" {
				t.Errorf("%s: embedded: want is -, got is +\n%s", what, d)
			}
			if d := cmp.Diff(progress, told); d != "" {
				t.Errorf("%s: progress: want is -, got is +\n%s", what, d)
			}
			if d := cmp.Diff(listed(t, old), listed(t, renewed)); d != "" {
				t.Errorf("%s: the new index: want is -, got is +\n%s", what, d)
			}
		}
		err = p.Reindex(t.Context(), old)
		var failed *imagescope.AddError
		if !errors.As(err, &failed) || len(failed.Failed) != 1 || failed.Failed[0].ID != "c" || failed.Total != 5 || !errors.Is(err, errBroken) {
			t.Errorf("with a broken image: error %v, want an AddError of c", err)
		}
		model.refused = ""
		reindex("again", []string{"c"}, []string{"c5/5"})
		reindex("once more", nil, nil)
		if err := errors.Join(old.Delete(t.Context(), "a"), before.Add(t.Context(), imagescope.Image{ID: "b", Caption: "red car"})); err != nil {
			t.Fatal(err)
		}
		reindex("after changes", []string{"b"}, []string{"b4/4"})
		if got := len(listed(t, captions)); apart && got != 4 || !apart && got != 0 {
			t.Errorf("CaptionIndex %v: it has %d captions", apart, got)
		}
		if r, err := p.Search(t.Context(), imagescope.Text("blue dog")); err != nil || r.Candidates[0].Image.ID != "d" {
			t.Errorf("Search: %v, error %v", r.Candidates, err)
		}
	}
}

func listed(t *testing.T, ix imagescope.Lister) []imagescope.Entry {
	t.Helper()
	var all []imagescope.Entry
	for e, err := range ix.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func TestReindexRefuses(t *testing.T) {
	ix := new(index.Flat)
	p, err := imagescope.New(imagescope.Config{Embedder: words, Index: ix})
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []imagescope.Lister{nil, ix} {
		if err := p.Reindex(t.Context(), from); err == nil {
			t.Errorf("Reindex from %T: no error", from)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Reindex(ctx, new(index.Flat)); !errors.Is(err, context.Canceled) {
		t.Errorf("Reindex with a cancelled context: error %v", err)
	}
	named := newLabelled("")
	if p, err = imagescope.New(imagescope.Config{Embedder: namedWords{words, "clip"}, Index: named}); err != nil {
		t.Fatal(err)
	}
	named.name = "words"
	isMismatch(t, "Reindex", p.Reindex(t.Context(), ix), "Config.Index")
}

const (
	reindexDir = "IMAGESCOPE_TEST_REINDEX_DIR"
	reindexAll = "IMAGESCOPE_TEST_REINDEX_ALL" // set where the process is not killed
)

// logged notes in a file what it embeds. After the first batch it waits to be
// killed.
type logged struct {
	vocabulary
	log   *os.File
	all   bool
	calls int
}

func (l *logged) Name() string { return "renewed" }

func (l *logged) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	if l.calls++; l.calls > 1 && !l.all {
		_, err := io.Copy(io.Discard, os.Stdin)
		return nil, errors.Join(err, errBroken)
	}
	for _, img := range images {
		if _, err := fmt.Fprintln(l.log, img.ID); err != nil {
			return nil, err
		}
	}
	return l.vocabulary.EmbedImages(ctx, images)
}

// In the process that is killed, this test binary does nothing but Reindex.
func init() {
	dir := os.Getenv(reindexDir)
	if dir == "" {
		return
	}
	if err := reindexIn(context.Background(), dir); err != nil {
		panic(err)
	}
	os.Exit(0)
}

func reindexIn(ctx context.Context, dir string) error {
	old, err := index.Open(ctx, filepath.Join(dir, "old"), &index.DiskOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	renewed, err := index.Open(ctx, filepath.Join(dir, "new"), nil)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	p, err := imagescope.New(imagescope.Config{
		Embedder: &logged{vocabulary: words, log: log, all: os.Getenv(reindexAll) != ""}, Index: renewed, Concurrency: 1,
		Progress: func(p imagescope.Progress) { fmt.Println(p.ID) },
	})
	if err != nil {
		return err
	}
	return errors.Join(p.Reindex(ctx, old), renewed.Close(), old.Close(), log.Close())
}

// TestReindexKilled kills processes that reindex with SIGKILL, each as it has
// stored a batch. The last one completes the work, with no image embedded
// twice.
func TestReindexKilled(t *testing.T) {
	dir := t.TempDir()
	old, err := index.Open(t.Context(), filepath.Join(dir, "old"), &index.DiskOptions{Embedder: "old"})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range 50 {
		id := fmt.Sprintf("%02d", i)
		ids = append(ids, id)
		if err := old.Upsert(t.Context(), imagescope.Entry{ID: id, Vector: []float32{1}, Caption: "red cat", Meta: map[string]string{"n": id}}); err != nil {
			t.Fatal(err)
		}
	}
	want := listed(t, old)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		killReindex(t, dir)
	}
	last := exec.Command(os.Args[0])
	last.Env = append(os.Environ(), reindexDir+"="+dir, reindexAll+"=1")
	if out, err := last.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(ids, strings.Fields(string(log))); d != "" {
		t.Errorf("embedded: want is -, got is +\n%s", d)
	}
	renewed, err := index.Open(t.Context(), filepath.Join(dir, "new"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer renewed.Close()
	if d := cmp.Diff(want, listed(t, renewed)); d != "" || renewed.Embedder() != "renewed" {
		t.Errorf("the new index, of %q: want is -, got is +\n%s", renewed.Embedder(), d)
	}
}

// killReindex runs a process until it has stored 16 images, and kills it.
func killReindex(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), reindexDir+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range 16 {
		if !lines.Scan() {
			t.Error("the process ended early")
			break
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Errorf("the process was not killed: %v", err)
	}
}
