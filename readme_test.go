package imagescope_test

import (
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// Example is the program of the README: everything from words alone.
func Example() {
	p, err := imagescope.New(imagescope.Config{
		Embedder: embed.Words{}, Index: new(index.HNSW),
		Intent: intent.Rules{}, Verify: verify.Captions{}, Rank: rank.Captions{},
	})
	if err != nil {
		log.Fatal(err)
	}
	err = p.Add(context.Background(),
		imagescope.Image{ID: "1.jpg", Caption: "A red car on a street by day."},
		imagescope.Image{ID: "2.jpg", Caption: "A red car on a street at night."},
		imagescope.Image{ID: "3.jpg", Caption: "A blue car on a street at night."})
	if err != nil {
		log.Fatal(err)
	}
	car := imagescope.Image{ID: "1.jpg"}
	result, err := p.Search(context.Background(), imagescope.Change(car, "make it night and the car blue"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Explain(0))
	// Output:
	// 1. 3.jpg: A blue car on a street at night.
	//    retrieve: place 1, similarity 0.573
	//    verify:   place 1, 2 of 2 propositions hold
	//      ✓ Is it night? yes, wanted yes (the caption says "night")
	//      ✓ Is the car blue? yes, wanted yes (the caption says "A blue car")
	//    rank:     place 1, accepted (the caption has 4 of the 4 words wanted, and 0 more)
}

// TestReadmeProgram holds the README's program and what it prints to Example,
// which the compiler and the test run keep true.
func TestReadmeProgram(t *testing.T) {
	readme, this := readFile(t, "README.md"), readFile(t, "readme_test.go")
	program := between(t, readme, "```go\n", "```\n")
	example := between(t, this, "func Example() {\n", "\t// Output:\n")
	body := strings.TrimSuffix(program[strings.Index(program, "func main() {\n"):], "}\n")
	if d := cmp.Diff("func main() {\n"+example, body); d != "" {
		t.Errorf("the README's program differs from Example: want is -, got is +\n%s", d)
	}
	output := strings.ReplaceAll(between(t, this, example+"\t// Output:\n", "}\n"), "\t// ", "")
	if d := cmp.Diff(output, between(t, readme, program+"```\n\n```\n", "```\n")); d != "" {
		t.Errorf("what the README's program prints differs from Example: want is -, got is +\n%s", d)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "README.md", program, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range file.Imports {
		if !strings.Contains(this, "\t"+spec.Path.Value+"\n") {
			t.Errorf("the README's program imports %s, Example does not", spec.Path.Value)
		}
	}
}

// careful is the README's, word for word.
func careful(llm llms.Model, name string, answers *imagescope.CacheFile) (imagescope.Reasoner, error) {
	model, err := imagescope.NewReasoner(llm, nil)
	if err != nil {
		return nil, err
	}
	model = imagescope.Limit(model, &imagescope.LimitOptions{InFlight: 16, Timeout: time.Minute})
	model = imagescope.Retry(model, nil)
	model = imagescope.Cache(model, &imagescope.CacheOptions{Model: name, File: answers})
	return imagescope.Share(model, nil), nil
}

// TestReadmeModelCalls holds the README's function to careful, and careful to
// what the README says of it: with a server that fails often a search has no
// fault, and the same one again, after a restart, makes no call.
func TestReadmeModelCalls(t *testing.T) {
	const begins, ends = "\nfunc careful(", "\n}\n"
	readme, this := readFile(t, "README.md"), readFile(t, "readme_test.go")
	if d := cmp.Diff(between(t, this, begins, ends), between(t, readme, begins, ends)); d != "" {
		t.Errorf("the README's function differs from careful: want is -, got is +\n%s", d)
	}
	synctest.Test(t, func(t *testing.T) {
		world := modeltest.NewWorld(1, 1)
		fake := modeltest.New(world, &modeltest.Options{
			Latency: time.Second, Faults: modeltest.Faults{RateLimit: 0.1, ServerError: 0.1, Cut: 0.1},
		})
		client := imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: fake})
		llm, err := openai.New(openai.WithHTTPClient(client), openai.WithModel("any"), openai.WithToken("none"))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "answers")
		search := func() imagescope.Usage {
			answers, err := imagescope.OpenCacheFile(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer answers.Close()
			model, err := careful(llm, "any", answers)
			if err != nil {
				t.Fatal(err)
			}
			p, err := imagescope.New(imagescope.Config{
				Images: world.FS(), Embedder: embed.Words{}, Index: new(index.Flat),
				Intent: intent.New(model, nil), Verify: verify.New(model, nil), Rank: rank.New(model, nil), TopK: 5,
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Add(t.Context(), world.Images()...); err != nil {
				t.Fatal(err)
			}
			got, err := p.Search(t.Context(), world.Queries()[0].Query)
			if err != nil || len(got.Faults) > 0 {
				t.Fatalf("Search: faults %v, error %v", got.Faults, err)
			}
			return got.Total()
		}
		u := search()
		if n := fake.Stats().Total(); u.Calls < 5 || n <= u.Calls {
			t.Errorf("the first search made %d calls, in %d requests: want 5 or more, some of them repeated", u.Calls, n)
		}
		if again := search(); again.Calls > 0 || again.CacheHits != u.Calls {
			t.Errorf("the same search again made %d calls, and %d of %d were answered from the file", again.Calls, again.CacheHits, u.Calls)
		}
	})
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// between returns what stands in s between the first before and the next after.
func between(t *testing.T, s, before, after string) string {
	t.Helper()
	_, rest, found := strings.Cut(s, before)
	middle, _, ended := strings.Cut(rest, after)
	if !found || !ended {
		t.Fatalf("there is no text between %q and %q", before, after)
	}
	return middle
}
