package verify_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/verify"
)

var exams = flag.Int("exams", 8, "how many queries the tests on scenes ask")

// exam is a query of which the truth is known: it asks for three things that
// one scene of a gallery has.
type exam struct {
	text  string
	props []imagescope.Proposition
	right string // the ID of the scene that is meant
}

// gallery is scenes by their IDs. For each exam it has the scene that is meant
// and ten that are like it with something changed; and some hundreds of others.
type gallery struct {
	scenes map[string]scene.Scene
	ids    []string
	exams  []exam
	pipe   *imagescope.Pipeline // retrieval alone; the index has all scenes
	index  imagescope.VectorIndex
}

// newGallery makes n exams. What they ask holds for no other scene as well.
func newGallery(t testing.TB, n int) *gallery {
	t.Helper()
	g := &gallery{scenes: map[string]scene.Scene{}, index: new(index.Flat)}
	rng := rand.New(rand.NewPCG(17, 4))
	others := scene.Random(23, 400)
	for _, s := range others {
		g.add(s)
	}
	for _, s := range scene.Random(29, 8*n+50) {
		if len(g.exams) == n {
			break
		}
		e, ok := examOf(s)
		if !ok || slices.ContainsFunc(g.ids, func(id string) bool { return holds(g.scenes[id], e.props) }) {
			continue
		}
		var misses []scene.Scene
		for tries := 0; len(misses) < 10 && tries < 200; tries++ {
			miss := changed(s, others[rng.IntN(len(others))], rng)
			same := func(o scene.Scene) bool { return o.Caption() == miss.Caption() }
			answers := func(e exam) bool { return holds(miss, e.props) }
			if miss.Validate() == nil && !answers(e) && !slices.ContainsFunc(misses, same) && !slices.ContainsFunc(g.exams, answers) {
				misses = append(misses, miss)
			}
		}
		if len(misses) < 10 {
			continue
		}
		e.right = g.add(s)
		g.exams = append(g.exams, e)
		for _, miss := range misses {
			g.add(miss)
		}
	}
	if len(g.exams) < n {
		t.Fatalf("only %d of %d exams could be made", len(g.exams), n)
	}
	g.pipe = g.pipeline(t, imagescope.Config{})
	var images []imagescope.Image
	for _, id := range g.ids {
		images = append(images, imagescope.Image{ID: id, Caption: g.scenes[id].Caption()})
	}
	if err := g.pipe.Add(t.Context(), images...); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *gallery) add(s scene.Scene) (id string) {
	h := sha256.Sum256([]byte(s.Caption()))
	id = fmt.Sprintf("%x-%d", h[:4], len(g.ids)) // ties of retrieval are broken by chance
	g.scenes[id] = s
	g.ids = append(g.ids, id)
	return id
}

// pipeline returns a pipeline over the gallery's index.
func (g *gallery) pipeline(t testing.TB, cfg imagescope.Config) *imagescope.Pipeline {
	t.Helper()
	cfg.Embedder, cfg.Index = blurred{}, g.index
	p, err := imagescope.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// blurred embeds images by the words of their captions and by much chance, so
// that the right one of many comes first about as often as it does by CLIP.
type blurred struct{ embed.Words }

func (b blurred) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	rows, err := b.Words.EmbedImages(ctx, images)
	for i, row := range rows {
		var squares float64
		for _, x := range row {
			squares += float64(x * x)
		}
		blur := 6 * math.Sqrt(squares/float64(len(row)))
		rng := rand.New(rand.NewChaCha8(sha256.Sum256([]byte(images[i].ID))))
		for k := range row {
			row[k] += float32(blur * rng.NormFloat64())
		}
	}
	return rows, err
}

// examOf asks for the time of a scene and for its first two things.
func examOf(s scene.Scene) (exam, bool) {
	if len(s.Items) < 2 || s.Items[0].Kind == s.Items[1].Kind {
		return exam{}, false
	}
	first, second := named(s.Items[0]), named(s.Items[1])
	e := exam{
		text: fmt.Sprintf("%s and %s at %s", first, second, s.Time),
		props: []imagescope.Proposition{
			{Question: fmt.Sprintf("Is there %s?", first), Want: true},
			{Question: fmt.Sprintf("Is there %s?", second), Want: true},
			{Question: fmt.Sprintf("Is it %s?", s.Time), Want: true},
		},
	}
	return e, holds(s, e.props)
}

func named(it scene.Item) string {
	return strings.Join(strings.Fields(fmt.Sprintf("a %s %s", it.Color, it.Kind)), " ")
}

// changed returns s at another time, or with another colour, or with one thing
// less or exchanged for one of another scene.
func changed(s, other scene.Scene, rng *rand.Rand) scene.Scene {
	s.Items = slices.Clone(s.Items)
	i := rng.IntN(2)
	switch rng.IntN(4) {
	case 0:
		s.Time = other.Time
	case 1:
		s.Items[i].Color = []scene.Color{scene.Red, scene.Blue, scene.Green, scene.White, scene.Black}[rng.IntN(5)]
	case 2:
		s.Items = slices.Delete(s.Items, i, i+1)
	case 3:
		if len(other.Items) > 0 {
			s.Items[i] = other.Items[0]
		}
	}
	return s
}

// holds reports whether all propositions hold in a scene.
func holds(s scene.Scene, props []imagescope.Proposition) bool {
	for _, p := range props {
		if yes, known := s.Answer(p.Question); !known || yes != p.Want {
			return false
		}
	}
	return true
}

// eye is a model that answers questions from the truth about a gallery. It
// errs in a share of its answers, each by itself. Of two even draws from 0 to 1
// it feels the larger where an answer is right, and the smaller where it is
// wrong. What it says of its confidence is that, from 50% to 100%; the
// probabilities of yes and no are calibrated, which is to say that of the
// answers with a probability of 80% four in five are right.
type eye struct {
	*gallery
	errs float64
}

var numbered = regexp.MustCompile(`(?m)^(\d+)\. (.*)$`)

func (m *eye) Reason(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
	if req.Task == imagescope.TaskPropose {
		return imagescope.Response{Text: m.propose(req.Prompt)}, nil
	}
	id := req.Images[0].ID
	if req.Task == imagescope.TaskCompare {
		return imagescope.Response{Text: m.compare(id, req.Prompt)}, nil
	}
	if _, question, ok := strings.Cut(req.Prompt, "yes or no.\n"); ok && req.YesNo {
		yes, feels := m.answer(id, strings.TrimSpace(question))
		right := (1 - m.errs) * feels / ((1-m.errs)*feels + m.errs*(1-feels))
		if yes {
			return imagescope.Response{Text: "Yes", YesNo: imagescope.Likelihood{Yes: right, No: 1 - right}}, nil
		}
		return imagescope.Response{Text: "No", YesNo: imagescope.Likelihood{Yes: 1 - right, No: right}}, nil
	}
	answers := map[string]any{}
	for _, line := range numbered.FindAllStringSubmatch(req.Prompt, -1) {
		yes, feels := m.answer(id, line[2])
		answers[line[1]] = yesNo(yes)
		if strings.Contains(req.Prompt, "confidence") {
			answers[line[1]] = map[string]any{"answer": yesNo(yes), "confidence": math.Round(50 + 50*feels)}
		}
	}
	text, err := json.Marshal(answers)
	return imagescope.Response{Text: string(text)}, err
}

func (m *eye) answer(id, question string) (yes bool, feels float64) {
	yes, _ = m.scenes[id].Answer(strings.TrimPrefix(question, "Look closely: "))
	h := sha256.Sum256(fmt.Append(nil, id, question))
	draw := func(i int) float64 { return float64(binary.LittleEndian.Uint64(h[8*i:])) / (1 << 64) }
	if draw(0) < m.errs {
		return !yes, min(draw(1), draw(2))
	}
	return yes, max(draw(1), draw(2))
}

// compare says whether an image is what an exam asks for, as far as it sees.
func (m *eye) compare(id, prompt string) string {
	_, text, _ := strings.Cut(prompt, "Instruction: ")
	for _, e := range m.exams {
		if !strings.EqualFold(e.text, strings.TrimSpace(text)) {
			continue
		}
		for _, p := range e.props {
			if yes, _ := m.answer(id, "Look closely: "+p.Question); yes != p.Want {
				return "ANSWER: No"
			}
		}
		return "ANSWER: Yes"
	}
	return "nothing"
}

func yesNo(yes bool) string { return map[bool]string{true: "yes", false: "no"}[yes] }

// propose returns the propositions of the exam that a prompt is about.
func (m *eye) propose(prompt string) string {
	for _, e := range m.exams {
		if !strings.Contains(prompt, e.text) {
			continue
		}
		var pairs [][2]string
		for _, p := range e.props {
			pairs = append(pairs, [2]string{p.Question, map[bool]string{true: "True", false: "False"}[p.Want]})
		}
		text, _ := json.Marshal(map[string]any{"step2": pairs})
		return "```json\n" + string(text) + "\n```"
	}
	return "nothing"
}

// recall is how often the right one of a query's images comes first, and among
// the first ten.
type recall struct{ at1, at10 float64 }

// ask asks all exams, and has the right ones' places told.
func (g *gallery) ask(t *testing.T, p *imagescope.Pipeline, told func(e exam, r imagescope.Result)) (found recall) {
	t.Helper()
	for _, e := range g.exams {
		r, err := p.Search(t.Context(), imagescope.Text(e.text))
		if err != nil || len(r.Faults) > 0 {
			t.Fatalf("Search for %s: faults %v, error %v", e.text, r.Faults, err)
		}
		if told != nil {
			told(e, r)
		}
		switch at := slices.Index(r.IDs(), e.right); {
		case at == 0:
			found.at1++
			fallthrough
		case at > 0:
			found.at10++
		}
	}
	n := float64(len(g.exams))
	return recall{found.at1 / n, found.at10 / n}
}

// TestScored prints what each order finds where a share of the answers is
// wrong. Where confidence is true, and what this model says of it is not,
// scores must find no less than counting.
func TestScored(t *testing.T) {
	g := newGallery(t, *exams)
	plain := g.ask(t, g.pipe, nil)
	t.Logf("%-28s%.3f %.3f", "no verification", plain.at1, plain.at10)
	var counted [4]recall
	for _, row := range []struct {
		name string
		opts verify.Options
	}{
		{"Counted", verify.Options{}},
		{"Scored, bare", verify.Options{Order: verify.Scored}},
		{"Scored, stated", verify.Options{Order: verify.Scored, Confidence: verify.Stated}},
		{"Scored, probability", verify.Options{Order: verify.Scored, Confidence: verify.Probability}},
	} {
		var found [4]recall
		line, gain := fmt.Sprintf("%-28s", row.name), 0.
		for i, errs := range []float64{0, 0.05, 0.1, 0.2} {
			found[i] = g.ask(t, g.pipeline(t, imagescope.Config{Verify: verify.New(&eye{g, errs}, &row.opts)}), nil)
			line += fmt.Sprintf("%.3f %.3f   ", found[i].at1, found[i].at10)
			if errs > 0 {
				gain += found[i].at1 - counted[i].at1
			}
		}
		t.Log(line)
		if row.name == "Counted" {
			counted = found
			continue
		}
		if row.opts.Confidence != verify.Stated && found[0] != counted[0] {
			t.Errorf("%s: with no answer wrong it finds %v, want what counting finds, %v", row.name, found[0], counted[0])
		}
		if gain < 0 && row.opts.Confidence != verify.Stated {
			t.Errorf("%s: R@1 is less than that of counting, by %.3f, added up over the shares of wrong answers", row.name, -gain)
		}
	}
}
