package imagescope_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
)

const (
	largeImages = "IMAGESCOPE_SYNC_IMAGES"     // how many images TestSyncLarge generates
	largeDir    = "IMAGESCOPE_TEST_LARGE_DIR"  // in the processes that it kills
	largeKill   = "IMAGESCOPE_TEST_LARGE_KILL" // after so many images
)

// largeRun is what a process tells of its Sync.
type largeRun struct {
	Report  imagescope.SyncReport
	Took    time.Duration
	Opening time.Duration
	Heap    []uint64 // MB in use after every 10,000 images
	Rest    uint64   // the same once Sync has returned: what the index takes
}

func init() {
	dir := os.Getenv(largeDir)
	if dir == "" {
		return
	}
	n, _ := strconv.Atoi(os.Getenv(largeKill))
	if err := syncLarge(context.Background(), dir, &killer{event: "image", left: n}); err != nil {
		panic(err)
	}
	os.Exit(0)
}

// notedWords is an embedder without a model that notes what it has embedded.
type notedWords struct {
	embed.Words
	log *os.File
}

func (n notedWords) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	rows, err := n.Words.EmbedImages(ctx, images)
	var ids strings.Builder
	for _, img := range images {
		fmt.Fprintln(&ids, img.ID)
	}
	if _, werr := n.log.WriteString(ids.String()); werr != nil {
		return nil, werr
	}
	return rows, err
}

func syncLarge(ctx context.Context, dir string, k *killer) error {
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	kept, err := imagescope.OpenCacheFile(filepath.Join(dir, "kept"), nil)
	if err != nil {
		return err
	}
	var run largeRun
	began := time.Now()
	gallery, err := index.Open(ctx, filepath.Join(dir, "gallery"), nil)
	if err != nil {
		return err
	}
	run.Opening = time.Since(began)
	p, err := imagescope.New(imagescope.Config{
		Images: os.DirFS(filepath.Join(dir, "photos")), Captioner: embed.Colours{}, Embedder: notedWords{embed.Words{Dim: 256}, log},
		Index: gallery, VectorCache: kept,
		Progress: func(p imagescope.Progress) {
			if p.Done%10_000 == 0 {
				run.Heap = append(run.Heap, heapInUse())
			}
			if k.left > 0 {
				k.at("image")
			}
		},
	})
	if err != nil {
		return err
	}
	began = time.Now()
	if run.Report, err = p.Sync(ctx, nil); err != nil {
		return err
	}
	run.Took, run.Rest = time.Since(began), heapInUse()
	if err := json.NewEncoder(os.Stdout).Encode(run); err != nil {
		return err
	}
	return errors.Join(gallery.Close(), kept.Close(), log.Close())
}

// TestSyncLarge syncs many small pictures, in processes that are killed at
// random places until one ends, and once more. It prints what that takes.
func TestSyncLarge(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv(largeImages))
	if err != nil {
		t.Skipf("set %s to how many images to generate, such as 100000; it takes minutes", largeImages)
	}
	dir := t.TempDir()
	writeSmall(t, filepath.Join(dir, "photos"), n)

	sync := func(kill int) (largeRun, bool) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), largeDir+"="+dir, fmt.Sprintf("%s=%d", largeKill, kill))
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		began := time.Now()
		err := cmd.Run()
		var exit *exec.ExitError
		if kill > 0 && errors.As(err, &exit) && exit.ExitCode() == -1 {
			t.Logf("killed after %v", time.Since(began).Round(time.Millisecond))
			return largeRun{Took: time.Since(began)}, false
		}
		var run largeRun
		if err == nil {
			err = json.Unmarshal(out.Bytes(), &run)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, errs.String())
		}
		t.Logf("%+v in %v, the index opened in %v; heap in MB after every 10,000 images: %v, and after Sync: %d", run.Report,
			run.Took.Round(time.Millisecond), run.Opening.Round(time.Millisecond), run.Heap, run.Rest)
		return run, true
	}
	var first time.Duration
	for _, kill := range []int{n/5 + 3, n/4 + 7, n/3 + 1} {
		run, ended := sync(kill)
		if ended {
			t.Errorf("the process was not killed after %d images", kill)
		}
		first += run.Took
	}
	last, _ := sync(0)
	first += last.Took
	again, _ := sync(0)
	if again.Report.Unchanged != n {
		t.Errorf("the second Sync reports %+v, want %d unchanged", again.Report, n)
	}
	t.Logf("the second Sync took %.2f%% of the first, which took %v in all", 100*again.Took.Seconds()/first.Seconds(), first.Round(time.Millisecond))

	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(log))
	slices.Sort(lines)
	if once := slices.Compact(slices.Clone(lines)); len(once) != n || len(lines) != n {
		t.Errorf("%d images were embedded %d times, want %d once", len(once), len(lines), n)
	}
}

// heapInUse returns how many MB are in use.
func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc >> 20
}

// writeSmall writes pictures of 16 x 16 pixels, no two of them alike, changed an
// hour ago.
func writeSmall(t *testing.T, dir string, n int) {
	t.Helper()
	at := time.Now().Add(-time.Hour)
	img := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for i := range n {
		for p := 0; p < len(img.Pix); p += 4 {
			binary.LittleEndian.PutUint32(img.Pix[p:], uint32(i)*2654435761>>8|0xff<<24)
		}
		binary.LittleEndian.PutUint32(img.Pix, uint32(i)|0xff<<24)
		var file bytes.Buffer
		if err := png.Encode(&file, img); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, fmt.Sprintf("%03d", i/1000), fmt.Sprintf("%06d.png", i))
		if i%1000 == 0 {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
}
