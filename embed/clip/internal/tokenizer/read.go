package tokenizer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Read reads a tokenizer.json.
func Read(data []byte) (*Tokenizer, error) {
	var f struct {
		Added []struct {
			ID         int64  `json:"id"`
			Content    string `json:"content"`
			SingleWord bool   `json:"single_word"`
			Left       bool   `json:"lstrip"`
			Right      bool   `json:"rstrip"`
			Normalised bool   `json:"normalized"`
		} `json:"added_tokens"`
		Normalizer    json.RawMessage `json:"normalizer"`
		PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
		PostProcessor json.RawMessage `json:"post_processor"`
		Model         json.RawMessage `json:"model"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, err
	}
	t := &Tokenizer{}
	var err error
	if t.normalise, err = readNormaliser(f.Normalizer, 0); err != nil {
		return nil, err
	}
	if t.split, err = readSplitter(f.PreTokenizer, 0); err != nil {
		return nil, err
	}
	vocab, err := t.readModel(f.Model)
	if err != nil {
		return nil, err
	}
	byText := make(map[string]int64, len(f.Added))
	var raw, normalised []added
	for _, a := range f.Added {
		if a.SingleWord {
			return nil, fmt.Errorf("added token %q: single_word is not known", a.Content)
		}
		byText[a.Content] = a.ID
		token := added{a.ID, a.Content, a.Left, a.Right}
		if !a.Normalised {
			raw = append(raw, token)
			continue
		}
		for _, n := range t.normalise {
			token.text = n(token.text)
		}
		normalised = append(normalised, token)
	}
	t.raw, t.normalised = newMatcher(raw), newMatcher(normalised)
	t.ids = func(token string) (int64, bool) {
		if id, ok := byText[token]; ok {
			return id, true
		}
		return vocab(token)
	}
	return t, t.readFrame(f.PostProcessor, 0)
}

func (t *Tokenizer) readModel(data json.RawMessage) (vocab func(string) (int64, bool), err error) {
	var kind struct {
		Type  string          `json:"type"`
		Vocab json.RawMessage `json:"vocab"`
	}
	if len(data) == 0 {
		return nil, errors.New("there is no model")
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	// Files of the first years name no type; a list is a unigram's vocabulary.
	if kind.Type == "" && bytes.HasPrefix(bytes.TrimSpace(kind.Vocab), []byte("{")) {
		kind.Type = "BPE"
	}
	switch kind.Type {
	case "BPE":
		m, err := readBPE(data)
		if err != nil {
			return nil, fmt.Errorf("model BPE: %w", err)
		}
		t.model = m
		return func(s string) (int64, bool) { id, ok := m.vocab[s]; return id, ok }, nil
	case "Unigram":
		m, err := readUnigram(data)
		if err != nil {
			return nil, fmt.Errorf("model Unigram: %w", err)
		}
		t.model = m
		return func(s string) (int64, bool) { tok, ok := m.vocab[s]; return tok.id, ok }, nil
	}
	return nil, fmt.Errorf("model %q is not known", kind.Type)
}

// readFrame reads which tokens begin and end a sequence.
func (t *Tokenizer) readFrame(data json.RawMessage, depth int) error {
	var p struct {
		Type       string            `json:"type"`
		Processors []json.RawMessage `json:"processors"`
		Sep        [2]any            `json:"sep"`
		Cls        [2]any            `json:"cls"`
		Single     []struct {
			Special  *struct{ ID string } `json:"SpecialToken"`
			Sequence *struct{ ID string } `json:"Sequence"`
		} `json:"single"`
		Specials map[string]struct {
			IDs []int64 `json:"ids"`
		} `json:"special_tokens"`
	}
	if err := part(data, &p, depth); err != nil {
		return fmt.Errorf("post_processor: %w", err)
	}
	switch p.Type {
	case "", "ByteLevel": // the latter moves offsets only
		return nil
	case "Sequence":
		for _, sub := range p.Processors {
			if err := t.readFrame(sub, depth+1); err != nil {
				return err
			}
		}
		return nil
	case "RobertaProcessing", "BertProcessing":
		cls, ok1 := p.Cls[1].(float64)
		sep, ok2 := p.Sep[1].(float64)
		if !ok1 || !ok2 {
			return fmt.Errorf("post_processor %s: cls and sep should be pairs of a token and its number", p.Type)
		}
		t.before, t.after = []int64{int64(cls)}, []int64{int64(sep)}
		return nil
	case "TemplateProcessing":
		to := &t.before
		for _, piece := range p.Single {
			if piece.Special == nil {
				to = &t.after
				continue
			}
			s, ok := p.Specials[piece.Special.ID]
			if !ok {
				return fmt.Errorf("post_processor TemplateProcessing: special token %q is not among special_tokens", piece.Special.ID)
			}
			*to = append(*to, s.IDs...)
		}
		return nil
	}
	return fmt.Errorf("post_processor %q is not known", p.Type)
}

// clipFrame is the tokenizer.json that CLIP's two files stand for, without what
// they hold.
const clipFrame = `{
	"normalizer": {"type": "Sequence", "normalizers": [
		{"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "}, {"type": "Lowercase"}]},
	"pre_tokenizer": {"type": "Sequence", "pretokenizers": [
		{"type": "Split", "behavior": "Removed", "invert": true, "pattern": {
			"Regex": "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"}},
		{"type": "ByteLevel", "add_prefix_space": false}]},
	"added_tokens": [
		{"id": %[1]d, "content": "<|startoftext|>", "normalized": true},
		{"id": %[2]d, "content": "<|endoftext|>"}],
	"post_processor": {"type": "RobertaProcessing", "cls": ["<|startoftext|>", %[1]d], "sep": ["<|endoftext|>", %[2]d]},
	"model": {"type": "BPE", "end_of_word_suffix": "</w>", "unk_token": "<|endoftext|>", "vocab": %[3]s, "merges": %[4]s}
}`

// ReadCLIP reads the two files that CLIP's tokenizer had before there was
// tokenizer.json: vocab.json and merges.txt.
func ReadCLIP(vocab, merges []byte) (*Tokenizer, error) {
	var ids map[string]int64
	if err := json.Unmarshal(vocab, &ids); err != nil {
		return nil, fmt.Errorf("vocab.json: %w", err)
	}
	start, ok1 := ids["<|startoftext|>"]
	end, ok2 := ids["<|endoftext|>"]
	if !ok1 || !ok2 {
		return nil, errors.New("vocab.json: <|startoftext|> or <|endoftext|> is not in it: it is not of a CLIP model")
	}
	pairs, err := readMerges(merges)
	if err != nil {
		return nil, fmt.Errorf("merges.txt: %w", err)
	}
	learnt, err := json.Marshal(pairs)
	if err != nil {
		return nil, err
	}
	return Read(fmt.Appendf(nil, clipFrame, start, end, vocab, learnt))
}

// readMerges reads a line for each merge; the first line may tell a version.
func readMerges(data []byte) (pairs [][2]string, err error) {
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), "\r")
		if line == "" || n == 1 && strings.HasPrefix(line, "#version") {
			continue
		}
		pair, err := cutPair(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		pairs = append(pairs, pair)
	}
	return pairs, lines.Err()
}
