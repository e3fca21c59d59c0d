package clip_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/imagescope/imagescope/embed/clip"
)

// TestName has the names of the models in testdata, which indexes on disk may
// have: they change with version alone.
func TestName(t *testing.T) {
	for dir, want := range map[string]string{
		"clip":   "clip/1 16 sha256:70cb5d3fff44ba6c",
		"joint":  "clip/1 16 sha256:c2bd77d3d1db5048",
		"siglip": "clip/1 16 sha256:c40dbe963805275b",
	} {
		if got := open(t, filepath.Join("testdata", dir), clip.Options{BatchSize: 3, Threads: 1}).Name(); got != want {
			t.Errorf("%s: Name is %q, want %q", dir, got, want)
		}
	}
}

// TestNameOfChanged changes one file of a model at a time.
func TestNameOfChanged(t *testing.T) {
	name := func(edit func(dir string) error) string {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS("testdata/clip")); err != nil {
			t.Fatal(err)
		}
		if err := edit(dir); err != nil {
			t.Fatal(err)
		}
		return open(t, dir, clip.Options{}).Name()
	}
	replace := func(file, from, to string) func(dir string) error {
		return func(dir string) error {
			path := filepath.Join(dir, file)
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			changed := regexp.MustCompile(from).ReplaceAll(data, []byte(to))
			if string(changed) == string(data) {
				t.Fatalf("%s: nothing matches %s", file, from)
			}
			return os.WriteFile(path, changed, 0o644)
		}
	}
	add := func(file string) func(dir string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, file), []byte("{}"), 0o644) }
	}
	original := name(func(string) error { return nil })
	for _, tt := range []struct {
		what string
		edit func(dir string) error
		same bool
	}{
		{"the pictures' mean", replace("preprocessor_config.json", `("image_mean": \[\s*0\.4)\d`, "${1}9"), false},
		{"room for tokens", replace("config.json", `("max_position_embeddings": )\d+`, "${1}12"), false},
		{"weights beside a network", add("vision_model.onnx_data"), false},
		{"weights of another model", add("model.onnx_data"), true},
		{"what is not read of config.json", replace("config.json", `^{`, `{"transformers_version": "9.9",`), true},
		{"words that tokenizer.json stands for", add("vocab.json"), true},
	} {
		if got := name(tt.edit); (got == original) != tt.same {
			t.Errorf("%s: Name is %q after %q, want the same: %v", tt.what, got, original, tt.same)
		}
	}
}
