package imagescope_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
)

const (
	syncDir  = "IMAGESCOPE_TEST_SYNC_DIR"
	syncKill = "IMAGESCOPE_TEST_SYNC_KILL" // an event and its number, as "upsert 3", at which the process is killed
)

// In the process that is killed, this test binary does nothing but Sync.
func init() {
	dir := os.Getenv(syncDir)
	if dir == "" {
		return
	}
	kill := os.Getenv(syncKill)
	last := strings.LastIndexByte(kill, ' ')
	n, _ := strconv.Atoi(kill[last+1:])
	if err := syncIn(context.Background(), dir, &killer{event: kill[:max(last, 0)], left: n}); err != nil {
		panic(err)
	}
	os.Exit(0)
}

// killer kills its process when something happens for the n-th time.
type killer struct {
	event string
	left  int
}

func (k *killer) at(event string) {
	if event != k.event {
		return
	}
	if k.left--; k.left > 0 {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {} // until it is
}

// mortalCamera notes in a file which calls have returned.
type mortalCamera struct {
	camera
	*killer
	log *os.File
}

func (m *mortalCamera) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	m.at("embed")
	rows, err := m.camera.EmbedImages(ctx, images)
	for _, img := range images {
		fmt.Fprintln(m.log, "embed", img.ID)
	}
	return rows, err
}

func (m *mortalCamera) Reason(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
	m.at("caption")
	caption, err := m.Caption(ctx, req.Images[0])
	fmt.Fprintln(m.log, "caption", req.Images[0].ID)
	return imagescope.Response{Text: caption}, err
}

// mortalIndex is killed before and after its changes.
type mortalIndex struct {
	*index.Disk
	*killer
	name string
}

func (m *mortalIndex) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	m.at("before upsert of " + m.name)
	err := m.Disk.Upsert(ctx, entries...)
	m.at("after upsert of " + m.name)
	return err
}

func (m *mortalIndex) Delete(ctx context.Context, ids ...string) error {
	m.at("before delete of " + m.name)
	err := m.Disk.Delete(ctx, ids...)
	m.at("after delete of " + m.name)
	return err
}

func syncIn(ctx context.Context, dir string, k *killer) error {
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	kept, err := imagescope.OpenCacheFile(filepath.Join(dir, "kept"), nil)
	if err != nil {
		return err
	}
	model := &mortalCamera{killer: k, log: log}
	images, captions, err := openBoth(ctx, dir)
	if err != nil {
		return err
	}
	p, err := imagescope.New(imagescope.Config{
		Images: os.DirFS(filepath.Join(dir, "photos")), Embedder: model,
		Captioner: embed.NewCaptioner(imagescope.Cache(model, &imagescope.CacheOptions{Model: "camera", File: kept}), nil),
		Index:     &mortalIndex{images, k, "images"}, CaptionIndex: &mortalIndex{captions, k, "captions"},
		VectorCache: kept, Concurrency: 1, // so that no other call returns as it dies
	})
	if err != nil {
		return err
	}
	report, err := p.Sync(ctx, nil)
	fmt.Printf("%+v\n", report)
	return errors.Join(err, images.Close(), captions.Close(), kept.Close(), log.Close())
}

func openBoth(ctx context.Context, dir string) (images, captions *index.Disk, err error) {
	images, err = index.Open(ctx, filepath.Join(dir, "images"), nil)
	if err != nil {
		return nil, nil, err
	}
	captions, err = index.Open(ctx, filepath.Join(dir, "captions"), nil)
	return images, captions, err
}

// runSync runs Sync in a process of its own and returns the report in words.
func runSync(t *testing.T, dir, kill string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), syncDir+"="+dir, syncKill+"="+kill)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case kill == "" && err != nil:
		t.Fatalf("%v\n%s", err, out)
	case kill != "" && (!errors.As(err, &exit) || exit.ExitCode() != -1):
		t.Fatalf("the process was not killed at %s: %v\n%s", kill, err, out)
	}
	return string(out)
}

// TestSyncKilled kills processes at every kind of step, as they add a folder and
// then as they follow its changes. No call that had returned is made again.
func TestSyncKilled(t *testing.T) {
	dir := t.TempDir()
	const n = 50
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(dir, "photos", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{}
	for i := range n {
		name := fmt.Sprintf("a/%02d.jpg", i)
		want[name] = fmt.Sprintf("it is number %02d", i)
		write(name, fmt.Sprintf("number %02d", i))
	}
	for _, kill := range []string{
		"caption 1", "caption 9", "embed 1", "embed 2", "before upsert of captions 1", "after upsert of captions 1", "before upsert of images 1",
		"after upsert of images 1", "caption 9", "embed 1", "after upsert of images 1",
	} {
		runSync(t, dir, kill)
	}
	if got, want := runSync(t, dir, ""), "{Files:50 Unchanged:48 Added:2 Changed:0 Renamed:0 Copied:0 Removed:0 Kept:0 Failed:0}\n"; got != want {
		t.Errorf("the last Sync reports %s, want %s", got, want)
	}
	checkSynced(t, dir, want, n)

	// All of a/ moves to b/, three change, and two vanish.
	if err := os.Rename(filepath.Join(dir, "photos", "a"), filepath.Join(dir, "photos", "b")); err != nil {
		t.Fatal(err)
	}
	want = map[string]string{}
	for i := range n {
		want[fmt.Sprintf("b/%02d.jpg", i)] = fmt.Sprintf("it is number %02d", i)
	}
	for i := range 3 {
		name := fmt.Sprintf("b/%02d.jpg", i)
		want[name] = fmt.Sprintf("it is new and number %02d", i)
		write(name, fmt.Sprintf("new and number %02d", i))
	}
	for i := range 2 {
		name := fmt.Sprintf("b/%02d.jpg", n-1-i)
		delete(want, name)
		if err := os.Remove(filepath.Join(dir, "photos", filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, kill := range []string{
		"before upsert of captions 1", "before upsert of images 1", "after upsert of images 1", "before delete of images 1", "after delete of images 1",
	} {
		runSync(t, dir, kill)
	}
	runSync(t, dir, "")
	checkSynced(t, dir, want, n+3)
}

// checkSynced compares the captions of both indexes, and has the log hold no
// call twice.
func checkSynced(t *testing.T, dir string, want map[string]string, calls int) {
	t.Helper()
	images, captions, err := openBoth(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer images.Close()
	defer captions.Close()
	for _, ix := range []*index.Disk{images, captions} {
		got := map[string]string{}
		for _, e := range listed(t, ix) {
			got[e.ID] = e.Caption
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("in the index: want is -, got is +\n%s", d)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(log)), "\n")
	slices.Sort(lines)
	if once := slices.Compact(slices.Clone(lines)); len(once) != len(lines) || len(once) != 2*calls {
		t.Errorf("%d calls were made, of %d kinds; want %d of each of two\n%s", len(lines), len(once), calls, lines)
	}
}
