package index_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

func TestExport(t *testing.T) {
	ix := openDisk(t, t.TempDir(), &index.DiskOptions{Embedder: "clip"})
	entries := []imagescope.Entry{
		{ID: "b", Vector: []float32{3, 4}},
		{ID: "a", Vector: []float32{1, 2}, Caption: "<a> cat", Meta: map[string]string{"year": "2024", "kind": "pet"}},
		{ID: "c\xff", Vector: []float32{5, 6}, Caption: "base64:", Meta: map[string]string{"\xfe": "\xfd"}},
	}
	if err := ix.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	var lines, vectors bytes.Buffer
	if err := ix.Export(t.Context(), &lines, &vectors); err != nil {
		t.Fatal(err)
	}
	const want = `{"imagescope_export":1,"embedder":"clip","dimension":2,"entries":3}
{"id":"a","caption":"<a> cat","meta":{"kind":"pet","year":"2024"},"crc32c":683723185}
{"id":"b","crc32c":264594570}
{"id":"base64:Y/8=","caption":"base64:YmFzZTY0Og==","meta":{"base64:/g==":"base64:/Q=="},"crc32c":1730828350}
`
	if d := cmp.Diff(want, lines.String()); d != "" {
		t.Errorf("entries: want is -, got is +\n%s", d)
	}
	rows := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1))
	for _, x := range []float32{2, 3, 4, 5, 6} {
		rows = binary.LittleEndian.AppendUint32(rows, math.Float32bits(x))
	}
	if d := cmp.Diff(rows, vectors.Bytes()); d != "" {
		t.Errorf("vectors: want is -, got is +\n%s", d)
	}
	flat := new(index.Flat)
	if err := index.Import(t.Context(), flat, &lines, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, want := range entries {
		got, err := flat.Get(t.Context(), want.ID)
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" || err != nil {
			t.Errorf("imported: %v, want is -, got is +\n%s", err, d)
		}
	}
}

// TestExportMoves carries more entries than are added at once to an index with
// half precision and back.
func TestExportMoves(t *testing.T) {
	from := openDisk(t, t.TempDir(), &index.DiskOptions{Embedder: "clip"})
	entries := someEntries(700, 8)
	if err := from.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	to := openDisk(t, t.TempDir(), &index.DiskOptions{Half: true})
	var lines, vectors bytes.Buffer
	if err := errors.Join(from.Export(t.Context(), &lines, &vectors), index.Import(t.Context(), to, &lines, &vectors), to.Check(t.Context())); err != nil {
		t.Fatal(err)
	}
	info, err := to.Info(t.Context())
	if err != nil || info.Entries != 700 || info.Embedder != "clip" {
		t.Errorf("Info = %+v, %v, want 700 entries of clip", info, err)
	}
}

func TestExportFails(t *testing.T) {
	ix := openDisk(t, t.TempDir(), nil)
	if err := ix.Upsert(t.Context(), someEntries(100, 100)...); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space")
	if err := ix.Export(t.Context(), failingWriter{full}, io.Discard); !errors.Is(err, full) {
		t.Errorf("Export with entries that cannot be written: error %v, want %v", err, full)
	}
	if err := ix.Export(t.Context(), io.Discard, failingWriter{full}); !errors.Is(err, full) {
		t.Errorf("Export with vectors that cannot be written: error %v, want %v", err, full)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestImportRefused(t *testing.T) {
	const header = `{"imagescope_export":1,"embedder":"clip","dimension":2,"entries":2}` + "\n"
	const two = `{"id":"a"}` + "\n" + `{"id":"b"}` + "\n"
	rows := strings.Repeat("\x00\x00\x80\x3f", 4)
	tests := []struct {
		name, entries, vectors string
		want                   error
		added                  int
	}{
		{name: "whole", entries: header + two, vectors: rows, added: 2},
		{name: "empty", want: index.ErrExport},
		{name: "not JSON", entries: "id,caption\n", want: index.ErrExport},
		{name: "other JSON", entries: two, want: index.ErrExport},
		{name: "newer", entries: `{"imagescope_export":2}`, want: index.ErrVersion},
		{name: "negative dimension", entries: `{"imagescope_export":1,"dimension":-1,"entries":1}`, want: index.ErrExport},
		{name: "huge dimension", entries: `{"imagescope_export":1,"dimension":999999999,"entries":1}`, want: index.ErrExport},
		{name: "no dimension", entries: `{"imagescope_export":1,"entries":1}`, want: index.ErrExport},
		{name: "negative entries", entries: `{"imagescope_export":1,"dimension":1,"entries":-1}`, want: index.ErrExport},
		{name: "a line is missing", entries: header + `{"id":"a"}`, vectors: rows, want: index.ErrExport},
		{name: "a line too many", entries: header + two + `{"id":"c"}`, vectors: rows, want: index.ErrExport, added: 2},
		{name: "a line that is not JSON", entries: header + "a\nb\n", vectors: rows, want: index.ErrExport},
		{name: "a line that is too long", entries: header + `{"id":"` + strings.Repeat("a", 8<<20) + `"}`, vectors: rows, want: index.ErrExport},
		{name: "bad base64", entries: header + `{"id":"base64:*"}`, vectors: rows, want: index.ErrExport},
		{name: "a vector is missing", entries: header + two, vectors: rows[:8], want: index.ErrExport},
		{name: "a vector is cut", entries: header + two, vectors: rows[:15], want: index.ErrExport},
		{name: "a byte too many", entries: header + two, vectors: rows + "\x00", want: index.ErrExport, added: 2},
		{name: "another checksum", entries: header + `{"id":"a","crc32c":1}`, vectors: rows, want: index.ErrExport},
		{name: "not a number", entries: header + two, vectors: rows[:12] + "\x00\x00\xc0\x7f", want: imagescope.ErrNotFinite},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			to := recorder{gallery: gallery{}}
			var err error
			if errors.Is(test.want, imagescope.ErrNotFinite) {
				err = index.Import(t.Context(), new(index.Flat), strings.NewReader(test.entries), strings.NewReader(test.vectors))
			} else {
				err = index.Import(t.Context(), to, strings.NewReader(test.entries), strings.NewReader(test.vectors))
			}
			if !errors.Is(err, test.want) || err != nil && test.want == nil {
				t.Errorf("Import: error %v, want %v", err, test.want)
			}
			if len(to.gallery) != test.added {
				t.Errorf("Import added %d entries, want %d", len(to.gallery), test.added)
			}
		})
	}
	siglip := openDisk(t, t.TempDir(), &index.DiskOptions{Embedder: "siglip"})
	if err := index.Import(t.Context(), siglip, strings.NewReader(header+two), strings.NewReader(rows)); !errors.Is(err, imagescope.ErrModelMismatch) {
		t.Errorf("Import into the index of another model: error %v, want ErrModelMismatch", err)
	}
}

// FuzzImport holds that what can be imported is what was said: so many entries
// of that dimension.
func FuzzImport(f *testing.F) {
	f.Add([]byte(`{"imagescope_export":1,"dimension":1,"entries":1}`+"\n"+`{"id":"a","meta":{"k":"v"}}`), []byte{0, 0, 0, 0})
	f.Add([]byte(`{"imagescope_export":1,"dimension":2,"entries":1}`+"\n"+`{"id":"base64:/w==","caption":"\u0000","crc32c":2}`), []byte{0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte(`{"imagescope_export":1,"dimension":65536,"entries":9223372036854775807}`+"\n"), []byte{1})
	f.Fuzz(func(t *testing.T, entries, vectors []byte) {
		to := recorder{gallery: gallery{}}
		err := index.Import(t.Context(), to, bytes.NewReader(entries), bytes.NewReader(vectors))
		components := 0
		for _, e := range to.gallery {
			components += len(e.Vector)
		}
		if err == nil && components*4 > len(vectors) {
			t.Errorf("%d components came of %d bytes", components, len(vectors))
		}
	})
}

// BenchmarkExport exports entries with 512 components.
func BenchmarkExport(b *testing.B) {
	ix := openDisk(b, b.TempDir(), nil)
	if err := ix.Upsert(b.Context(), someEntries(5000, 512)...); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := ix.Export(b.Context(), io.Discard, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*5000/b.Elapsed().Seconds(), "entries/s")
}
