package modeltest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// faces are the ways to reach a model.
var faces = map[string]func(t *testing.T, m *modeltest.Model) imagescope.Reasoner{
	"Reasoner": func(_ *testing.T, m *modeltest.Model) imagescope.Reasoner { return m },
	"OpenAI, in process": func(t *testing.T, m *modeltest.Model) imagescope.Reasoner {
		return openAI(t, "http://model.test/v1", &http.Client{Transport: m})
	},
	"OpenAI, server": func(t *testing.T, m *modeltest.Model) imagescope.Reasoner {
		server := serve(t, m)
		return openAI(t, server.URL+"/v1", server.Client())
	},
	"Ollama, in process": func(t *testing.T, m *modeltest.Model) imagescope.Reasoner {
		return ollamaModel(t, "http://model.test", &http.Client{Transport: m})
	},
	"Ollama, server": func(t *testing.T, m *modeltest.Model) imagescope.Reasoner {
		server := serve(t, m)
		return ollamaModel(t, server.URL, server.Client())
	},
}

func serve(t *testing.T, m *modeltest.Model) *httptest.Server {
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	return server
}

func openAI(t testing.TB, url string, client *http.Client) imagescope.Reasoner {
	t.Helper()
	llm, err := openai.New(openai.WithBaseURL(url), openai.WithToken("none"), openai.WithModel("gpt-test"), openai.WithHTTPClient(client))
	return reasoner(t, llm, err)
}

func ollamaModel(t testing.TB, url string, client *http.Client) imagescope.Reasoner {
	t.Helper()
	llm, err := ollama.New(ollama.WithServerURL(url), ollama.WithModel("test"), ollama.WithHTTPClient(client))
	return reasoner(t, llm, err)
}

func reasoner(t testing.TB, llm llms.Model, err error) imagescope.Reasoner {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	r, err := imagescope.NewReasoner(llm, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// newPipeline joins the default stages around a model and takes the gallery of
// the world in.
func newPipeline(t testing.TB, w *modeltest.World, model imagescope.Reasoner, change func(*imagescope.Config)) *imagescope.Pipeline {
	t.Helper()
	cfg := imagescope.Config{
		Images: w.FS(), Embedder: embed.Words{}, Index: new(index.Flat),
		Intent: intent.New(model, nil), Verify: verify.New(model, nil), Rank: rank.New(model, nil),
	}
	if change != nil {
		change(&cfg)
	}
	p, err := imagescope.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	images := w.Images()
	for i := range images { // read from Config.Images
		images[i] = imagescope.Image{ID: images[i].ID, Caption: images[i].Caption}
	}
	if err := p.Add(t.Context(), images...); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestEveryFace has whole searches answered by a model that is always right,
// through each of its faces, and compares them: they see the same pictures and
// are asked the same.
func TestEveryFace(t *testing.T) {
	w := modeltest.Gallery()
	queries := w.Queries()
	queries = append(queries[:1:1], queries[len(queries)-1])
	for name, face := range faces {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := modeltest.New(w, nil)
			p := newPipeline(t, w, face(t, m), func(c *imagescope.Config) { c.TopK = 4 })
			for _, q := range queries {
				got, err := p.Search(t.Context(), q.Query)
				if err != nil {
					t.Fatal(err)
				}
				if len(got.Faults) > 0 || len(got.Candidates) == 0 || got.Candidates[0].Image.ID != q.Target {
					t.Errorf("%q: %v, faults %v, want %s first", q.Text, got.IDs()[:3], got.Faults, q.Target)
				}
			}
			stats := m.Stats()
			want := map[imagescope.Task]int{imagescope.TaskInterpret: 2, imagescope.TaskPropose: 2, imagescope.TaskVerify: 8, imagescope.TaskCompare: 2}
			if d := cmp.Diff(want, stats.Requests); d != "" || len(stats.Faults) > 0 {
				t.Errorf("faults %v; requests: want is -, got is +\n%s", stats.Faults, d)
			}
			if stats.Images != 8+3 || stats.PromptTokens == 0 {
				t.Errorf("%d images, %d tokens", stats.Images, stats.PromptTokens)
			}
		})
	}
}

// TestRankers has every ranker show pictures in its way, which the model has to
// recognise, through a wire: in sheets, side by side, as lists.
func TestRankers(t *testing.T) {
	w := modeltest.Gallery()
	queries := w.Queries()
	queries = queries[len(queries)-1:] // a change: there is a reference to be shown
	for name, ranker := range map[string]func(imagescope.Reasoner) imagescope.Ranker{
		"pairwise": func(m imagescope.Reasoner) imagescope.Ranker { return rank.New(m, nil) },
		"one picture": func(m imagescope.Reasoner) imagescope.Ranker {
			return rank.New(m, &rank.Options{OnePicture: true, PictureSide: 300})
		},
		"listwise": func(m imagescope.Reasoner) imagescope.Ranker { return rank.NewListwise(m, nil) },
		"sheet": func(m imagescope.Reasoner) imagescope.Ranker {
			return rank.NewListwise(m, &rank.ListwiseOptions{Sheet: true})
		},
		"small sheet": func(m imagescope.Reasoner) imagescope.Ranker {
			return rank.NewListwise(m, &rank.ListwiseOptions{Sheet: true, Side: 96})
		},
		"tournament": func(m imagescope.Reasoner) imagescope.Ranker { return rank.NewTournament(m, nil) },
		"tournament of sheets": func(m imagescope.Reasoner) imagescope.Ranker {
			return rank.NewTournament(m, &rank.TournamentOptions{Sheet: true, Side: 200})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := modeltest.New(w, nil)
			wire := openAI(t, "http://model.test/v1", &http.Client{Transport: m})
			p := newPipeline(t, w, m, func(c *imagescope.Config) { c.Rank = ranker(wire) })
			for _, q := range queries {
				got, err := p.Search(t.Context(), q.Query)
				if err != nil {
					t.Fatal(err)
				}
				if len(got.Faults) > 0 || got.Candidates[0].Image.ID != q.Target || !got.Candidates[0].Verdict.Accepted {
					t.Errorf("%q: %v, faults %v, want %s first", q.Text, got.IDs()[:3], got.Faults, q.Target)
				}
			}
			if f := m.Stats().Faults; len(f) > 0 {
				t.Errorf("faults %v", f)
			}
		})
	}
}

// TestConversation has the model read turns that are none of the world's
// queries.
func TestConversation(t *testing.T) {
	w := modeltest.Gallery()
	chat := newPipeline(t, w, modeltest.New(w, nil), nil).Chat()
	var got imagescope.Result
	for _, turn := range []string{"a bedroom", "with posters on the wall", "and a guitar"} {
		var err error
		if got, err = chat.Say(t.Context(), turn); err != nil || len(got.Faults) > 0 {
			t.Fatalf("%q: faults %v, error %v", turn, got.Faults, err)
		}
	}
	if id := got.IDs()[0]; !strings.HasPrefix(id, "bedroom/posters-") || !strings.Contains(id, "guitar") {
		t.Errorf("found %v, want a bedroom with posters and a guitar first", got.IDs())
	}
}
