package picture_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"golang.org/x/image/draw"

	"github.com/imagescope/imagescope/internal/picture"
)

func TestFitSizes(t *testing.T) {
	tests := []struct {
		w, h, maxSide int
		want          image.Point
	}{
		{1000, 500, 100, image.Pt(100, 50)},
		{500, 1000, 100, image.Pt(50, 100)},
		{1000, 667, 100, image.Pt(100, 67)},
		{333, 100, 100, image.Pt(100, 30)},
		{100, 100, 100, image.Pt(100, 100)},
		{99, 40, 100, image.Pt(99, 40)}, // never enlarged
		{5000, 3, 100, image.Pt(100, 1)},
		{65535, 1, 768, image.Pt(768, 1)},
		{1, 65535, 1, image.Pt(1, 1)},
		{300, 200, 1, image.Pt(1, 1)},
		{300, 200, 0, image.Pt(300, 200)},
		{300, 200, -5, image.Pt(300, 200)},
	}
	for _, tt := range tests {
		img := image.NewGray(image.Rect(0, 0, tt.w, tt.h))
		if got := picture.Fit(img, tt.maxSide).Bounds().Size(); got != tt.want {
			t.Errorf("Fit(%d x %d, %d): got %v, want %v", tt.w, tt.h, tt.maxSide, got, tt.want)
		}
	}
}

func TestFitLeavesSmallAndEmptyAlone(t *testing.T) {
	small := image.NewGray(image.Rect(5, 5, 8, 9))
	if got := picture.Fit(small, 4); got != image.Image(small) {
		t.Errorf("Fit of an image that fits: got another one")
	}
	if got := picture.Fit(nil, 10); got != nil {
		t.Errorf("Fit(nil): got %v, want nil", got)
	}
	empty := image.NewGray(image.Rectangle{})
	if got := picture.Fit(empty, 10); got != image.Image(empty) {
		t.Errorf("Fit of an empty image: got another one")
	}
}

// A pattern finer than the result's pixels becomes its mean, and does not
// come out as another pattern.
func TestFitIsAntialiased(t *testing.T) {
	const side = 1000
	checks := image.NewGray(image.Rect(0, 0, side, side))
	for i := range checks.Pix {
		if (i%side+i/side)%2 == 0 {
			checks.Pix[i] = 255
		}
	}
	for _, to := range []int{400, 240, 150, 77} { // filtered alone; averaged first
		small := picture.Fit(checks, to).(*image.RGBA)
		for i := 0; i < len(small.Pix); i += 4 {
			if v := int(small.Pix[i]); v < 118 || v > 138 {
				t.Errorf("Fit to %d: pixel %d is %d, want about 128", to, i/4, v)
				break
			}
		}
	}
}

// Averaging first changes nothing that an eye could see: on a picture with
// structure of all sizes no pixel differs from what the filter alone gives by
// more than a few of 255 levels.
func TestFitAgreesWithFilterAlone(t *testing.T) {
	img := photo(1700, 1100)
	for _, to := range []int{400, 301, 128} {
		got := picture.Fit(img, to)
		want := image.NewRGBA(got.Bounds())
		draw.CatmullRom.Scale(want, want.Bounds(), img, img.Bounds(), draw.Src, nil)
		worst, mean := difference(got.(*image.RGBA), want)
		if worst > 16 || mean > 1 {
			t.Errorf("Fit to %d: differs by up to %d levels, %.2f on average", to, worst, mean)
		}
	}
}

func difference(a, b *image.RGBA) (worst int, mean float64) {
	sum := 0
	for i := range a.Pix {
		d := int(a.Pix[i]) - int(b.Pix[i])
		d = max(d, -d)
		worst, sum = max(worst, d), sum+d
	}
	return worst, float64(sum) / float64(len(a.Pix))
}

func TestFitKeepsTransparencyAndOffset(t *testing.T) {
	for _, side := range []int{60, 900} {
		img := image.NewNRGBA(image.Rect(-side, -side, side, side))
		draw.Draw(img, image.Rect(-side, -side, 0, side), image.NewUniform(color.NRGBA{255, 0, 0, 128}), image.Point{}, draw.Src)
		got := picture.Fit(img, 50)
		if got.Bounds() != image.Rect(0, 0, 50, 50) {
			t.Errorf("Fit from side %d: got bounds %v", side, got.Bounds())
		}
		if c := color.NRGBAModel.Convert(got.At(10, 25)).(color.NRGBA); c.R < 253 || c.G > 2 || c.A < 126 || c.A > 130 {
			t.Errorf("Fit from side %d: left half is %v, want half transparent red", side, c)
		}
		if c := got.At(40, 25); c != (color.RGBA{}) {
			t.Errorf("Fit from side %d: right half is %v, want transparent", side, c)
		}
	}
}

// photo draws something with the smooth and the sharp parts of a photo, in the
// type that JPEG files decode to.
func photo(w, h int) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for y := range h {
		for x := range w {
			fx, fy := float64(x)/float64(w), float64(y)/float64(h)
			v := 128 + 60*math.Sin(9*fx+4*fy) + 40*math.Sin(2*math.Pi*float64(x*y)/(40*float64(w)))
			if (x/97+y/61)%5 == 0 {
				v += 27
			}
			img.Y[img.YOffset(x, y)] = uint8(v)
			img.Cb[img.COffset(x, y)] = uint8(255 * fx)
			img.Cr[img.COffset(x, y)] = uint8(255 * fy)
		}
	}
	return img
}

// BenchmarkFit scales photos to 768 pixels. The cases named alone are what the
// filter would take without averaging first.
func BenchmarkFit(b *testing.B) {
	large := photo(4000, 3000)
	rgba := image.NewRGBA(large.Rect)
	draw.Draw(rgba, rgba.Rect, large, image.Point{}, draw.Src)
	images := []struct {
		name string
		img  image.Image
	}{{"12Mpx/YCbCr", large}, {"12Mpx/RGBA", rgba}, {"2Mpx/YCbCr", photo(1600, 1200)}}
	for _, bb := range images {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				picture.Fit(bb.img, 768)
			}
		})
	}
	b.Run("12Mpx/YCbCr/alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dst := image.NewRGBA(image.Rect(0, 0, 768, 576))
			draw.CatmullRom.Scale(dst, dst.Rect, large, large.Rect, draw.Src, nil)
		}
	})
}
