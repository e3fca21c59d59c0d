package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func key(n int) (k Key) {
	copy(k[:], fmt.Sprint("key ", n))
	return k
}

func value(n int) []byte { return []byte(strings.Repeat(fmt.Sprint("value ", n, " "), 1+n%7)) }

func open(t testing.TB, path string, opts Options) *Journal {
	t.Helper()
	j, err := Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func put(t testing.TB, j *Journal, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		if err := j.Put(key(n), value(n)); err != nil {
			t.Fatal(err)
		}
	}
}

// holds returns how many of the values are there, and checks that they are
// the right ones.
func holds(t testing.TB, j *Journal, from, to int) (found int) {
	t.Helper()
	for n := from; n < to; n++ {
		got, ok, err := j.Get(key(n))
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		if ok {
			found++
			if !bytes.Equal(got, value(n)) {
				t.Fatalf("Get(%d) = %q, want %q", n, got, value(n))
			}
		}
	}
	return found
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers")
	for round := range 5 {
		j := open(t, path, Options{})
		if found := holds(t, j, 0, 100); found != 20*round {
			t.Errorf("round %d: %d values, want %d", round, found, 20*round)
		}
		put(t, j, 20*round, 20*round+20)
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := j.Get(key(0)); !errors.Is(err, ErrClosed) {
			t.Errorf("Get when closed: %v", err)
		}
		if err := j.Put(key(0), nil); !errors.Is(err, ErrClosed) {
			t.Errorf("Put when closed: %v", err)
		}
	}
	j := open(t, path, Options{})
	if err := j.Put(key(1), []byte("anew")); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if got, _, _ := open(t, path, Options{}).Get(key(1)); string(got) != "anew" {
		t.Errorf("a value put twice is %q", got)
	}
}

func TestBounds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers")
	const most = 20_000
	j := open(t, path, Options{MaxBytes: most, MaxEntries: 150})
	for n := range 1000 {
		put(t, j, n, n+1)
		holds(t, j, 0, 10) // used all the time, so that they stay
		if info, err := os.Stat(path); err != nil || info.Size() > most {
			t.Fatalf("after %d values the file has %d bytes, error %v", n, info.Size(), err)
		}
		if j.Len() > 150 {
			t.Fatalf("%d values are kept", j.Len())
		}
	}
	if found := holds(t, j, 0, 10); found != 10 {
		t.Errorf("of 10 values in use %d are left", found)
	}
	if found := holds(t, j, 950, 1000); found != 50 {
		t.Errorf("of the last 50 values %d are left", found)
	}
	if err := j.Put(key(1), make([]byte, most)); err == nil {
		t.Error("a value longer than the file may be was put in")
	}
	if err := j.Put(key(1), make([]byte, MaxValue+1)); err == nil {
		t.Error("a value longer than MaxValue was put in")
	}
}

func TestSecondOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers")
	if _, err := Open(path, Options{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read-only without a file: %v", err)
	}
	j := open(t, path, Options{})
	put(t, j, 0, 10)
	if _, err := Open(path, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("the second one: %v", err)
	}
	reader := open(t, path, Options{ReadOnly: true})
	put(t, j, 10, 20)
	if found := holds(t, reader, 0, 20); found != 10 {
		t.Errorf("a reader finds %d values, want the 10 that were there", found)
	}
	if err := reader.Put(key(1), nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Put of a reader: %v", err)
	}
	j.Close()
	if found := holds(t, open(t, path, Options{}), 0, 20); found != 20 {
		t.Errorf("%d values after all, want 20", found)
	}
}

// TestDamage changes a byte, a run of bytes, or the length of a file. What is
// not hit is found, the file is kept aside, and a further opening is clean.
func TestDamage(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "answers")
	j := open(t, whole, Options{})
	put(t, j, 0, 60)
	j.Close()
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 80 {
		damaged := bytes.Clone(data)
		switch at := r.IntN(len(data)); round % 4 {
		case 0:
			damaged[at] ^= 1 << r.IntN(8)
		case 1:
			for i := at; i < min(at+r.IntN(300), len(data)); i++ {
				damaged[i] = byte(r.Uint32())
			}
		case 2:
			damaged = damaged[:at]
		case 3:
			damaged = append(damaged[:at:at], damaged[min(at+r.IntN(300), len(data)):]...)
		}
		path := filepath.Join(t.TempDir(), "answers")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := Open(path, Options{})
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatalf("round %d: %v", round, err)
		}
		if errors.Is(err, ErrDamaged) {
			if kept, rerr := os.ReadFile(path + ".damaged"); rerr != nil || !bytes.Equal(kept, damaged) {
				t.Errorf("round %d: the damaged file was not kept: %v", round, rerr)
			}
		}
		lost := 60 - holds(t, j, 0, 60)
		most := 7 // records that 300 bytes can hit
		if round%4 == 0 {
			most = 1
		}
		if headHit := !bytes.HasPrefix(damaged, []byte(formatLine)); lost > most && round%4 != 2 && !headHit {
			t.Errorf("round %d: %d values were lost", round, lost)
		}
		put(t, j, 100, 110)
		j.Close()
		again, err := Open(path, Options{})
		if err != nil {
			t.Fatalf("round %d, opened again: %v", round, err)
		}
		if found := holds(t, again, 0, 110); found != 70-lost {
			t.Errorf("round %d, opened again: %d values, want %d", round, found, 70-lost)
		}
		again.Close()
	}
}

// TestDamageWhileOpen has someone else write into the file.
func TestDamageWhileOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers")
	j := open(t, path, Options{MaxBytes: 6000})
	put(t, j, 0, 20)
	if err := os.Truncate(path, 500); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := j.Get(key(19)); ok || !errors.Is(err, ErrDamaged) {
		t.Errorf("a value that is gone: %v, %v", ok, err)
	}
	if _, ok, err := j.Get(key(19)); ok || err != nil {
		t.Errorf("the same again: %v, %v", ok, err)
	}
	put(t, j, 20, 200) // with rewriting
	if found := holds(t, j, 190, 200); found != 10 {
		t.Errorf("%d of 10 new values are there", found)
	}
}

func TestConcurrent(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "answers"), Options{MaxBytes: 30_000})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for n := range 300 {
				if err := j.Put(key(n), value(n)); err != nil {
					t.Error(err)
				}
				if got, ok, err := j.Get(key((n * g) % 300)); err != nil || ok && !bytes.Equal(got, value((n*g)%300)) {
					t.Errorf("Get: %q, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

// FuzzOpen opens any file at all.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(formatLine + string(encode(key(1), value(1)))))
	f.Add([]byte(strings.Repeat(marker, 100)))
	f.Add(append([]byte(formatLine), append([]byte("junk"), encode(key(1), value(1))...)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "answers")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := Open(path, Options{})
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		defer j.Close()
		for _, k := range j.entries.Keys() {
			if _, ok, err := j.Get(k); !ok || err != nil {
				t.Fatalf("a value that was found is not there: %v", err)
			}
		}
		put(t, j, 0, 3)
		if found := holds(t, j, 0, 3); found != 3 {
			t.Fatalf("%d of 3 values put in", found)
		}
	})
}

// TestHostileFile is full of beginnings of records of the greatest length.
func TestHostileFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers")
	begin := []byte(marker + "sum.\x00\x00\x10\x00") // 1 MiB
	if err := os.WriteFile(path, append([]byte(formatLine), bytes.Repeat(begin, 8<<20/len(begin))...), 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := Open(path, Options{})
	if !errors.Is(err, ErrDamaged) {
		t.Fatalf("Open: %v", err)
	}
	defer j.Close()
	put(t, j, 0, 3)
}
