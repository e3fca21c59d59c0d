package imagescope_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/internal/exiftest"
)

// shot is what a camera notes.
type shot struct {
	model, taken, offset string
	latitude, longitude  float64 // 0 for none
}

// photograph returns a JPEG file with these notes.
func photograph(s shot) []byte {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		panic(err)
	}
	var main, camera, place []exiftest.Tag
	if s.model != "" {
		main = append(main, exiftest.Text(exiftest.Make, "FUJIFILM\x00"), exiftest.Text(exiftest.Model, s.model+"\x00"), exiftest.Shorts(exiftest.Orientation, 6))
	}
	if s.taken != "" {
		camera = append(camera, exiftest.Text(exiftest.Taken, s.taken+"\x00"))
	}
	if s.offset != "" {
		camera = append(camera, exiftest.Text(exiftest.TakenOffset, s.offset+"\x00"))
	}
	angle := func(ref, tag uint16, value float64, positive, negative string) {
		side := positive
		if value < 0 {
			side, value = negative, -value
		}
		place = append(place, exiftest.Text(ref, side+"\x00"), exiftest.Ratios(tag, uint32(value*1e6), 1e6, 0, 1, 0, 1))
	}
	if s.latitude != 0 {
		angle(exiftest.LatitudeRef, exiftest.Latitude, s.latitude, "N", "S")
		angle(exiftest.LongitudeRef, exiftest.Longitude, s.longitude, "E", "W")
	}
	return exiftest.InJPEG(file.Bytes(), exiftest.Camera(binary.BigEndian, main, camera, place))
}

// ExampleImage_EXIF finds photographs by when and where they were taken.
func ExampleImage_EXIF() {
	ctx := context.Background()
	folder := fstest.MapFS{ // os.DirFS(path) for a folder
		"1.jpg": {Data: photograph(shot{model: "X-T5", taken: "2026:07:14 21:30:00", latitude: 48.8584, longitude: 2.2945})},
		"2.jpg": {Data: photograph(shot{model: "X-T5", taken: "2026:07:20 12:00:00", latitude: 41.8902, longitude: 12.4922})},
		"3.jpg": {Data: photograph(shot{model: "X-T5", taken: "2025:01:02 12:00:00"})},
	}
	noted, err := imagescope.File(folder, "1.jpg").EXIF()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(noted[imagescope.MetaTaken], noted[imagescope.MetaLatitude], noted[imagescope.MetaLongitude])

	p, err := imagescope.New(imagescope.Config{Images: folder, EXIF: true, Embedder: embed.Words{}, Index: new(index.Flat)})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := p.Sync(ctx, nil); err != nil {
		fmt.Println(err)
		return
	}
	q := imagescope.Text("a tower")
	q.Filter.Where = []imagescope.Condition{
		imagescope.Between(imagescope.MetaTaken, "2026-07-01", "2026-08-01"),
		imagescope.Between(imagescope.MetaLatitude, "41.3", "51.1"), // France, about
		imagescope.Between(imagescope.MetaLongitude, "-5.2", "9.6"),
	}
	r, err := p.Search(ctx, q)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.IDs())
	// Output:
	// 2026-07-14T21:30:00 48.8584 2.2945
	// [1.jpg]
}

func TestImageEXIF(t *testing.T) {
	tests := []struct {
		name string
		shot shot
		want map[string]string
	}{
		{"all", shot{"X-T5", "2026:11:24 00:20:30", "+01:00", -33.8568, 151.2153}, map[string]string{
			"exif_taken": "2026-11-24T00:20:30", "exif_taken_utc": "2026-11-23T23:20:30Z", "exif_make": "FUJIFILM", "exif_model": "X-T5",
			"exif_latitude": "-33.8568", "exif_longitude": "151.2153", "exif_orientation": "6",
		}},
		{"UTC before year 1", shot{taken: "0001:01:01 00:20:30", offset: "+01:00"}, map[string]string{"exif_taken": "0001-01-01T00:20:30"}},
		{"UTC after year 9999", shot{taken: "9999:12:31 23:20:30", offset: "-01:00"}, map[string]string{"exif_taken": "9999-12-31T23:20:30"}},
		{"no zone", shot{taken: "2026:11:24 00:20:30"}, map[string]string{"exif_taken": "2026-11-24T00:20:30"}},
		{"whole and small degrees", shot{latitude: 52, longitude: -0.00001}, map[string]string{"exif_latitude": "52", "exif_longitude": "-0.00001"}},
		{"nothing", shot{}, map[string]string{}},
	}
	for _, tt := range tests {
		got, err := imagescope.Bytes("a.jpg", photograph(tt.shot)).EXIF()
		if d := cmp.Diff(tt.want, got); err != nil || d != "" {
			t.Errorf("%s: %v; want is -, got is +\n%s", tt.name, err, d)
		}
	}
	for name, img := range map[string]imagescope.Image{
		"no bytes": {ID: "a.jpg"}, "no image": imagescope.Bytes("a.jpg", []byte("text, and no image")), "no file": imagescope.File(fstest.MapFS{}, "a.jpg"),
	} {
		var ie *imagescope.ImageError
		if got, err := img.EXIF(); !errors.As(err, &ie) || ie.ID != "a.jpg" || got != nil {
			t.Errorf("%s: EXIF = %v, %v; want an ImageError", name, got, err)
		}
	}
	if got, err := imagescope.Pixels("a.png", image.NewGray(image.Rect(0, 0, 8, 8))).EXIF(); err != nil || len(got) != 0 {
		t.Errorf("of pixels: EXIF = %v, %v", got, err)
	}
}

// TestEXIFFilters finds one image among many by what its camera noted, in every
// index, where others are nearer to the query.
func TestEXIFFilters(t *testing.T) {
	files := fstest.MapFS{}
	for i := range 40 {
		files[fmt.Sprintf("near/%02d.jpg", i)] = &fstest.MapFile{Data: photograph(shot{"X-T5", "2024:05:01 12:00:00", "", 10, 20})}
	}
	files["far/paris.jpg"] = &fstest.MapFile{Data: photograph(shot{"X100VI", "2026:07:14 21:30:00", "+02:00", 48.8584, 2.2945})}
	files["far/fiji.jpg"] = &fstest.MapFile{Data: photograph(shot{"X-H2", "2026:02:03 10:00:00", "", -17.7, 179.5})}
	files["far/samoa.jpg"] = &fstest.MapFile{Data: photograph(shot{"X-H2", "2026:02:01 10:00:00", "", -13.8, -172.1})}
	files["far/plain.jpg"] = &fstest.MapFile{Data: photograph(shot{})}
	files["far/broken.jpg"] = &fstest.MapFile{Data: []byte("no image at all")}
	is, between, not := imagescope.Is, imagescope.Between, imagescope.Not
	const taken, model = imagescope.MetaTaken, imagescope.MetaCameraModel
	const latitude, longitude = imagescope.MetaLatitude, imagescope.MetaLongitude
	tests := []struct {
		name  string
		where []imagescope.Condition
		want  string // in order of ID, those of near/ left out
	}{
		{"equal", []imagescope.Condition{is(model, "X100VI")}, "far/paris.jpg"},
		{"a set", []imagescope.Condition{is(model, "X100VI", "X-H2")}, "far/fiji.jpg far/paris.jpg far/samoa.jpg"},
		{"a day", []imagescope.Condition{between(taken, "2026-07-14", "2026-07-15")}, "far/paris.jpg"},
		{"a month", []imagescope.Condition{between(taken, "2026-02-01", "2026-03-01")}, "far/fiji.jpg far/samoa.jpg"},
		{"since", []imagescope.Condition{between(taken, "2026-02-03T10:00:00", "")}, "far/fiji.jpg far/paris.jpg"},
		{"in UTC", []imagescope.Condition{between(imagescope.MetaTakenUTC, "2026-07-14T19:30:00Z", "2026-07-14T19:30:00Z")}, "far/paris.jpg"},
		{"a box", []imagescope.Condition{between(latitude, "41.3", "51.1"), between(longitude, "-5.2", "9.6")}, "far/paris.jpg"},
		{"a box across 180°", []imagescope.Condition{between(latitude, "-20", "-10"), not(between(longitude, "-172", "179"))}, "far/fiji.jpg far/samoa.jpg"},
		{"a box on one side of it", []imagescope.Condition{between(latitude, "-20", "-10"), between(longitude, "179", "")}, "far/fiji.jpg"},
		{"not this camera", []imagescope.Condition{not(is(model, "X-T5"))}, "far/broken.jpg far/fiji.jpg far/paris.jpg far/plain.jpg far/samoa.jpg"},
		{"nor without a date", []imagescope.Condition{not(is(model, "X-T5", "X-H2")), between(taken, "0001", "9999")}, ""},
		{"with a date", []imagescope.Condition{not(is(model, "X-T5", "X-H2")), between(taken, "0001-01-01", "")}, "far/paris.jpg"},
		{"turned", []imagescope.Condition{is(imagescope.MetaOrientation, "6"), not(is(model, "X-T5"))}, "far/fiji.jpg far/paris.jpg far/samoa.jpg"},
	}
	disk, err := index.Open(t.Context(), filepath.Join(t.TempDir(), "gallery"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	for name, ix := range map[string]imagescope.VectorIndex{"Flat": new(index.Flat), "HNSW": new(index.HNSW), "Disk": disk} {
		p, err := imagescope.New(imagescope.Config{Images: files, EXIF: true, Embedder: embed.Words{}, Index: ix})
		if err != nil {
			t.Fatal(err)
		}
		images, err := imagescope.Files(files)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(t.Context(), images...); err != nil {
			t.Fatal(err)
		}
		for _, tt := range tests {
			want := strings.Fields(tt.want)
			q := imagescope.Text("near")
			q.Filter.Where, q.Limit = tt.where, max(1, len(want))
			r, err := p.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, r.IDs(), cmpopts.SortSlices(strings.Compare)); d != "" {
				t.Errorf("%s, %s: want is -, got is +\n%s", name, tt.name, d)
			}
		}
	}
}

// TestAddEXIF keeps what a caller says, and changes nothing that is the caller's.
func TestAddEXIF(t *testing.T) {
	files := fstest.MapFS{"a.jpg": {Data: photograph(shot{model: "X-T5", taken: "2026:07:14 21:30:00"}), ModTime: time.Now().Add(-time.Hour)}}
	given := map[string]string{imagescope.MetaCameraModel: "a borrowed one", "album": "Paris"}
	for _, on := range []bool{true, false} {
		ix := new(index.Flat)
		p, err := imagescope.New(imagescope.Config{Images: files, EXIF: on, Embedder: words, Index: ix})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(t.Context(), imagescope.Image{ID: "a.jpg", Caption: "red", Meta: given}); err != nil {
			t.Fatal(err)
		}
		if len(given) != 2 {
			t.Errorf("the caller's metadata is now %v", given)
		}
		want := given
		if on {
			want = map[string]string{
				"exif_model": "a borrowed one", "album": "Paris", "exif_make": "FUJIFILM", "exif_taken": "2026-07-14T21:30:00", "exif_orientation": "6",
			}
		}
		e, err := ix.Get(t.Context(), "a.jpg")
		if d := cmp.Diff(want, e.Meta); err != nil || d != "" {
			t.Errorf("EXIF %v: %v; want is -, got is +\n%s", on, err, d)
		}
		again := new(index.Flat)
		if p, err = imagescope.New(imagescope.Config{Embedder: words, Index: again}); err != nil {
			t.Fatal(err)
		}
		if err := p.Reindex(t.Context(), ix); err != nil {
			t.Fatal(err)
		}
		e, err = again.Get(t.Context(), "a.jpg")
		if d := cmp.Diff(want, e.Meta); err != nil || d != "" {
			t.Errorf("EXIF %v, after Reindex: %v; want is -, got is +\n%s", on, err, d)
		}
	}
}

// TestEXIFKeys has keys that are names in every database: that behind
// index.Langchain may be Weaviate, where an entry with another key vanishes.
func TestEXIFKeys(t *testing.T) {
	noted, err := imagescope.Bytes("a.jpg", photograph(shot{"X-T5", "2026:11:24 00:20:30", "+01:00", 48.8584, 2.2945})).EXIF()
	if err != nil || len(noted) != 7 {
		t.Fatalf("EXIF = %v, %v", noted, err)
	}
	for key := range noted {
		if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(key) {
			t.Errorf("the key %q is no name", key)
		}
	}
}

// opener calls a function before each file that is opened.
type opener struct {
	fstest.MapFS
	before func()
}

func (o opener) Open(name string) (fs.File, error) {
	o.before()
	return o.MapFS.Open(name)
}

// TestAddEXIFUnreadable adds images whose files make the file system panic, and
// opens no more of them once the context is done.
func TestAddEXIFUnreadable(t *testing.T) {
	opened := 0
	files := opener{fstest.MapFS{}, func() { opened++; panic("a broken file system") }}
	ix := new(index.Flat)
	p, err := imagescope.New(imagescope.Config{Images: files, EXIF: true, Embedder: words, Index: ix})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Add(t.Context(), numbered(10)...); err != nil || len(listed(t, ix)) != 10 || opened != 10 {
		t.Errorf("with panics: %v; %d images added, %d files opened", err, len(listed(t, ix)), opened)
	}
	ctx, cancel := context.WithCancel(t.Context())
	opened = 0
	files.before = func() { opened++; cancel() }
	if p, err = imagescope.New(imagescope.Config{Images: files, EXIF: true, Embedder: words, Index: new(index.Flat)}); err != nil {
		t.Fatal(err)
	}
	if err := p.Add(ctx, numbered(10)...); !errors.Is(err, context.Canceled) || opened != 1 {
		t.Errorf("cancelled: %v, %d files opened", err, opened)
	}
}

// TestSyncEXIF keeps up with the notes in a file, and with the caller's words.
func TestSyncEXIF(t *testing.T) {
	at := time.Now().Add(-time.Hour)
	files := fstest.MapFS{"a.jpg": {Data: photograph(shot{model: "X-T5", taken: "2026:07:14 21:30:00"}), ModTime: at}}
	ix := new(index.Flat)
	p, err := imagescope.New(imagescope.Config{Images: files, EXIF: true, Embedder: embed.Words{}, Index: ix})
	if err != nil {
		t.Fatal(err)
	}
	sync := func() map[string]string {
		t.Helper()
		if _, err := p.Sync(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		e, err := ix.Get(t.Context(), "a.jpg")
		if err != nil {
			t.Fatal(err)
		}
		return e.Meta
	}
	if got := sync(); got["exif_model"] != "X-T5" || got["exif_taken"] == "" {
		t.Errorf("at first: %v", got)
	}
	files["a.jpg"] = &fstest.MapFile{Data: photograph(shot{model: "X-H2"}), ModTime: at}
	if got := sync(); got["exif_model"] != "X-H2" || got["exif_taken"] != "" {
		t.Errorf("after a change: %v", got)
	}
}
