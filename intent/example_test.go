package intent_test

import (
	"context"
	"fmt"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// A function plays the model here; imagescope.NewReasoner makes one of any
// langchaingo model.
func ExampleNew() {
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: "The colour changes, the lace stays.\n" + "```json" + `
{
  "step1": [["Modification", "Make the dress blue."], ["Retention", "Keep the lace."]],
  "step2": ["A blue dress.", "A blue dress with lace.", "A long blue dress with lace."]
}` + "\n```"}, nil
	})

	dress := imagescope.Image{Caption: "A long red dress with lace."}
	in, err := intent.New(model, nil).Interpret(context.Background(), imagescope.Change(dress, "in blue, same lace"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range in.Edits {
		fmt.Printf("%s: %s\n", e.Kind, e.Text)
	}
	for _, d := range in.Descriptions {
		fmt.Println("-", d)
	}
	// Output:
	// Modification: Make the dress blue.
	// Retention: Keep the lace.
	// - A blue dress.
	// - A blue dress with lace.
	// - A long blue dress with lace.
}

// One call in place of three: the model is shown the reference, which then needs
// no caption, and writes what stage 2 checks as well. The model of this example
// knows the pictures of a small world.
func ExampleOptions_oneCall() {
	world := modeltest.Gallery()
	model := modeltest.New(world, nil)
	interpreter := intent.New(model, &intent.Options{OneCall: true, ShowReference: true})

	car := imagescope.File(world.FS(), "street/red-car-day.png")
	in, err := interpreter.Interpret(context.Background(), imagescope.Change(car, "make it night and the car blue"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, p := range in.Propositions {
		fmt.Printf("%s: %s. Wanted is %v to %q\n", in.Edits[i].Kind, in.Edits[i].Text, p.Want, p.Question)
	}
	// Output:
	// Modification: make it night. Wanted is true to "Is it night?"
	// Modification: make the car blue. Wanted is true to "Is the car blue?"
}

func ExampleRules() {
	car := imagescope.Image{Caption: "A red car on a city street by day."}
	in, err := intent.Rules{}.Interpret(context.Background(), imagescope.Change(car, "make it night and the car blue"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range in.Edits {
		fmt.Printf("%s: %s\n", e.Kind, e.Text)
	}
	for _, d := range in.Descriptions {
		fmt.Println("-", d)
	}
	// Output:
	// Modification: make it night
	// Modification: make the car blue
	// - blue car at night
	// - A blue car at night.
	// - A blue car on a city street at night.
}
