package verify_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/verify"
)

// A function plays the model here: it writes one proposition, and sees what
// captions say. imagescope.NewReasoner makes a model of any in langchaingo.
func ExampleNew() {
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		if req.Task == imagescope.TaskPropose {
			return imagescope.Response{Text: "```json" + `
{"step1": ["There is no coke."], "step2": [["Is there a coke?", "False"]]}
` + "```"}, nil
		}
		if strings.Contains(req.Images[0].Caption, "coke") {
			return imagescope.Response{Text: `{"1": "yes"}`}, nil
		}
		return imagescope.Response{Text: `{"1": "no"}`}, nil
	})

	ctx := context.Background()
	v := verify.New(model, nil)
	props, err := v.Propose(ctx, imagescope.Text("remove the coke"), imagescope.Intent{
		Edits: []imagescope.Edit{{Kind: imagescope.Removal, Text: "Remove the coke."}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	candidates := []imagescope.Candidate{
		{Image: imagescope.Image{ID: "1.jpg", Caption: "a burger and a coke"}},
		{Image: imagescope.Image{ID: "2.jpg", Caption: "a burger"}},
	}
	if candidates, err = v.Verify(ctx, props, candidates, 20); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(props[0].Question, "Wanted:", props[0].Want)
	for _, c := range candidates {
		fmt.Printf("%s: %d of %d\n", c.Image.ID, c.Satisfied, len(props))
	}
	// Output:
	// Is there a coke? Wanted: false
	// 2.jpg: 1 of 1
	// 1.jpg: 0 of 1
}

func ExampleCaptions() {
	ctx := context.Background()
	props, err := verify.Captions{}.Propose(ctx, imagescope.Query{}, imagescope.Intent{Edits: []imagescope.Edit{
		{Kind: imagescope.Removal, Text: "remove the coke"},
		{Kind: imagescope.Modification, Text: "show two burgers"},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	candidates := []imagescope.Candidate{
		{Image: imagescope.Image{ID: "1.jpg", Caption: "a burger and a coke"}},
		{Image: imagescope.Image{ID: "2.jpg", Caption: "two burgers on a plate"}},
	}
	if candidates, err = (verify.Captions{}).Verify(ctx, props, candidates, 20); err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range candidates {
		fmt.Printf("%s: %d of %d\n", c.Image.ID, c.Satisfied, len(props))
		for i, a := range c.Answers {
			fmt.Printf("  %s %v: %s\n", props[i].Question, a.Yes, a.Reply)
		}
	}
	// Output:
	// 2.jpg: 3 of 3
	//   Is there a coke? false: the caption does not say
	//   Are there burgers? true: the caption says "two burgers"
	//   Are there two burgers? true: the caption says "two burgers"
	// 1.jpg: 1 of 3
	//   Is there a coke? true: the caption says "a coke"
	//   Are there burgers? true: the caption says "a burger"
	//   Are there two burgers? false: the caption says "a burger"
}

// The model says how sure it is, and so the sofa that it is sure to see comes
// before the cat that it may have seen.
func ExampleOptions_confidence() {
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		if req.Images[0].ID == "1.jpg" {
			return imagescope.Response{Text: `{"1": {"answer": "yes", "confidence": 55}, "2": {"answer": "no", "confidence": 99}}`}, nil
		}
		return imagescope.Response{Text: `{"1": {"answer": "no", "confidence": 60}, "2": {"answer": "yes", "confidence": 99}}`}, nil
	})
	v := verify.New(model, &verify.Options{Confidence: verify.Stated, Order: verify.Scored})
	props := []imagescope.Proposition{{Question: "Is there a cat?", Want: true}, {Question: "Is there a sofa?", Want: true}}
	candidates := []imagescope.Candidate{{Image: imagescope.Image{ID: "1.jpg"}}, {Image: imagescope.Image{ID: "2.jpg"}}}
	candidates, err := v.Verify(context.Background(), props, candidates, 20)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range candidates {
		fmt.Printf("%s: %d of %d, confidence %.2f\n", c.Image.ID, c.Satisfied, len(props), imagescope.Confidence(props, c.Answers))
	}
	// Output:
	// 2.jpg: 1 of 2, confidence 0.70
	// 1.jpg: 1 of 2, confidence 0.28
}
