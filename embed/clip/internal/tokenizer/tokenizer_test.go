package tokenizer_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/embed/clip/internal/tokenizer"
)

const testdata = "../../testdata"

func read(t testing.TB, parts ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{testdata}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func open(t testing.TB, name string) *tokenizer.Tokenizer {
	t.Helper()
	var tok *tokenizer.Tokenizer
	var err error
	if name == "joint" {
		tok, err = tokenizer.ReadCLIP(read(t, name, "vocab.json"), read(t, name, "merges.txt"))
	} else {
		tok, err = tokenizer.Read(read(t, name, "tokenizer.json"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// TestEncode compares with what the tokenizers library makes of the same texts
// (testdata/make.py).
func TestEncode(t *testing.T) {
	for name, limit := range map[string]int{"clip": 20, "joint": 20, "siglip": 20, "gemma": 64} {
		t.Run(name, func(t *testing.T) {
			tok := open(t, name)
			var want struct {
				Texts []struct {
					Text string
					IDs  []int64
				}
			}
			if err := json.Unmarshal(read(t, name, "expected.json"), &want); err != nil {
				t.Fatal(err)
			}
			if len(want.Texts) < 50 {
				t.Fatalf("there are only %d texts", len(want.Texts))
			}
			for _, w := range want.Texts {
				if d := cmp.Diff(w.IDs, tok.Encode(w.Text, limit)); d != "" {
					t.Errorf("%.60q: want is -, got is +\n%s", w.Text, d)
				}
			}
		})
	}
}

// TestEncodeCaptions compares sums of the tokens of 10,000 real captions.
func TestEncodeCaptions(t *testing.T) {
	for _, file := range []string{"coco_captions.json", "flickr_captions.json"} {
		data, err := os.ReadFile(filepath.Join("../../../../../shared/datasets/captions", file))
		if err != nil {
			t.Skipf("the captions of COCO and Flickr30K are not on this machine: %v", err)
		}
		var entries []struct{ Caption []string }
		if err := json.Unmarshal(data, &entries); err != nil {
			t.Fatal(err)
		}
		var captions []string
		for _, e := range entries {
			captions = append(captions, e.Caption...)
		}
		captions = captions[:5000]
		var sums map[string][]string
		if err := json.Unmarshal(read(t, "captions", file), &sums); err != nil {
			t.Fatal(err)
		}
		for name, want := range sums {
			tok := open(t, name)
			for i, sum := range want {
				var rows []string
				for _, c := range captions[100*i : 100*(i+1)] {
					rows = append(rows, strings.ReplaceAll(fmt.Sprint(tok.Encode(c, 64)), " ", ", "))
				}
				got := sha256.Sum256([]byte("[" + strings.Join(rows, ", ") + "]"))
				if hex.EncodeToString(got[:8]) != sum {
					t.Errorf("%s, %s: the tokens of captions %d to %d are others", file, name, 100*i, 100*i+99)
				}
			}
		}
	}
}
