package report_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/internal/scene"
)

// made is how a run is made up.
type made struct {
	dir     string
	dataset string  // "circo" where it is not said
	queries int     // how many
	rounds  int     // of a query; 1 where it is not said
	errors  float64 // share of judgements of the stages that are wrong
	images  int     // in the gallery; those of package scene where it is not said
}

// run makes up a run: retrieval puts the targets somewhere among the first 60, and
// each stage asks about the leading images and errs as often as it is told. Equal
// arguments make equal runs, and runs of one dataset have the same queries.
func (m made) run() *run.Run {
	if m.dataset == "" {
		m.dataset = "circo"
	}
	m.rounds = max(m.rounds, 1)
	split := "val"
	switch m.dataset {
	case "flickr30k", "mscoco":
		split = "test"
	case dataset.Own:
		split = ""
	}
	r := &run.Run{Dir: m.dir, Settings: run.Settings{
		Version: 1, Dataset: m.dataset, Split: split, Queries: m.queries,
		Embedder: run.Part{Name: "clip", Model: "models/ViT-B-32", Checkpoint: "laion2b_s34b_b79k"},
		Intent:   run.Part{Name: "together", Model: "ollama:llava"},
		Verify:   run.Part{Name: "together", Model: "ollama:llava", Checkpoint: "v1.6"},
		Rank:     run.Part{Name: "pairwise", Model: "ollama:qwen2.5vl"},
		Search:   run.Search{Depth: 60, Tau: 0.15, Fusion: "mean", TopK: 20, Alpha: 3},
	}}
	r.Dataset = dataset.Dataset{Name: m.dataset, Split: split}
	for _, s := range scene.Gallery() {
		r.Dataset.Gallery = append(r.Dataset.Gallery, dataset.Image{ID: s.ID, Path: s.ID})
	}
	for i := len(r.Dataset.Gallery); i < m.images; i++ {
		r.Dataset.Gallery = append(r.Dataset.Gallery, dataset.Image{ID: fmt.Sprintf("more/%06d.png", i), Path: "none"})
	}
	r.Settings.Images = len(r.Dataset.Gallery)
	for i := range m.queries {
		m.ask(r, i)
	}
	return r
}

var asked = []string{"make it night", "without the dog", "with two red cars", "the same at sunset", "add a tree on the left"}

func (m made) ask(r *run.Run, i int) {
	random := rand.New(rand.NewPCG(7, uint64(i)))
	ids := make([]string, len(r.Dataset.Gallery))
	for k, img := range r.Dataset.Gallery {
		ids[k] = img.ID
	}
	q := dataset.Query{ID: fmt.Sprint(i), Aspects: []string{[]string{"cardinality", "addition", "negation"}[i%3]}}
	for k := range m.rounds {
		q.Texts = append(q.Texts, asked[(i+k)%len(asked)])
	}
	pool := slices.Clone(ids)
	random.Shuffle(len(pool), func(a, b int) { pool[a], pool[b] = pool[b], pool[a] })
	switch m.dataset {
	case "circo", dataset.Own:
		q.Reference, q.Targets = pool[0], pool[1:3]
	case "fashioniq":
		q.Group = dataset.Categories[i%3]
		q.Reference, q.Targets = pool[0], pool[1:2]
	case "cirr":
		q.Reference, q.Targets, q.Subset = pool[0], pool[1:2], pool[1:6]
	default:
		q.Targets = pool[1:2]
	}
	r.Dataset.Queries = append(r.Dataset.Queries, q)

	t := run.Trace{Query: q.ID, Group: q.Group, Texts: q.Texts, Reference: q.Reference, Targets: q.Targets}
	for k := range m.rounds {
		t.Rounds = append(t.Rounds, m.round(q, k, pool[1:], random))
	}
	for _, round := range t.Rounds {
		t.Time += round.Time
	}
	if m.dataset == "cirr" {
		order := slices.Clone(q.Subset)
		t.Subset = &run.Round{Stages: []run.Stage{{Stage: imagescope.StageRetrieve, Ranking: order}}}
	}
	r.Traces = append(r.Traces, t)
}

func (m made) round(q dataset.Query, k int, pool []string, random *rand.Rand) run.Round {
	others := slices.DeleteFunc(slices.Clone(pool), func(id string) bool { return slices.Contains(q.Targets, id) })
	random.Shuffle(len(others), func(a, b int) { others[a], others[b] = others[b], others[a] })
	ranking := slices.Clone(others[:min(len(others), 60)])
	for i, target := range q.Targets {
		if at := int(random.ExpFloat64()*12) + i; at < len(ranking) {
			ranking = slices.Insert(ranking, at, target)
		}
	}
	round := run.Round{
		Text:         q.Texts[k],
		Intent:       imagescope.Intent{Edits: []imagescope.Edit{{Kind: imagescope.Modification, Text: q.Texts[k]}}, Descriptions: []string{"A street.", "A street at night.", "A city street at night, with lamps."}},
		Propositions: []imagescope.Proposition{{Question: "Is it night?", Want: true}, {Question: "Is there a dog?", Want: false}},
		Usage: map[imagescope.Stage]imagescope.Usage{
			imagescope.StageIntent:   {Calls: 1, PromptTokens: 700 + random.IntN(200), CompletionTokens: 90, Time: time.Duration(900+random.IntN(900)) * time.Millisecond},
			imagescope.StageRetrieve: {Time: 180 * time.Microsecond},
			imagescope.StageVerify:   {Calls: 20 - random.IntN(3), CacheHits: 2, PromptTokens: 9000 + random.IntN(3000), CompletionTokens: 160, Time: time.Duration(5000+random.IntN(9000)) * time.Millisecond},
		},
	}
	if k > 0 {
		round.Carried = "A street."
	}
	round.Stages = append(round.Stages, run.Stage{Stage: imagescope.StageRetrieve, Ranking: ranking})

	satisfied := map[string]int{}
	for _, id := range first(ranking, 20) {
		c := imagescope.Candidate{Image: imagescope.Image{ID: id}}
		for range round.Propositions {
			right := slices.Contains(q.Targets, id) || random.Float64() < 0.4
			if random.Float64() < m.errors {
				right = !right
			}
			want := round.Propositions[len(c.Answers)].Want
			c.Answers = append(c.Answers, imagescope.Answer{Yes: right == want, Reply: map[bool]string{true: "Yes.", false: "No, it is not."}[right == want]})
			if right {
				satisfied[id]++
			}
		}
		round.Candidates = append(round.Candidates, c)
	}
	verified := slices.Clone(ranking)
	slices.SortStableFunc(first(verified, 20), func(a, b string) int { return satisfied[b] - satisfied[a] })
	round.Stages = append(round.Stages, run.Stage{Stage: imagescope.StageVerify, Ranking: verified})
	if random.IntN(10) == 0 {
		round.Faults = append(round.Faults, imagescope.Fault{Stage: imagescope.StageRank, Skipped: true, Reason: "connection refused"})
		return ended(round)
	}
	ranked := slices.Clone(verified)
	for i, id := range first(verified, 3) {
		accepted := slices.Contains(q.Targets, id) != (random.Float64() < m.errors)
		at := slices.IndexFunc(round.Candidates, func(c imagescope.Candidate) bool { return c.Image.ID == id })
		round.Candidates[at].Verdict = &imagescope.Verdict{Accepted: accepted, Reply: "The lamps are lit and there is no dog."}
		if accepted {
			ranked = slices.Insert(slices.Delete(ranked, i, i+1), 0, id)
			break
		}
	}
	round.Stages = append(round.Stages, run.Stage{Stage: imagescope.StageRank, Ranking: ranked})
	round.Usage[imagescope.StageRank] = imagescope.Usage{Calls: 1 + random.IntN(3), PromptTokens: 3000, CompletionTokens: 120, Time: time.Duration(1500+random.IntN(2500)) * time.Millisecond}
	return ended(round)
}

// ended gives the round the time that its stages took.
func ended(r run.Round) run.Round {
	r.Time = r.Total().Time
	return r
}

func first[T any](list []T, n int) []T { return list[:min(n, len(list))] }
