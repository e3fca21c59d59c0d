package rank_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/rank"
)

// A function plays the model here: it compares by captions.
// imagescope.NewReasoner makes a model of any in langchaingo.
func ExampleNew() {
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		candidate := req.Images[len(req.Images)-1]
		if strings.Contains(candidate.Caption, "blue") {
			return imagescope.Response{Text: "ANSWER: Yes\nThe dress is blue."}, nil
		}
		return imagescope.Response{Text: "ANSWER: No\nThe dress is still red."}, nil
	})

	dress := imagescope.Image{ID: "0.jpg", Caption: "a red dress"}
	candidates := []imagescope.Candidate{
		{Image: imagescope.Image{ID: "1.jpg", Caption: "a red dress with lace"}},
		{Image: imagescope.Image{ID: "2.jpg", Caption: "a blue dress"}},
	}
	ranked, err := rank.New(model, nil).Rank(context.Background(), imagescope.Change(dress, "make it blue"), imagescope.Intent{}, candidates)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range ranked {
		fmt.Printf("%s %q\n", c.Image.ID, c.Verdict.Reply)
	}
	// Output:
	// 2.jpg "ANSWER: Yes\nThe dress is blue."
	// 1.jpg "ANSWER: No\nThe dress is still red."
}

// A function plays the model here: it ranks by captions. A real one sees the
// images, in this order, and the reference behind them.
func ExampleNewListwise() {
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		candidates := req.Images[:len(req.Images)-1]
		var blue, other []int
		images := map[string]string{}
		for i, img := range candidates {
			if strings.Contains(img.Caption, "blue") {
				blue = append(blue, i+1)
				images[fmt.Sprint(i+1)] = "yes: the dress is blue"
			} else {
				other = append(other, i+1)
				images[fmt.Sprint(i+1)] = "no: the dress is not blue"
			}
		}
		text, err := json.Marshal(map[string]any{"images": images, "ranking": append(blue, other...)})
		return imagescope.Response{Text: string(text)}, err
	})

	dress := imagescope.Image{ID: "0.jpg", Caption: "a red dress"}
	candidates := []imagescope.Candidate{
		{Image: imagescope.Image{ID: "1.jpg", Caption: "a red dress with lace"}},
		{Image: imagescope.Image{ID: "2.jpg", Caption: "a green dress"}},
		{Image: imagescope.Image{ID: "3.jpg", Caption: "a blue dress"}},
	}
	ranked, err := rank.NewListwise(model, nil).Rank(context.Background(), imagescope.Change(dress, "make it blue"), imagescope.Intent{}, candidates)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range ranked {
		fmt.Printf("%s %v %q\n", c.Image.ID, c.Verdict.Accepted, c.Verdict.Reply)
	}
	// Output:
	// 3.jpg true "yes: the dress is blue"
	// 1.jpg false "no: the dress is not blue"
	// 2.jpg false "no: the dress is not blue"
}

// A function plays the model here: it takes the first image shown for the
// better one unless only the other is blue. Shown in both orders, that
// preference decides nothing.
func ExampleNewTournament() {
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		blue := func(i int) bool { return strings.Contains(req.Images[i].Caption, "blue") }
		ranking := []int{1, 2}
		if blue(1) && !blue(0) {
			ranking = []int{2, 1}
		}
		text, err := json.Marshal(map[string]any{
			"images":  map[string]bool{"1": blue(0), "2": blue(1)},
			"ranking": ranking,
		})
		return imagescope.Response{Text: string(text)}, err
	})

	candidates := []imagescope.Candidate{
		{Image: imagescope.Image{ID: "1.jpg", Caption: "a red dress"}},
		{Image: imagescope.Image{ID: "2.jpg", Caption: "a green dress"}},
		{Image: imagescope.Image{ID: "3.jpg", Caption: "a blue dress"}},
	}
	ranked, err := rank.NewTournament(model, nil).Rank(context.Background(), imagescope.Text("a blue dress"), imagescope.Intent{}, candidates)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range ranked {
		fmt.Printf("%s %v: %s\n", c.Image.ID, c.Verdict.Accepted, c.Verdict.Reply)
	}
	// Output:
	// 3.jpg true: won 2, drew 0, lost 0; fits by 4 of 4 replies, the first: true
	// 1.jpg false: won 0, drew 1, lost 1; fits by 0 of 4 replies, the first: false
	// 2.jpg false: won 0, drew 1, lost 1; fits by 0 of 4 replies, the first: false
}

// With Speculate all of the first Alpha are asked about at once. The outcome
// is that of asking in turn: what was learnt behind the accepted one is
// dropped.
func ExampleNew_speculate() {
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		if strings.Contains(req.Images[0].Caption, "blue") {
			return imagescope.Response{Text: "ANSWER: Yes"}, nil
		}
		return imagescope.Response{Text: "ANSWER: No"}, nil
	})

	candidates := []imagescope.Candidate{
		{Image: imagescope.Image{ID: "1.jpg", Caption: "a red dress"}},
		{Image: imagescope.Image{ID: "2.jpg", Caption: "a blue dress"}},
		{Image: imagescope.Image{ID: "3.jpg", Caption: "a blue dress with lace"}},
	}
	r := rank.New(model, &rank.Options{Speculate: rank.DefaultAlpha})
	ranked, err := r.Rank(context.Background(), imagescope.Text("a blue dress"), imagescope.Intent{}, candidates)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range ranked {
		fmt.Println(c.Image.ID, c.Verdict != nil && c.Verdict.Accepted)
	}
	// Output:
	// 2.jpg true
	// 1.jpg false
	// 3.jpg false
}
