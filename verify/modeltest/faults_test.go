package modeltest_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/picture"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// faultyQueries is how many queries TestFaults asks: 24, or as many as the
// environment variable says.
const faultyQueries = "IMAGESCOPE_FAULTY_QUERIES"

// guarded is a real client for a model, with no socket in between, behind
// what a careful user puts there.
func guarded(t *testing.T, m *modeltest.Model, ollama bool) imagescope.Reasoner {
	t.Helper()
	client := imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: m})
	model := openAI(t, "http://model.test/v1", client)
	if ollama {
		model = ollamaModel(t, "http://model.test", client)
	}
	return imagescope.Retry(imagescope.Limit(model, &imagescope.LimitOptions{InFlight: 64, Timeout: 10 * time.Second}), nil)
}

// thumbnails are the pictures of the gallery, small, so that encoding them is
// not what a test spends its time with.
var thumbnails = sync.OnceValues(func() (fs.FS, error) {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for _, img := range modeltest.Gallery().Images() {
		pixels, err := img.Decode()
		if err != nil {
			return nil, err
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: img.ID, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if err := png.Encode(f, picture.Fit(pixels, 96)); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	r, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	if err != nil {
		return nil, err
	}
	return r, nil
})

func small(t *testing.T) fs.FS {
	t.Helper()
	files, err := thumbnails()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestFaults has 30 % of all calls fail, in every way, through the clients of
// langchaingo: no search may fail, or leave anything behind.
//
//	IMAGESCOPE_FAULTY_QUERIES=10000 go test ./verify/modeltest -run TestFaults -v -timeout 60m
func TestFaults(t *testing.T) {
	n := 24
	if asked := os.Getenv(faultyQueries); asked != "" {
		var err error
		if n, err = strconv.Atoi(asked); err != nil {
			t.Fatalf("%s: %v", faultyQueries, err)
		}
	}
	b := newBenchOf(t, modeltest.Gallery(), glance{})
	files := small(t)
	synctest.Test(t, func(t *testing.T) {
		model := modeltest.New(b.World, &modeltest.Options{
			Latency: 500 * time.Millisecond, Jitter: time.Second, Oversize: 300 << 10,
			Faults: modeltest.Faults{RateLimit: 0.06, ServerError: 0.06, Hang: 0.02, Cut: 0.05, Malformed: 0.05, Refusal: 0.04, Oversized: 0.02},
		})
		for i, client := range []imagescope.Reasoner{guarded(t, model, false), guarded(t, model, true)} {
			p := b.pipeline(t, mode{change: func(c *imagescope.Config) { c.Images, c.StageTimeout = files, time.Hour }}, client)
			searchAll(t, p, b.World, n/2, []string{"openai", "ollama"}[i])
			s := model.Stats()
			failed := 0
			for _, k := range s.Faults {
				failed += k
			}
			t.Logf("%d requests, %.1f %% of them failed: %v", s.Total(), 100*float64(failed)/float64(s.Total()), s.Faults)
			if share := float64(failed) / float64(s.Total()); share < 0.2 || share > 0.4 || s.Faults["BadRequest"] > 0 {
				t.Errorf("%.3f of the requests failed: %v", share, s.Faults)
			}
			model.Reset()
		}
	})
}

// searchAll has four people ask n queries, and looks at the memory that is in
// use after each quarter. They think before each: while a model that was given up
// is left alone searches take no time, and would all come then.
func searchAll(t *testing.T, p *imagescope.Pipeline, w *modeltest.World, n int, client string) {
	t.Helper()
	queries := w.Queries()
	faults, skipped, first := map[imagescope.Stage]int{}, 0, 0
	var mu sync.Mutex
	search := func(i int) {
		q := queries[i%len(queries)]
		got, err := p.Search(t.Context(), q.Query)
		mu.Lock()
		defer mu.Unlock()
		if err != nil || len(got.Candidates) != imagescope.DefaultLimit {
			t.Errorf("%s: %q: %d results, error %v", client, q.Text, len(got.Candidates), err)
			return
		}
		for _, f := range got.Faults {
			faults[f.Stage]++
			if f.Skipped {
				skipped++
			}
		}
		if got.Candidates[0].Image.ID == q.Target {
			first++
		}
	}
	var used [4]uint64
	for quarter := range used {
		var group sync.WaitGroup
		for k := range 4 {
			group.Go(func() {
				for i := n*quarter/4 + k; i < n*(quarter+1)/4; i += 4 {
					time.Sleep(5 * time.Second)
					search(i)
				}
			})
		}
		group.Wait()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		used[quarter] = m.HeapAlloc
	}
	t.Logf("%s: %d queries: all have a ranking; R@1 %.1f %%; stages that made do: %v, skipped: %d; MB in use after each quarter: %s",
		client, n, 100*float64(first)/float64(n), faults, skipped, megabytes(used[:]))
	if used[3] > used[0]+8<<20 {
		t.Errorf("%s: the memory in use grew: %s MB", client, megabytes(used[:]))
	}
}

func megabytes(used []uint64) (s string) {
	for _, u := range used {
		s += fmt.Sprintf(" %.1f", float64(u)/(1<<20))
	}
	return s
}

// TestModelDown asks a model that answers nothing: every search goes on with
// what it can do without, within the time that one call's tries take, and the
// next ones at once.
func TestModelDown(t *testing.T) {
	b := newBenchOf(t, modeltest.Gallery(), glance{})
	files := small(t)
	for name, faults := range map[string]modeltest.Faults{
		"500": {ServerError: 1}, "429": {RateLimit: 1}, "cut": {Cut: 1}, "hang": {Hang: 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			model := modeltest.New(b.World, &modeltest.Options{Faults: faults, Latency: 100 * time.Millisecond})
			p := b.pipeline(t, mode{change: func(c *imagescope.Config) { c.Images = files }}, guarded(t, model, false))
			// Four tries, each with the timeout of the limit, and the waits between.
			budget := imagescope.DefaultRetryBudget + 10*time.Second
			longest := time.Duration(0)
			for i, q := range b.Queries()[:20] {
				start := time.Now()
				got, err := p.Search(t.Context(), q.Query)
				took := time.Since(start)
				longest = max(longest, took)
				if err != nil || len(got.Candidates) != imagescope.DefaultLimit || got.Stage != imagescope.StageRetrieve || len(got.Faults) != 3 {
					t.Errorf("%s: query %d: %d results of stage %s, %d faults, error %v", name, i, len(got.Candidates), got.Stage, len(got.Faults), err)
				}
				if took > budget {
					t.Errorf("%s: query %d took %v, want %v at most", name, i, took, budget)
				}
			}
			t.Logf("%-4s the longest of 20 searches took %v; %d requests", name, longest, model.Stats().Total())
		})
	}
}
