package rank_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/rank"
)

func captioned(id, caption string, satisfied, propositions int) imagescope.Candidate {
	return imagescope.Candidate{
		Image:     imagescope.Image{ID: id, Caption: caption},
		Answers:   make([]imagescope.Answer, propositions),
		Satisfied: satisfied,
	}
}

func TestCaptionsOrder(t *testing.T) {
	wanted := []string{"a blue car", "a blue car on a city street at night"}
	tests := []struct {
		name         string
		alpha        int
		descriptions []string
		candidates   []imagescope.Candidate
		want         []string
		accepted     string
	}{
		{
			name:         "nearest caption moves to the front",
			descriptions: wanted,
			candidates: []imagescope.Candidate{
				captioned("day", "A blue car on a city street by day.", 2, 2),
				captioned("desert", "A blue car in the desert.", 2, 2),
				captioned("night", "A blue car on a city street at night.", 2, 2),
			},
			want: []string{"night", "day", "desert"}, accepted: "night",
		},
		{
			name:         "only where every proposition holds",
			descriptions: wanted,
			candidates: []imagescope.Candidate{
				captioned("desert", "A blue car in the desert.", 2, 2),
				captioned("red", "A red car on a city street at night.", 1, 2),
			},
			want: []string{"desert", "red"}, accepted: "desert",
		},
		{
			name: "behind alpha nothing is looked at", alpha: 1,
			descriptions: wanted,
			candidates: []imagescope.Candidate{
				captioned("red", "A red car.", 0, 2),
				captioned("night", "A blue car on a city street at night.", 2, 2),
			},
			want: []string{"red", "night"},
		},
		{
			name:         "no word shared, but every proposition holds",
			descriptions: []string{"a bird"},
			candidates:   []imagescope.Candidate{captioned("dog", "A dog.", 0, 1), captioned("eagle", "A bald eagle.", 1, 1), captioned("goose", "A goose.", 1, 1)},
			want:         []string{"eagle", "dog", "goose"}, accepted: "eagle",
		},
		{
			name:         "no word shared",
			descriptions: wanted,
			candidates:   []imagescope.Candidate{captioned("cat", "A cat.", 0, 0), captioned("dog", "", 0, 0)},
			want:         []string{"cat", "dog"},
		},
		{
			name:       "no description",
			candidates: []imagescope.Candidate{captioned("cat", "A cat.", 0, 0)},
			want:       []string{"cat"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := imagescope.Intent{Descriptions: tt.descriptions}
			got, err := rank.Captions{Alpha: tt.alpha}.Rank(t.Context(), imagescope.Query{}, in, tt.candidates)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			accepted := ""
			for _, c := range got {
				ids = append(ids, c.Image.ID)
				if c.Verdict != nil && c.Verdict.Accepted {
					accepted = c.Image.ID
				}
			}
			if d := cmp.Diff(tt.want, ids); d != "" {
				t.Errorf("Rank: order: want is -, got is +\n%s", d)
			}
			if accepted != tt.accepted {
				t.Errorf("Rank accepted %q, want %q", accepted, tt.accepted)
			}
		})
	}
}

func TestCaptionsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (rank.Captions{}).Rank(ctx, imagescope.Query{}, imagescope.Intent{}, nil); err != context.Canceled {
		t.Errorf("Rank with a cancelled context returned %v", err)
	}
}

func ExampleCaptions() {
	in := imagescope.Intent{Descriptions: []string{"a cat on a red sofa"}}
	cs := []imagescope.Candidate{
		{Image: imagescope.Image{ID: "1.jpg", Caption: "A dog on a red sofa."}, Answers: make([]imagescope.Answer, 1)},
		{Image: imagescope.Image{ID: "2.jpg", Caption: "A cat on a sofa."}},
	}
	ranked, err := rank.Captions{}.Rank(context.Background(), imagescope.Text("a cat on a red sofa"), in, cs)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range ranked {
		fmt.Printf("%s accepted: %v: %s\n", c.Image.ID, c.Verdict.Accepted, c.Verdict.Reply)
	}
	// Output:
	// 2.jpg accepted: true: the caption has 2 of the 3 words wanted, and 0 more
	// 1.jpg accepted: false: 1 of 1 propositions do not hold
}
