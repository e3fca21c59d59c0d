package service_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed/embedtest"
	"github.com/imagescope/imagescope/embed/service"
	"github.com/imagescope/imagescope/index"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// picture returns an image of its own size.
func picture(i int) imagescope.Image {
	return imagescope.Pixels(fmt.Sprintf("%02d.png", i), image.NewGray(image.Rect(0, 0, 8+i, 6)))
}

func pictures(n int) []imagescope.Image {
	images := make([]imagescope.Image, n)
	for i := range images {
		images[i] = picture(i)
	}
	return images
}

// kinds are the protocols, and models of which they ask otherwise.
var kinds = []struct {
	name     string
	protocol service.Protocol
	model    string
}{
	{"jina", service.Jina, "jina-embeddings-v4"},
	{"jina-clip", service.Jina, "jina-clip-v2"},
	{"jina-clip-1", service.Jina, "jina-clip-v1"},
	{"voyage", service.Voyage, "voyage-multimodal-3.5"},
	{"cohere", service.Cohere, "embed-v4.0"},
	{"cohere-3", service.Cohere, "embed-multilingual-v3.0"},
	{"infinity", service.Infinity, "wkcn/TinyCLIP"},
	{"vllm", service.VLLM, "TIGER-Lab/VLM2Vec-Full"},
}

func TestContract(t *testing.T) {
	for _, k := range kinds {
		for _, opts := range []service.Options{{}, {Dimensions: 16, Truncate: 5, BatchSize: 3, QueryPrefix: "Query: ", Concurrency: 1}} {
			if k.name == "cohere-3" {
				opts.Dimensions = 0 // it has one
			}
			t.Run(fmt.Sprintf("%s/%d", k.name, opts.Truncate), func(t *testing.T) {
				embedtest.Run(t, newServer(t, k.protocol).embedder(t, k.model, opts))
			})
		}
	}
}

// TestRequests holds the requests as the services get them.
func TestRequests(t *testing.T) {
	for _, k := range kinds {
		s := newServer(t, k.protocol)
		opts := service.Options{Key: "key-of-mine", Dimensions: 4, QueryPrefix: "Find: ", DocumentPrefix: "Photo: ", MaxSide: 9, Concurrency: 1}
		switch k.name {
		case "vllm":
			opts.ImagePrompt = "Represent the given image."
		case "cohere-3":
			opts.Dimensions = 0
		}
		e := s.embedder(t, k.model, opts)
		large := imagescope.Pixels("large.png", image.NewGray(image.Rect(0, 0, 90, 30)))
		for _, call := range []func() ([][]float32, error){
			func() ([][]float32, error) { return e.EmbedQueries(t.Context(), []string{"a  \"red\" <car>\n", " "}) },
			func() ([][]float32, error) {
				return e.EmbedTexts(t.Context(), []string{"A red car.", "", "Ein Hündchen."})
			},
			func() ([][]float32, error) { return e.EmbedImages(t.Context(), []imagescope.Image{picture(0), large}) },
			func() ([][]float32, error) {
				return e.EmbedComposed(t.Context(), []imagescope.Composed{{Image: picture(0), Text: "make it\nblue"}, {Image: large}})
			},
		} {
			if _, err := call(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
				t.Fatal(err)
			}
		}
		for _, head := range s.heads {
			if head.Get("Authorization") != "Bearer key-of-mine" {
				t.Errorf("%s: the key is sent as %q", k.name, head.Get("Authorization"))
			}
		}
		got := strings.Join(s.bodies, "\n") + "\n"
		path := filepath.Join("testdata", k.name+".jsonl")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s: want is -, got is +; go test -update takes it over\n%s", path, d)
		}
	}
}

func TestComposedUnsupported(t *testing.T) {
	for _, k := range kinds {
		_, err := newServer(t, k.protocol).embedder(t, k.model, service.Options{}).EmbedComposed(t.Context(), []imagescope.Composed{{Image: picture(0), Text: "blue"}})
		takes := k.name == "voyage" || k.name == "cohere" || k.name == "vllm"
		if errors.Is(err, errors.ErrUnsupported) == takes || takes != (err == nil) {
			t.Errorf("%s: EmbedComposed: %v", k.name, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name     string
		protocol service.Protocol
		model    string
		opts     service.Options
		says     string
	}{
		{"protocol", "openai", "m", service.Options{}, `unknown protocol "openai"`},
		{"model", service.Jina, " ", service.Options{}, "no name"},
		{"model in two lines", service.Jina, "a\nmodel", service.Options{}, `"a\nmodel"`},
		{"model with space behind", service.Jina, "m ", service.Options{}, `"m "`},
		{"model that is no text", service.Jina, "m\xff", service.Options{}, `"m\xff"`},
		{"long model", service.Jina, strings.Repeat("m", 513), service.Options{}, "513 bytes"},
		{"relative URL", service.Jina, "m", service.Options{URL: "/v1"}, "Options.URL"},
		{"URL of another scheme", service.Jina, "m", service.Options{URL: "ftp://host"}, "Options.URL"},
		{"broken URL", service.Jina, "m", service.Options{URL: "http://user:secret@host:port"}, "no address"},
		{"key in two lines", service.Jina, "m", service.Options{Key: "a-secret\n"}, "Options.Key"},
		{"prompt", service.Jina, "m", service.Options{ImagePrompt: "x"}, "Options.ImagePrompt"},
		{"dimensions", service.Jina, "m", service.Options{Dimensions: -1}, "Options.Dimensions is -1"},
		{"truncate", service.Jina, "m", service.Options{Dimensions: 8, Truncate: 9}, "Options.Truncate is 9"},
		{"dimensions of Cohere 3", service.Cohere, "embed-english-v3.0", service.Options{Dimensions: 256}, "Options.Dimensions is 256"},
		{"dimensions of Cohere 3 elsewhere", service.Cohere, "cohere.embed-english-v3", service.Options{Dimensions: 256}, "Options.Dimensions is 256"},
		{"batch", service.Jina, "m", service.Options{BatchSize: -1}, "Options.BatchSize is -1"},
		{"concurrency", service.Jina, "m", service.Options{Concurrency: -1}, "Options.Concurrency is -1"},
		{"side", service.Jina, "m", service.Options{MaxSide: -1}, "Options.MaxSide is -1"},
	}
	for _, tt := range tests {
		e, err := service.New(tt.protocol, tt.model, &tt.opts)
		if e != nil || err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: New = %v, %v; want an error that says %q", tt.name, e, err, tt.says)
		}
	}
	for _, k := range kinds {
		if _, err := service.New(k.protocol, k.model, nil); err != nil {
			t.Errorf("New without options: %v", err)
		}
	}
}

func TestName(t *testing.T) {
	tests := []struct {
		opts service.Options
		want string
	}{
		{service.Options{}, "jina/1 a model"},
		{service.Options{URL: "http://elsewhere/", Key: "key", BatchSize: 3, Concurrency: 3, MaxSide: 9}, "jina/1 a model"},
		{service.Options{Dimensions: 512}, "jina/1 a model at 512"},
		{service.Options{Dimensions: 512, Truncate: 128}, "jina/1 a model at 512 cut to 128"},
		{service.Options{QueryPrefix: "a"}, "jina/1 a model told 01153e9c"},
		{service.Options{DocumentPrefix: "a"}, "jina/1 a model told b4eaf875"},
	}
	seen := map[string]bool{}
	for _, tt := range tests {
		e, err := service.New(service.Jina, "a model", &tt.opts)
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != tt.want {
			t.Errorf("Name = %q, want %q", e.Name(), tt.want)
		}
		seen[e.Name()] = true
	}
	if len(seen) != len(tests)-1 {
		t.Errorf("the names are %v", seen)
	}
}

// TestBatches counts the inputs of each request.
func TestBatches(t *testing.T) {
	tests := []struct {
		kind  int
		opts  service.Options
		n     int
		texts bool
		want  []int
	}{
		{0, service.Options{}, 130, true, []int{64, 64, 2}},
		{3, service.Options{}, 130, false, []int{128, 2}},
		{4, service.Options{BatchSize: 3}, 7, false, []int{3, 3, 1}},
		{5, service.Options{}, 3, false, []int{1, 1, 1}},
		{5, service.Options{}, 97, true, []int{96, 1}},
		{7, service.Options{BatchSize: 9}, 3, true, []int{1, 1, 1}},
	}
	for _, tt := range tests {
		k := kinds[tt.kind]
		s := newServer(t, k.protocol)
		tt.opts.Concurrency = 1
		e := s.embedder(t, k.model, tt.opts)
		texts := make([]string, tt.n)
		for i := range texts {
			texts[i] = fmt.Sprintf("text %d", i)
		}
		var err error
		if tt.texts {
			_, err = e.EmbedTexts(t.Context(), texts)
		} else {
			_, err = e.EmbedImages(t.Context(), pictures(tt.n))
		}
		var got []int
		for _, items := range s.inputs {
			got = append(got, len(items))
		}
		if d := cmp.Diff(tt.want, got); err != nil || d != "" {
			t.Errorf("%s: %v; inputs of each request: want is -, got is +\n%s", k.name, err, d)
		}
	}
}

// TestLongTexts fills requests by their bytes.
func TestLongTexts(t *testing.T) {
	s := newServer(t, service.Jina)
	texts := slices.Repeat([]string{strings.Repeat("word ", 1600)}, 2500) // 20 MB
	if _, err := s.embedder(t, "m", service.Options{BatchSize: 5000}).EmbedTexts(t.Context(), texts); err != nil {
		t.Fatal(err)
	}
	for _, body := range s.bodies {
		if len(body) > 8<<20 {
			t.Errorf("a request has %d bytes", len(body))
		}
	}
	if n := s.requests(); n != 3 {
		t.Errorf("%d requests were made, want 3", n)
	}
}

// TestTooLarge has a server that takes three pictures at once.
func TestTooLarge(t *testing.T) {
	images := pictures(16)
	s := newServer(t, service.Voyage)
	want, err := s.embedder(t, "m", service.Options{}).EmbedImages(t.Context(), images)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	s.answer = func(w http.ResponseWriter, _ int, asked []item) bool {
		if len(asked) <= 3 {
			return false
		}
		refused++
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return true
	}
	e := s.embedder(t, "m", service.Options{Concurrency: 1})
	for _, refusals := range []int{1 + 2 + 4, 0} { // then it is known what is too large
		refused = 0
		got, err := e.EmbedImages(t.Context(), images)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("rows: want is -, got is +\n%s", d)
		}
		if refused != refusals {
			t.Errorf("%d requests were refused, want %d", refused, refusals)
		}
	}
}

// TestOneRefused has a server that refuses the picture of one size, or one text.
func TestOneRefused(t *testing.T) {
	for _, code := range []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity} {
		for _, k := range kinds {
			s := newServer(t, k.protocol)
			s.answer = func(w http.ResponseWriter, _ int, asked []item) bool {
				for _, it := range asked {
					if it.picture == "13x6" || it.text == "five" {
						http.Error(w, "no such thing", code)
						return true
					}
				}
				return false
			}
			e := s.embedder(t, k.model, service.Options{})
			var ie *imagescope.ImageError
			var status *imagescope.StatusError
			if _, err := e.EmbedImages(t.Context(), pictures(16)); !errors.As(err, &ie) || ie.ID != "05.png" || !errors.As(err, &status) || status.Code != code {
				t.Errorf("%s, %d: EmbedImages: %v, want an ImageError of 05.png", k.name, code, err)
			}
			texts := []string{"zero", "", "two", "three", "four", "five", "six"}
			if _, err := e.EmbedTexts(t.Context(), texts); !errors.As(err, &status) || errors.As(err, new(*imagescope.ImageError)) {
				t.Errorf("%s, %d: EmbedTexts: %v", k.name, code, err)
			}
		}
	}
}

// TestAddOneBad adds a folder of which one picture cannot be decoded and one is
// refused. The others are embedded together, but for the halves.
func TestAddOneBad(t *testing.T) {
	s := newServer(t, service.Jina)
	s.answer = func(w http.ResponseWriter, _ int, asked []item) bool {
		for _, it := range asked {
			if it.picture == "13x6" {
				http.Error(w, "unsafe", http.StatusBadRequest)
				return true
			}
		}
		return false
	}
	ix := new(index.Flat)
	p, err := imagescope.New(imagescope.Config{Embedder: s.embedder(t, "m", service.Options{}), Index: ix})
	if err != nil {
		t.Fatal(err)
	}
	images := pictures(16)
	images[3] = imagescope.Bytes("03.png", []byte("no picture at all"))
	err = p.Add(t.Context(), images...)
	var failed *imagescope.AddError
	if !errors.As(err, &failed) || len(failed.Failed) != 2 || failed.Failed[0].ID != "03.png" || failed.Failed[1].ID != "05.png" {
		t.Errorf("Add = %v, want 03.png and 05.png to fail", err)
	}
	for i, img := range images {
		if _, err := ix.Get(t.Context(), img.ID); (err == nil) == (i == 3 || i == 5) {
			t.Errorf("%s is in the index: %v", img.ID, err)
		}
	}
	var sizes []int
	for _, asked := range s.inputs {
		sizes = append(sizes, len(asked))
	}
	// The 15, a word since none was answered yet, the halves, and the 14.
	if d := cmp.Diff([]int{15, 1, 7, 3, 4, 2, 1, 1, 14}, sizes); d != "" {
		t.Errorf("inputs of each request: want is -, got is +\n%s", d)
	}
}

func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tests := []struct {
			name  string
			reply func(n int) (int, string) // status and Retry-After
			tries int
			took  time.Duration // at least
			fails int           // status
		}{
			{"busy, then not", func(n int) (int, string) { return []int{429, 200}[min(n-1, 1)], "7" }, 2, 7 * time.Second, 0},
			{"down for a while", func(n int) (int, string) { return []int{500, 503, 200}[min(n-1, 2)], "" }, 3, 500 * time.Millisecond, 0},
			{"down", func(int) (int, string) { return 503, "" }, 4, time.Second, 503},
			{"in trouble", func(int) (int, string) { return 500, "" }, 4 + 1, time.Second, 500}, // and one with a word
			{"key refused", func(int) (int, string) { return 401, "" }, 1, 0, 401},
			{"forbidden", func(int) (int, string) { return 403, "" }, 1, 0, 403},
			{"no such model", func(int) (int, string) { return 404, "" }, 1, 0, 404},
		}
		for _, tt := range tests {
			var tries atomic.Int64
			e, err := service.New(service.Jina, "m", &service.Options{HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
				code, wait := tt.reply(int(tries.Add(1)))
				return response(code, `{"data":[{"embedding":[1,2]},{"embedding":[3,4]}]}`, "Retry-After", wait), nil
			})}})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			_, err = e.EmbedTexts(t.Context(), []string{"a", "b"})
			var status *imagescope.StatusError
			if (err == nil) != (tt.fails == 0) || tt.fails > 0 && (!errors.As(err, &status) || status.Code != tt.fails) {
				t.Errorf("%s: EmbedTexts: %v, want status %d", tt.name, err, tt.fails)
			}
			if took := time.Since(began); int(tries.Load()) != tt.tries || took < tt.took {
				t.Errorf("%s: %d tries in %v, want %d in %v at least", tt.name, tries.Load(), took, tt.tries, tt.took)
			}
		}
	})
}

// TestLimits has a service that takes a minute for each request.
func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		slow := &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			select {
			case <-time.After(time.Minute):
				return response(200, `{"data":[{"embedding":[1,2]}]}`), nil
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		})}
		texts := strings.Fields("a b c d e f g h i j")
		e, err := service.New(service.Jina, "m", &service.Options{HTTP: slow, BatchSize: 1, Concurrency: 8, Limit: &imagescope.LimitOptions{InFlight: 2}})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := e.EmbedTexts(t.Context(), texts); err != nil || time.Since(began) != 5*time.Minute || most.Load() != 2 {
			t.Errorf("ten requests, two at a time: %v after %v, %d at once", err, time.Since(began), most.Load())
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		if _, err := e.EmbedTexts(ctx, texts); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("a context of a second: %v after %v", err, time.Since(began))
		}
		e, err = service.New(service.Jina, "m", &service.Options{HTTP: slow, Limit: &imagescope.LimitOptions{Timeout: time.Second}, Retry: &imagescope.RetryOptions{Attempts: 2}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.EmbedTexts(t.Context(), texts[:1]); !errors.Is(err, imagescope.ErrCallTimeout) {
			t.Errorf("a timeout of a second: %v", err)
		}
	})
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTruncate(t *testing.T) {
	s := newServer(t, service.Infinity)
	e := s.embedder(t, "m", service.Options{Truncate: 3})
	rows, err := e.EmbedTexts(t.Context(), []string{"a red car", ""})
	if err != nil || len(rows[0]) != 3 || len(rows[1]) != 3 {
		t.Fatalf("EmbedTexts = %v, %v; want rows of 3", rows, err)
	}
	whole := rowOf(item{text: "a red car"}, 8)
	var sum float32
	for i, x := range rows[0] {
		sum += x * x
		if d := x/rows[0][0] - whole[i]/whole[0]; d > 1e-5 || d < -1e-5 {
			t.Errorf("the row is %v, the first three of %v", rows[0], whole)
		}
	}
	if sum < 0.9999 || sum > 1.0001 {
		t.Errorf("the row %v has the length √%v", rows[0], sum)
	}
	s.dim = 2
	if _, err := e.EmbedTexts(t.Context(), []string{"a red car"}); !errors.Is(err, imagescope.ErrDimension) {
		t.Errorf("of 2 components: %v", err)
	}
}
