package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
)

// TestRecord holds the format: a change of it needs another version.
func TestRecord(t *testing.T) {
	e := imagescope.Entry{ID: "id", Vector: []float32{1, -2}, Caption: "cat", Meta: map[string]string{"b": "2", "a": ""}}
	tests := []struct {
		half bool
		want []byte
	}{
		{false, []byte("\x6b\x08\xad\x50" + "\x00\x00\x80\x3f\x00\x00\x00\xc0" + "\x03cat" + "\x02" + "\x01a\x00" + "\x01b\x012")},
		{true, []byte("\xd9\x24\x99\x7c" + "\x00\x3c\x00\xc0" + "\x03cat" + "\x02" + "\x01a\x00" + "\x01b\x012")},
	}
	for _, test := range tests {
		got, sum := encode(e, test.half)
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("encode(half %v): want is -, got is +\n%s", test.half, d)
		}
		r, err := decode([]byte("id"), got, State{Dimension: 2, Half: test.half})
		if d := cmp.Diff(Record{Entry: e, Sum: sum}, r); d != "" || err != nil {
			t.Errorf("decode(half %v): %v, want is -, got is +\n%s", test.half, err, d)
		}
	}
}

// FuzzDecode reads values with the right checksum. What can be read is read
// again from what is then written.
func FuzzDecode(f *testing.F) {
	for _, e := range []imagescope.Entry{
		{ID: "a", Vector: []float32{1, 2, 3}},
		{ID: "b", Vector: []float32{1, 2, 3}, Caption: "c", Meta: map[string]string{"k": "v", "": "", "long": "\xff\x00"}},
	} {
		for _, half := range []bool{false, true} {
			b, _ := encode(e, half)
			f.Add(e.ID, b[4:], 3, half)
		}
	}
	f.Add("x", []byte{0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, 1, false)
	f.Fuzz(func(t *testing.T, id string, rest []byte, dim int, half bool) {
		dim = max(0, dim) % (MaxDimension + 1)
		value := binary.LittleEndian.AppendUint32(nil, checksum(id, rest))
		s := State{Dimension: dim, Half: half}
		r, err := decode([]byte(id), append(value, rest...), s)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("decode: error %v, want ErrCorrupt", err)
			}
			return
		}
		again, sum := encode(r.Entry, half)
		r2, err := decode([]byte(id), again, s)
		r.Sum = sum // where a length was written longer than needed
		if d := cmp.Diff(r, r2, cmpopts.EquateEmpty()); d != "" || err != nil {
			t.Errorf("decode again: %v, first is -, second is +\n%s", err, d)
		}
	})
}

// TestDecodeBitFlips holds that no single bit of an entry, nor the border
// between its ID and its value, can change unseen.
func TestDecodeBitFlips(t *testing.T) {
	s := State{Dimension: 8}
	value, _ := encode(imagescope.Entry{ID: "some id", Vector: make([]float32, 8), Caption: "a caption", Meta: map[string]string{"k": "v"}}, false)
	both := append([]byte("some id"), value...)
	for bit := range len(both) * 8 {
		damaged := slices.Clone(both)
		damaged[bit/8] ^= 1 << (bit % 8)
		if _, err := decode(damaged[:7], damaged[7:], s); !errors.Is(err, ErrCorrupt) {
			t.Errorf("bit %d flipped: error %v, want ErrCorrupt", bit, err)
		}
	}
	for border := range len(both) {
		if _, err := decode(both[:border], both[border:], s); border != 7 && !errors.Is(err, ErrCorrupt) {
			t.Errorf("border moved to %d: error %v, want ErrCorrupt", border, err)
		}
	}
}

func FuzzState(f *testing.F) {
	f.Add([]byte(`{"version":1,"embedder":"clip","half":true,"dimension":512,"entries":2,"digest":18446744073709551615,"sequence":3}`))
	f.Add([]byte(`{"version":2}`))
	f.Add([]byte(`{"version":1,"dimension":1e9}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b := binary.LittleEndian.AppendUint32(nil, crc32.Checksum(text, castagnoli))
		s, err := parseState(append(b, text...))
		if err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrVersion) {
			t.Errorf("error %v, want ErrCorrupt or ErrVersion", err)
		}
		if err == nil && (s.Dimension < 0 || s.Dimension > MaxDimension) {
			t.Errorf("a dimension of %d was read", s.Dimension)
		}
	})
}
