package picture_test

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/imagescope/imagescope/internal/picture"
)

// variants returns a picture as others save it.
func variants(t testing.TB, img image.Image) map[string]image.Image {
	t.Helper()
	again := func(img image.Image, quality int) image.Image {
		var file bytes.Buffer
		if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		back, err := picture.Decode(&file, picture.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return back
	}
	longest := max(img.Bounds().Dx(), img.Bounds().Dy())
	return map[string]image.Image{
		"quality 60": again(img, 60),
		"quality 20": again(img, 20),
		"half":       picture.Fit(img, longest/2),
		"96 pixels":  again(picture.Fit(img, 96), 75),
		"brighter":   graded(img, func(v int) int { return v + 20 }),
		"darker":     graded(img, func(v int) int { return v * 3 / 4 }),
		"contrast":   graded(img, func(v int) int { return 128 + (v-128)*5/4 }),
		"2% cut off": cropped(img, 0.01),
	}
}

func graded(img image.Image, f func(int) int) image.Image {
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	for i, v := range out.Pix {
		if i%4 < 3 {
			out.Pix[i] = uint8(min(max(f(int(v)), 0), 255))
		}
	}
	return out
}

// cropped cuts a share off each side.
func cropped(img image.Image, share float64) image.Image {
	b := img.Bounds()
	dx, dy := int(float64(b.Dx())*share), int(float64(b.Dy())*share)
	out := image.NewRGBA(image.Rect(0, 0, b.Dx()-2*dx, b.Dy()-2*dy))
	draw.Draw(out, out.Rect, img, b.Min.Add(image.Pt(dx, dy)), draw.Src)
	return out
}

// TestLookOfPhotos prints how far looks are apart, of one photo saved in other
// ways and of different ones.
func TestLookOfPhotos(t *testing.T) {
	files, err := filepath.Glob("../../../shared/photos/*.jpg")
	if err != nil || len(files) == 0 {
		t.Skip("../../../shared/photos has no photos: they are not part of this repository")
	}
	same := map[string][]int{}
	var looks []picture.Look
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		img, err := picture.Decode(bytes.NewReader(data), picture.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		look, ok := picture.LookOf(img)
		if !ok {
			t.Errorf("%s has no look", name)
		}
		looks = append(looks, look)
		for kind, other := range variants(t, img) {
			again, ok := picture.LookOf(other)
			if !ok {
				t.Errorf("%s, %s, has no look", name, kind)
			}
			same[kind] = append(same[kind], look.Distance(again))
		}
	}
	for kind, d := range same {
		slices.Sort(d)
		if d[len(d)*97/100] > near {
			t.Errorf("%s: 97%% are within %d, want %d", kind, d[len(d)*97/100], near)
		}
		t.Logf("%-12s median %2d, 95%% within %2d, 99%% within %2d, all within %2d", kind, d[len(d)/2], d[len(d)*95/100], d[len(d)*99/100], d[len(d)-1])
	}
	type pair struct {
		distance int
		a, b     string
	}
	var pairs []pair
	for i := range looks {
		for j := range i {
			pairs = append(pairs, pair{looks[i].Distance(looks[j]), filepath.Base(files[i]), filepath.Base(files[j])})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.distance, b.distance) })
	t.Logf("of %d pairs of different photos the nearest are %v", len(pairs), pairs[:10])
	if pairs[0].distance <= 2*near {
		t.Errorf("different photos are as near as %v, want more than %d", pairs[0], 2*near)
	}
}

// near is imagescope.DefaultDuplicateDistance.
const near = 10

func TestLookOf(t *testing.T) {
	tests := []struct {
		name string
		img  image.Image
		ok   bool
	}{
		{"photo", photo(300, 200), true},
		{"one pixel", image.NewGray(image.Rect(0, 0, 1, 1)), false},
		{"black", image.NewGray(image.Rect(0, 0, 90, 90)), false},
		{"white", image.NewUniform(color.White), false},
		{"next to flat", shaded(90, 5), false},
		{"a weak gradient", shaded(90, 40), true},
		{"nothing", nil, false},
		{"no pixels", image.NewGray(image.Rect(0, 0, 0, 5)), false},
		{"a line", photo(300, 1), true},
		{"at another place", photo(300, 200).SubImage(image.Rect(50, 50, 200, 180)), true},
	}
	for _, tt := range tests {
		img := tt.img
		if u, ok := img.(*image.Uniform); ok {
			flat := image.NewRGBA(image.Rect(0, 0, 40, 40))
			draw.Draw(flat, flat.Rect, u, image.Point{}, draw.Src)
			img = flat
		}
		look, ok := picture.LookOf(img)
		if ok != tt.ok {
			t.Errorf("%s: LookOf = %v, %v; want %v", tt.name, look, ok, tt.ok)
		}
	}
	look, _ := picture.LookOf(shaded(90, 200))
	if want := "ffffffffffffffff0000000000000000"; look.String() != want {
		t.Errorf("lighter to the right: %v, want %v", look, want)
	}
}

// shaded is lighter to the right by as much as range.
func shaded(n, span int) image.Image {
	img := image.NewGray(image.Rect(0, 0, n, n))
	for i := range img.Pix {
		img.Pix[i] = uint8(20 + i%n*span/n)
	}
	return img
}

func FuzzParseLook(f *testing.F) {
	f.Add("ffffffffffffffff0000000000000000")
	f.Add("FFFFFFFFFFFFFFFF0000000000000000")
	f.Add("none")
	f.Fuzz(func(t *testing.T, s string) {
		look, ok := picture.ParseLook(s)
		if ok && look.String() != s || !ok && look != (picture.Look{}) {
			t.Errorf("ParseLook(%q) = %v, %v", s, look, ok)
		}
	})
}

// BenchmarkLook finds the look of a photo of 12 megapixels, beside what it takes
// to decode it.
func BenchmarkLook(b *testing.B) {
	file := encoded(b, func(buf *bytes.Buffer) error { return jpeg.Encode(buf, photo(4000, 3000), nil) })
	img, err := picture.Decode(bytes.NewReader(file), picture.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if _, err := picture.Decode(bytes.NewReader(file), picture.Limits{}); err != nil {
		b.Fatal(err)
	}
	decoding := time.Since(began)
	var took time.Duration
	for b.Loop() {
		began := time.Now()
		picture.LookOf(img)
		took += time.Since(began)
	}
	b.ReportMetric(took.Seconds()/float64(b.N)/decoding.Seconds(), "of-decoding")
}
