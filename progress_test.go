package imagescope_test

import (
	"context"
	"maps"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// TestProgress has a captioner that takes a second for each of 48 images, in
// batches of 16. With Sync 2 images of 50 need nothing.
func TestProgress(t *testing.T) {
	type told struct {
		Done, Total int
		Rate        float64
		Left        time.Duration
	}
	slow := imagescope.CaptionerFunc(func(_ context.Context, img imagescope.Image) (string, error) {
		time.Sleep(time.Second)
		return "red cat", nil
	})
	for _, name := range []string{"Add", "Sync"} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))) // after the files were changed
			var got []told
			all := map[string]string{}
			for _, img := range numbered(50) {
				all[img.ID+".jpg"] = img.ID
			}
			files := folder(all)
			p, err := imagescope.New(imagescope.Config{
				Images: files, Embedder: words, Index: new(index.Flat), Captioner: slow, Concurrency: 1,
				Progress: func(p imagescope.Progress) {
					if p.Done%16 == 2 || p.Done == p.Total {
						got = append(got, told{p.Done, p.Total, p.Rate, p.Left})
					}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			want := []told{{2, 48, 0.125, 368 * time.Second}, {18, 48, 0.5625, 53333333333}, {34, 48, 0.708333, 19764705882}, {48, 48, 1, 0}}
			if name == "Sync" {
				want = []told{{18, 50, 1, 32 * time.Second}, {34, 50, 1, 16 * time.Second}, {50, 50, 1, 0}}
				rest := maps.Clone(files)
				maps.DeleteFunc(files, func(name string, _ *fstest.MapFile) bool { return name > "001.jpg" })
				if _, err := p.Sync(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
				maps.Copy(files, rest)
				time.Sleep(time.Hour)
				got = nil
				_, err = p.Sync(t.Context(), nil)
			} else {
				err = p.Add(t.Context(), numbered(48)...)
			}
			if err != nil {
				t.Fatal(err)
			}
			near := cmpopts.EquateApprox(0, 1e-6)
			if d := cmp.Diff(want, got, near); d != "" {
				t.Errorf("%s: want is -, got is +\n%s", name, d)
			}
		})
	}
}
