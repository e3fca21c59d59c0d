package imagescope_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

// Functions that take a Reasoner and return one, in the recommended order.
func Example_modelCalls() {
	big := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{}, fmt.Errorf("%w: it is overloaded", imagescope.ErrEmptyReply)
	})
	small := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: "Yes, a dog.", Model: "small"}, nil
	})
	cached := func(model imagescope.Reasoner, name string) imagescope.Reasoner {
		limited := imagescope.Limit(model, &imagescope.LimitOptions{InFlight: 8, Timeout: time.Minute})
		patient := imagescope.Retry(limited, &imagescope.RetryOptions{FirstWait: time.Millisecond})
		return imagescope.Cache(patient, &imagescope.CacheOptions{Model: name})
	}
	r := imagescope.Share(imagescope.Fallback(cached(big, "big"), nil, cached(small, "small")), nil)

	for range 2 {
		resp, err := imagescope.Ask(context.Background(), r, imagescope.Request{Prompt: "Is there a dog?"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s (cached: %v)\n", resp.Model, resp.Text, resp.Cached)
	}
	// Output:
	// small: Yes, a dog. (cached: false)
	// small: Yes, a dog. (cached: true)
}

func ExampleRecord() {
	model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: "Yes."}, nil
	})
	var recording bytes.Buffer // a file, in earnest
	recorded := imagescope.Record(model, &recording, nil)
	question := imagescope.Request{Task: imagescope.TaskVerify, Prompt: "Is there a dog?"}
	if _, err := imagescope.Ask(context.Background(), recorded, question); err != nil {
		log.Fatal(err)
	}

	replayed, err := imagescope.Replay(&recording)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := imagescope.Ask(context.Background(), replayed, question)
	fmt.Println(resp.Text, err)
	question.Prompt = "Is there a cat?"
	_, err = imagescope.Ask(context.Background(), replayed, question)
	fmt.Println(err)
	// Output:
	// Yes. <nil>
	// verify: the recording has no such request to verify; the nearest one, in line 1, differs in its prompt from byte 11 on: "dog?" there, "cat?" here
}

// decorators are those that pass calls on, by name.
func decorators(t *testing.T) map[string]func(imagescope.Reasoner) imagescope.Reasoner {
	file := openCache(t, filepath.Join(t.TempDir(), "answers"), nil)
	return map[string]func(imagescope.Reasoner) imagescope.Reasoner{
		"Share": func(r imagescope.Reasoner) imagescope.Reasoner { return imagescope.Share(r, nil) },
		"Limit": func(r imagescope.Reasoner) imagescope.Reasoner { return imagescope.Limit(r, nil) },
		"Retry": func(r imagescope.Reasoner) imagescope.Reasoner { return imagescope.Retry(r, nil) },
		"Cache": func(r imagescope.Reasoner) imagescope.Reasoner { return imagescope.Cache(r, nil) },
		"file": func(r imagescope.Reasoner) imagescope.Reasoner {
			return imagescope.Cache(r, &imagescope.CacheOptions{File: file})
		},
		"Fallback": func(r imagescope.Reasoner) imagescope.Reasoner { return imagescope.Fallback(r, nil) },
		"Route":    func(r imagescope.Reasoner) imagescope.Reasoner { return imagescope.Route(r, nil) },
		"Record":   func(r imagescope.Reasoner) imagescope.Reasoner { return imagescope.Record(r, io.Discard, nil) },
	}
}

// filled returns a struct with something in each of its fields.
func filled[T any](t *testing.T, set map[string]any) (v T) {
	t.Helper()
	var fill func(reflect.Value, string)
	fill = func(field reflect.Value, name string) {
		if given, ok := set[name]; ok {
			field.Set(reflect.ValueOf(given))
			return
		}
		switch field.Kind() {
		case reflect.String:
			field.SetString("some " + name)
		case reflect.Int:
			field.SetInt(7)
		case reflect.Float64:
			field.SetFloat(0.25)
		case reflect.Bool:
			field.SetBool(true)
		case reflect.Struct:
			for i := range field.NumField() {
				fill(field.Field(i), field.Type().Field(i).Name)
			}
		default:
			t.Fatalf("%T.%s is a %s: teach this test to fill it", v, name, field.Kind())
		}
	}
	fill(reflect.ValueOf(&v).Elem(), "")
	return v
}

// TestDecoratorsPassAllOn sends a request and a response with something in
// each field, those that they come to have included, through all decorators.
func TestDecoratorsPassAllOn(t *testing.T) {
	images := []imagescope.Image{imagescope.Bytes("x", square(t))}
	req := filled[imagescope.Request](t, map[string]any{"Images": images})
	resp := filled[imagescope.Response](t, map[string]any{"Truncated": false, "Cached": false})
	model := imagescope.ReasonerFunc(func(_ context.Context, got imagescope.Request) (imagescope.Response, error) {
		if d := cmp.Diff(req, got); d != "" {
			t.Errorf("the model was asked something else: want is -, got is +\n%s", d)
		}
		return resp, nil
	})
	for name, decorate := range decorators(t) {
		got, err := decorate(model).Reason(t.Context(), req)
		if d := cmp.Diff(resp, got); d != "" || err != nil {
			t.Errorf("%s: %v; want is -, got is +\n%s", name, err, d)
		}
	}
}

// TestDecoratorsInAnyOrder puts all of them on top of each other in many
// orders.
func TestDecoratorsInAnyOrder(t *testing.T) {
	all := decorators(t)
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	shuffle := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		shuffle.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
		stack := scripted(nil)
		for _, name := range names {
			stack = all[name](stack)
		}
		p := newPipeline(t, withModel(stack))
		for query := range 2 {
			got, err := p.Search(t.Context(), imagescope.Text("red cat"))
			if err != nil || !slices.Equal(got.IDs(), ranked) || len(got.Faults) > 0 {
				t.Fatalf("%v: query %d: %v, faults %v, %v", names, query, got.IDs(), got.Faults, err)
			}
		}
	}
}

// TestDecoratorsBoundReplies sends what no stage can use through all of them.
func TestDecoratorsBoundReplies(t *testing.T) {
	for _, what := range []string{"10 MB of text", "invalid UTF-8", "blank", "prose"} {
		text := badReplies[what]
		model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
			return imagescope.Response{Text: text}, nil
		})
		for name, decorate := range decorators(t) {
			if name == "Retry" && strings.TrimSpace(text) == "" {
				continue // it waits
			}
			got, err := decorate(model).Reason(t.Context(), imagescope.Request{Prompt: what})
			if len(got.Text) > imagescope.MaxReply || strings.ToValidUTF8(got.Text, "") != got.Text || err != nil && strings.TrimSpace(text) != "" {
				t.Errorf("%s of %s: %d bytes, %v", name, what, len(got.Text), err)
			}
		}
	}
}

// TestCacheOfHugeReplies keeps 300 replies of 10 MB within its bounds.
func TestCacheOfHugeReplies(t *testing.T) {
	huge := strings.Repeat("words and ", 1<<20)
	model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: huge}, nil
	})
	cache := imagescope.Share(imagescope.Cache(model, nil), nil)
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	for n := range 300 {
		if _, err := cache.Reason(t.Context(), imagescope.Request{Prompt: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if grown := int64(live()) - int64(before); grown > 2*imagescope.DefaultCacheBytes {
		t.Errorf("after 300 replies of 10 MB the heap has grown by %d bytes", grown)
	}
	runtime.KeepAlive(cache)
}

// TestSecondTimeFree searches twice, and after a restart. Only the first time
// asks the model. A turn of a conversation asks for what is new.
func TestSecondTimeFree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers")
	files := fstest.MapFS{}
	for _, img := range pets() {
		files[img.ID] = &fstest.MapFile{Data: append(square(t), img.ID...)}
	}
	for run := range 2 {
		file := openCache(t, path, nil)
		stack := imagescope.Share(imagescope.Cache(scripted(nil), &imagescope.CacheOptions{Model: "scripted", File: file}), nil)
		p := newPipeline(t, func(c *imagescope.Config) {
			withModel(stack)(c)
			c.Images = files
		})
		for query := range 2 {
			got, err := p.Search(t.Context(), imagescope.Text("red cat"))
			if err != nil || !slices.Equal(got.IDs(), ranked) {
				t.Fatalf("Search = %v, %v", got.IDs(), err)
			}
			calls, hits := 9, 0
			if run+query > 0 {
				calls, hits = 0, 9
			}
			if u := got.Total(); u.Calls != calls || u.CacheHits != hits {
				t.Errorf("run %d, query %d: %d calls and %d hits, want %d and %d", run, query, u.Calls, u.CacheHits, calls, hits)
			}
		}
		chat := p.Chat()
		if _, err := chat.Say(t.Context(), "red cat"); err != nil {
			t.Fatal(err)
		}
		got, err := chat.Say(t.Context(), "and blue")
		if err != nil {
			t.Fatal(err)
		}
		// The text is new, and so the questions to the interpreter, the
		// proposer and the ranker; what is asked about each image is not.
		if v := got.Usage[imagescope.StageVerify]; run == 0 && (v.CacheHits != 5 || v.Calls != 1) || run == 1 && got.Total().Calls > 0 {
			t.Errorf("run %d: the second turn cost %+v, and for stage 2 %+v", run, got.Total(), v)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLoad runs 200 searches at once against a limit of 16 calls in flight, in
// simulated time: there are never more, nobody starves.
func TestLoad(t *testing.T) {
	const searches, limit, each = 200, 16, time.Second
	synctest.Test(t, func(t *testing.T) {
		var now, most, calls atomic.Int32
		model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
			calls.Add(1)
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(each)
			return imagescope.Response{Text: goodReply(req)}, nil
		})
		limited := imagescope.Limit(model, &imagescope.LimitOptions{InFlight: limit})
		var mu sync.Mutex
		var waits []time.Duration
		timed := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
			start := time.Now()
			resp, err := limited.Reason(ctx, req)
			mu.Lock()
			waits = append(waits, time.Since(start)-each)
			mu.Unlock()
			return resp, err
		})
		p := newPipeline(t, withModel(timed))
		start := time.Now()
		var took []time.Duration
		var wg sync.WaitGroup
		for n := range searches {
			wg.Go(func() {
				got, err := p.Search(t.Context(), imagescope.Text(fmt.Sprint("red cat ", n)))
				if err != nil || !slices.Equal(got.IDs(), ranked) {
					t.Errorf("Search = %v, faults %v, %v", got.IDs(), got.Faults, err)
				}
				mu.Lock()
				took = append(took, time.Since(start))
				mu.Unlock()
			})
		}
		wg.Wait()
		total := time.Since(start)
		slices.Sort(waits)
		slices.Sort(took)
		t.Logf("%d searches, %d calls of %v, %d in flight at most: %v in all, where %v is the least; a call waited %v in the middle, p99 %v, longest %v; the first search took %v, the last %v",
			searches, calls.Load(), each, most.Load(), total, (time.Duration(calls.Load()) * each / limit).Round(each),
			waits[len(waits)/2], waits[len(waits)*99/100], waits[len(waits)-1], took[0], took[len(took)-1])
		if most.Load() != limit {
			t.Errorf("%d calls were in flight, want %d", most.Load(), limit)
		}
		if ideal := time.Duration(calls.Load()) * each / limit; total > ideal*11/10 {
			t.Errorf("it took %v, where %v is the least", total, ideal)
		}
		// First come, first served: nobody waits longer than for all the
		// calls that can be before it, five of each search.
		if longest := waits[len(waits)-1]; longest > searches*5*each/limit+each {
			t.Errorf("a call waited %v", longest)
		}
	})
}

// TestFallbackFromADeadModel has a model found to be down: it is left out, and
// the next one answers.
func TestFallbackFromADeadModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := &faulty{fails: slices.Repeat([]error{status(500, 0)}, 100)}
		down := imagescope.Retry(model, nil)
		stack := imagescope.Fallback(down, nil, named("small", nil))
		for range 10 {
			if resp, err := stack.Reason(t.Context(), imagescope.Request{}); err != nil || resp.Model != "small" {
				t.Errorf("Reason: %+v, %v", resp, err)
			}
		}
		if len(model.calls) != imagescope.DefaultAttempts {
			t.Errorf("the dead model was called %d times, want %d", len(model.calls), imagescope.DefaultAttempts)
		}
		var isDown *imagescope.DownError
		if _, err := down.Reason(t.Context(), imagescope.Request{}); !errors.As(err, &isDown) {
			t.Errorf("Reason: %v, want a DownError", err)
		}
	})
}
