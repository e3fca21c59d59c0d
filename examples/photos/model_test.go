package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/scene"
)

// withoutCaptions takes the person's captions away.
func (p *person) withoutCaptions() {
	for _, s := range p.scenes {
		p.remove(s.ID + ".txt")
	}
}

func TestModelCaptionsAndChecks(t *testing.T) {
	p := newPerson(t, "street")
	p.withoutCaptions()
	server := newOllama(t)
	n := len(p.scenes)

	p.must("index", "-model", "ollama:looker:7b", "-model-url", server.URL, "-embed", "ollama:vectors", "-embed-url", server.URL, p.photos)
	if d := cmp.Diff(map[string]int{"caption": n, "embed": 2 * n}, server.takeAsked()); d != "" {
		t.Errorf("requests of photos index: want is -, got is +\n%s", d)
	}
	stored := p.stored()
	if want := (settings{Model: "ollama:looker:7b", Embed: "ollama:vectors"}); stored.settings != want {
		t.Errorf("settings of the index = %+v, want %+v", stored.settings, want)
	}
	for _, s := range p.scenes {
		if got := stored.entries[s.ID].Caption; got != s.Scene.Caption() {
			t.Errorf("caption of %s = %q, want the model's %q", s.ID, got, s.Scene.Caption())
		}
	}

	out := p.must("search", "-model", "ollama:looker:7b", "-model-url", server.URL, "-embed-url", server.URL, "a car at night")
	if got := photosIn(out); len(got) == 0 || !strings.Contains(got[0], "night") {
		t.Errorf("photos search found\n%s\nwant a photo at night first", out)
	}
	contains(t, "photos search", out, "2 of 2 ✓", " model calls, ")
	if d := cmp.Diff(map[string]int{"interpret": 1, "embed": 1, "propose": 1, "verify": n, "compare": 1}, server.takeAsked()); d != "" {
		t.Errorf("requests of photos search: want is -, got is +\n%s", d)
	}

	// A change of a photo goes by its caption, and shows the model both.
	p.must("change", "-model", "ollama:looker:7b", "-model-url", server.URL, "-embed-url", server.URL, "street/red-car-day.png", "at night")
	if asked := server.takeAsked(); asked["caption"] != 0 || asked["compare"] == 0 {
		t.Errorf("requests of photos change = %v, want no caption and a comparison", asked)
	}

	// All is as it was, so nothing is asked, though no flag says which model.
	contains(t, "photos index", p.must("index", p.photos), " 0 new, 0 changed")
	if asked := server.takeAsked(); len(asked) > 0 {
		t.Errorf("requests of photos index where nothing has changed = %v, want none", asked)
	}
	path := filepath.Join(p.photos, "street", "red-car-day.png")
	if err := os.Rename(path, filepath.Join(filepath.Dir(path), "mine.png")); err != nil {
		t.Fatal(err)
	}
	contains(t, "photos index", p.must("index", p.photos), " 0 new, 0 changed, 0 gone, 1 renamed")
	if asked := server.takeAsked(); len(asked) > 0 {
		t.Errorf("requests of photos index where a photo was renamed = %v, want none", asked)
	}

	r := p.run("search", "-embed", "words", "car")
	contains(t, "stderr of a search with another embedder", r.err,
		"was made with -embed ollama:vectors", "leave -embed out", "photos index -embed words '"+p.photos+"'")
	if r.code != exitFailed {
		t.Errorf("a search with another embedder = %d, want %d", r.code, exitFailed)
	}

	r = p.run("index", "-model", "none", "-embed", "words", p.photos)
	contains(t, "photos index with other models", r.err, "all photos are taken in anew: until now it was -model ollama:looker:7b -embed ollama:vectors")
	contains(t, "photos index with other models", r.out, fmt.Sprintf(" 0 new, %d changed", n))
}

// afterFirst returns whether a text is the ID of none of the photos that are taken
// in first, nor has the caption of one.
func (p *person) afterFirst() func(text string) bool {
	first := slices.SortedFunc(slices.Values(p.scenes), func(a, b scene.Named) int { return strings.Compare(a.ID, b.ID) })[:giveUpAfter]
	return func(text string) bool {
		return !slices.ContainsFunc(first, func(s scene.Named) bool { return text == s.ID || strings.Contains(text, s.Scene.Caption()) })
	}
}

// TestInterruptedIndexGoesOn stops it when it has taken in some photos.
func TestInterruptedIndexGoesOn(t *testing.T) {
	tests := []struct {
		name string
		run  func(p *person, says string, args []string) // until it says so
	}{
		{"ctrl-C", func(p *person, says string, args []string) {
			ctx, interrupt := context.WithCancel(p.t.Context())
			r := p.runUntil(ctx, says, interrupt, args...)
			if r.code != exitInterrupted {
				p.t.Errorf("photos index, interrupted = %d, want %d: %s", r.code, exitInterrupted, r.err)
			}
			contains(p.t, "stderr", r.err, "16 photos were taken in and are kept", "photos: stopped")
		}},
		{"kill", func(p *person, says string, args []string) {
			ctx, kill := context.WithCancel(p.t.Context())
			cmd := exec.CommandContext(ctx, os.Args[0], args...)
			cmd.Env = append(os.Environ(), asProgram+"=1")
			cmd.Stderr = &reader{says: says, stop: kill}
			var stopped *exec.ExitError
			if err := cmd.Run(); !errors.As(err, &stopped) || stopped.Exited() {
				p.t.Errorf("photos index, killed: %v, want that it was", err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPerson(t, "beach", "meadow", "street")
			p.withoutCaptions()
			args := func(s *ollamaServer) []string {
				return []string{"index", "-model", "ollama:looker:7b", "-model-url", s.URL, p.photos}
			}
			server := newOllama(t)
			server.hold(p.afterFirst())
			tt.run(p, fmt.Sprintf("%d of %d photos", giveUpAfter, len(p.scenes)), args(server))
			kept := p.stored().entries
			if len(kept) != giveUpAfter {
				t.Fatalf("%d photos were kept, want %d", len(kept), giveUpAfter)
			}
			server = newOllama(t)
			p.must(args(server)...)
			for _, id := range server.captions {
				if _, ok := kept[id]; ok {
					t.Errorf("%s was captioned again", id)
				}
			}
			if got, want := len(server.captions), len(p.scenes)-giveUpAfter; got != want {
				t.Errorf("%d captions were asked for, want those of the other %d photos", got, want)
			}
			if got := len(p.stored().entries); got != len(p.scenes) {
				t.Errorf("%d photos are in the index, want %d", got, len(p.scenes))
			}
		})
	}
}

// TestAnotherEmbedder takes photos in anew, is interrupted, and goes on. The
// old index stays until all is done.
func TestAnotherEmbedder(t *testing.T) {
	p := newPerson(t, "beach", "meadow", "street")
	server := newOllama(t)
	p.run("index", "-embed", "ollama:missing", "-embed-url", server.URL+"/nowhere", p.photos) // which makes an index of nothing
	p.must("index", p.photos)
	before := p.stored()
	args := []string{"index", "-embed", "ollama:vectors", "-embed-url", server.URL, p.photos}
	unchanged := func() {
		t.Helper()
		if d := cmp.Diff(before, p.stored(), cmp.AllowUnexported(stored{})); d != "" {
			t.Errorf("the index has changed: before is -, after is +\n%s", d)
		}
	}

	r := p.run("index", "-embed", "ollama:missing", "-embed-url", server.URL+"/nowhere", p.photos)
	if r.code != exitFailed {
		t.Errorf("photos index with an embedder that fails = %d, want %d", r.code, exitFailed)
	}
	contains(t, "stderr", r.err, "none of the first 16 photos could be taken in")
	unchanged()

	ctx, interrupt := context.WithCancel(t.Context())
	server.hold(p.afterFirst())
	r = p.runUntil(ctx, fmt.Sprintf("%d of %d photos", giveUpAfter, len(p.scenes)), interrupt, args...)
	if r.code != exitInterrupted {
		t.Errorf("photos index, interrupted = %d, want %d: %s", r.code, exitInterrupted, r.err)
	}
	contains(t, "stderr", r.err, "16 photos were taken in and are kept")
	unchanged()
	r = p.run("index", "-embed", "ollama:other", "-embed-url", server.URL, p.photos)
	if r.code != exitFailed {
		t.Errorf("photos index with a third embedder = %d, want %d", r.code, exitFailed)
	}
	contains(t, "stderr", r.err, ".imagescope.new cannot be used", `were made by "ollama:vectors by captions/1", not by "ollama:other by captions/1"`, "delete it and run")
	contains(t, "photos index as before", p.must("index", p.photos), " 0 new, 0 changed")

	n := len(p.scenes)
	p.remove(p.scenes[0].ID) // which is in the new one already
	server.hold(nil)
	contains(t, "photos index once more", p.must(args...), fmt.Sprintf("%d photos: 0 new, %d changed, 1 gone, 0 renamed, %d as before", n-1, n-giveUpAfter, giveUpAfter-1))
	after := p.stored()
	if want := (settings{Model: "none", Embed: "ollama:vectors"}); after.settings != want {
		t.Errorf("settings of the index = %+v, want %+v", after.settings, want)
	}
	if len(after.entries) != n-1 {
		t.Errorf("%d photos are in the index, want %d", len(after.entries), n-1)
	}
	left, err := filepath.Glob(filepath.Join(p.photos, ".imagescope*"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{p.place()}, left); d != "" {
		t.Errorf("what lies in the folder: want is -, got is +\n%s", d)
	}
	contains(t, "photos search", p.must("search", "-embed-url", server.URL, "car"), "car")
}

// TestModelThatFails leaves the index as it was, however different the model.
func TestModelThatFails(t *testing.T) {
	p := newPerson(t, "beach", "meadow")
	p.must("index", p.photos)
	before := p.stored()
	p.withoutCaptions()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		http.Error(w, `{"error":"model 'looker' not found"}`, http.StatusNotFound)
	}))
	defer server.Close()
	r := p.run("index", "-model", "ollama:looker", "-model-url", server.URL, p.photos)
	if r.code != exitFailed {
		t.Errorf("photos index = %d, want %d", r.code, exitFailed)
	}
	contains(t, "stderr", r.err, "none of the first 16 photos could be taken in", "model 'looker' not found")
	if d := cmp.Diff(before, p.stored(), cmp.AllowUnexported(stored{})); d != "" {
		t.Errorf("the index has changed: before is -, after is +\n%s", d)
	}
	if n := asked.Load(); n > giveUpAfter+imagescope.DefaultConcurrency {
		t.Errorf("the model was asked %d times, want it to be given up after %d", n, giveUpAfter)
	}
	r = p.run("search", "-model", "ollama:looker", "-model-url", server.URL, "dog")
	if r.code != exitOK {
		t.Errorf("photos search = %d, want %d: a search goes on without its model", r.code, exitOK)
	}
	contains(t, "stdout", r.out, "dog")
	contains(t, "stderr", r.err, "note: the stage intent was skipped", "model 'looker' not found")
}

// TestModelThatIsBusy has the server turn the first call away: it is made again.
func TestModelThatIsBusy(t *testing.T) {
	p := newPerson(t, "snow")
	p.must("index", p.photos)
	model := newOllama(t)
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			w.Header().Set("Retry-After-Ms", "1")
			http.Error(w, `{"error":"server busy"}`, http.StatusServiceUnavailable)
			return
		}
		model.chat(w, r)
	}))
	defer server.Close()
	r := p.run("search", "-model", "ollama:looker:7b", "-model-url", server.URL, "dog")
	if r.code != exitOK || strings.Contains(r.err, "note:") {
		t.Errorf("photos search = %d, %s", r.code, r.err)
	}
	if n := model.takeAsked()["interpret"]; n != 1 {
		t.Errorf("the interpreter's call reached the model %d times, want once", n)
	}
}

func TestModelFlags(t *testing.T) {
	p := newPerson(t, "snow")
	p.must("index", p.photos)
	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no provider", []string{"-model", "llava"}, exitUsage, "it should be none, ollama:NAME, openai:NAME, anthropic:NAME or googleai:NAME"},
		{"no embedder", []string{"-embed", "none"}, exitFailed, "was made with -embed words"},
		{"no name", []string{"-model", "ollama:"}, exitUsage, "write ollama:NAME"},
		{"no URL", []string{"-model", "ollama:llava", "-model-url", "localhost:11434"}, exitUsage, "-model-url localhost:11434: it should be like http://localhost:11434"},
		{"openai without a key", []string{"-model", "openai:gpt-4o-mini"}, exitFailed, "set OPENAI_API_KEY"},
		{"anthropic without a key", []string{"-model", "anthropic:claude"}, exitFailed, "set ANTHROPIC_API_KEY"},
		{"googleai without a key", []string{"-model", "googleai:gemini"}, exitFailed, "set GOOGLE_API_KEY or GEMINI_API_KEY"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := p.run(append([]string{"search", "dog"}, tt.args...)...)
			if r.code != tt.code {
				t.Errorf("photos search %q = %d, want %d", tt.args, r.code, tt.code)
			}
			contains(t, "stderr", r.err, tt.want)
		})
	}
}

func TestEmbedderThatIsNone(t *testing.T) {
	p := newPerson(t, "snow")
	t.Setenv("ANTHROPIC_API_KEY", "some-key")
	r := p.run("index", "-embed", "anthropic:claude", p.photos)
	contains(t, "stderr", r.err, "-embed anthropic:claude: this provider has no embeddings")
}

// TestEveryProviderIsReached has a server that echoes the key, as careless ones
// and proxies do, and looks that it arrives and is never shown.
func TestEveryProviderIsReached(t *testing.T) {
	const key = "key-5d41402abc/4b2a76"
	tests := []struct{ spec, variable string }{
		{"ollama:m", ""},
		{"openai:m", "OPENAI_API_KEY"},
		{"anthropic:m", "ANTHROPIC_API_KEY"},
		{"googleai:m", "GOOGLE_API_KEY"},
		{"googleai:m", "GEMINI_API_KEY"},
	}
	for _, tt := range tests {
		t.Run(tt.spec+" "+tt.variable, func(t *testing.T) {
			p := newPerson(t, "snow")
			p.withoutCaptions()
			if tt.variable != "" {
				t.Setenv(tt.variable, key)
			}
			var arrived atomic.Bool
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for _, value := range []string{r.Header.Get("Authorization"), r.Header.Get("X-Api-Key"), r.Header.Get("X-Goog-Api-Key"), r.URL.Query().Get("key")} {
					if strings.Contains(value, key) {
						arrived.Store(true)
					}
				}
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprintf(w, `{"type": "error", "error": {"code": 400, "message": "who is %s at %s?"}}`, key, r.URL)
			}))
			defer server.Close()
			r := p.run("index", "-model", tt.spec, "-model-url", server.URL, p.photos)
			if r.code != exitFailed {
				t.Errorf("photos index = %d, want %d", r.code, exitFailed)
			}
			contains(t, "stderr", r.err, fmt.Sprintf("%d photos could not be taken in", len(p.scenes)))
			if tt.variable != "" {
				contains(t, "stderr", r.err, "who is REDACTED")
				if !arrived.Load() {
					t.Errorf("the key of %s did not reach the server:\n%s", tt.variable, r.err)
				}
			}
			if strings.Contains(r.out+r.err, key) || strings.Contains(r.out+r.err, "4b2a76") {
				t.Errorf("the key is shown:\n%s%s", r.out, r.err)
			}
			contains(t, "photos search", p.run("search", "-dir", p.photos, "dog").err, "there is no index of")
		})
	}
}
