package imagescope_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// slowModel knows the scenes of the gallery, and takes a second to say anything.
// It accepts no candidate, so that each that may be looked at is.
type slowModel struct {
	mu    sync.Mutex
	calls int
}

const latency = time.Second

var numberedLine = regexp.MustCompile(`(?m)^\d+\. (.*)$`)

func (m *slowModel) Reason(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
	m.mu.Lock()
	m.calls++
	m.mu.Unlock()
	time.Sleep(latency)
	const step1 = `"step1": [["Modification", "Make it night."], ["Modification", "Make the car blue."], ["Retention", "Keep the street."]]`
	const step2 = `"step2": ["A blue car at night.", "A blue car on a street at night.", "A blue car on a city street at night."]`
	props := [][]string{{"Is it night?", "True"}, {"Is there a blue car?", "True"}, {"Is it a street?", "True"}}
	var text string
	switch {
	case req.Task == imagescope.TaskCaption:
		text = "A red car on a city street by day."
	case req.Task == imagescope.TaskInterpret:
		text = fmt.Sprintf("```json\n{%s, %s, \"step3\": %s}\n```", step1, step2, asText(props))
	case req.Task == imagescope.TaskPropose:
		text = "```json\n" + `{"step2": ` + asText(props) + "}\n```"
	case req.Task == imagescope.TaskCompare:
		text = "ANSWER: No"
	case strings.Contains(req.Prompt, "JSON"):
		answers := map[string]string{}
		for i, line := range numberedLine.FindAllStringSubmatch(req.Prompt, -1) {
			answers[fmt.Sprint(i+1)] = answer(req.Images[0].ID, line[1])
		}
		text = asText(answers)
	default:
		lines := strings.Split(strings.TrimSpace(req.Prompt), "\n")
		text = answer(req.Images[0].ID, lines[len(lines)-1])
	}
	return imagescope.Response{Text: text}, nil
}

// answer is the truth about a scene.
func answer(id, question string) string {
	for _, n := range scene.Gallery() {
		if yes, known := n.Scene.Answer(question); n.ID == id && known && yes {
			return "yes"
		}
	}
	return "no"
}

func asText(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // unreachable: only maps and slices of strings come here
	}
	return string(data)
}

// caption describes any reference as the red car, as a model would.
func (m *slowModel) caption(ctx context.Context, _ imagescope.Image) (string, error) {
	resp, err := m.Reason(ctx, imagescope.Request{Task: imagescope.TaskCaption})
	return resp.Text, err
}

// TestRoundTrips counts calls, and how many of them stand in a row, for an
// upload and a change to it, with every way to have fewer added to the ones
// before. All ways find the same. It prints the table of the package
// documentation.
func TestRoundTrips(t *testing.T) {
	upload := imagescope.Bytes("upload.png", square(t))
	tests := []struct {
		name   string
		verify verify.Options
		rank   rank.Options
		intent intent.Options
		all    bool // every candidate is checked
		first  bool // an instant answer
		rounds int  // calls in a row
		seen   int  // calls in a row before there is something to see
	}{
		{name: "one after the other, as the authors", verify: verify.Options{Form: verify.Single, Concurrency: 1}, all: true, rounds: 66, seen: 2},
		{name: "defaults, 8 questions at once", rounds: 9, seen: 2},
		{name: "32 questions at once", verify: verify.Options{Concurrency: 32}, rounds: 7, seen: 2},
		{name: "and speculation", verify: verify.Options{Concurrency: 32}, rank: rank.Options{Speculate: 3}, rounds: 5, seen: 2},
		{name: "and the one-call intent", verify: verify.Options{Concurrency: 32}, rank: rank.Options{Speculate: 3}, intent: intent.Options{OneCall: true}, rounds: 4, seen: 2},
		{
			name: "that is shown the reference", verify: verify.Options{Concurrency: 32}, rank: rank.Options{Speculate: 3},
			intent: intent.Options{OneCall: true, ShowReference: true}, rounds: 3, seen: 1,
		},
		{
			name: "and an instant answer", verify: verify.Options{Concurrency: 32}, rank: rank.Options{Speculate: 3},
			intent: intent.Options{OneCall: true, ShowReference: true}, first: true, rounds: 3, seen: 0,
		},
	}
	var images []imagescope.Image
	for _, n := range scene.Gallery() {
		images = append(images, imagescope.Image{ID: n.ID, Caption: n.Scene.Caption()})
	}
	var order []string
	t.Logf("%-36s %5s %15s %19s", "", "calls", "calls in a row", "before first order")
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			model := new(slowModel)
			cfg := imagescope.Config{
				Embedder: embed.Words{}, Index: new(index.Flat), Exhaustive: tt.all, Strict: true,
				Intent: intent.New(model, &tt.intent), Verify: verify.New(model, &tt.verify), Rank: rank.New(model, &tt.rank),
			}
			p, err := imagescope.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Add(t.Context(), images...); err != nil {
				t.Fatal(err)
			}
			cfg.Captioner = imagescope.CaptionerFunc(model.caption)
			if tt.first {
				cfg.Instant = &imagescope.Instant{Composer: intent.Rules{}}
			}
			if p, err = imagescope.New(cfg); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			seen := -1
			var last imagescope.Result
			for r, err := range p.Stages(t.Context(), imagescope.Change(upload, "make it night and the car blue")) {
				if err != nil {
					t.Fatal(err)
				}
				if seen < 0 {
					seen = int(time.Since(start) / latency)
				}
				last = r
			}
			rounds := int(time.Since(start) / latency)
			t.Logf("%-36s %5d %15d %19d", tt.name, model.calls, rounds, seen)
			if rounds != tt.rounds || seen != tt.seen {
				t.Errorf("%s: %d calls in a row, %d before there is something to see; want %d and %d", tt.name, rounds, seen, tt.rounds, tt.seen)
			}
			if order == nil {
				order = last.IDs()
			}
			if d := cmp.Diff(order, last.IDs()); d != "" || last.IDs()[0] != "street/blue-car-night.png" {
				t.Errorf("%s: order: that of the first way is -, got is +\n%s", tt.name, d)
			}
		})
	}
}
