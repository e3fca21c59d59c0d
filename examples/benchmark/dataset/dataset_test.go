package dataset_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
)

// small are the files of a tiny dataset in each of the official layouts.
var small = map[string]map[string]string{
	"circo": {
		"annotations/val.json": `[
			{"id": 0, "reference_img_id": 7, "target_img_id": 9, "relative_caption": "is red", "shared_concept": "a car", "gt_img_ids": [9, 8], "semantic_aspects": ["negation"]}]`,
		"COCO2017_unlabeled/annotations/image_info_unlabeled2017.json": `{"info": {"year": 2017}, "images": [
			{"id": 7, "file_name": "000000000007.jpg"}, {"id": 8, "file_name": "000000000008.jpg"}, {"id": 9, "file_name": "000000000009.jpg"}]}`,
	},
	"cirr": {
		"captions/cap.rc2.val.json":       `[{"pairid": 5, "reference": "a", "target_hard": "b", "caption": " ", "img_set": {"members": ["b", "a", "c"]}}]`,
		"image_splits/split.rc2.val.json": `{"a": "./dev/a.png", "b": "./dev/b.png", "c": "./dev/c.png"}`,
	},
	"fashioniq": {
		"captions/cap.dress.val.json":        `[{"candidate": "A", "target": "B", "captions": [" is red. ", "has sleeves?"]}]`,
		"captions/cap.shirt.val.json":        `[{"candidate": "A", "target": "C", "captions": ["", "is blue"]}]`,
		"captions/cap.toptee.val.json":       `[]`,
		"image_splits/split.dress.val.json":  `["A", "B"]`,
		"image_splits/split.shirt.val.json":  `["A", "C"]`,
		"image_splits/split.toptee.val.json": `[]`,
	},
	"flickr30k": {
		"flickr.csv": "raw,sentids,split,filename,img_id\n" +
			`"[""A dog."", ""A dog runs, fast.""]","[1, 2]",test,1.jpg,31` + "\n" +
			`"[""A cat.""]",[3],train,2.jpg,32` + "\n",
	},
	"visdial": {
		"VisDial_v1.0_queries_val.json": `[{"img": "u/2.jpg", "dialog": ["a bedroom", "is it big? no"]}]`,
		"Search_Space_val_50k.json":     `["u/1.jpg", "u/2.jpg"]`,
	},
}

func write(t testing.TB, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReadSmall(t *testing.T) {
	want := map[string]dataset.Dataset{
		"circo": {
			Split: "val",
			Gallery: []dataset.Image{
				{ID: "7", Path: "COCO2017_unlabeled/unlabeled2017/000000000007.jpg"},
				{ID: "8", Path: "COCO2017_unlabeled/unlabeled2017/000000000008.jpg"},
				{ID: "9", Path: "COCO2017_unlabeled/unlabeled2017/000000000009.jpg"},
			},
			Queries: []dataset.Query{{ID: "0", Texts: []string{"is red"}, Reference: "7", Targets: []string{"9", "8"}, Aspects: []string{"negation"}}},
		},
		"cirr": {
			Split:   "val",
			Gallery: []dataset.Image{{ID: "a", Path: "dev/a.png"}, {ID: "b", Path: "dev/b.png"}, {ID: "c", Path: "dev/c.png"}},
			Queries: []dataset.Query{{ID: "5", Texts: []string{"the same image"}, Reference: "a", Targets: []string{"b"}, Subset: []string{"b", "c"}}},
		},
		"fashioniq": {
			Split: "val",
			Gallery: []dataset.Image{
				{ID: "dress/A", Path: "images/A.png", Group: "dress"}, {ID: "dress/B", Path: "images/B.png", Group: "dress"},
				{ID: "shirt/A", Path: "images/A.png", Group: "shirt"}, {ID: "shirt/C", Path: "images/C.png", Group: "shirt"},
			},
			Queries: []dataset.Query{
				{ID: "dress/0", Group: "dress", Texts: []string{"is red and has sleeves"}, Reference: "dress/A", Targets: []string{"dress/B"}},
				{ID: "shirt/0", Group: "shirt", Texts: []string{" and is blue"}, Reference: "shirt/A", Targets: []string{"shirt/C"}},
			},
		},
		"flickr30k": {
			Split:   "test",
			Gallery: []dataset.Image{{ID: "1.jpg", Path: "images/1.jpg"}},
			Queries: []dataset.Query{
				{ID: "31/0", Texts: []string{"A dog."}, Targets: []string{"1.jpg"}},
				{ID: "31/1", Texts: []string{"A dog runs, fast."}, Targets: []string{"1.jpg"}},
			},
		},
		"visdial": {
			Split:   "val",
			Gallery: []dataset.Image{{ID: "u/1.jpg", Path: "u/1.jpg"}, {ID: "u/2.jpg", Path: "u/2.jpg"}},
			Queries: []dataset.Query{{ID: "0", Texts: []string{"a bedroom", "is it big? no"}, Targets: []string{"u/2.jpg"}}},
		},
	}
	for name, w := range want {
		t.Run(name, func(t *testing.T) {
			w.Name = name
			got, err := dataset.Read(name, write(t, small[name]), "")
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(w, got); d != "" {
				t.Errorf("want is -, got is +\n%s", d)
			}
		})
	}
}

func TestGalleryOfFiles(t *testing.T) {
	files := maps.Clone(small["circo"])
	delete(files, "COCO2017_unlabeled/annotations/image_info_unlabeled2017.json")
	files["COCO2017_unlabeled/unlabeled2017/000000000012.jpg"] = ""
	files["COCO2017_unlabeled/unlabeled2017/notes.txt"] = ""
	d, err := dataset.Read("circo", write(t, files), "val")
	if err != nil {
		t.Fatal(err)
	}
	want := []dataset.Image{{ID: "12", Path: "COCO2017_unlabeled/unlabeled2017/000000000012.jpg"}}
	if diff := cmp.Diff(want, d.Gallery); diff != "" {
		t.Errorf("want is -, got is +\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct {
		name, dataset, file, text string
		entry, field              string // "" where no entry is meant
		want                      string
		at                        string // the file that the error names; "" is the one above
	}{
		{"no list", "circo", "annotations/val.json", `{"id": 0}`, "", "", "it begins with {", ""},
		{"cut off", "circo", "annotations/val.json", small["circo"]["annotations/val.json"][:60], "0", "", "ends too early", ""},
		{"cut off between entries", "circo", "annotations/val.json", `[`, "", "", "ends too early", ""},
		{"nothing", "circo", "annotations/val.json", ``, "", "", "ends too early", ""},
		{"no queries", "circo", "annotations/val.json", `[]`, "", "", "has no queries", ""},
		{"null entry", "circo", "annotations/val.json", `[null]`, "0", "id", "missing", ""},
		{"null truth", "circo", "annotations/val.json", `[{"id": 0, "reference_img_id": 7, "target_img_id": 9, "relative_caption": "x", "gt_img_ids": [9, null]}]`, "0", "gt_img_ids", "number 1 of it, from 0, is null", ""},
		{"unlisted reference", "circo", "annotations/val.json", `[{"id": 0, "reference_img_id": 70, "target_img_id": 9, "relative_caption": "x", "gt_img_ids": [9]}]`, "0", "reference_img_id", `"70": the split lists no such image`, ""},
		{"unlisted truth", "circo", "annotations/val.json", `[{"id": 0, "reference_img_id": 7, "target_img_id": 9, "relative_caption": "x", "gt_img_ids": [9, 80]}]`, "0", "gt_img_ids", `"80"`, ""},
		{"path outside", "circo", "COCO2017_unlabeled/annotations/image_info_unlabeled2017.json", `{"images": [{"id": 7, "file_name": "../../7.jpg"}]}`, "0", "file_name", "is no slash path", ""},
		{"garment outside", "fashioniq", "image_splits/split.dress.val.json", `["A", "B", "../C"]`, "2", "", "is no slash path", ""},
		{"null caption", "fashioniq", "captions/cap.dress.val.json", `[{"candidate": "A", "target": "B", "captions": [null, "x"]}]`, "0", "captions", "number 0 of it", ""},
		{"null member", "cirr", "captions/cap.rc2.val.json", `[{"pairid": 5, "reference": "a", "target_hard": "b", "caption": "x", "img_set": {"members": ["b", null]}}]`, "0", "img_set.members", "number 1 of it", ""},
		{"absolute path", "cirr", "image_splits/split.rc2.val.json", `{"a": "/dev/a.png"}`, `"a"`, "", "is no slash path", ""},
		{"null round", "visdial", "VisDial_v1.0_queries_val.json", `[{"img": "u/2.jpg", "dialog": ["a", null]}]`, "0", "dialog", "number 1 of it", ""},
		{"pool outside", "visdial", "Search_Space_val_50k.json", `["../1.jpg"]`, "0", "", "is no slash path", ""},
		{"null text", "flickr30k", "flickr.csv", "raw,split,filename,img_id\n[null],test,1.jpg,31\n", "0", "raw", "number 0 of it", ""},
		{"photo outside", "flickr30k", "flickr.csv", "raw,split,filename,img_id\n\"[\"\"x\"\"]\",test,../1.jpg,31\n", "0", "filename", "is no slash path", ""},
		{"same photo", "flickr30k", "flickr.csv", "raw,split,filename,img_id\n\"[\"\"x\"\"]\",test,1.jpg,31\n\"[\"\"y\"\"]\",test,1.jpg,32\n", "1", "filename", "given to another one before", ""},
		{"same number", "flickr30k", "flickr.csv", "raw,split,filename,img_id\n\"[\"\"x\"\"]\",test,1.jpg,31\n\"[\"\"y\"\"]\",test,2.jpg,31\n", "1", "img_id", "given to another one before", ""},
		{"unknown split", "flickr30k", "flickr.csv", "raw,split,filename,img_id\n\"[\"\"x\"\"]\",tset,1.jpg,31\n", "0", "split", `no split "tset", only train`, ""},
		{"two lists", "circo", "annotations/val.json", small["circo"]["annotations/val.json"] + "[]", "", "", "follows what should be all", ""},
		{"no reference", "circo", "annotations/val.json", `[{"id": 0, "relative_caption": "x"}]`, "0", "reference_img_id", "missing", ""},
		{"another type", "circo", "annotations/val.json", `[{"id": "zero"}]`, "0", "id", "string", ""},
		{"no truths", "circo", "annotations/val.json", `[{"id": 0, "reference_img_id": 7, "target_img_id": 9, "relative_caption": "x"}]`, "0", "gt_img_ids", "missing", ""},
		{"truths of another", "circo", "annotations/val.json", `[{"id": 0, "reference_img_id": 7, "target_img_id": 9, "relative_caption": "x", "gt_img_ids": [8]}]`, "0", "gt_img_ids", "begins with 8", ""},
		{"same ID", "circo", "annotations/val.json", strings.Replace(small["circo"]["annotations/val.json"], "}]", `}, {"id": 0, "reference_img_id": 7, "target_img_id": 9, "relative_caption": "is red", "gt_img_ids": [9]}]`, 1), "1", "id", "given to another one before", ""},
		{"same image", "visdial", "Search_Space_val_50k.json", `["u/1.jpg", "u/2.jpg", "u/1.jpg"]`, "2", "", "given to another one before", ""},
		{"same garment", "fashioniq", "image_splits/split.dress.val.json", `["A", "B", "A"]`, "2", "", "given to another one before", ""},
		{"same name", "cirr", "image_splits/split.rc2.val.json", `{"a": "./a.png", "a": "./b.png"}`, `"a"`, "", "given to another one before", ""},
		{"same COCO image", "circo", "COCO2017_unlabeled/annotations/image_info_unlabeled2017.json", `{"images": [{"id": 7, "file_name": "7.jpg"}, {"id": 7, "file_name": "8.jpg"}]}`, "1", "id", "given to another one before", ""},
		{"no images", "circo", "COCO2017_unlabeled/annotations/image_info_unlabeled2017.json", `{"info": {}}`, "", "", "images: it is missing", ""},
		{"image without file", "circo", "COCO2017_unlabeled/annotations/image_info_unlabeled2017.json", `{"images": [{"id": 7}]}`, "0", "file_name", "missing", ""},
		{"unlisted", "cirr", "image_splits/split.rc2.val.json", `{"a": "./dev/a.png", "c": "./dev/c.png"}`, "0", "target_hard", `"b": the split lists no such image`, "captions/cap.rc2.val.json"},
		{"no path", "cirr", "image_splits/split.rc2.val.json", `{"a": ""}`, `"a"`, "", "empty", ""},
		{"no set", "cirr", "captions/cap.rc2.val.json", `[{"pairid": 5, "reference": "a", "target_hard": "b", "caption": "x"}]`, "0", "img_set", "missing", ""},
		{"one caption", "fashioniq", "captions/cap.shirt.val.json", `[{"candidate": "A", "target": "C", "captions": ["x"]}]`, "0", "captions", "holds 1", ""},
		{"unlisted dress", "fashioniq", "image_splits/split.dress.val.json", `["A"]`, "0", "target", `"dress/B"`, "captions/cap.dress.val.json"},
		{"no column", "flickr30k", "flickr.csv", "raw,split,filename\n", "", "", "no column img_id", ""},
		{"raw is no list", "flickr30k", "flickr.csv", "raw,split,filename,img_id\nA dog.,test,1.jpg,31\n", "0", "raw", "no JSON list", ""},
		{"short row", "flickr30k", "flickr.csv", "raw,split,filename,img_id\nA dog.,test\n", "0", "", "wrong number of fields", ""},
		{"only another split", "flickr30k", "flickr.csv", "raw,split,filename,img_id\n\"[\"\"A\"\"]\",train,1.jpg,31\n", "", "", "has no queries", ""},
		{"uneven dialogues", "visdial", "VisDial_v1.0_queries_val.json", `[{"img": "u/2.jpg", "dialog": ["a", "b"]}, {"img": "u/1.jpg", "dialog": ["a"]}]`, "1", "dialog", "1 rounds", ""},
		{"not in the pool", "visdial", "Search_Space_val_50k.json", `["u/1.jpg"]`, "0", "img", `"u/2.jpg"`, "VisDial_v1.0_queries_val.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := maps.Clone(small[tt.dataset])
			files[tt.file] = tt.text
			_, err := dataset.Read(tt.dataset, write(t, files), "")
			if err == nil {
				t.Fatal("it was read")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error does not say %q: %v", tt.want, err)
			}
			var e *dataset.EntryError
			if found := errors.As(err, &e); found != (tt.entry != "") {
				t.Fatalf("it is an EntryError: %v: %v", found, err)
			} else if found {
				if _, ok := files[tt.at]; !ok {
					tt.at = tt.file
				}
				got := []string{filepath.Base(e.File), e.Entry, e.Field}
				if d := cmp.Diff([]string{filepath.Base(tt.at), tt.entry, tt.field}, got); d != "" {
					t.Errorf("file, entry and field: want is -, got is +\n%s", d)
				}
			}
		})
	}
}

func TestReadUnknown(t *testing.T) {
	for _, tt := range []struct{ name, split, want string }{
		{"imagenet", "", `"imagenet" is not known, only circo, cirr, fashioniq, flickr30k, mscoco, visdial`},
		{"cirr", "test", `no split "test", only val, test1`},
		{"circo", "", "annotations"},
		{"mscoco", "", "holds 0 files that end in .csv"},
	} {
		_, err := dataset.Read(tt.name, t.TempDir(), tt.split)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Read(%q, %q): %v, want %q in it", tt.name, tt.split, err, tt.want)
		}
	}
}

// FuzzRead has every reader read one file of rubbish among good ones.
func FuzzRead(f *testing.F) {
	for name, files := range small {
		for file, text := range files {
			f.Add(name, file, []byte(text))
			f.Add(name, file, []byte(text[:len(text)/2]))
		}
	}
	f.Fuzz(func(t *testing.T, name, file string, data []byte) {
		files := maps.Clone(small[name])
		if _, ok := files[file]; !ok {
			return
		}
		files[file] = string(data)
		d, err := dataset.Read(name, write(t, files), "")
		if err == nil && len(d.Queries) == 0 {
			t.Error("no query was read, and no error")
		}
	})
}
