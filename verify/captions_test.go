package verify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/verify"
)

// answers returns what Captions says about a caption.
func answers(t *testing.T, caption, question string) imagescope.Answer {
	t.Helper()
	cs := []imagescope.Candidate{{Image: imagescope.Image{ID: "1", Caption: caption}}}
	cs, err := verify.Captions{}.Verify(t.Context(), []imagescope.Proposition{{Question: question, Want: true}}, cs, 1)
	if err != nil {
		t.Fatalf("Verify(%q): %v", question, err)
	}
	return cs[0].Answers[0]
}

func TestCaptionsAnswer(t *testing.T) {
	const silent = "the caption does not say"
	says := func(s string) string { return `the caption says "` + s + `"` }
	const boats = "A large red boat, a red boat and two white boats without sails in a harbour at night."
	tests := []struct {
		caption, question string
		yes               bool
		reply             string
	}{
		{boats, "Is there a boat?", true, says(`A large red boat" and "a red boat" and "two white boats`)},
		{boats, "Are there two red boats?", true, says(`A large red boat" and "a red boat`)},
		{boats, "Are there exactly two boats?", false, says(`A large red boat" and "a red boat" and "two white boats`)},
		{boats, "Are there at least three boats?", true, says(`A large red boat" and "a red boat" and "two white boats`)},
		{boats, "Are the boats red?", false, says("two white boats")},
		{boats, "Is there a blue boat?", false, says(`A large red boat" and "a red boat" and "two white boats`)},
		{boats, "Are there sails?", false, says("without sails")},
		{boats, "Is it night?", true, says("night")},
		{boats, "Is it daytime?", false, says("night")},
		{boats, "Is the scene dark?", true, says("night")},
		{boats, "Is it raining?", false, silent},
		{boats, "Is there a dog or a boat?", true, says(`A large red boat" and "a red boat" and "two white boats`)},
		{boats, "Is there a dog and a boat?", false, silent},
		{boats, "Is the picture taken in a harbour?", true, says("a harbour")},
		{boats, "Is it outdoors?", true, says("a harbour")},
		{"A big dog sleeping on a couch", "Is there a large dog on a sofa?", true, says(`A big dog" and "a couch`)},
		{"A big dog sleeping on a couch", "Is the dog asleep?", false, says("A big dog")},
		{"A big dog sleeping on a couch", "Is the dog sleeping?", true, says("A big dog")},
		{"Two kids with bicycles", "Are there children?", true, says("Two kids")},
		{"Two kids with bicycles", "Is there a person?", true, says("Two kids")},
		{"A dog on the left and a cat on the right", "Is the dog on the right?", false, says("A dog")},
		{"A dog on the left and a cat on the right", "Is the cat on the right side of the image?", true, says("a cat")},
		{"A dog", "", false, "the question is not understood"},
		{"A dog", "¿Hay?", false, silent},
	}
	for _, tt := range tests {
		want := imagescope.Answer{Yes: tt.yes, Reply: tt.reply}
		if d := cmp.Diff(want, answers(t, tt.caption, tt.question)); d != "" {
			t.Errorf("%q, %q: want is -, got is +\n%s", tt.caption, tt.question, d)
		}
	}
}

// TestCaptionsAgreeWithScenes asks about every scene of the gallery whatever
// may be asked about another one, and compares with what is known of it.
func TestCaptionsAgreeWithScenes(t *testing.T) {
	agree, asked := map[bool]int{}, map[bool]int{}
	gallery := scene.Gallery()
	var props []imagescope.Proposition
	for _, q := range sceneQuestions(gallery) {
		props = append(props, imagescope.Proposition{Question: q, Want: true})
	}
	for _, n := range gallery {
		caption := n.Scene.Caption()
		cs, err := verify.Captions{}.Verify(t.Context(), props, scenes(caption), 1)
		if err != nil {
			t.Fatal(err)
		}
		for k, got := range cs[0].Answers {
			want, known := n.Scene.Answer(props[k].Question)
			if !known {
				continue
			}
			asked[want]++
			if got.Yes == want {
				agree[want]++
			} else {
				t.Logf("%s %s is %v, answered %v: %s", caption, props[k].Question, want, got.Yes, got.Reply)
			}
		}
	}
	for want, n := range asked {
		share := 100 * float64(agree[want]) / float64(n)
		t.Logf("of %d questions whose answer is %v, %d are answered so: %.1f %%", n, want, agree[want], share)
		if share < 95 {
			t.Errorf("%.1f %% of the answers that are %v agree, want 95", share, want)
		}
	}
}

// sceneQuestions returns the questions whose answer tells the scenes apart.
func sceneQuestions(gallery []scene.Named) []string {
	questions := strings.Split("Is it night?|Is it day?|Is it sunset?|Is it raining?|Is it snowing?|Is there a beach?|Is it a bedroom?|Is there snow?|"+
		"Is there a street?|Is it outdoors?|Is it in a harbour?|Is there an animal?|Are there any vehicles?|Is there a person in a red coat?|"+
		"Is there a tree?|Are there trees?|Is it dark?|Does the picture show a living room?|Is it a city?|Is there a meadow?|Is the bed on the left?", "|")
	for _, n := range gallery {
		questions = append(questions, "Is there "+strings.TrimSuffix(n.Scene.Caption(), ".")+"?")
		for _, it := range n.Scene.Items {
			if it.Kind == scene.Person {
				continue // a person has the colour of its coat
			}
			color, kind := string(it.Color), string(it.Kind)
			number := max(it.Count, 1)
			questions = append(questions, "Is there a "+kind+"?",
				fmt.Sprintf("Are there %d %ss?", number, kind), fmt.Sprintf("Are there at least %d %ss?", number, kind))
			if color != "" {
				questions = append(questions, "Is there a "+color+" "+kind+"?", "Is the "+kind+" "+color+"?",
					fmt.Sprintf("Are there %d %s %ss?", number, color, kind))
			}
			if it.Side != scene.Anywhere {
				questions = append(questions, "Is the "+kind+" on the "+string(it.Side)+"?")
			}
		}
	}
	slices.Sort(questions)
	return slices.Compact(questions)
}

func TestCaptionsPropose(t *testing.T) {
	tests := []struct {
		kind imagescope.EditKind
		edit string
		want []string
	}{
		{imagescope.Removal, "remove the coke", []string{"Is there a coke? no. There is no coke."}},
		{imagescope.Removal, "The two dogs", []string{"Are there dogs? no. There are no dogs."}},
		{imagescope.Removal, "There are no people.", []string{"Are there people? no. There are no people."}},
		{imagescope.Removal, "No rider wears a helmet.", []string{"Is there a helmet? no. There is no helmet."}},
		{imagescope.Removal, "the walls are not white", []string{"Are the walls white? no. The walls are white."}},
		{imagescope.Addition, "two red boats", []string{"Are there boats? yes. There are boats.", "Are there two red boats? yes. There are two red boats."}},
		{imagescope.Addition, "Put posters on the wall.", []string{
			"Are there posters? yes. There are posters.", "Are there posters on a wall? yes. There are posters on a wall."}},
		{imagescope.Addition, "two dogs playing in snow", []string{
			"Are there dogs? yes. There are dogs.", "Are there two dogs? yes. There are two dogs.", "Is it in snow? yes. It is in snow."}},
		{imagescope.Addition, "a woman wearing a red hat sits on a bench", []string{
			"Is there a woman? yes. There is a woman.", "Is there a hat? yes. There is a hat.", "Is there a red hat? yes. There is a red hat.",
			"Is there a bench? yes. There is a bench."}},
		{imagescope.Modification, "make the dog sit on a bench", []string{"Is the dog sitting on a bench? yes. The dog is sitting on a bench."}},
		{imagescope.Modification, "make it night", []string{"Is it night? yes. It is night."}},
		{imagescope.Modification, "Make the car blue.", []string{"Is the car blue? yes. The car is blue."}},
		{imagescope.Modification, "Replace the brown dog with a white cat.", []string{
			"Is there a brown dog? no. There is no brown dog.", "Is there a cat? yes. There is a cat.", "Is there a white cat? yes. There is a white cat."}},
		{imagescope.Comparison, "make the dress longer", []string{"Is the dress long? yes. The dress is long."}},
		{imagescope.Modification, "on a beach", []string{"Is it on a beach? yes. It is on a beach."}},
		{imagescope.Retention, "Keep the red sofa.", []string{"Is there a sofa? yes. There is a sofa.", "Is there a red sofa? yes. There is a red sofa."}},
		{imagescope.Addition, "something red under a table", []string{"Is it red? yes. It is red.", "Is there a table? yes. There is a table."}},
		{imagescope.Modification, "change the angle", nil},
		{imagescope.Modification, "", nil},
	}
	for _, tt := range tests {
		got, err := verify.Captions{}.Propose(t.Context(), imagescope.Query{}, imagescope.Intent{Edits: []imagescope.Edit{{Kind: tt.kind, Text: tt.edit}}})
		if err != nil {
			t.Errorf("Propose(%q): %v", tt.edit, err)
		}
		var told []string
		for _, p := range got {
			want := map[bool]string{true: "yes", false: "no"}[p.Want]
			told = append(told, fmt.Sprintf("%s %s. %s", p.Question, want, p.Statement))
		}
		if d := cmp.Diff(tt.want, told); d != "" {
			t.Errorf("Propose(%q): want is -, got is +\n%s", tt.edit, d)
		}
	}
}

func TestCaptionsVerifyOrders(t *testing.T) {
	cs := scenes("a dog", "a cat", "a cat", "", "a dog", "a cat")
	got, err := verify.Captions{}.Verify(t.Context(), []imagescope.Proposition{{Question: "Is there a cat?", Want: true}}, cs, 5)
	if err == nil || !strings.Contains(err.Error(), "1 of 5 candidates") {
		t.Errorf("Verify with a candidate without caption: error %v", err)
	}
	var order []string
	for _, c := range got {
		order = append(order, fmt.Sprint(c.Image.Caption, " ", len(c.Answers), " ", c.Satisfied))
	}
	want := []string{"a cat 1 1", "a cat 1 1", "a dog 1 0", " 0 0", "a dog 1 0", "a cat 0 0"}
	if d := cmp.Diff(want, order); d != "" {
		t.Errorf("Verify: want is -, got is +\n%s", d)
	}
	if got, err := (verify.Captions{}).Verify(t.Context(), []imagescope.Proposition{{Question: "Is there a cat?"}}, scenes("", ""), 2); err == nil || got != nil {
		t.Errorf("Verify with no captions = %v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (verify.Captions{}).Verify(ctx, props, cs, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify with a done context: error %v", err)
	}
	if _, err := (verify.Captions{}).Verify(doneAfter(3), props, cs, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify with a context that is done midway: error %v", err)
	}
	if _, err := (verify.Captions{}).Propose(ctx, imagescope.Query{}, imagescope.Intent{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Propose with a done context: error %v", err)
	}
}

// doneAfter returns a context that is done when its error has been asked for n
// times.
func doneAfter(n int) context.Context { return &countdown{context.Background(), n} }

type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func FuzzCaptions(f *testing.F) {
	for _, s := range []string{"Is there a dog?", "Are there at least at least two 2 lots of red or", "is the the not without no?", "🐕 \xff", "in or on of left right side", "no red under a table", ""} {
		f.Add(s, "A red car on the left of a city street, and no dogs.")
		f.Add("Is there a red car and no dog?", s)
	}
	f.Fuzz(func(t *testing.T, text, caption string) {
		ps, err := verify.Captions{}.Propose(t.Context(), imagescope.Query{}, imagescope.Intent{Edits: []imagescope.Edit{{Text: text}}})
		if err != nil || len(ps) > 32 {
			t.Fatalf("Propose: %d propositions, %v", len(ps), err)
		}
		ps = append(ps, imagescope.Proposition{Question: text})
		cs, err := verify.Captions{}.Verify(t.Context(), ps, []imagescope.Candidate{{Image: imagescope.Image{Caption: caption}}}, 1)
		if err == nil && (len(cs) != 1 || len(cs[0].Answers) != len(ps)) {
			t.Errorf("Verify: %+v", cs)
		}
	})
}
