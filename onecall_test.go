package imagescope_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

// TestIntentBringsPropositions has stage 1 write the propositions: the verifier
// checks those and is not asked for any, in a search and in a conversation.
func TestIntentBringsPropositions(t *testing.T) {
	brought := propositions{{Statement: "It is blue.", Question: "blue", Want: true}, {Question: "dog"}}
	var checked []propositions
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Strict = true
		intentWith(func(_ context.Context, q imagescope.Query) (imagescope.Intent, error) {
			return imagescope.Intent{Descriptions: []string{q.Text}, Propositions: brought}, nil
		})(c)
		c.Verify = verifier{
			propose: func(context.Context, imagescope.Query, imagescope.Intent) (propositions, error) {
				return nil, errBroken
			},
			verify: func(_ context.Context, props propositions, cs candidates, _ int) (candidates, error) {
				checked = append(checked, props)
				return cs, nil
			},
		}
	})
	for name, search := range map[string]func(context.Context, imagescope.Query) (imagescope.Result, error){
		"Search": p.Search, "Chat.Send": p.Chat().Send,
	} {
		checked = nil
		got, err := search(t.Context(), imagescope.Text("red cat"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff([]propositions{brought}, checked); d != "" {
			t.Errorf("%s: the verifier checks: want is -, got is +\n%s", name, d)
		}
		if d := cmp.Diff(brought, got.Propositions) + cmp.Diff(brought, got.Intent.Propositions); d != "" {
			t.Errorf("%s: the result tells: want is -, got is +\n%s", name, d)
		}
	}
}

// TestIntentWithoutPropositions has stage 1 bring none, with an error that
// says so: they are asked for, and the descriptions are used.
func TestIntentWithoutPropositions(t *testing.T) {
	p := newPipeline(t, intentWith(func(_ context.Context, q imagescope.Query) (imagescope.Intent, error) {
		return imagescope.Intent{Descriptions: []string{q.Text}}, errBroken
	}))
	got, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Propositions) == 0 || len(got.Faults) != 1 || got.Faults[0].Skipped || got.Intent.Fallback {
		t.Errorf("%d propositions, faults %v, fallback %v", len(got.Propositions), got.Faults, got.Intent.Fallback)
	}
}

// viewer is an interpreter that looks at the reference.
type viewer struct {
	imagescope.InterpreterFunc
	views bool
}

func (v viewer) ViewsReference() bool { return v.views }

// TestViewedReferenceIsNotCaptioned counts the captions made of a reference.
func TestViewedReferenceIsNotCaptioned(t *testing.T) {
	tests := []struct {
		name      string
		views     bool
		reference imagescope.Image
		captions  int
	}{
		{"viewed", true, imagescope.Bytes("up", square(t)), 0},
		{"not viewed", false, imagescope.Bytes("up", square(t)), 1},
		{"nothing to view", true, imagescope.Image{ID: "bare"}, 1},
	}
	for _, tt := range tests {
		captions := 0
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Intent = viewer{literally, tt.views}
			if err := c.Index.Upsert(t.Context(), imagescope.Entry{ID: "bare", Vector: make([]float32, len(words))}); err != nil {
				t.Fatal(err)
			}
			c.Captioner = imagescope.CaptionerFunc(func(context.Context, imagescope.Image) (string, error) {
				captions++
				return "red cat", nil
			})
		})
		if _, err := p.Search(t.Context(), imagescope.Change(tt.reference, "red cat")); err != nil {
			t.Errorf("%s: Search: %v", tt.name, err)
		}
		if captions != tt.captions {
			t.Errorf("%s: the reference was captioned %d times, want %d", tt.name, captions, tt.captions)
		}
	}
}
