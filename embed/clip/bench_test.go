package clip_test

import (
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed/clip"
)

// BenchmarkImages embeds photos of 640 x 480 and prints how many go through in
// a second, and which share that is of what ONNX Runtime alone does with pictures
// that are prepared already. IMAGESCOPE_CLIP names the folder of a model, in two
// files; the one in testdata is so small that decoding is all there is.
func BenchmarkImages(b *testing.B) {
	dir := os.Getenv("IMAGESCOPE_CLIP")
	if dir == "" {
		dir = "testdata/clip"
	}
	const n = 32
	m := open(b, dir, clip.Options{})
	var images []imagescope.Image
	for i := range n {
		data, err := photo(uint64(i))
		if err != nil {
			b.Fatal(err)
		}
		images = append(images, imagescope.Bytes(fmt.Sprint(i), data))
	}
	var whole, alone time.Duration
	for b.Loop() {
		begin := time.Now()
		if _, err := m.EmbedImages(b.Context(), images); err != nil {
			b.Fatal(err)
		}
		whole += time.Since(begin)
		alone += inference(b, dir, n)
	}
	b.ReportMetric(float64(n*b.N)/whole.Seconds(), "images/s")
	b.ReportMetric(alone.Seconds()/whole.Seconds(), "of-runtime-alone")
}

// photo is a JPEG of noise and shades.
func photo(seed uint64) ([]byte, error) {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			img.SetRGBA(x, y, color.RGBA{uint8(x / 3), uint8(y / 2), uint8(r.IntN(64)), 255})
		}
	}
	return imagescope.Pixels("", img).JPEG(640)
}

// inference runs the vision network alone and returns how long that took.
func inference(b *testing.B, dir string, n int) (took time.Duration) {
	b.Helper()
	path := dir + "/vision_model.onnx"
	inputs, outputs, err := ort.GetInputOutputInfo(path)
	if err != nil {
		b.Fatal(err)
	}
	side := inputs[0].Dimensions[3]
	if side <= 0 {
		side = 224
	}
	session, err := ort.NewDynamicAdvancedSession(path, []string{inputs[0].Name}, []string{outputs[0].Name}, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer session.Destroy()
	values := make([]float32, clip.DefaultBatchSize*3*side*side)
	for begin := 0; begin < n; begin += clip.DefaultBatchSize {
		in, err := ort.NewTensor(ort.NewShape(clip.DefaultBatchSize, 3, side, side), values)
		if err != nil {
			b.Fatal(err)
		}
		out := []ort.Value{nil}
		start := time.Now()
		if err := session.Run([]ort.Value{in}, out); err != nil {
			b.Fatal(err)
		}
		took += time.Since(start)
		in.Destroy()
		out[0].Destroy()
	}
	return took
}
