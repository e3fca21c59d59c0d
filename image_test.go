package imagescope_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

func TestFiles(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{
		"b.jpg", "a.PNG", "sub/c.jpeg", "sub/deep/d.webp", "e.gif", "f.bmp", "g.tif", "h.TIFF",
		"notes.txt", "jpg", "x.jpg.bak", ".hidden.jpg", ".thumbs/y.jpg", "sub/.z.png",
	} {
		files[name] = &fstest.MapFile{}
	}
	files["pipe.jpg"] = &fstest.MapFile{Mode: fs.ModeNamedPipe} // to open it would wait for a writer
	files["disk.png"] = &fstest.MapFile{Mode: fs.ModeDevice}
	files["link.gif"] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("e.gif")}
	images, err := imagescope.Files(files)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, img := range images {
		got = append(got, img.ID)
		if !img.HasBytes() {
			t.Errorf("%s has no bytes", img.ID)
		}
	}
	want := []string{"a.PNG", "b.jpg", "e.gif", "f.bmp", "g.tif", "h.TIFF", "link.gif", "sub/c.jpeg", "sub/deep/d.webp"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Files: want is -, got is +\n%s", d)
	}
}

// lockedFS is a file system with a folder that cannot be read.
type lockedFS struct{ fstest.MapFS }

func (l lockedFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == "locked" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.ReadDir(name)
}

func TestFilesUnreadableFolder(t *testing.T) {
	files := lockedFS{fstest.MapFS{"a.jpg": {}, "locked/b.jpg": {}, "z.jpg": {}}}
	images, err := imagescope.Files(files)
	if !errors.Is(err, fs.ErrPermission) || len(images) != 1 || images[0].ID != "a.jpg" {
		t.Errorf("Files = %v, %v; want a.jpg and a permission error", images, err)
	}
}

func TestImageErrors(t *testing.T) {
	whole := square(t)
	tests := []struct {
		name string
		img  imagescope.Image
		is   error
		open bool // whether Open fails as well
	}{
		{"only an ID", imagescope.Image{ID: "x"}, imagescope.ErrNoImage, true},
		{"no file", imagescope.File(fstest.MapFS{}, "x"), fs.ErrNotExist, true},
		{"name that leads outside", imagescope.File(fstest.MapFS{}, "../x"), fs.ErrNotExist, true},
		{"no pixels", imagescope.Pixels("x", nil), imagescope.ErrNoImage, true},
		{"text", imagescope.Bytes("x", []byte("some words")), imagescope.ErrImageFormat, false},
		{"nothing", imagescope.Bytes("x", nil), nil, false},
		{"half a picture", imagescope.Bytes("x", whole[:len(whole)/2]), imagescope.ErrImageTruncated, false},
		{"folder", imagescope.File(fstest.MapFS{"x/y.png": {}}, "x"), nil, false},
	}
	for _, tt := range tests {
		check := func(op string, err error) {
			t.Helper()
			var ie *imagescope.ImageError
			if !errors.As(err, &ie) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%s: %s: error %v, want an ImageError of %v", tt.name, op, err, tt.is)
			} else if ie.ID != tt.img.ID {
				t.Errorf("%s: %s: the error is about %q", tt.name, op, ie.ID)
			}
		}
		_, err := tt.img.Decode()
		check("Decode", err)
		_, err = tt.img.JPEG(0)
		check("JPEG", err)
		rc, err := tt.img.Open()
		if tt.open {
			check("Open", err)
		} else if err != nil {
			t.Errorf("%s: Open: %v", tt.name, err)
		} else {
			rc.Close()
		}
	}
}

func TestImageErrorWithoutID(t *testing.T) {
	_, err := imagescope.Bytes("", []byte("words")).Decode()
	if want := "decode image (without ID): "; err == nil || !bytes.HasPrefix([]byte(err.Error()), []byte(want)) {
		t.Errorf("Decode: error %v, want one that begins %q", err, want)
	}
}

// TestImageSources reads one picture from each source.
func TestImageSources(t *testing.T) {
	pixels := image.NewRGBA(image.Rect(0, 0, 4, 2))
	pixels.Set(3, 1, color.RGBA{R: 255, A: 255})
	var file bytes.Buffer
	if err := png.Encode(&file, pixels); err != nil {
		t.Fatal(err)
	}
	for name, img := range map[string]imagescope.Image{
		"file":   imagescope.File(fstest.MapFS{"x": {Data: file.Bytes()}}, "x"),
		"bytes":  imagescope.Bytes("x", file.Bytes()),
		"pixels": imagescope.Pixels("x", pixels),
	} {
		for range 2 { // an image can be read again
			got, err := img.Decode()
			if err != nil {
				t.Errorf("%s: Decode: %v", name, err)
				continue
			}
			if r, _, _, _ := got.At(3, 1).RGBA(); got.Bounds().Dx() != 4 || got.Bounds().Dy() != 2 || r != 0xffff {
				t.Errorf("%s: Decode gave %v with red %x in the corner", name, got.Bounds(), r)
			}
		}
		rc, err := img.Open()
		if err != nil {
			t.Errorf("%s: Open: %v", name, err)
			continue
		}
		data, err := io.ReadAll(rc)
		if err != nil {
			t.Errorf("%s: read: %v", name, err)
		}
		if err := rc.Close(); err != nil {
			t.Errorf("%s: Close: %v", name, err)
		}
		if _, err := png.Decode(bytes.NewReader(data)); err != nil {
			t.Errorf("%s: what Open gives is no PNG: %v", name, err)
		}
	}
}

func TestFilesAreClosed(t *testing.T) {
	files := &countingFS{FS: fstest.MapFS{"good.png": {Data: square(t)}, "bad.png": {Data: []byte("no picture")}}}
	for _, name := range []string{"good.png", "bad.png"} {
		img := imagescope.File(files, name)
		_, derr := img.Decode()
		_, jerr := img.JPEG(0)
		if bad := name == "bad.png"; (derr != nil) != bad || (jerr != nil) != bad {
			t.Errorf("%s: Decode: %v, JPEG: %v", name, derr, jerr)
		}
	}
	if files.opened != 4 || files.closed != 4 {
		t.Errorf("%d files were opened and %d closed, want 4", files.opened, files.closed)
	}
}

func TestJPEG(t *testing.T) {
	img := imagescope.Pixels("x", image.NewGray(image.Rect(0, 0, 1000, 500)))
	for _, tt := range []struct{ maxSide, w, h int }{
		{0, 768, 384}, {-1, 768, 384}, {100, 100, 50}, {1000, 1000, 500}, {5000, 1000, 500}, {1, 1, 1},
	} {
		data, err := img.JPEG(tt.maxSide)
		if err != nil {
			t.Errorf("JPEG(%d): %v", tt.maxSide, err)
			continue
		}
		cfg, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil || cfg.Width != tt.w || cfg.Height != tt.h {
			t.Errorf("JPEG(%d) is %d×%d, %v; want %d×%d", tt.maxSide, cfg.Width, cfg.Height, err, tt.w, tt.h)
		}
	}
}

// TestEmptyPixels has a picture without a pixel, which no format can hold.
func TestEmptyPixels(t *testing.T) {
	img := imagescope.Pixels("x", image.NewGray(image.Rectangle{}))
	var ie *imagescope.ImageError
	if _, err := img.JPEG(0); !errors.As(err, &ie) {
		t.Errorf("JPEG: error %v, want an ImageError", err)
	}
	if _, err := img.Open(); !errors.As(err, &ie) {
		t.Errorf("Open: error %v, want an ImageError", err)
	}
}

// TestJPEGOnce asks for one picture from many goroutines and by copies of the
// Image: it is opened and encoded once.
func TestJPEGOnce(t *testing.T) {
	files := &countingFS{FS: fstest.MapFS{"x": {Data: square(t)}}}
	img := imagescope.File(files, "x")
	var wg sync.WaitGroup
	encoded := make([][]byte, 10)
	for i := range encoded {
		img := img
		wg.Go(func() {
			data, err := img.JPEG(0)
			if err != nil {
				t.Error(err)
			}
			encoded[i] = data
		})
	}
	wg.Wait()
	for _, data := range encoded {
		if len(data) == 0 || &data[0] != &encoded[0][0] {
			t.Error("JPEG returned different bytes")
		}
	}
	if files.opened != 1 {
		t.Errorf("the file was opened %d times", files.opened)
	}
}

// TestAddKeepsNoPictures has a captioner look at a picture twice. It is read
// once for that, and once more for the caller: nothing of it is kept.
func TestAddKeepsNoPictures(t *testing.T) {
	files := &countingFS{FS: fstest.MapFS{"x": {Data: square(t)}}}
	img := imagescope.File(files, "x")
	p, err := imagescope.New(imagescope.Config{
		Embedder: words, Index: new(index.Flat),
		Captioner: imagescope.CaptionerFunc(func(_ context.Context, img imagescope.Image) (string, error) {
			_, err1 := img.JPEG(0)
			_, err2 := img.JPEG(0)
			return "a square", errors.Join(err1, err2)
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Add(t.Context(), img); err != nil || files.opened != 1 {
		t.Fatalf("Add: the file was opened %d times, want 1; error %v", files.opened, err)
	}
	if _, err := img.JPEG(0); err != nil || files.opened != 2 {
		t.Errorf("JPEG after Add: the file was opened %d times, want 2; error %v", files.opened, err)
	}
}

// countingFS counts what is opened and closed.
type countingFS struct {
	fs.FS
	mu             sync.Mutex
	opened, closed int
}

func (c *countingFS) Open(name string) (fs.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := c.FS.Open(name)
	c.opened++
	return countedFile{f, c}, err
}

type countedFile struct {
	fs.File
	fs *countingFS
}

func (f countedFile) Close() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	f.fs.closed++
	return f.File.Close()
}

func TestImageEqual(t *testing.T) {
	img := imagescope.Bytes("x", square(t))
	img.Caption, img.Meta = "c", map[string]string{"k": "v"}
	other := func(change func(*imagescope.Image)) imagescope.Image {
		o := img
		o.Meta = map[string]string{"k": "v"}
		change(&o)
		return o
	}
	for name, tt := range map[string]struct {
		img  imagescope.Image
		want bool
	}{
		"a copy":         {other(func(*imagescope.Image) {}), true},
		"other ID":       {other(func(m *imagescope.Image) { m.ID = "y" }), false},
		"other caption":  {other(func(m *imagescope.Image) { m.Caption = "d" }), false},
		"other metadata": {other(func(m *imagescope.Image) { m.Meta["k"] = "w" }), false},
		"other bytes":    {other(func(m *imagescope.Image) { *m = imagescope.Bytes("x", nil); m.Caption, m.Meta = "c", img.Meta }), false},
	} {
		if got := img.Equal(tt.img); got != tt.want {
			t.Errorf("%s: Equal = %v, want %v", name, got, tt.want)
		}
	}
}

func TestImageJSON(t *testing.T) {
	img := imagescope.Bytes("x", square(t))
	img.Caption, img.Meta = "c", map[string]string{"k": "v"}
	data, err := json.Marshal(img)
	if want := `{"id":"x","caption":"c","meta":{"k":"v"}}`; err != nil || string(data) != want {
		t.Errorf("Marshal = %s, %v; want %s", data, err, want)
	}
	back := imagescope.Bytes("old", nil)
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	want := imagescope.Image{ID: "x", Caption: "c", Meta: map[string]string{"k": "v"}}
	if d := cmp.Diff(want, back); d != "" {
		t.Errorf("Unmarshal: want is -, got is +\n%s", d)
	}
	if err := json.Unmarshal([]byte(`{"id":7}`), &back); err == nil || back.ID != "x" {
		t.Errorf("Unmarshal of a bad ID: %v, left %q", err, back.ID)
	}
}
