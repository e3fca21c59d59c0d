package pixels_test

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imagescope/imagescope/embed/clip/internal/pixels"
)

const testdata = "../../testdata"

func decode(t testing.TB, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// TestPrepare compares with Pillow and the processors of transformers
// (testdata/make.py): no channel is off by more than one of 255 steps.
func TestPrepare(t *testing.T) {
	mean := map[string][3]float64{"clip": {0.48145466, 0.4578275, 0.40821073}, "siglip": {0.5, 0.5, 0.5}}
	deviation := map[string][3]float64{"clip": {0.26862954, 0.26130258, 0.27577711}, "siglip": {0.5, 0.5, 0.5}}
	for _, model := range []string{"clip", "siglip"} {
		data, err := os.ReadFile(filepath.Join(testdata, model, "preprocessor_config.json"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := pixels.Read(data)
		if err != nil {
			t.Fatal(err)
		}
		names, err := filepath.Glob(filepath.Join(testdata, "pictures", "*.png"))
		if err != nil || len(names) < 9 {
			t.Fatalf("%d pictures: %v", len(names), err)
		}
		for _, name := range names {
			t.Run(model+" "+strings.TrimSuffix(filepath.Base(name), ".png"), func(t *testing.T) {
				got := make([]float32, s.Values())
				if err := s.Prepare(got, decode(t, name)); err != nil {
					t.Fatal(err)
				}
				want := decode(t, filepath.Join(testdata, model, "pixels", filepath.Base(name)))
				width, height := s.Size()
				if want.Bounds() != image.Rect(0, 0, width, height) {
					t.Fatalf("size is %d x %d, want %v", width, height, want.Bounds())
				}
				off, exact := 0.0, 0
				for y := range height {
					for x := range width {
						r, g, b, _ := want.At(x, y).RGBA()
						for c, w := range []uint32{r, g, b} {
							v := float64(got[(c*height+y)*width+x])*deviation[model][c] + mean[model][c]
							d := math.Abs(255*v - float64(w>>8))
							off = max(off, d)
							if d < 0.01 {
								exact++
							}
						}
					}
				}
				if off > 1.01 {
					t.Errorf("a channel is off by %.3f of 255", off)
				}
				// Pillow 13 scales the height of a tall picture first, which
				// rounds otherwise.
				if share := float64(exact) / float64(s.Values()); share < 0.9 {
					t.Errorf("only %.3f of all channels are the same", share)
				}
			})
		}
	}
}

// TestPrepareShapes has pictures of odd shapes, and settings that leave a
// border.
func TestPrepareShapes(t *testing.T) {
	red := image.NewUniform(color.RGBA{255, 0, 0, 255})
	for _, size := range []image.Point{{1, 1}, {1, 70000}, {70000, 1}, {3, 2}} {
		s := read(t, `{"size": {"shortest_edge": 8}, "crop_size": {"height": 8, "width": 8}, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}`)
		got := make([]float32, s.Values())
		if err := s.Prepare(got, sub(red, size)); err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			if want := map[bool]float32{true: 1, false: 0}[i < 64]; v != want {
				t.Fatalf("%v: value %d is %v, want %v", size, i, v, want)
			}
		}
	}
	s := read(t, `{"do_resize": false, "size": 4, "crop_size": 4, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}`)
	got := make([]float32, s.Values())
	if err := s.Prepare(got, sub(red, image.Pt(2, 1))); err != nil {
		t.Fatal(err)
	}
	if want := "[0 0 0 0 0 0 0 0 0 1 1 0 0 0 0 0]"; fmt.Sprint(got[:16]) != want {
		t.Errorf("a small picture that is not scaled: got %v, want %s", got[:16], want)
	}
	if err := s.Prepare(got, sub(red, image.Pt(0, 5))); err == nil {
		t.Error("a picture without pixels: there is no error")
	}
}

// sub is an image of one colour and any size, which takes no memory.
func sub(of *image.Uniform, size image.Point) image.Image { return bounded{of, size} }

type bounded struct {
	*image.Uniform
	size image.Point
}

func (b bounded) Bounds() image.Rectangle {
	return image.Rectangle{image.Pt(-3, 5), image.Pt(-3, 5).Add(b.size)}
}

func read(t *testing.T, config string) *pixels.Settings {
	t.Helper()
	s, err := pixels.Read([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReadRefuses(t *testing.T) {
	const rest = `"image_mean": [0, 0, 0], "image_std": [1, 1, 1]}`
	for _, tt := range []struct{ config, want string }{
		{`[]`, "cannot unmarshal"},
		{`{` + rest, "should give a width and a height"},
		{`{"size": {"shortest_edge": 8}, ` + rest, "crop_size, or size without a crop"},
		{`{"size": 8, "crop_size": 100000000, ` + rest, "from 1 to 4096"},
		{`{"size": -8, "crop_size": 8, ` + rest, "size should give"},
		{`{"size": {"height": 8, "width": 8}}`, "image_mean and image_std"},
		{`{"size": {"height": 8, "width": 8}, "image_mean": [0, 0, 0], "image_std": [1, 0, 1]}`, "above 0"},
		{`{"size": {"height": 8, "width": 8}, "resample": 0, ` + rest, "resample is 0"},
		{`{"size": {"height": 8, "width": 8}, "do_pad": true, ` + rest, "do_pad"},
	} {
		if _, err := pixels.Read([]byte(tt.config)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", tt.config, err, tt.want)
		}
	}
}

// FuzzRead reads rubbish, and prepares a picture where it makes sense.
func FuzzRead(f *testing.F) {
	f.Add(`{"size": {"shortest_edge": 8}, "crop_size": {"height": 8, "width": 8}, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}`, uint16(3), uint16(9))
	f.Add(`{"size": 4, "crop_size": 7, "resample": 2, "do_normalize": false}`, uint16(30), uint16(1))
	f.Fuzz(func(t *testing.T, config string, width, height uint16) {
		s, err := pixels.Read([]byte(config))
		if err != nil || s.Values() > 1<<16 {
			return
		}
		got := make([]float32, s.Values())
		img := sub(image.NewUniform(color.White), image.Pt(int(width%500), int(height%500)))
		if err := s.Prepare(got, img); err != nil && width%500 > 0 && height%500 > 0 {
			t.Error(err)
		}
	})
}
