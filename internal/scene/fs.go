package scene

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image/png"
	"io/fs"
	"runtime"
	"sync"
	"sync/atomic"
)

// FS returns the gallery as PNG files named by their IDs. They are drawn at
// the first call, in some tenths of a second, and kept.
func FS() fs.FS { return gallery() }

var gallery = sync.OnceValue(func() fs.FS {
	all := Gallery()
	files := drawAll(all)
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for i, n := range all {
		f, err := w.CreateHeader(&zip.FileHeader{Name: n.ID, Method: zip.Store})
		must(err)
		_, err = f.Write(files[i])
		must(err)
	}
	must(w.Close())
	r, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	must(err)
	return r
})

// drawAll returns the scenes as PNG files, drawn by all processors.
func drawAll(scenes []Named) [][]byte {
	files := make([][]byte, len(scenes))
	var next atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(scenes)); i = next.Add(1) - 1 {
				var b bytes.Buffer
				must((&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, scenes[i].Scene.Draw()))
				files[i] = b.Bytes()
			}
		})
	}
	group.Wait()
	return files
}

// must states that err is nil: nothing but memory is written to, and nothing
// comes from outside.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("scene: draw the gallery: %v", err))
	}
}
