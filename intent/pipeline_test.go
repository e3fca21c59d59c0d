package intent_test

import (
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// TestWithoutModels searches the gallery of scenes with every part that needs
// no model: text, composed and chat. The scenes are told and not drawn.
func TestWithoutModels(t *testing.T) {
	p, err := imagescope.New(imagescope.Config{
		Embedder: embed.Words{}, Captioner: embed.Colours{}, Index: new(index.Flat),
		Intent: intent.Rules{}, Verify: verify.Captions{}, Rank: rank.Captions{}, Strict: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range scene.Gallery() {
		if err := p.Add(t.Context(), imagescope.Image{ID: n.ID, Caption: n.Scene.Caption()}); err != nil {
			t.Fatal(err)
		}
	}
	chat := p.Chat()
	for _, q := range []struct {
		text, reference, want string
		chat                  bool
	}{
		{text: "two dogs playing in snow", want: "snow/two-dogs.png"},
		{text: "make it night and the car blue", reference: "street/red-car-day.png", want: "street/blue-car-night.png"},
		{text: "a bedroom", chat: true, want: "bedroom/"},
		{text: "with posters on the wall", chat: true, want: "bedroom/posters.png"},
		{text: "and a guitar", chat: true, want: "bedroom/posters-guitar.png"},
	} {
		query := imagescope.Text(q.text)
		if q.reference != "" {
			query = imagescope.Change(imagescope.Image{ID: q.reference}, q.text)
		}
		search := p.Search
		if q.chat {
			search = chat.Send
		}
		r, err := search(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		at := r.Candidates[0].Places
		t.Logf("%q finds %s: place %d after retrieval, %d after verification, %d after ranking", q.text, r.Candidates[0].Image.ID, at.Retrieve, at.Verify, at.Rank)
		if got := r.Candidates[0].Image.ID; !strings.HasPrefix(got, q.want) {
			t.Errorf("%q finds %s, want %s", q.text, got, q.want)
		}
	}
}

// TestStagesOnScenes searches some hundred scenes for changed ones and prints
// how many come first after each stage, and with no stage but retrieval.
func TestStagesOnScenes(t *testing.T) {
	images, edits, before := changedScenes(60, 4)
	full := imagescope.Config{Intent: intent.Rules{}, Verify: verify.Captions{}, Rank: rank.Captions{}}
	for _, cfg := range []imagescope.Config{{}, full} {
		cfg.Embedder, cfg.Index = embed.Words{}, new(index.Flat)
		p, err := imagescope.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(t.Context(), images...); err != nil {
			t.Fatal(err)
		}
		first := map[imagescope.Stage]int{}
		for i, e := range edits {
			for r, err := range p.Stages(t.Context(), imagescope.Change(imagescope.Image{ID: before[i].Caption()}, e.ways[i%len(e.ways)])) {
				if err != nil {
					t.Fatal(err)
				}
				if r.Candidates[0].Image.ID == e.after.Caption() {
					first[r.Stage]++
				}
			}
		}
		t.Logf("%d changes, %d images, rules %v: first after each stage %v", len(edits), len(images), cfg.Intent != nil, first)
		if last := first[imagescope.StageRank]; cfg.Intent != nil && (last < first[imagescope.StageVerify] || last*10 < len(edits)*9) {
			t.Errorf("after the last stage %d of %d changed scenes come first, want 90 %% and no fewer than the stage before", last, len(edits))
		}
	}
}
