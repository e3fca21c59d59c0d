package scene_test

import (
	"bytes"
	"image"
	"strings"
	"testing"

	"github.com/imagescope/imagescope/internal/scene"
)

func TestDrawIsDeterministic(t *testing.T) {
	for _, s := range scene.Random(1, 12) {
		first, again := pixels(t, s), pixels(t, s)
		if !bytes.Equal(first.Pix, again.Pix) {
			t.Errorf("Draw(%s): two pictures of the same scene differ", s.Caption())
		}
	}
}

func TestDrawFillsThePicture(t *testing.T) {
	for _, s := range append(scene.Random(2, 40), scene.Scene{}) {
		img := pixels(t, s)
		if got, want := img.Bounds(), image.Rect(0, 0, scene.Width, scene.Height); got != want {
			t.Fatalf("Draw(%s): bounds %v, want %v", s.Caption(), got, want)
		}
		for i := 3; i < len(img.Pix); i += 4 {
			if img.Pix[i] != 255 {
				t.Errorf("Draw(%s): pixel %d was left out", s.Caption(), i/4)
				break
			}
		}
	}
}

// TestDrawShowsTheColor holds that a thing has the colour that the caption
// gives it: a good part of what it adds to the picture is of that colour.
func TestDrawShowsTheColor(t *testing.T) {
	want := map[scene.Color][3]uint8{scene.Red: {0xe0, 0x34, 0x2f}, scene.Blue: {0x2f, 0x6f, 0xe0}, scene.Yellow: {0xfb, 0xd0, 0x31}}
	for at, kinds := range colored {
		empty := pixels(t, scene.Scene{Place: at})
		for _, k := range kinds {
			for c, rgb := range want {
				s := scene.Scene{Place: at, Items: []scene.Item{{Kind: k, Color: c}}}
				if err := s.Validate(); err != nil {
					t.Fatal(err)
				}
				changed, ofColor := compare(empty, pixels(t, s), rgb)
				if changed == 0 || ofColor < changed*7/100 {
					t.Errorf("Draw(%s): %d of %d changed pixels are %s", s.Caption(), ofColor, changed, c)
				}
			}
		}
	}
}

// colored are kinds that have a colour, by a place where they can be. The bed
// and the sofa are always there and are left out: they change less.
var colored = map[scene.Place][]scene.Kind{
	scene.Meadow: {scene.Balloon, scene.Ball, scene.Bench, scene.Bicycle, scene.Bird, scene.Bus, scene.Car, scene.Cat, scene.Chair, scene.Dog,
		scene.Flower, scene.HotAir, scene.House, scene.Kite, scene.Lighthouse, scene.Person, scene.Rabbit, scene.Sheep, scene.Tent, scene.Umbrella},
	scene.Beach:   {scene.Boat, scene.Duck},
	scene.Bedroom: {scene.Bookshelf, scene.Lamp},
}

// compare counts the pixels that differ, and those of them that are near rgb.
func compare(before, after *image.RGBA, rgb [3]uint8) (changed, near int) {
	for i := 0; i < len(after.Pix); i += 4 {
		a, b := after.Pix[i:i+3], before.Pix[i:i+3]
		if bytes.Equal(a, b) {
			continue
		}
		changed++
		far := 0
		for j, v := range a {
			d := int(v) - int(rgb[j])
			far = max(far, d, -d)
		}
		if far < 24 {
			near++
		}
	}
	return changed, near
}

// TestDrawCutsNothingOff draws things in number at every place: all of them
// stay clear of the edges at the sides and at the top.
func TestDrawCutsNothingOff(t *testing.T) {
	for _, s := range scene.Random(3, 60) {
		s.Time, s.Weather = scene.Day, scene.Fair
		for i := range s.Items {
			s.Items[i].Count = scene.MaxCount
		}
		empty, full := pixels(t, scene.Scene{Place: s.Place}), pixels(t, s)
		top, left, right := image.Rect(0, 0, scene.Width, 2), image.Rect(0, 0, 2, scene.Height), image.Rect(scene.Width-2, 0, scene.Width, scene.Height)
		for _, edge := range []image.Rectangle{top, left, right} {
			if !bytes.Equal(pixelsOf(empty, edge), pixelsOf(full, edge)) {
				t.Errorf("Draw(%s): something reaches the edge %v", s.Caption(), edge)
			}
		}
	}
}

// pixelsOf returns the bytes of a part of a picture.
func pixelsOf(img *image.RGBA, part image.Rectangle) []byte {
	var out []byte
	for y := part.Min.Y; y < part.Max.Y; y++ {
		out = append(out, img.Pix[img.PixOffset(part.Min.X, y):img.PixOffset(part.Max.X-1, y)+4]...)
	}
	return out
}

func TestDrawTellsTimesApart(t *testing.T) {
	light := func(at scene.Time) (sum int) {
		for i, v := range pixels(t, scene.Scene{Place: scene.Street, Time: at}).Pix {
			if i%4 != 3 {
				sum += int(v)
			}
		}
		return sum / (3 * scene.Width * scene.Height)
	}
	day, sunset, night := light(scene.Day), light(scene.Sunset), light(scene.Night)
	if !(day > sunset+20 && sunset > night+20) {
		t.Errorf("mean brightness: day %d, sunset %d, night %d: want each clearly darker than the one before", day, sunset, night)
	}
}

func TestDrawLeavesOutWhatIsInvalid(t *testing.T) {
	bad := scene.Scene{Place: scene.Bedroom, Items: []scene.Item{{Kind: scene.Boat}, {Kind: "dragon"}, {Kind: scene.Cat, Count: 1 << 30}}}
	if bad.Validate() == nil {
		t.Fatal("Validate accepts a boat in a bedroom")
	}
	if !bytes.Equal(pixels(t, bad).Pix, pixels(t, scene.Scene{Place: scene.Bedroom}).Pix) {
		t.Error("Draw shows something of items that are not valid")
	}
	unknown := scene.Scene{Place: "moon base", Time: "noon", Weather: "frogs"}
	if !bytes.Equal(pixels(t, unknown).Pix, pixels(t, scene.Scene{}).Pix) {
		t.Error("Draw of an unknown place is not the meadow")
	}
}

func TestValidate(t *testing.T) {
	tests := []struct {
		name  string
		scene scene.Scene
		want  string // in the error; "" for none
	}{
		{"zero", scene.Scene{}, ""},
		{"place", scene.Scene{Place: "moon base"}, `Place is "moon base"`},
		{"time", scene.Scene{Time: "noon"}, `Time is "noon"`},
		{"weather", scene.Scene{Weather: "frogs"}, `Weather is "frogs"`},
		{"rain indoors", scene.Scene{Place: scene.Bedroom, Weather: scene.Rain}, "indoors it is Fair"},
		{"kind", scene.Scene{Items: []scene.Item{{Kind: "dragon"}}}, `Items[0].Kind is "dragon"`},
		{"color", scene.Scene{Items: []scene.Item{{Kind: scene.Car, Color: "mauve"}}}, `Color is "mauve"`},
		{"color of a tree", scene.Scene{Items: []scene.Item{{Kind: scene.Tree, Color: scene.Blue}}}, "only its own"},
		{"count below", scene.Scene{Items: []scene.Item{{Kind: scene.Car, Count: -1}}}, "Count is -1"},
		{"count above", scene.Scene{Items: []scene.Item{{Kind: scene.Car}, {Kind: scene.Dog, Count: 6}}}, "Items[1].Count is 6"},
		{"side", scene.Scene{Items: []scene.Item{{Kind: scene.Car, Side: "up"}}}, `Side is "up"`},
		{"no water", scene.Scene{Place: scene.Desert, Items: []scene.Item{{Kind: scene.Boat}}}, `no place for it in a desert`},
		{"car indoors", scene.Scene{Place: scene.LivingRoom, Items: []scene.Item{{Kind: scene.Car}}}, `no place for it in a living room`},
		{"bed outdoors", scene.Scene{Place: scene.Beach, Items: []scene.Item{{Kind: scene.Bed}}}, `no place for it in a beach`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.scene.Validate()
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("Validate() = %v, want no error", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("Validate() = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func pixels(t *testing.T, s scene.Scene) *image.RGBA {
	t.Helper()
	img, ok := s.Draw().(*image.RGBA)
	if !ok {
		t.Fatalf("Draw(%s) is no *image.RGBA", s.Caption())
	}
	return img
}

func BenchmarkDraw(b *testing.B) {
	s := scene.Random(4, 1)[0]
	b.ReportAllocs()
	for b.Loop() {
		s.Draw()
	}
}
