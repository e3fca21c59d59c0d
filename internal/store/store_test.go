package store_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/store"
)

// made returns a folder with n entries in it, each of a change of its own.
func made(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), dir, store.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		e := imagescope.Entry{ID: fmt.Sprintf("%03d", i), Vector: make([]float32, 256), Caption: "a caption"}
		if err := s.Change(t.Context(), []imagescope.Entry{e}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// open opens a folder and returns the IDs in it.
func open(t testing.TB, dir string) ([]string, error) {
	var ids []string
	s, err := store.Open(t.Context(), dir, store.Options{}, func(r store.Record) error {
		ids = append(ids, r.ID)
		return nil
	})
	if err == nil {
		err = s.Close()
	}
	return ids, err
}

// TestExpect has the caller told of the entries before it gets them, and of none
// when they are read again: what was open by then is in use.
func TestExpect(t *testing.T) {
	for _, n := range []int{0, 1, 6} {
		var got, want []string
		opts := store.Options{Expect: func(entries, dim int) { got = append(got, fmt.Sprint(entries, " of ", dim)) }}
		s, err := store.Open(t.Context(), made(t, n), opts, func(r store.Record) error {
			got = append(got, r.ID)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Read(t.Context(), func(store.Record) error { return nil }), s.Compact(t.Context()), s.Close()); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			want = append(want, fmt.Sprint(n, " of ", 256))
		}
		for i := range n {
			want = append(want, fmt.Sprintf("%03d", i))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%d entries: -want +got\n%s", n, d)
		}
	}
}

// patch overwrites part of a file.
func patch(t testing.TB, path string, at int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

// TestLastChangeLost damages the page that names the last change. bbolt alone
// would go on with the change before.
func TestLastChangeLost(t *testing.T) {
	const pageSize = 16 << 10
	dir := made(t, 6)
	entries, head := filepath.Join(dir, "entries.db"), filepath.Join(dir, "head")
	whole, err := os.ReadFile(entries)
	if err != nil {
		t.Fatal(err)
	}
	const change = 16 + 48 // of the meta page
	newest := int64(0)
	if binary.NativeEndian.Uint64(whole[pageSize+change:]) > binary.NativeEndian.Uint64(whole[change:]) {
		newest = pageSize
	}
	patch(t, entries, newest+20, []byte{0xff})
	if _, err := open(t, dir); !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), head) {
		t.Fatalf("Open: error %v, want ErrCorrupt and what to do with %s", err, head)
	}
	if err := os.Remove(head); err != nil {
		t.Fatal(err)
	}
	ids, err := open(t, dir)
	if d := cmp.Diff([]string{"000", "001", "002", "003", "004"}, ids); d != "" || err != nil {
		t.Errorf("without head: %v, want is -, got is +\n%s", err, d)
	}
}

func TestFilesMissing(t *testing.T) {
	dir := made(t, 3)
	if err := os.Remove(filepath.Join(dir, "entries.db")); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, dir); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Open without entries: error %v, want ErrCorrupt", err)
	}
	for _, name := range []string{"head", "lock", "holder"} {
		dir := made(t, 3)
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if ids, err := open(t, dir); err != nil || len(ids) != 3 {
			t.Errorf("Open without %s: %v, error %v, want 3 entries", name, ids, err)
		}
	}
}

// TestUnfinished begins where a process was killed while it wrote a new file.
func TestUnfinished(t *testing.T) {
	dir := made(t, 3)
	unfinished := filepath.Join(dir, "entries.db.new")
	if err := os.WriteFile(unfinished, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if ids, err := open(t, dir); err != nil || len(ids) != 3 {
		t.Errorf("Open = %v, %v, want 3 entries", ids, err)
	}
	if _, err := os.Stat(unfinished); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
}

// TestCutWhileOpen takes away what bbolt has mapped. The fault must not end
// the process.
func TestCutWhileOpen(t *testing.T) {
	dir := made(t, 40)
	s, err := store.Open(t.Context(), dir, store.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := os.Truncate(filepath.Join(dir, "entries.db"), 2*16<<10); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Change(t.Context(), nil, []string{"000"}); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("Change: error %v, want ErrCorrupt", err)
		}
	}
	if err := s.Read(t.Context(), nil); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Read: error %v, want ErrCorrupt", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := open(t, dir); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Open: error %v, want ErrCorrupt", err)
	}
}

// TestForeign opens bbolt files that are whole and hold something else.
func TestForeign(t *testing.T) {
	sum := func(s string) []byte {
		return append(binary.LittleEndian.AppendUint32(nil, crc32.Checksum([]byte(s), crc32.MakeTable(crc32.Castagnoli))), s...)
	}
	tests := []struct {
		name    string
		options bbolt.Options
		fill    func(tx *bbolt.Tx) error
		want    error
	}{
		{name: "other pages", options: bbolt.Options{PageSize: 4096}, want: store.ErrCorrupt},
		{name: "a list of free pages", options: bbolt.Options{PageSize: 16 << 10}, want: store.ErrCorrupt},
		{name: "nothing", want: store.ErrCorrupt},
		{name: "no entries", fill: func(tx *bbolt.Tx) error { return put(tx, "state", "state", sum(`{"version":1}`)) }, want: store.ErrCorrupt},
		{name: "no state", fill: func(tx *bbolt.Tx) error { return put(tx, "vectors", "a", sum("")) }, want: store.ErrCorrupt},
		{name: "something else besides", fill: func(tx *bbolt.Tx) error {
			return errors.Join(put(tx, "state", "state", sum(`{"version":1}`)), put(tx, "vectors", "", nil), put(tx, "x", "", nil))
		}, want: store.ErrCorrupt},
		{name: "a bucket in a bucket", fill: func(tx *bbolt.Tx) error {
			err := errors.Join(put(tx, "state", "state", sum(`{"version":1}`)), put(tx, "vectors", "", nil))
			if err == nil {
				_, err = tx.Bucket([]byte("vectors")).CreateBucket([]byte("b"))
			}
			return err
		}, want: store.ErrCorrupt},
		{name: "a newer version", fill: func(tx *bbolt.Tx) error {
			return errors.Join(put(tx, "state", "state", sum(`{"version":2}`)), put(tx, "vectors", "", nil))
		}, want: store.ErrVersion},
		{name: "a state that is none", fill: func(tx *bbolt.Tx) error {
			return errors.Join(put(tx, "state", "state", sum(`{"version":[`)), put(tx, "vectors", "", nil))
		}, want: store.ErrCorrupt},
		{name: "a negative dimension", fill: func(tx *bbolt.Tx) error {
			return errors.Join(put(tx, "state", "state", sum(`{"version":1,"dimension":-1,"entries":1}`)), put(tx, "vectors", "", nil))
		}, want: store.ErrCorrupt},
		{name: "a huge dimension", fill: func(tx *bbolt.Tx) error {
			return errors.Join(put(tx, "state", "state", sum(`{"version":1,"dimension":99999999,"entries":1}`)), put(tx, "vectors", "a", sum("")))
		}, want: store.ErrCorrupt},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			opts := test.options
			if opts.PageSize == 0 {
				opts.PageSize, opts.NoFreelistSync = 16<<10, true
			}
			db, err := bbolt.Open(filepath.Join(dir, "entries.db"), 0o600, &opts)
			if err != nil {
				t.Fatal(err)
			}
			err = db.Update(func(tx *bbolt.Tx) error {
				if test.fill == nil {
					_, err := tx.CreateBucket([]byte("b"))
					return err
				}
				return test.fill(tx)
			})
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			if _, err := open(t, dir); !errors.Is(err, test.want) {
				t.Errorf("Open: error %v, want %v", err, test.want)
			}
		})
	}
}

// put makes a bucket and, unless key is empty, a value in it.
func put(tx *bbolt.Tx, bucket, key string, value []byte) error {
	b, err := tx.CreateBucket([]byte(bucket))
	if err != nil || key == "" {
		return err
	}
	return b.Put([]byte(key), value)
}

func TestStateIsJSON(t *testing.T) {
	dir := made(t, 2)
	db, err := bbolt.Open(filepath.Join(dir, "entries.db"), 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var got map[string]any
	err = db.View(func(tx *bbolt.Tx) error {
		return json.Unmarshal(tx.Bucket([]byte("state")).Get([]byte("state"))[4:], &got)
	})
	delete(got, "digest")
	if d := cmp.Diff(map[string]any{"version": 1.0, "dimension": 256.0, "entries": 2.0, "sequence": 2.0}, got); d != "" || err != nil {
		t.Errorf("state: %v, want is -, got is +\n%s", err, d)
	}
}

// FuzzPages overwrites parts of a file and makes the pages that it begins with
// right again, so that what is behind them is read. Nothing may panic, and what
// opens must hold all entries that there were after some change.
func FuzzPages(f *testing.F) {
	const pageSize = 16 << 10
	dir := made(f, 40)
	path := filepath.Join(dir, "entries.db")
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(0), []byte{1})
	f.Add(uint32(16+16), []byte{3})            // the root
	f.Add(uint32(16+40), []byte{0xff, 0xff})   // how many pages there are
	for page := uint32(2); page < 12; page++ { // what pages begin with
		f.Add(page*pageSize, []byte{9})
		f.Add(page*pageSize+8, []byte{1, 0, 5, 0, 1})
		f.Add(page*pageSize+16, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
		f.Add(page*pageSize+16+8, []byte{byte(page)})
	}
	f.Fuzz(func(t *testing.T, at uint32, b []byte) {
		damaged := append([]byte(nil), whole...)
		copy(damaged[at%uint32(len(whole)):], b)
		for meta := range 2 {
			m := damaged[meta*pageSize+16:]
			h := fnv.New64a()
			h.Write(m[:56])
			binary.NativeEndian.PutUint64(m[56:], h.Sum64())
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "entries.db"), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		ids, err := open(t, dir)
		for i, id := range ids {
			if want := fmt.Sprintf("%03d", i); err == nil && id != want {
				t.Errorf("entry %d is %q, want %q", i, id, want)
			}
		}
		if err != nil && !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("Open: error %v, want ErrCorrupt", err)
		}
	})
}
