package imagescope_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/verify"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// refining is a pipeline whose interpreter adds what is said to what is
// carried, and describes the wanted image twice.
func refining(t *testing.T) *imagescope.Pipeline {
	return newPipeline(t, func(c *imagescope.Config) {
		c.Verify, c.Rank = nil, nil
		intentWith(func(_ context.Context, q imagescope.Query) (imagescope.Intent, error) {
			wanted := strings.TrimSpace(q.Described() + " " + q.Text)
			return imagescope.Intent{Descriptions: []string{wanted, "at night"}}, nil
		})(c)
	})
}

func TestChatCarries(t *testing.T) {
	chat := refining(t).Chat()
	for _, turn := range []struct{ say, description, first string }{
		{"a cat", "a cat", "a"},
		{"which is blue", "a cat which is blue", "b"},
		{"and a dog", "a cat which is blue and a dog", "b"},
	} {
		got, err := chat.Say(t.Context(), turn.say)
		if err != nil {
			t.Fatal(err)
		}
		if d := got.Intent.Descriptions[0]; d != turn.description {
			t.Errorf("Say(%q) searched for %q, want %q", turn.say, d, turn.description)
		}
		if id := got.IDs()[0]; id != turn.first {
			t.Errorf("Say(%q) found %s first, want %s", turn.say, id, turn.first)
		}
	}
	want := []imagescope.Turn{
		{Text: "a cat", Description: "a cat"},
		{Text: "which is blue", Description: "a cat which is blue"},
		{Text: "and a dog", Description: "a cat which is blue and a dog"},
	}
	if d := cmp.Diff(want, chat.Turns()); d != "" {
		t.Errorf("Turns: want is -, got is +\n%s", d)
	}
	chat.Turns()[0].Text = "changed"
	if d := cmp.Diff(want, chat.Turns()); d != "" {
		t.Errorf("Turns handed out what they hold: want is -, got is +\n%s", d)
	}
}

func TestChatOpenAndUndo(t *testing.T) {
	chat := refining(t).Chat()
	chat.Open("a red car")
	say := func(text, want string) {
		t.Helper()
		got, err := chat.Say(t.Context(), text)
		if err != nil || got.Intent.Descriptions[0] != want {
			t.Errorf("Say(%q) searched for %q, %v; want %q", text, got.Intent.Descriptions, err, want)
		}
	}
	say("at night", "a red car at night")
	say("oops", "a red car at night oops")
	for _, want := range []bool{true, true, false} {
		if got := chat.Undo(); got != want {
			t.Errorf("Undo = %v, want %v", got, want)
		}
	}
	say("by day", "a red car by day")
	chat.Open("")
	if n := len(chat.Turns()); n != 0 {
		t.Errorf("Open left %d turns", n)
	}
	say("a dog", "a dog")
}

// TestUndoneTurnsStay checks that a list of turns handed out before Undo is
// not overwritten by the turn after it.
func TestUndoneTurnsStay(t *testing.T) {
	chat := refining(t).Chat()
	for _, text := range []string{"a", "b", "c"} {
		if _, err := chat.Say(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	before := chat.Turns()
	chat.Undo()
	if _, err := chat.Say(t.Context(), "d"); err != nil {
		t.Fatal(err)
	}
	if before[2].Text != "c" || chat.Turns()[2].Text != "d" {
		t.Errorf("turns before Undo %v, after it %v", before, chat.Turns())
	}
}

// TestChatChangedDuringTurn changes the conversation while a turn is being
// answered. The answer comes, and the turn is not taken: what it went on from
// is no more.
func TestChatChangedDuringTurn(t *testing.T) {
	other := []byte(`{"version": 1, "turns": [{"text": "a car", "description": "a car"}]}`)
	tests := map[string]struct {
		change func(*imagescope.Chat) error
		want   []string // the turns' texts in the end
	}{
		"undo":        {func(c *imagescope.Chat) error { c.Undo(); return nil }, nil},
		"open":        {func(c *imagescope.Chat) error { c.Open("a dog"); return nil }, nil},
		"resume":      {func(c *imagescope.Chat) error { return json.Unmarshal(other, c) }, []string{"a car"}},
		"failed":      {func(c *imagescope.Chat) error { _ = json.Unmarshal([]byte(`{"version": 9}`), c); return nil }, []string{"a cat", "in red"}},
		"only looked": {func(c *imagescope.Chat) error { _, err := json.Marshal(c); return err }, []string{"a cat", "in red"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var during func()
			chat := newPipeline(t, intentWith(func(ctx context.Context, q imagescope.Query) (imagescope.Intent, error) {
				if during != nil {
					during()
				}
				return literally(ctx, q)
			})).Chat()
			if _, err := chat.Say(t.Context(), "a cat"); err != nil {
				t.Fatal(err)
			}
			during = func() {
				if err := tt.change(chat); err != nil {
					t.Error(err)
				}
			}
			if got, err := chat.Say(t.Context(), "in red"); err != nil || len(got.Candidates) == 0 {
				t.Errorf("Say = %v, %v", got.IDs(), err)
			}
			var texts []string
			for _, turn := range chat.Turns() {
				texts = append(texts, turn.Text)
			}
			if d := cmp.Diff(tt.want, texts); d != "" {
				t.Errorf("Turns: want is -, got is +\n%s", d)
			}
		})
	}
}

func TestChatSend(t *testing.T) {
	chat := refining(t).Chat()
	got, err := chat.Send(t.Context(), imagescope.Query{
		Text: "in blue", Reference: &imagescope.Image{ID: "c"}, Limit: 2, Carried: "is overwritten",
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Candidates) != 2 || got.Query.Carried != "" {
		t.Errorf("Send returned %v for %+v", got.IDs(), got.Query)
	}
	want := []imagescope.Turn{{Text: "in blue", Reference: "c", Description: "red dog in blue"}}
	if d := cmp.Diff(want, chat.Turns()); d != "" {
		t.Errorf("Turns: want is -, got is +\n%s", d)
	}
	if got, err = chat.Say(t.Context(), "at night"); err != nil || got.Intent.Descriptions[0] != "red dog in blue at night" {
		t.Errorf("Say went on from %v, %v", got.Intent.Descriptions, err)
	}
}

// TestChatResume moves a conversation to another pipeline by its JSON.
func TestChatResume(t *testing.T) {
	chat := refining(t).Chat()
	chat.Open("a cat")
	if _, err := chat.Say(t.Context(), "in red"); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(chat)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":1,"opening":"a cat","turns":[{"text":"in red","description":"a cat in red"}]}`
	if d := cmp.Diff(want, string(data)); d != "" {
		t.Errorf("Marshal: want is -, got is +\n%s", d)
	}
	resumed := refining(t).Chat()
	if err := json.Unmarshal(data, resumed); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(chat.Turns(), resumed.Turns()); d != "" {
		t.Errorf("Turns: want is -, got is +\n%s", d)
	}
	got, err := resumed.Say(t.Context(), "at night")
	if err != nil || got.Intent.Descriptions[0] != "a cat in red at night" {
		t.Errorf("Say went on from %v, %v", got.Intent.Descriptions, err)
	}
	if data, err = json.Marshal(resumed); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, chat); err != nil {
		t.Fatal(err)
	}
	for chat.Undo() {
		if data, err = json.Marshal(chat); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, resumed); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(chat.Turns(), resumed.Turns()); d != "" {
			t.Errorf("Turns after Undo: want is -, got is +\n%s", d)
		}
	}
	if got, err = resumed.Say(t.Context(), "by day"); err != nil || got.Intent.Descriptions[0] != "a cat by day" {
		t.Errorf("Say went on from %v, %v", got.Intent.Descriptions, err)
	}
}

func TestChatResumeRefuses(t *testing.T) {
	chat := refining(t).Chat()
	chat.Open("a cat")
	if _, err := chat.Say(t.Context(), "in red"); err != nil {
		t.Fatal(err)
	}
	before := chat.Turns()
	for _, data := range []string{"", "{", "[]", "7", `"x"`, "{}", `{"version":2,"turns":[]}`, `{"version":1,"turns":{}}`, `{"version":1,"turns":[7]}`} {
		if err := chat.UnmarshalJSON([]byte(data)); err == nil || !strings.HasPrefix(err.Error(), "imagescope: chat:") {
			t.Errorf("UnmarshalJSON(%s): error %v", data, err)
		}
	}
	if d := cmp.Diff(before, chat.Turns()); d != "" {
		t.Errorf("a refused conversation changed the turns: want is -, got is +\n%s", d)
	}
}

func TestChatFailedTurn(t *testing.T) {
	broken := true
	chat := newPipeline(t, func(c *imagescope.Config) {
		c.Embedder = embedder{texts: func(ctx context.Context, texts []string) ([][]float32, error) {
			if broken {
				return nil, errBroken
			}
			return words.EmbedTexts(ctx, texts)
		}}
	}).Chat()
	if _, err := chat.Say(t.Context(), "a cat"); !errors.Is(err, errBroken) {
		t.Errorf("Say: error %v, want %v", err, errBroken)
	}
	if _, err := chat.Say(t.Context(), ""); !errors.Is(err, imagescope.ErrEmptyQuery) {
		t.Errorf("Say of nothing: error %v", err)
	}
	if turns := chat.Turns(); len(turns) != 0 {
		t.Errorf("turns that failed were taken: %v", turns)
	}
	broken = false
	if _, err := chat.Say(t.Context(), "a dog"); err != nil || len(chat.Turns()) != 1 {
		t.Errorf("Say after one that failed: %v, turns %v", err, chat.Turns())
	}
}

func TestZeroChat(t *testing.T) {
	var chat imagescope.Chat
	if _, err := chat.Say(t.Context(), "a cat"); err == nil || !strings.Contains(err.Error(), "Pipeline.Chat") {
		t.Errorf("Say of a zero Chat: error %v", err)
	}
	if chat.Undo() || len(chat.Turns()) != 0 {
		t.Error("a zero Chat has turns")
	}
}

// TestChatWithoutInterpreter goes on from all that was said.
func TestChatWithoutInterpreter(t *testing.T) {
	chat := newPipeline(t, func(c *imagescope.Config) { c.Intent, c.Verify, c.Rank = nil, nil, nil }).Chat()
	for _, turn := range []struct{ text, searched, found string }{
		{"dog", "dog", "c"},
		{"blue", "dog, blue", "d"},
		{"not a car", "dog, blue, not a car", "d"},
	} {
		got, err := chat.Say(t.Context(), turn.text)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{turn.searched}, got.Intent.Descriptions); d != "" || got.IDs()[0] != turn.found {
			t.Errorf("Say(%q) found %v; descriptions: want is -, got is +\n%s", turn.text, got.IDs(), d)
		}
	}
}

// TestChatStages looks at a turn stage by stage, to its end or not.
func TestChatStages(t *testing.T) {
	chat := newPipeline(t, nil).Chat()
	var stages []imagescope.Stage
	for r, err := range chat.Stages(t.Context(), imagescope.Text("a red cat")) {
		if err != nil {
			t.Fatal(err)
		}
		if n := len(chat.Turns()); n != 0 {
			t.Errorf("%d turns are taken while one goes on", n)
		}
		stages = append(stages, r.Stage)
	}
	want := []imagescope.Stage{imagescope.StageRetrieve, imagescope.StageVerify, imagescope.StageRank}
	if d := cmp.Diff(want, stages); d != "" {
		t.Errorf("stages: want is -, got is +\n%s", d)
	}
	for range chat.Stages(t.Context(), imagescope.Text("a blue cat")) {
		break
	}
	for _, err := range chat.Stages(t.Context(), imagescope.Text("")) {
		if !errors.Is(err, imagescope.ErrEmptyQuery) {
			t.Errorf("Stages of nothing: error %v", err)
		}
	}
	wantTurns := []imagescope.Turn{
		{Text: "a red cat", Description: "a red cat"},
		{Text: "a blue cat", Description: "a blue cat"},
	}
	if d := cmp.Diff(wantTurns, chat.Turns()); d != "" {
		t.Errorf("Turns: want is -, got is +\n%s", d)
	}
}

// TestChatTakesTurns has many speak at once: every turn goes on from the one
// before it.
func TestChatTakesTurns(t *testing.T) {
	chat := refining(t).Chat()
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := chat.Say(t.Context(), fmt.Sprintf("<%d>", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	carried := ""
	for i, turn := range chat.Turns() {
		carried = strings.TrimSpace(carried + " " + turn.Text)
		if turn.Description != carried {
			t.Fatalf("turn %d carries %q, want %q", i, turn.Description, carried)
		}
	}
	if n := len(chat.Turns()); n != 20 {
		t.Errorf("%d turns were taken of 20", n)
	}
}

// TestChatWaitIsCancelled cancels a turn that waits for the one before it.
func TestChatWaitIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		chat := newPipeline(t, intentWith(func(ctx context.Context, q imagescope.Query) (imagescope.Intent, error) {
			<-free
			return literally(ctx, q)
		})).Chat()
		first := make(chan error)
		go func() {
			_, err := chat.Say(t.Context(), "a cat")
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancelCause(t.Context())
		second := make(chan error)
		go func() {
			_, err := chat.Say(ctx, "a dog")
			second <- err
		}()
		synctest.Wait()
		cancel(errEnough)
		if err := <-second; !errors.Is(err, context.Canceled) || !errors.Is(err, errEnough) {
			t.Errorf("Say cancelled while it waited: error %v", err)
		}
		close(free)
		if err := <-first; err != nil {
			t.Errorf("the turn before: %v", err)
		}
		if n := len(chat.Turns()); n != 1 {
			t.Errorf("%d turns were taken, want 1", n)
		}
	})
}

// FuzzChatJSON reads a conversation from anywhere: what is taken up is written
// the same again.
func FuzzChatJSON(f *testing.F) {
	f.Add([]byte(`{"version":1,"opening":"a","turns":[{"text":"b","description":"c"}]}`))
	f.Add([]byte(`{"version":1,"turns":null}`))
	f.Add([]byte(`{"version":1e0,"turns":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var chat, again imagescope.Chat
		if chat.UnmarshalJSON(data) != nil {
			return
		}
		written, err := json.Marshal(&chat)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatalf("%s cannot be read back: %v", written, err)
		}
		if d := cmp.Diff(chat.Turns(), again.Turns()); d != "" {
			t.Errorf("%s read back: want is -, got is +\n%s", written, d)
		}
	})
}

// TestChatAsksOnlyWhatIsNew takes turns whose questions about a picture are
// partly those of the turns before. With a cache no question about a picture
// reaches the model twice where each is asked by itself.
func TestChatAsksOnlyWhatIsNew(t *testing.T) {
	world := modeltest.Gallery()
	eyes := modeltest.New(world, nil)
	var mu sync.Mutex
	asked := map[string]int{}
	model := imagescope.Cache(imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		asked[shown(req)+": "+req.Prompt]++
		return eyes.Reason(ctx, req)
	}), nil)
	p, err := imagescope.New(imagescope.Config{
		Images: world.FS(), Embedder: embed.Words{}, Index: new(index.Flat), TopK: 5,
		Intent: intent.Rules{},
		Verify: withCaptionsProposals{verify.New(model, &verify.Options{Form: verify.Single})},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, img := range world.Images() {
		if err := p.Add(t.Context(), imagescope.Image{ID: img.ID, Caption: img.Caption}); err != nil {
			t.Fatal(err)
		}
	}
	chat := p.Chat()
	hits := 0
	for _, text := range []string{"a street with a car", "the car is red", "and it is night"} {
		got, err := chat.Say(t.Context(), text)
		if err != nil || len(got.Faults) > 0 {
			t.Fatalf("Say(%q): faults %v, error %v", text, got.Faults, err)
		}
		hits += got.Total().CacheHits
	}
	for what, n := range asked {
		if n > 1 {
			t.Errorf("the model was asked %d times about %s", n, what)
		}
	}
	if hits < 10 {
		t.Errorf("%d answers were known from the turns before, want 10 or more: the questions differ too much to tell", hits)
	}
}

// withCaptionsProposals is a verifier whose propositions are made by rules.
type withCaptionsProposals struct{ *verify.Verifier }

func (withCaptionsProposals) Propose(ctx context.Context, q imagescope.Query, in imagescope.Intent) ([]imagescope.Proposition, error) {
	return verify.Captions{}.Propose(ctx, q, in)
}
