package clip

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/imagescope/imagescope/embed/clip/internal/pixels"
	"github.com/imagescope/imagescope/embed/clip/internal/tokenizer"
)

// ErrNoModel means that a folder lacks a file of a model.
var ErrNoModel = errors.New("the model is not complete: fetch its files as published for ONNX into one folder (config.json, preprocessor_config.json, tokenizer.json and text_model.onnx with vision_model.onnx, or model.onnx)")

// files are where the parts of a model lie.
type files struct {
	dir          string
	text, vision string // the same where one file holds both
}

// find looks for the networks of a model.
func find(dir string) (files, error) {
	for _, sub := range []string{".", "onnx"} {
		at := func(name string) string { return filepath.Join(dir, sub, name) }
		switch {
		case exists(at("text_model.onnx")) && exists(at("vision_model.onnx")):
			return files{dir, at("text_model.onnx"), at("vision_model.onnx")}, nil
		case exists(at("model.onnx")):
			return files{dir, at("model.onnx"), at("model.onnx")}, nil
		}
	}
	return files{}, fmt.Errorf("%w: there is neither text_model.onnx with vision_model.onnx nor model.onnx in %s or its folder onnx", ErrNoModel, dir)
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// maxFile bounds the files that are not networks, in bytes. The largest are
// tokenizers for many languages, of 34 MB.
const maxFile = 256 << 20

// read reads a file; where it is not there the error wraps [ErrNoModel] as well
// as fs.ErrNotExist.
func (f files) read(name string) ([]byte, error) {
	file, err := os.Open(filepath.Join(f.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrNoModel, err)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s: it has more than %d bytes", file.Name(), maxFile)
	}
	return data, err
}

func (f files) tokenizer() (*tokenizer.Tokenizer, error) {
	data, err := f.read("tokenizer.json")
	if errors.Is(err, fs.ErrNotExist) {
		vocab, verr := f.read("vocab.json")
		merges, merr := f.read("merges.txt")
		if verr != nil || merr != nil {
			return nil, fmt.Errorf("%w: there is neither tokenizer.json nor vocab.json with merges.txt in %s", ErrNoModel, f.dir)
		}
		return tokenizer.ReadCLIP(vocab, merges)
	}
	if err != nil {
		return nil, err
	}
	t, err := tokenizer.Read(data)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return t, nil
}

func (f files) pixels() (*pixels.Settings, error) {
	data, err := f.read("preprocessor_config.json")
	if err != nil {
		return nil, err
	}
	p, err := pixels.Read(data)
	if err != nil {
		return nil, fmt.Errorf("preprocessor_config.json: %w", err)
	}
	return p, nil
}

// settings are what config.json says.
type settings struct {
	context int  // tokens that a text has room for
	full    bool // texts are filled up, and the places filled up attended to
}

// Tokens that texts have room for where config.json does not say: those of the
// models that files leave the default of unwritten.
const (
	clipContext   = 77
	siglipContext = 64
)

// maxContext bounds what config.json can ask for.
const maxContext = 8192

func (f files) settings() (settings, error) {
	data, err := f.read("config.json")
	if err != nil {
		return settings{}, err
	}
	var c struct {
		Type string `json:"model_type"`
		Text struct {
			Context *int `json:"max_position_embeddings"`
		} `json:"text_config"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return settings{}, fmt.Errorf("config.json: %w", err)
	}
	s := settings{context: clipContext, full: strings.HasPrefix(c.Type, "siglip")}
	if s.full {
		s.context = siglipContext
	}
	if c.Text.Context != nil {
		s.context = *c.Text.Context
	}
	if s.context < 2 || s.context > maxContext {
		return settings{}, fmt.Errorf("config.json: text_config.max_position_embeddings is %d, not from 2 to %d", s.context, maxContext)
	}
	return s, nil
}

// endOfText pads where no file says what does, as in CLIP.
const endOfText = "<|endoftext|>"

// pad returns the token that fills texts up.
func (f files) pad(t *tokenizer.Tokenizer) (int64, error) {
	for _, name := range []string{"tokenizer_config.json", "special_tokens_map.json"} {
		data, err := f.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		var c struct {
			Pad token `json:"pad_token"`
		}
		if err := json.Unmarshal(data, &c); err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		if c.Pad != "" {
			return padID(t, name, string(c.Pad))
		}
	}
	return padID(t, "there is no pad_token in tokenizer_config.json or special_tokens_map.json", endOfText)
}

func padID(t *tokenizer.Tokenizer, source, text string) (int64, error) {
	id, err := t.ID(text)
	if err != nil {
		return 0, fmt.Errorf("%s: token that pads: %w", source, err)
	}
	return id, nil
}

// token is a token that a file names by its text, or by an object with it.
type token string

// UnmarshalJSON reads either; null is no token.
func (t *token) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var o struct {
			Content string `json:"content"`
		}
		err := json.Unmarshal(data, &o)
		*t = token(o.Content)
		return err
	}
	return json.Unmarshal(data, (*string)(t))
}
