package imagescope_test

import (
	"context"
	"fmt"
	"image"
	"log"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/verify"
)

// colours is an Embedder of ten lines: it looks for the names of colours and
// animals in texts, and in the captions of images.
type colours struct{}

func (colours) EmbedTexts(_ context.Context, texts []string) ([][]float32, error) {
	rows := make([][]float32, len(texts))
	for i, text := range texts {
		for _, word := range []string{"red", "blue", "cat", "dog"} {
			rows[i] = append(rows[i], float32(strings.Count(text, word)))
		}
	}
	return rows, nil
}

func (c colours) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	captions := make([]string, len(images))
	for i, img := range images {
		captions[i] = img.Caption
	}
	return c.EmbedTexts(ctx, captions)
}

var gallery = []imagescope.Image{
	{ID: "1.jpg", Caption: "a red cat", Meta: map[string]string{"year": "2019"}},
	{ID: "2.jpg", Caption: "a blue cat", Meta: map[string]string{"year": "2024"}},
	{ID: "3.jpg", Caption: "a blue dog", Meta: map[string]string{"year": "2026"}},
}

// newGallery returns a pipeline with three images. Without stages it is plain
// vector search; the packages intent, verify and rank have stages.
func newGallery(stages imagescope.Config) *imagescope.Pipeline {
	stages.Embedder, stages.Index = colours{}, new(index.Flat)
	p, err := imagescope.New(stages)
	if err != nil {
		log.Fatal(err)
	}
	if err := p.Add(context.Background(), gallery...); err != nil {
		log.Fatal(err)
	}
	return p
}

func ExamplePipeline() {
	p := newGallery(imagescope.Config{})
	result, err := p.Search(context.Background(), imagescope.Text("a blue dog"))
	if err != nil {
		log.Fatal(err)
	}
	for i := range result.Candidates {
		fmt.Println(result.Explain(i))
	}
	// Output:
	// 1. 3.jpg: a blue dog
	//    retrieve: place 1, similarity 1.000
	// 2. 2.jpg: a blue cat
	//    retrieve: place 2, similarity 0.500
	// 3. 1.jpg: a red cat
	//    retrieve: place 3, similarity 0.000
}

// The reference is an image of the gallery here; one made by Bytes or File may
// come from anywhere. It is not found again.
func ExampleChange() {
	p := newGallery(imagescope.Config{})
	cat := imagescope.Image{ID: "1.jpg"}
	result, err := p.Search(context.Background(), imagescope.Change(cat, "make it blue"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", result.Intent.Descriptions)
	fmt.Println(result.IDs())
	// Output:
	// ["a red cat" "make it blue"]
	// [2.jpg 3.jpg]
}

// A user interface shows the first result at once, and refines it.
func ExamplePipeline_Stages() {
	p := newGallery(imagescope.Config{
		Rank: imagescope.RankerFunc(func(_ context.Context, _ imagescope.Query, _ imagescope.Intent, cs []imagescope.Candidate) ([]imagescope.Candidate, error) {
			cs[0], cs[1] = cs[1], cs[0] // a model would look at them
			return cs, nil
		}),
	})
	for result, err := range p.Stages(context.Background(), imagescope.Text("a cat")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(result.Stage, result.IDs())
	}
	// Output:
	// retrieve [1.jpg 2.jpg 3.jpg]
	// rank [2.jpg 1.jpg 3.jpg]
}

// Before the interpreter has said anything there is an answer: what looks like
// the reference and has what the text says. Nothing of it needs a model.
func ExampleInstant() {
	p := newGallery(imagescope.Config{
		Instant: &imagescope.Instant{}, // with Composer: intent.Rules{} the words are read as well
		Intent: imagescope.InterpreterFunc(func(_ context.Context, q imagescope.Query) (imagescope.Intent, error) {
			return imagescope.Intent{Descriptions: []string{"a blue cat"}}, nil // a model would reason
		}),
	})
	for result, err := range p.Stages(context.Background(), imagescope.Change(imagescope.Image{ID: "1.jpg"}, "make it blue")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(result.Stage, result.IDs())
	}
	// Output:
	// instant [2.jpg 3.jpg]
	// retrieve [2.jpg 3.jpg]
}

// An interpreter works out what is wanted after each turn; package intent has
// one that asks a model.
func ExampleChat() {
	p := newGallery(imagescope.Config{
		Intent: imagescope.InterpreterFunc(func(_ context.Context, q imagescope.Query) (imagescope.Intent, error) {
			return imagescope.Intent{Descriptions: []string{q.Described() + " " + q.Text}}, nil
		}),
	})
	chat := p.Chat()
	for _, text := range []string{"something blue", "a dog"} {
		result, err := chat.Say(context.Background(), text)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %v\n", text, result.IDs())
	}
	chat.Undo()
	fmt.Println(len(chat.Turns()), "turn is left")
	// Output:
	// something blue: [2.jpg 3.jpg 1.jpg]
	// a dog: [3.jpg 2.jpg 1.jpg]
	// 1 turn is left
}

// A scripted model for a test takes three lines.
func ExampleReasonerFunc() {
	var model imagescope.Reasoner = imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: "Yes, I see " + req.Images[0].ID}, nil
	})
	reply, err := imagescope.Ask(context.Background(), model, imagescope.Request{
		Prompt: "Is there a cat?",
		Images: []imagescope.Image{{ID: "1.jpg"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(reply.Text)
	// Output: Yes, I see 1.jpg
}

func ExampleFilter() {
	q := imagescope.Text("a blue cat")
	q.Filter = imagescope.Filter{
		Except: []string{"2.jpg"},
		Where:  []imagescope.Condition{imagescope.Between("year", "2020", "")},
	}
	result, err := newGallery(imagescope.Config{}).Search(context.Background(), q)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.IDs())
	// Output: [3.jpg]
}

// The fault of a stage does not fail a search: the order before it stands.
func ExampleResult() {
	p := newGallery(imagescope.Config{
		Intent: imagescope.InterpreterFunc(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
			return imagescope.Intent{}, fmt.Errorf("the model is down")
		}),
	})
	result, err := p.Search(context.Background(), imagescope.Text("a dog"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("first:", result.IDs()[0])
	for _, f := range result.Faults {
		fmt.Printf("stage %s skipped: %s\n", f.Stage, f.Reason)
	}
	// Output:
	// first: 3.jpg
	// stage intent skipped: the model is down
}

func ExampleCondition() {
	meta := map[string]string{"year": "2019", "kind": "cat"}
	for _, c := range []imagescope.Condition{
		imagescope.Is("kind", "cat", "dog"),
		imagescope.Between("year", "2020", ""),
		imagescope.Not(imagescope.Is("owner", "me")),
	} {
		fmt.Println(c.Holds(meta))
	}
	// Output:
	// true
	// false
	// true
}

// With MinConfidence nothing is found rather than the best of a bad lot: there
// is no green cat.
func ExampleConfig_minConfidence() {
	p := newGallery(imagescope.Config{Intent: intent.Rules{}, Verify: verify.Captions{}, MinConfidence: 0.9})
	result, err := p.Search(context.Background(), imagescope.Text("a green cat"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(result.Candidates), "found")
	fmt.Println(result.ExplainRejected(0))
	// Output:
	// 0 found
	// – 1.jpg: a red cat
	//    retrieve: place 1, similarity 0.707
	//    verify:   place 1, 1 of 2 propositions hold
	//      ✓ Is there a cat? yes, wanted yes (the caption says "a red cat")
	//      ✗ Is there a green cat? no, wanted yes (the caption says "a red cat")
	//    rejected: its confidence of 0.50 is less than 0.90: Is there a green cat? no, wanted yes
}

// sighted is an embedder that takes a picture and a text together, and knows
// one picture by sight: that of a dog.
type sighted struct{ colours }

func (s sighted) EmbedComposed(ctx context.Context, inputs []imagescope.Composed) ([][]float32, error) {
	texts := make([]string, len(inputs))
	for i, in := range inputs {
		texts[i] = map[string]string{"upload": "dog "}[in.Image.ID] + in.Text
	}
	return s.EmbedTexts(ctx, texts)
}

// An embedder that takes a picture and a text together makes one vector of the
// reference and the change. Without it only the text is searched for, and
// which pet it is stays unknown.
func ExampleComposedEmbedder() {
	cfg := imagescope.Config{Embedder: sighted{}, Index: new(index.Flat)}
	p, err := imagescope.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	if err := p.Add(context.Background(), gallery...); err != nil {
		log.Fatal(err)
	}
	reference := imagescope.Pixels("upload", image.NewGray(image.Rect(0, 0, 32, 32)))
	for _, mode := range []imagescope.ComposedSearch{imagescope.ComposedOff, imagescope.ComposedFused} {
		cfg.Composed = mode
		if p, err = imagescope.New(cfg); err != nil {
			log.Fatal(err)
		}
		result, err := p.Search(context.Background(), imagescope.Change(reference, "make it blue"))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %v, composed: %q\n", mode, result.IDs(), result.Composed)
	}
	// Output:
	// off: [2.jpg 3.jpg 1.jpg], composed: ""
	// fused: [3.jpg 2.jpg 1.jpg], composed: "alone"
}
