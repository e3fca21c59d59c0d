package clip

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sum returns a checksum of what decides about a model's vectors: its
// networks, each followed by the files beside it that hold its weights, the
// files that say how to prepare texts and pictures, and what was read from
// those that say much else as well.
func (f files) sum(s settings, pad int64) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%d %v %d\n", s.context, s.full, pad)
	paths := []string{filepath.Join(f.dir, "preprocessor_config.json")}
	if tokens := filepath.Join(f.dir, "tokenizer.json"); exists(tokens) {
		paths = append(paths, tokens)
	} else {
		paths = append(paths, filepath.Join(f.dir, "vocab.json"), filepath.Join(f.dir, "merges.txt"))
	}
	for _, network := range slices.Compact([]string{f.text, f.vision}) {
		weights, err := weightsOf(network)
		if err != nil {
			return "", err
		}
		paths = append(append(paths, network), weights...)
	}
	for _, path := range paths {
		if err := addFile(h, path); err != nil {
			return "", err
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// weightsOf returns the files beside a network that hold weights too large for
// it, by the names that exporters give them: model.onnx_data, model.onnx.data,
// model.onnx_data_1.
func weightsOf(network string) ([]string, error) {
	beside, err := os.ReadDir(filepath.Dir(network))
	if err != nil {
		return nil, err
	}
	var found []string
	for _, entry := range beside {
		rest, ok := strings.CutPrefix(entry.Name(), filepath.Base(network))
		if ok && (strings.HasPrefix(rest, "_data") || strings.HasPrefix(rest, ".data")) {
			found = append(found, filepath.Join(filepath.Dir(network), entry.Name()))
		}
	}
	return found, nil // in order of name
}

// addFile writes how long a file is, and the file, to w.
func addFile(w io.Writer, path string) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d\n", info.Size())
	_, err = io.Copy(w, file)
	return err
}
