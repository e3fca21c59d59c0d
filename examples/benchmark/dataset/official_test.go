package dataset_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
)

// official is where the real annotation files lie beside the repository.
const official = "../../../../shared/datasets"

func folder(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join(official, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the official annotation files are not on this machine: %v", err)
	}
	return dir
}

func TestOfficialFiles(t *testing.T) {
	tests := []struct {
		name, folder, split string
		images, queries     int
		groups              map[string]int
		rounds              int
		query               dataset.Query // one of them
	}{
		{"circo", "CIRCO", "val", 0, 220, map[string]int{"": 220}, 1, dataset.Query{
			ID: "3", Texts: []string{"has plants instead of plungers"}, Reference: "23082",
			Targets: []string{"119203", "185509", "565176", "564181", "429374", "39227", "178160"},
			Aspects: []string{"compare_change"},
		}},
		{"circo", "CIRCO", "test", 0, 800, map[string]int{"": 800}, 1, dataset.Query{
			ID: "2", Texts: []string{"is sitting on the ground"}, Reference: "232621",
		}},
		{"cirr", "CIRR", "val", 2297, 4181, map[string]int{"": 4181}, 1, dataset.Query{
			ID: "12060", Texts: []string{"show three bottles of soft drink"}, Reference: "dev-244-0-img0", Targets: []string{"dev-1028-1-img1"},
			Subset: []string{"dev-430-3-img0", "dev-63-0-img1", "dev-1028-1-img1", "dev-1028-2-img1", "dev-1028-2-img0"},
		}},
		{"cirr", "CIRR", "test1", 2315, 4148, map[string]int{"": 4148}, 1, dataset.Query{
			ID: "12064", Texts: []string{"mirror the image"}, Reference: "test1-83-0-img1",
			Subset: []string{"test1-147-1-img1", "test1-1001-2-img0", "test1-83-1-img1", "test1-359-0-img1", "test1-906-0-img1"},
		}},
		{"fashioniq", "FashionIQ", "val", 15536, 6016, map[string]int{"dress": 2017, "shirt": 2038, "toptee": 1961}, 1, dataset.Query{
			ID: "dress/3", Group: "dress", Texts: []string{"is a plain white feminine t shirt and is a tan shirt"},
			Reference: "dress/B000QSGNOI", Targets: []string{"dress/B004UO3XYC"},
		}},
		{"visdial", "VisDial", "val", 50000, 2064, map[string]int{"": 2064}, 11, dataset.Query{}},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.split, func(t *testing.T) {
			d, err := dataset.Read(tt.name, folder(t, tt.folder), tt.split)
			if err != nil {
				t.Fatal(err)
			}
			groups := map[string]int{}
			for _, q := range d.Queries {
				groups[q.Group]++
				if len(q.Texts) != tt.rounds {
					t.Errorf("query %s has %d texts, want %d", q.ID, len(q.Texts), tt.rounds)
				}
				if q.ID == tt.query.ID {
					if diff := cmp.Diff(tt.query, q); diff != "" {
						t.Errorf("query %s: want is -, got is +\n%s", q.ID, diff)
					}
					tt.query.ID = ""
				}
			}
			if tt.query.ID != "" {
				t.Errorf("there is no query %s", tt.query.ID)
			}
			got := fmt.Sprint(len(d.Gallery), len(d.Queries), groups)
			if want := fmt.Sprint(tt.images, tt.queries, tt.groups); got != want {
				t.Errorf("images, queries, groups = %s, want %s", got, want)
			}
		})
	}
}

// BenchmarkRead shows how long each dataset takes to read.
func BenchmarkRead(b *testing.B) {
	for _, name := range [][3]string{{"circo", "CIRCO", "val"}, {"cirr", "CIRR", "val"}, {"fashioniq", "FashionIQ", "val"}, {"visdial", "VisDial", "val"}} {
		b.Run(name[0], func(b *testing.B) {
			dir := folder(b, name[1])
			for b.Loop() {
				if _, err := dataset.Read(name[0], dir, name[2]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
