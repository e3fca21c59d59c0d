package imagescope_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
)

// waves draws a picture of size n, of waves whose shape depends on seed, and
// brighter by light.
func waves(seed uint64, n int, light float64) image.Image {
	r := rand.New(rand.NewPCG(seed, 1))
	var all [6][4]float64
	for i := range all {
		all[i] = [4]float64{r.Float64() * 9, r.Float64() * 9, r.Float64(), 0.3 + r.Float64()}
	}
	img := image.NewRGBA(image.Rect(0, 0, n, n))
	for y := range n {
		for x := range n {
			v := 0.0
			for _, w := range all {
				v += w[3] * math.Sin(w[0]*float64(x)/float64(n)+w[1]*float64(y)/float64(n)+7*w[2])
			}
			l := uint8(min(max(128+v*30+light, 0), 255))
			img.SetRGBA(x, y, color.RGBA{l, l / 2, 255 - l, 255})
		}
	}
	return img
}

func asPNG(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func jpegOf(img image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// copies is a folder with one picture in four files, two of them the same, and
// others.
func copies() fstest.MapFS {
	white := image.NewGray(image.Rect(0, 0, 9, 9))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	return fstest.MapFS{
		"beach.png":      {Data: asPNG(waves(1, 120, 0))},
		"beach copy.png": {Data: asPNG(waves(1, 120, 0))},
		"beach web.jpg":  {Data: jpegOf(waves(1, 60, 10), 60)},
		"dune.png":       {Data: asPNG(waves(2, 120, 0))},
		"grey.png":       {Data: asPNG(image.NewGray(image.Rect(0, 0, 9, 9)))},
		"white.png":      {Data: asPNG(white)},
	}
}

// ExampleDuplicates finds copies in a folder, and what was saved once more.
func ExampleDuplicates() {
	ctx := context.Background()
	ix := new(index.Flat)
	p, err := imagescope.New(imagescope.Config{Images: copies(), Fingerprints: true, Embedder: embed.Words{}, Index: ix})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := p.Sync(ctx, nil); err != nil {
		fmt.Println(err)
		return
	}
	found, err := imagescope.Duplicates(ctx, ix, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range found {
		fmt.Printf("%s: the same %q, like it %q\n", d.ID, d.Same, d.Like)
	}
	// Output: beach copy.png: the same ["beach.png"], like it ["beach web.jpg"]
}

// look returns a MetaLook in which these bits are set.
func look(set ...int) string {
	var b [16]byte
	for _, i := range set {
		b[i/8] |= 1 << (i % 8)
	}
	return hex.EncodeToString(b[:])
}

// upTo returns n bits, spread.
func upTo(n int) []int {
	set := make([]int, n)
	for i := range set {
		set[i] = i * 128 / n
	}
	return set
}

func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// marked is an index of images a, b, c, … with these hashes and looks.
func marked(t testing.TB, marks [][2]string) *index.Flat {
	t.Helper()
	ix := new(index.Flat)
	for i, m := range marks {
		meta := map[string]string{}
		if m[0] != "" {
			meta[imagescope.MetaHash] = m[0]
		}
		if m[1] != "" {
			meta[imagescope.MetaLook] = m[1]
		}
		if err := ix.Upsert(t.Context(), imagescope.Entry{ID: string(rune('a' + i)), Vector: []float32{1}, Meta: meta}); err != nil {
			t.Fatal(err)
		}
	}
	return ix
}

func TestDuplicates(t *testing.T) {
	one, two, three := hashed("1"), hashed("2"), hashed("3")
	tests := []struct {
		name  string
		marks [][2]string
		opts  *imagescope.DuplicateOptions
		want  []imagescope.Duplicate
	}{
		{"none", [][2]string{{one, look()}, {two, look(upTo(11)...)}}, nil, nil},
		{"no marks", [][2]string{{"", ""}, {"", ""}}, nil, nil},
		{"the same", [][2]string{{one, ""}, {two, ""}, {one, ""}, {one, ""}}, nil, []imagescope.Duplicate{{ID: "a", Same: []string{"c", "d"}}}},
		{"nearly", [][2]string{{one, look()}, {two, look(upTo(10)...)}}, nil, []imagescope.Duplicate{{ID: "a", Like: []string{"b"}}}},
		{"without contents", [][2]string{{"", look(1, 2)}, {"", look(2)}}, nil, []imagescope.Duplicate{{ID: "a", Like: []string{"b"}}}},
		{"both", [][2]string{{one, look()}, {two, look(5)}, {one, look()}, {two, look(5)}}, nil, []imagescope.Duplicate{{ID: "a", Same: []string{"c"}, Like: []string{"b", "d"}}}},
		{"no chains", [][2]string{{one, look()}, {two, look(upTo(8)...)}, {three, look(upTo(16)...)}}, nil, []imagescope.Duplicate{{ID: "a", Like: []string{"b"}}}},
		{"the first of two", [][2]string{{one, look()}, {two, look(upTo(16)...)}, {three, look(upTo(8)...)}}, nil, []imagescope.Duplicate{{ID: "a", Like: []string{"c"}}}},
		{"exact ones only", [][2]string{{one, look()}, {two, look()}, {one, look()}}, &imagescope.DuplicateOptions{Distance: -1}, []imagescope.Duplicate{{ID: "a", Same: []string{"c"}}}},
		{"farther", [][2]string{{one, look()}, {two, look(upTo(40)...)}, {three, look(upTo(41)...)}}, &imagescope.DuplicateOptions{Distance: 40}, []imagescope.Duplicate{{ID: "a", Like: []string{"b"}}}},
		{"any", [][2]string{{one, look()}, {two, strings.Repeat("f", 32)}}, &imagescope.DuplicateOptions{Distance: 1 << 40}, []imagescope.Duplicate{{ID: "a", Like: []string{"b"}}}},
		{"one bit", [][2]string{{one, look()}, {two, look(127)}, {three, look(0, 1)}}, &imagescope.DuplicateOptions{Distance: 1}, []imagescope.Duplicate{{ID: "a", Like: []string{"b"}}}},
		{"nonsense", [][2]string{{"x", "y"}, {"x", "y"}, {"", "none"}, {"", "none"}, {"", strings.Repeat("F", 32)}, {"", strings.Repeat("F", 32)}}, nil, nil},
	}
	for _, tt := range tests {
		got, err := imagescope.Duplicates(t.Context(), marked(t, tt.marks), tt.opts)
		if d := cmp.Diff(tt.want, got); err != nil || d != "" && len(got)+len(tt.want) > 0 {
			t.Errorf("%s: %v; want is -, got is +\n%s", tt.name, err, d)
		}
	}
}

// TestDuplicatesRandomly compares with what comparing each with each finds.
func TestDuplicatesRandomly(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		distance := 1 + r.IntN(40)
		looks := make([][16]byte, 120)
		ix := new(index.Flat)
		for i := range looks {
			if i > 0 && r.IntN(3) > 0 {
				looks[i] = looks[r.IntN(i)]
			} else {
				for j := range looks[i] {
					looks[i][j] = byte(r.Uint32())
				}
			}
			for range r.IntN(distance + 4) {
				bit := r.IntN(128)
				looks[i][bit/8] ^= 1 << (bit % 8)
			}
			meta := map[string]string{imagescope.MetaLook: hex.EncodeToString(looks[i][:])}
			if err := ix.Upsert(t.Context(), imagescope.Entry{ID: fmt.Sprintf("%03d", i), Vector: []float32{1}, Meta: meta}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := imagescope.Duplicates(t.Context(), ix, &imagescope.DuplicateOptions{Distance: distance})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(eachWithEach(looks, distance), got); d != "" {
			t.Fatalf("seed %d, distance %d: want is -, got is +\n%s", seed, distance, d)
		}
	}
}

func eachWithEach(looks [][16]byte, distance int) []imagescope.Duplicate {
	var firsts []int
	groups := map[int][]string{}
	for i := range looks {
		at := slices.IndexFunc(firsts, func(j int) bool { return differ(looks[i], looks[j]) <= distance })
		if at < 0 {
			firsts = append(firsts, i)
			continue
		}
		groups[firsts[at]] = append(groups[firsts[at]], fmt.Sprintf("%03d", i))
	}
	var found []imagescope.Duplicate
	for _, first := range firsts {
		if groups[first] != nil {
			found = append(found, imagescope.Duplicate{ID: fmt.Sprintf("%03d", first), Like: groups[first]})
		}
	}
	return found
}

func differ(a, b [16]byte) int {
	half := func(i int) int {
		return bits.OnesCount64(binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]))
	}
	return half(0) + half(8)
}

func TestDuplicatesFail(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := imagescope.Duplicates(ctx, marked(t, [][2]string{{"", ""}}), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a done context: %v", err)
	}
	if _, err := imagescope.Duplicates(t.Context(), &brokenAt{new(index.Flat), 1}, nil); !errors.Is(err, errBroken) {
		t.Errorf("a broken index: %v", err)
	}
}

// BenchmarkDuplicates finds the duplicates among 50,000 looks at random, of which
// every tenth is near another, and compares the time with that of comparing each
// with each first.
func BenchmarkDuplicates(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	looks := make([][16]byte, 50_000)
	ix := new(index.Flat)
	for i := range looks {
		for j := range looks[i] {
			looks[i][j] = byte(r.Uint32())
		}
		if i%10 == 9 {
			looks[i] = looks[r.IntN(i)]
			looks[i][r.IntN(16)] ^= 3
		}
		meta := map[string]string{imagescope.MetaLook: hex.EncodeToString(looks[i][:])}
		if err := ix.Upsert(b.Context(), imagescope.Entry{ID: fmt.Sprintf("%05d", i), Vector: []float32{1}, Meta: meta}); err != nil {
			b.Fatal(err)
		}
	}
	began := time.Now()
	want := 0
	for i := range looks {
		for j := range i {
			if differ(looks[i], looks[j]) <= imagescope.DefaultDuplicateDistance {
				want++
				break
			}
		}
	}
	all := time.Since(began)
	var took time.Duration
	for b.Loop() {
		began := time.Now()
		found, err := imagescope.Duplicates(b.Context(), ix, nil)
		took += time.Since(began)
		n := 0
		for _, d := range found {
			n += len(d.Like)
		}
		if err != nil || n != want {
			b.Fatalf("%d duplicates were found, %v; want %d", n, err, want)
		}
	}
	b.ReportMetric(all.Seconds()*float64(b.N)/took.Seconds(), "times-faster-than-all-pairs")
}

// TestFingerprints adds pictures, and one that is none.
func TestFingerprints(t *testing.T) {
	files := copies()
	files["text.png"] = &fstest.MapFile{Data: []byte("no picture")}
	given := map[string]string{"album": "x", imagescope.MetaHash: "of before", imagescope.MetaLook: "of before"}
	for _, on := range []bool{true, false} {
		ix := new(index.Flat)
		p, err := imagescope.New(imagescope.Config{Images: files, Fingerprints: on, Embedder: words, Index: ix})
		if err != nil {
			t.Fatal(err)
		}
		images := []imagescope.Image{{ID: "beach.png", Meta: given}, {ID: "beach copy.png"}, {ID: "grey.png"}, {ID: "text.png"}, {ID: "lost.png"}}
		if err := p.Add(t.Context(), images...); err != nil {
			t.Fatal(err)
		}
		got := map[string][2]string{}
		for _, e := range listed(t, ix) {
			got[e.ID] = [2]string{e.Meta[imagescope.MetaHash], e.Meta[imagescope.MetaLook]}
		}
		if len(given) != 3 || given[imagescope.MetaHash] != "of before" {
			t.Errorf("the caller's metadata is now %v", given)
		}
		if !on {
			if d := cmp.Diff(map[string][2]string{"beach.png": {"of before", "of before"}, "beach copy.png": {}, "grey.png": {}, "text.png": {}, "lost.png": {}}, got); d != "" {
				t.Errorf("without: want is -, got is +\n%s", d)
			}
			continue
		}
		beach := got["beach.png"]
		if len(beach[1]) != 32 || beach[0] != hashed(string(files["beach.png"].Data)) {
			t.Errorf("beach.png has the fingerprints %v", beach)
		}
		want := map[string][2]string{
			"beach.png": beach, "beach copy.png": beach, "lost.png": {},
			"grey.png": {hashed(string(files["grey.png"].Data)), "none"}, "text.png": {hashed("no picture"), "none"},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("fingerprints: want is -, got is +\n%s", d)
		}
	}
}

// TestSyncFingerprints turns fingerprints on for a gallery that has none, and
// changes a file then.
func TestSyncFingerprints(t *testing.T) {
	files := copies()
	at := time.Now().Add(-time.Hour)
	for _, f := range files {
		f.ModTime = at
	}
	ix, model := new(index.Flat), new(camera)
	sync := func(on bool) imagescope.SyncReport {
		t.Helper()
		p, err := imagescope.New(imagescope.Config{Images: files, Fingerprints: on, Embedder: model, Index: ix})
		if err != nil {
			t.Fatal(err)
		}
		r, err := p.Sync(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	looks := func() (n int) {
		for _, e := range listed(t, ix) {
			if e.Meta[imagescope.MetaLook] != "" {
				n++
			}
		}
		return n
	}
	n := len(files)
	if sync(false); looks() != 0 {
		t.Errorf("%d looks are kept, want none", looks())
	}
	model.embedded = nil
	if r := sync(true); r.Unchanged != n || len(model.embedded) > 0 || looks() != n {
		t.Errorf("turned on: %+v, %d looks, embedded %v", r, looks(), model.embedded)
	}
	before := listed(t, ix)
	files["dune.png"] = &fstest.MapFile{Data: asPNG(waves(3, 100, 0)), ModTime: at}
	sync(false)
	e, err := ix.Get(t.Context(), "dune.png")
	if err != nil || e.Meta[imagescope.MetaLook] != "" {
		t.Errorf("changed, and fingerprints off: %v, %v", e.Meta, err)
	}
	sync(true)
	if d := cmp.Diff(before, listed(t, ix)); looks() != n || d == "" {
		t.Errorf("changed, and on again: %d looks, changes %s", looks(), d)
	}
}
