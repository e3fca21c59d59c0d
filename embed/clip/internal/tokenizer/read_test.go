package tokenizer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/imagescope/imagescope/embed/clip/internal/tokenizer"
)

// model is a vocabulary of three tokens.
const model = `"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}`

func TestReadRefuses(t *testing.T) {
	deep := strings.Repeat(`{"type": "Sequence", "normalizers": [`, 50) + strings.Repeat(`]}`, 50)
	for _, tt := range []struct{ name, file, want string }{
		{"no JSON", `hello`, "invalid character"},
		{"no model", `{}`, "there is no model"},
		{"another model", `{"model": {"type": "WordLevel"}}`, `model "WordLevel" is not known`},
		{"merge of nothing", `{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}`, "not in the vocabulary"},
		{"merge of three", `{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a a"]}}`, "is no pair"},
		{"list of one", `{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}}`, "is no pair"},
		{"no unknown", `{"model": {"type": "BPE", "vocab": {"a": 0}, "unk_token": "u"}}`, `unk_token "u"`},
		{"no bytes", `{"model": {"type": "BPE", "vocab": {"a": 0}, "byte_fallback": true}}`, "byte 0 is not"},
		{"dropout", `{"model": {"type": "BPE", "vocab": {"a": 0}, "dropout": 0.1}}`, "dropout"},
		{"unigram without unknown", `{"model": {"type": "Unigram", "vocab": [["a", -1]]}}`, "unk_id"},
		{"unigram of another form", `{"model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", "b"]]}}`, "vocab 0"},
		{"normalizer", `{"normalizer": {"type": "BertNormalizer"}, ` + model + `}`, `normalizer "BertNormalizer" is not known`},
		{"deep", `{"normalizer": ` + deep + `, ` + model + `}`, "nested"},
		{"charsmap", `{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAEAAAAA"}, ` + model + `}`, "cut off"},
		{"look-around", `{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "a(?!b)"}, "behavior": "Isolated"}, ` + model + `}`, "pattern"},
		{"no pattern", `{"pre_tokenizer": {"type": "Split", "pattern": {}, "behavior": "Isolated"}, ` + model + `}`, "no pattern"},
		{"behaviour", `{"pre_tokenizer": {"type": "Split", "pattern": {"String": "a"}, "behavior": "Contiguous"}, ` + model + `}`, `behavior "Contiguous"`},
		{"pre-tokeniser", `{"pre_tokenizer": {"type": "Digits"}, ` + model + `}`, `"Digits" is not known`},
		{"post-processor", `{"post_processor": {"type": "Custom"}, ` + model + `}`, `"Custom" is not known`},
		{"template", `{"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]}, ` + model + `}`, `special token "x"`},
		{"single word", `{"added_tokens": [{"content": "x", "single_word": true}], ` + model + `}`, "single_word"},
	} {
		if _, err := tokenizer.Read([]byte(tt.file)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", tt.name, err, tt.want)
		}
	}
	for _, tt := range []struct{ name, vocab, merges, want string }{
		{"no JSON", `[]`, "", "vocab.json"},
		{"another model", `{"a": 0}`, "", "not of a CLIP model"},
		{"merge", `{"<|startoftext|>": 0, "<|endoftext|>": 1}`, "#version: 0.2\none\n", "merges.txt: line 2"},
	} {
		if _, err := tokenizer.ReadCLIP([]byte(tt.vocab), []byte(tt.merges)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", tt.name, err, tt.want)
		}
	}
}

func TestLimit(t *testing.T) {
	tok := open(t, "clip")
	for limit := range 8 {
		got := tok.Encode("a dog runs in the snow", limit)
		if want := max(limit, 2); len(got) != want {
			t.Errorf("limit %d: %d tokens %v, want %d", limit, len(got), got, want)
		}
	}
}

// TestLongTexts takes texts without end, in one word and in many.
func TestLongTexts(t *testing.T) {
	for _, name := range []string{"clip", "siglip", "gemma"} {
		tok := open(t, name)
		for _, text := range []string{strings.Repeat("x", 3<<20), strings.Repeat("dog ", 1<<20), strings.Repeat("猫", 1<<20), strings.Repeat("\xff", 2<<20), strings.Repeat("<|endoftext|>", 1<<18)} {
			if n := len(tok.Encode(text, 64)); n > 64 {
				t.Errorf("%s: %d tokens of %.10q…, want 64 at most", name, n, text)
			}
		}
	}
}

// FuzzRead reads rubbish, and encodes with what it makes.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{`+model+`}`), "abba")
	f.Add(read(f, "clip", "tokenizer.json"), "A dog's <|endoftext|> é")
	f.Add([]byte(`{"normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "always"}, "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["_a", -1]]}}`), " a b")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		tok, err := tokenizer.Read(data)
		if err != nil {
			return
		}
		frame := len(tok.Encode("", 0))
		if got := tok.Encode(text, frame+5); len(got) > frame+5 {
			t.Errorf("%d tokens, want %d at most", len(got), frame+5)
		}
	})
}

func ExampleRead() {
	tok, err := tokenizer.Read([]byte(`{
		"pre_tokenizer": {"type": "WhitespaceSplit"},
		"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
	}`))
	if err != nil {
		panic(err)
	}
	fmt.Println(tok.Encode("ab ba", 10))
	// Output: [2 1 0]
}
