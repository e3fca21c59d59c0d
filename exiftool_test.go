package imagescope_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

// exiftool is what the program ExifTool reads in a file.
type exiftool struct {
	ExifTool struct{ Warning string }
	EXIF     struct {
		Make, Model                          any // a number where it looks like one
		DateTimeOriginal, OffsetTimeOriginal string
		CreateDate, OffsetTimeDigitized      string
		Orientation                          int
		GPSLatitude, GPSLongitude            any // a number, or "" for none
		GPSLatitudeRef, GPSLongitudeRef      string
		GPSStatus                            string
	}
}

// meta is the same as [imagescope.Image.EXIF] says it.
func (x exiftool) meta() map[string]string {
	e, meta := x.EXIF, map[string]string{}
	set := func(key string, value any) {
		if text := strings.TrimSpace(fmt.Sprint(value)); value != nil && text != "" {
			meta[key] = text
		}
	}
	set(imagescope.MetaCameraMake, e.Make)
	set(imagescope.MetaCameraModel, e.Model)
	date, offset := e.DateTimeOriginal, e.OffsetTimeOriginal
	if date == "" {
		date, offset = e.CreateDate, e.OffsetTimeDigitized
	}
	if t, err := time.Parse("2006:01:02 15:04:05", date); err == nil {
		set(imagescope.MetaTaken, t.Format("2006-01-02T15:04:05"))
	}
	if t, err := time.Parse("2006:01:02 15:04:05-07:00", date+offset); err == nil {
		set(imagescope.MetaTakenUTC, t.UTC().Format(time.RFC3339))
	}
	latitude, north := e.GPSLatitude.(float64)
	longitude, east := e.GPSLongitude.(float64)
	sides := map[string]float64{"N": 1, "S": -1, "E": 1, "W": -1}
	if latitude, longitude = latitude*sides[e.GPSLatitudeRef], longitude*sides[e.GPSLongitudeRef]; north && east {
		set(imagescope.MetaLatitude, math.Round(latitude*1e6)/1e6)
		set(imagescope.MetaLongitude, math.Round(longitude*1e6)/1e6)
	}
	if 1 <= e.Orientation && e.Orientation <= 8 {
		set(imagescope.MetaOrientation, e.Orientation)
	}
	return meta
}

// otherwise are the photographs that are read otherwise, and why.
var otherwise = map[string]string{
	"goexif/geodegrees_as_string.jpg": "the model is not in the directory where it belongs",
	"hugo-issue-12669.jpg":            "latitude and longitude are 0: the receiver had no fix",
	"largeexif.png":                   "it does not begin as a PNG file does",
}

// TestEXIFOfCameras compares what is read of a hundred photographs, by the
// cameras of three decades, with what ExifTool reads of them. The module that
// reads EXIF has both in its folder.
func TestEXIFOfCameras(t *testing.T) {
	module, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/bep/imagemeta").Output()
	if err != nil || len(module) < 2 {
		t.Skipf("the folder of the module imagemeta, which has the photographs, is not known to go list: %v", err)
	}
	dir := strings.TrimSpace(string(module))
	images, err := imagescope.Files(os.DirFS(filepath.Join(dir, "testdata", "images")))
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, img := range images {
		data, err := os.ReadFile(filepath.Join(dir, "gen", "testdata_exiftool", "images", img.ID+".json"))
		if os.IsNotExist(err) || otherwise[img.ID] != "" {
			continue
		}
		var said []exiftool
		if err == nil {
			err = json.Unmarshal(data, &said)
		}
		if err != nil || len(said) != 1 {
			t.Errorf("%s: what ExifTool said: %v", img.ID, err)
			continue
		}
		got, err := img.EXIF()
		if err != nil {
			t.Errorf("%s: %v", img.ID, err)
		}
		want := said[0].meta()
		if said[0].ExifTool.Warning == "JPEG format error" { // of files without pixels, whose names tell the time
			date, err := time.Parse("2006-01-02-15-04-05", strings.SplitN(filepath.Base(img.ID), "-sep-", 2)[0])
			if err != nil {
				continue
			}
			got = map[string]string{imagescope.MetaTaken: got[imagescope.MetaTaken]}
			want = map[string]string{imagescope.MetaTaken: date.Format("2006-01-02T15:04:05")}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: ExifTool is -, got is +\n%s", img.ID, d)
		}
		compared++
	}
	if compared < 100 {
		t.Errorf("only %d photographs were compared: is this imagemeta's folder? %s", compared, dir)
	}
}
