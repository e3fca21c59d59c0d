package run_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// TestMemory measures the most memory that the gallery of a run takes while it
// is made, and opened again and searched, collected as often as by the program
// benchmark:
//
//	IMAGESCOPE_GALLERY=123403 go test ./run -run TestMemory -v
func TestMemory(t *testing.T) {
	text := os.Getenv("IMAGESCOPE_GALLERY")
	if text == "" {
		t.Skip("IMAGESCOPE_GALLERY is not set: to how many images, such as 123403 for CIRCO")
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	const dim, batch = 512, 1000
	dir := t.TempDir()
	opts := &index.DiskOptions{Exact: true}
	random := rand.New(rand.NewPCG(1, 2))
	vector := func() []float32 {
		v := make([]float32, dim)
		for i := range v {
			v[i] = float32(random.NormFloat64()) / 23
		}
		return v
	}
	var peak uint64
	disk, err := index.Open(t.Context(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	for from := 0; from < n; from += batch {
		entries := make([]imagescope.Entry, min(batch, n-from))
		for i := range entries {
			entries[i] = imagescope.Entry{
				ID: fmt.Sprintf("unlabeled2017/%012d.jpg", from+i), Vector: vector(),
				Caption: "a man in a red coat walks two dogs along a snowy street in the evening",
			}
		}
		if err := disk.Upsert(t.Context(), entries...); err != nil {
			t.Fatal(err)
		}
		peak = max(peak, taken(t))
	}
	if err := disk.Close(); err != nil {
		t.Fatal(err)
	}
	made := peak
	debug.FreeOSMemory()
	if disk, err = index.Open(t.Context(), dir, opts); err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	peak = taken(t)
	for range 50 {
		if found, err := disk.Search(t.Context(), vector(), 50, imagescope.Filter{}); err != nil || len(found) != min(50, n) {
			t.Fatalf("%d found, %v", len(found), err)
		}
		peak = max(peak, taken(t))
	}
	t.Logf("%d images of %d components: %d MB at most while they are added, %d MB when opened and searched", n, dim, made/1e6, peak/1e6)
	if peak > 600e6 {
		t.Errorf("%d bytes are taken, more than 600 MB", peak)
	}
}

// taken returns how many bytes of the machine's memory the process has, without
// those of files.
func taken(t *testing.T) (bytes uint64) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("only Linux tells what memory a process has: ", err)
	}
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "RssAnon: %d kB", &bytes); err == nil {
			return bytes << 10
		}
	}
	t.Fatal("/proc/self/status has no line RssAnon")
	return 0
}
