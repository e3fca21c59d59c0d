package imagescope_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// TestReferenceParity replays recordings of the authors' implementation
// through the public stages, with scripted models, and reports how many agree.
// IMAGESCOPE_PARITY names the directory of recordings, which must then hold
// some; without it the shared ones are used where they are there.
func TestReferenceParity(t *testing.T) {
	given := os.Getenv("IMAGESCOPE_PARITY")
	dir := cmp.Or(given, filepath.Join("..", "shared", "parity"))
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	switch {
	case len(files) == 0 && given != "":
		t.Fatalf("no recordings in %s, which IMAGESCOPE_PARITY names", dir)
	case len(files) == 0:
		t.Skipf("no recordings in %s: set IMAGESCOPE_PARITY to a directory of them", dir)
	}
	agreed, total := map[string]int{}, map[string]int{}
	for _, file := range files {
		c, err := readParityCase(file)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		total[c.Parity]++
		switch err := c.replay(t.Context()); {
		case err == nil:
			agreed[c.Parity]++
		case c.Parity == "quirk":
			t.Logf("quirk %s differs (%s): %v", c.ID, c.Note, err)
		default:
			t.Errorf("%s %s differs: %v", c.Parity, c.ID, err)
		}
	}
	for _, kind := range []string{"exact", "repair", "quirk"} {
		t.Logf("%s: %d of %d agreed", kind, agreed[kind], total[kind])
	}
}

// parityCase is a recording, in the format imagescope-parity/1.
type parityCase struct {
	ID, Kind, Parity, Note, Format string

	Config struct {
		Tau           float64
		TopKEffective int `json:"top_k_effective"`
		Alpha         int
		Subset        []string
	}
	Gallery struct {
		Names, Captions   []string
		ImageEmbeddings   [][]float32 `json:"image_embeddings"`
		CaptionEmbeddings [][]float32 `json:"caption_embeddings"`
	}

	Query struct {
		Instruction          string
		Reference            *string
		ReferenceDescription string `json:"reference_description"`
	}
	parityStages

	Dialogs []struct {
		Opening string
		Rounds  []parityRound
	}
}

type parityRound struct {
	Instruction string
	Carried     string `json:"carried_description"`
	parityStages
}

// parityStages is what the authors' code did with one query.
type parityStages struct {
	Stage1 struct {
		LLMText           string `json:"llm_text"`
		ReferenceInPrompt string `json:"reference_description_in_prompt"`
		Edits             json.RawMessage
		Descriptions      json.RawMessage
		TextEmbeddings    [][]float32 `json:"text_embeddings"`
		SortedNames       []string    `json:"sorted_names"`
		Similarity        []float64
		TieGroups         [][]string `json:"tie_groups"`
	}
	Stage2 struct {
		LLMText       string   `json:"llm_text"`
		EditsInPrompt [][2]any `json:"edits_in_prompt"`
		Status        string
		Propositions  [][2]any
		Candidates    []struct {
			Name      string
			VQATexts  []string `json:"vqa_texts"`
			Satisfied int
		}
		SortedNames []string `json:"sorted_names"`
	}
	Stage3 struct {
		InstructionInPrompt string  `json:"instruction_in_prompt"`
		ReferenceShown      *string `json:"reference_shown"`
		Asked               []struct {
			Name, Text string
			Decision   bool
		}
		SortedNames []string `json:"sorted_names"`
	}
}

func readParityCase(file string) (*parityCase, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	c := new(parityCase)
	if err := json.Unmarshal(data, c); err != nil {
		return nil, err
	}
	if c.Format != "imagescope-parity/1" {
		return nil, fmt.Errorf("format %q is not known", c.Format)
	}
	return c, nil
}

// replay runs the case and returns how it differs, nil if it does not.
func (c *parityCase) replay(ctx context.Context) error {
	script := &parityScript{c: c}
	p, err := imagescope.New(imagescope.Config{
		Embedder: script,
		Index:    recordedTies{new(index.Flat), script},
		Intent:   intent.New(script, nil),
		Verify:   verify.New(script, &verify.Options{Form: verify.Single, Concurrency: 1}),
		Rank:     rank.New(script, &rank.Options{Alpha: c.Config.Alpha}),
		Tau:      &c.Config.Tau,
		TopK:     c.Config.TopKEffective,
	})
	if err != nil {
		return err
	}
	for i, name := range c.Gallery.Names {
		if err := p.Add(ctx, imagescope.Image{ID: name, Caption: c.Gallery.Captions[i]}); err != nil {
			return err
		}
	}
	if c.Kind == "chat" {
		return c.replayChat(ctx, p, script)
	}
	script.stages = &c.parityStages
	q := imagescope.Query{Text: c.Query.Instruction, Limit: len(c.Gallery.Names), KeepReference: c.Config.Subset == nil}
	q.Filter.Only = c.Config.Subset
	if c.Query.Reference != nil {
		q.Reference = &imagescope.Image{ID: *c.Query.Reference}
	}
	return c.compare(script, p.Stages(ctx, q))
}

// replayChat runs each dialogue as a Chat.
func (c *parityCase) replayChat(ctx context.Context, p *imagescope.Pipeline, script *parityScript) error {
	for d, dialog := range c.Dialogs {
		chat := p.Chat()
		chat.Open(dialog.Opening)
		for i, round := range dialog.Rounds {
			script.stages = &round.parityStages
			q := imagescope.Query{Text: round.Instruction, Limit: len(c.Gallery.Names)}
			if err := c.compare(script, chat.Stages(ctx, q)); err != nil {
				return fmt.Errorf("dialogue %d, round %d: %w", d+1, i+1, err)
			}
		}
	}
	return nil
}

// compare compares what each stage of a query did with the recording.
func (c *parityCase) compare(script *parityScript, stages iter.Seq2[imagescope.Result, error]) error {
	script.begin()
	var results []imagescope.Result
	for r, err := range stages {
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	if script.err != nil {
		return script.err
	}
	want := script.stages
	return errors.Join(
		compareRetrieval(want, results[0]),
		compareVerification(want, results[1]),
		compareRanking(want, results[2]),
	)
}

func compareRetrieval(want *parityStages, got imagescope.Result) error {
	if len(got.Candidates) != len(want.Stage1.SortedNames) {
		return fmt.Errorf("stage 1: %d images, want %d", len(got.Candidates), len(want.Stage1.SortedNames))
	}
	for i, name := range want.Stage1.SortedNames {
		c := got.Candidates[i]
		if c.Image.ID != name {
			return fmt.Errorf("stage 1: place %d is %s, want %s", i+1, c.Image.ID, name)
		}
		if math.Abs(float64(c.Similarity)-want.Stage1.Similarity[i]) > 1e-5 {
			return fmt.Errorf("stage 1: similarity at place %d is %v, want %v", i+1, c.Similarity, want.Stage1.Similarity[i])
		}
	}
	return nil
}

func compareVerification(want *parityStages, got imagescope.Result) error {
	skipped := slices.ContainsFunc(got.Faults, func(f imagescope.Fault) bool {
		return f.Stage == imagescope.StageVerify && f.Skipped
	})
	if skipped != (want.Stage2.Status == "skipped") {
		return fmt.Errorf("stage 2: skipped is %v, want status %s: %v", skipped, want.Stage2.Status, got.Faults)
	}
	satisfied := map[string]int{}
	for _, c := range got.Candidates {
		satisfied[c.Image.ID] = c.Satisfied
	}
	for _, c := range want.Stage2.Candidates {
		if satisfied[c.Name] != c.Satisfied {
			return fmt.Errorf("stage 2: %s satisfies %d, want %d", c.Name, satisfied[c.Name], c.Satisfied)
		}
	}
	return sameOrder("stage 2", got.IDs(), want.Stage2.SortedNames)
}

func compareRanking(want *parityStages, got imagescope.Result) error {
	verdicts := map[string]imagescope.Verdict{}
	for _, c := range got.Candidates {
		if c.Verdict != nil {
			verdicts[c.Image.ID] = *c.Verdict
		}
	}
	if len(verdicts) != len(want.Stage3.Asked) {
		return fmt.Errorf("stage 3: asked about %d, want %d", len(verdicts), len(want.Stage3.Asked))
	}
	for _, a := range want.Stage3.Asked {
		if v, ok := verdicts[a.Name]; !ok || v.Accepted != a.Decision {
			return fmt.Errorf("stage 3: verdict on %s is %+v, want %v", a.Name, v, a.Decision)
		}
	}
	return sameOrder("stage 3", got.IDs(), want.Stage3.SortedNames)
}

func sameOrder(stage string, got, want []string) error {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Errorf("%s: place %d is %s, want %s", stage, i+1, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%s: %d images, want %d", stage, len(got), len(want))
	}
	return nil
}

// recordedTies is an index that returns images with equal scores in the order
// recorded, so that the later stages can be replayed from there: the authors'
// order follows from no rule.
type recordedTies struct {
	imagescope.VectorIndex
	script *parityScript
}

func (ix recordedTies) Search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	matches, err := ix.VectorIndex.Search(ctx, query, k, f)
	want := ix.script.stages.Stage1
	if len(want.TieGroups) > 0 {
		slices.SortStableFunc(matches, func(a, b imagescope.Match) int {
			if math.Abs(float64(a.Score-b.Score)) > 1e-6 {
				return cmp.Compare(b.Score, a.Score)
			}
			return cmp.Compare(slices.Index(want.SortedNames, a.ID), slices.Index(want.SortedNames, b.ID))
		})
	}
	return matches, err
}

// parityScript plays the models of a case: the embedder and every reasoner.
type parityScript struct {
	c      *parityCase
	stages *parityStages // of the query being answered; nil while the gallery is added

	mu  sync.Mutex // propositions are asked for while texts are embedded
	err error      // a request that was not as recorded

	adding  int                 // place in the gallery of the image being added
	answers map[string][]string // answers left, by image
	asked   int
}

var (
	_ imagescope.Embedder = (*parityScript)(nil)
	_ imagescope.Reasoner = (*parityScript)(nil)
)

// begin sets the script to the start of a query.
func (s *parityScript) begin() {
	s.err, s.asked, s.answers = nil, 0, map[string][]string{}
	for _, c := range s.stages.Stage2.Candidates {
		for k, text := range c.VQATexts {
			// What can match no answer is not asked, as it could not count.
			if want := s.stages.Stage2.Propositions[k][1]; want == "True" || want == "False" {
				s.answers[c.Name] = append(s.answers[c.Name], text)
			}
		}
	}
}

func (s *parityScript) EmbedImages(_ context.Context, images []imagescope.Image) ([][]float32, error) {
	s.adding = slices.Index(s.c.Gallery.Names, images[0].ID)
	return [][]float32{s.c.Gallery.ImageEmbeddings[s.adding]}, nil
}

// EmbedTexts returns the caption vector of the image being added, or those of
// the recorded descriptions.
func (s *parityScript) EmbedTexts(_ context.Context, texts []string) ([][]float32, error) {
	if s.stages == nil {
		return [][]float32{s.c.Gallery.CaptionEmbeddings[s.adding]}, nil
	}
	want, err := recordedTexts(s.stages.Stage1.Descriptions)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(texts, want) {
		s.expect(fmt.Errorf("stage 1: descriptions are %q, want %q", texts, want))
		return make([][]float32, 0), fmt.Errorf("no vectors are recorded for %q", texts)
	}
	return s.stages.Stage1.TextEmbeddings, nil
}

// recordedTexts returns recorded descriptions: a list of strings, or in a
// quirk a text or an object, that has no counterpart here.
func recordedTexts(raw json.RawMessage) ([]string, error) {
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("stage 1: the recorded descriptions are no list: %.80s", raw)
	}
	return list, nil
}

func (s *parityScript) Reason(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
	text, err := s.reply(req)
	s.expect(err)
	return imagescope.Response{Text: text}, nil
}

// reply returns the recorded reply, and an error if the request is not the
// recorded one.
func (s *parityScript) reply(req imagescope.Request) (string, error) {
	st := s.stages
	switch req.Task {
	case imagescope.TaskInterpret:
		return st.Stage1.LLMText, contains(req.Prompt, "Reference image: "+st.Stage1.ReferenceInPrompt+"\n")
	case imagescope.TaskPropose:
		return st.Stage2.LLMText, s.checkEdits(req.Prompt)
	case imagescope.TaskVerify:
		return s.answer(req)
	case imagescope.TaskCompare:
		return s.verdict(req)
	}
	return "", fmt.Errorf("task %q is not one of the pipeline's", req.Task)
}

func (s *parityScript) checkEdits(prompt string) error {
	for i, e := range s.stages.Stage2.EditsInPrompt {
		if err := contains(prompt, fmt.Sprintf("%d. [%v] %v", i+1, e[0], e[1])); err != nil {
			return err
		}
	}
	return nil
}

func (s *parityScript) answer(req imagescope.Request) (string, error) {
	id := req.Images[0].ID
	left := s.answers[id]
	if len(left) == 0 {
		return "", fmt.Errorf("stage 2: %s is asked about once more than recorded", id)
	}
	s.answers[id] = left[1:]
	return left[0], nil
}

func (s *parityScript) verdict(req imagescope.Request) (string, error) {
	st := s.stages.Stage3
	candidate := req.Images[len(req.Images)-1].ID
	if s.asked >= len(st.Asked) || st.Asked[s.asked].Name != candidate {
		return "", fmt.Errorf("stage 3: turn %d is about %s", s.asked, candidate)
	}
	s.asked++
	shown := ""
	if len(req.Images) == 2 {
		shown = req.Images[0].ID
	}
	if want := st.ReferenceShown; want != nil && *want != shown {
		return "", fmt.Errorf("stage 3: reference %q is shown, want %q", shown, *want)
	}
	return st.Asked[s.asked-1].Text, contains(req.Prompt, "Instruction: "+st.InstructionInPrompt+"\n")
}

// expect keeps the first error of a query.
func (s *parityScript) expect(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

func contains(prompt, part string) error {
	if !strings.Contains(prompt, part) {
		return fmt.Errorf("the prompt lacks %q", part)
	}
	return nil
}
