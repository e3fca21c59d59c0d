package imagescope_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

// counting is a model that says how often it was asked, in full.
type counting struct{ calls atomic.Int32 }

func (m *counting) Reason(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
	n := m.calls.Add(1)
	return imagescope.Response{Text: fmt.Sprintf("answer %d to %s", n, req.Prompt), Model: "counting", PromptTokens: 5, CompletionTokens: 6}, nil
}

// caches returns a cache in memory and one in a file.
func caches(t *testing.T, model imagescope.Reasoner, opts imagescope.CacheOptions) map[string]imagescope.Reasoner {
	t.Helper()
	onDisk := opts
	onDisk.File = openCache(t, filepath.Join(t.TempDir(), "answers"), nil)
	return map[string]imagescope.Reasoner{"memory": imagescope.Cache(model, &opts), "file": imagescope.Cache(model, &onDisk)}
}

func openCache(t *testing.T, path string, opts *imagescope.CacheFileOptions) *imagescope.CacheFile {
	t.Helper()
	f, err := imagescope.OpenCacheFile(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func TestCache(t *testing.T) {
	for name, cache := range caches(t, new(counting), imagescope.CacheOptions{Model: "m"}) {
		first, err := cache.Reason(t.Context(), imagescope.Request{Prompt: "?" + name})
		if err != nil {
			t.Fatal(err)
		}
		want := first
		want.Cached, want.PromptTokens, want.CompletionTokens = true, 0, 0
		for range 3 {
			got, err := cache.Reason(t.Context(), imagescope.Request{Prompt: "?" + name, MaxTokens: imagescope.DefaultMaxTokens})
			if d := cmp.Diff(want, got); d != "" || err != nil {
				t.Errorf("%s: a cached reply: %v, want is -, got is +\n%s", name, err, d)
			}
		}
	}
}

// TestCacheKey changes one thing of a request at a time, whatever fields it
// may come to have: each is another request.
func TestCacheKey(t *testing.T) {
	picture := square(t)
	base := imagescope.Request{Prompt: "?", Images: []imagescope.Image{imagescope.Bytes("a", picture)}}
	requests := map[string]imagescope.Request{"base": base}
	for i := range reflect.TypeFor[imagescope.Request]().NumField() {
		changed := base
		field, name := reflect.ValueOf(&changed).Elem().Field(i), reflect.TypeFor[imagescope.Request]().Field(i).Name
		switch field.Kind() {
		case reflect.String:
			field.SetString(field.String() + "x")
		case reflect.Int:
			field.SetInt(7)
		case reflect.Float64:
			field.SetFloat(0.5)
		case reflect.Bool:
			field.SetBool(true)
		case reflect.Slice:
			field.SetLen(0)
		default:
			t.Errorf("Request.%s is a %s: teach this test to change it", name, field.Kind())
		}
		requests[name] = changed
	}
	for name, images := range map[string][]imagescope.Image{
		"image twice":  {base.Images[0], base.Images[0]},
		"other image":  {imagescope.Bytes("a", append(picture[:len(picture):len(picture)], 0))},
		"two images":   {base.Images[0], imagescope.Bytes("b", append(picture[:len(picture):len(picture)], 0))},
		"other order":  {imagescope.Bytes("b", append(picture[:len(picture):len(picture)], 0)), base.Images[0]},
		"decoded":      {imagescope.Pixels("a", onRGBA(decoded(t, picture)))},
		"prompt moved": nil,
	} {
		changed := base
		changed.Images = images
		if images == nil {
			changed.Images, changed.Prompt = base.Images, "?"+strings.Repeat("x", 2)
		}
		requests[name] = changed
	}
	for where, cache := range caches(t, new(counting), imagescope.CacheOptions{Model: "m", Sampled: true}) {
		seen := map[string]string{}
		for name, req := range requests {
			resp, err := cache.Reason(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if other, ok := seen[resp.Text]; ok {
				t.Errorf("%s: %q got the answer to %q", where, name, other)
			}
			seen[resp.Text] = name
		}
		for name, req := range requests {
			resp, err := cache.Reason(t.Context(), req)
			if err != nil || !resp.Cached || seen[resp.Text] != name {
				t.Errorf("%s: %q again: %+v, %v", where, name, resp, err)
			}
		}
		same := base
		same.Images = []imagescope.Image{imagescope.File(fstest.MapFS{"other name": {Data: picture}}, "other name")}
		if resp, err := cache.Reason(t.Context(), same); err != nil || !resp.Cached {
			t.Errorf("%s: the same picture under another name: %+v, %v", where, resp, err)
		}
	}
}

// TestCacheModels shares a file between two models.
func TestCacheModels(t *testing.T) {
	file := openCache(t, filepath.Join(t.TempDir(), "answers"), nil)
	model := new(counting)
	for _, name := range []string{"a", "b", "a", "b"} {
		if _, err := imagescope.Cache(model, &imagescope.CacheOptions{Model: name, File: file}).Reason(t.Context(), imagescope.Request{}); err != nil {
			t.Fatal(err)
		}
	}
	if model.calls.Load() != 2 || file.Len() != 2 {
		t.Errorf("%d calls and %d replies in the file, want 2 and 2", model.calls.Load(), file.Len())
	}
}

func TestCacheNot(t *testing.T) {
	for name, tt := range map[string]struct {
		req  imagescope.Request
		resp imagescope.Response
		err  error
	}{
		"error":      {err: errBroken, resp: imagescope.Response{Text: "half"}},
		"empty":      {resp: imagescope.Response{Text: " \n"}},
		"truncated":  {resp: imagescope.Response{Text: "half", Truncated: true}},
		"sampled":    {req: imagescope.Request{Temperature: 0.1}, resp: imagescope.Response{Text: "yes"}},
		"unreadable": {req: imagescope.Request{Images: []imagescope.Image{{ID: "x"}}}, resp: imagescope.Response{Text: "yes"}},
	} {
		calls := 0
		model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
			calls++
			return tt.resp, tt.err
		})
		for where, cache := range caches(t, model, imagescope.CacheOptions{}) {
			calls = 0
			for range 3 {
				resp, err := cache.Reason(t.Context(), tt.req)
				if d := cmp.Diff(tt.resp, resp); d != "" || !errors.Is(err, tt.err) {
					t.Errorf("%s, %s: %v, want is -, got is +\n%s", where, name, err, d)
				}
			}
			if calls != 3 {
				t.Errorf("%s: of three requests that end in %s, %d were asked", where, name, calls)
			}
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: strings.Repeat("x", 1000)}, nil
	})
	for _, opts := range []imagescope.CacheOptions{{MaxEntries: 20}, {MaxBytes: 30_000}} {
		cache := imagescope.Cache(model, &opts)
		ask := func(n int) bool {
			resp, err := cache.Reason(t.Context(), imagescope.Request{Prompt: fmt.Sprint(n)})
			if err != nil {
				t.Fatal(err)
			}
			return resp.Cached
		}
		kept := 0
		for n := range 100 {
			ask(n)
		}
		for n := 99; n >= 0 && ask(n); n-- {
			kept++
		}
		if kept < 19 || kept > 25 {
			t.Errorf("%+v: the last %d replies were kept", opts, kept)
		}
	}
}

func TestCacheFileInTrouble(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers")
	if _, err := imagescope.OpenCacheFile(path, &imagescope.CacheFileOptions{MaxBytes: -1}); err == nil || !strings.Contains(err.Error(), "MaxBytes") {
		t.Errorf("a negative size: %v", err)
	}
	ask := func(file *imagescope.CacheFile, prompt string) bool {
		t.Helper()
		resp, err := imagescope.Cache(new(counting), &imagescope.CacheOptions{File: file}).Reason(t.Context(), imagescope.Request{Prompt: prompt})
		if err != nil {
			t.Fatal(err)
		}
		return resp.Cached
	}
	file := openCache(t, path, nil)
	ask(file, "a")
	if _, err := imagescope.OpenCacheFile(path, nil); !errors.Is(err, imagescope.ErrCacheLocked) || !strings.Contains(err.Error(), path) {
		t.Errorf("a second time: %v", err)
	}
	reader := openCache(t, path, &imagescope.CacheFileOptions{ReadOnly: true, OnError: func(err error) { t.Error(err) }})
	if !ask(reader, "a") || ask(reader, "b") || ask(reader, "b") {
		t.Error("a reader does not answer what it should")
	}
	file.Close()
	if ask(file, "a") {
		t.Error("a closed file answers")
	}

	if err := os.WriteFile(path, []byte("this is no file of answers, and long enough"), 0o600); err != nil {
		t.Fatal(err)
	}
	var told []error
	file = openCache(t, path, &imagescope.CacheFileOptions{OnError: func(err error) { told = append(told, err) }})
	if len(told) != 1 || !errors.Is(told[0], imagescope.ErrCacheDamaged) || !strings.Contains(told[0].Error(), path+".damaged") {
		t.Errorf("of a damaged file OnError is told %v", told)
	}
	if ask(file, "a") || !ask(file, "a") {
		t.Error("a file begun anew does not work")
	}
}

const crashCache = "IMAGESCOPE_TEST_CRASH_CACHE"

// In the process that is killed, this test binary does nothing but ask, and
// says after each answer which it was.
func init() {
	path := os.Getenv(crashCache)
	if path == "" {
		return
	}
	file, err := imagescope.OpenCacheFile(path, &imagescope.CacheFileOptions{OnError: func(err error) { panic(err) }})
	if err != nil {
		panic(err)
	}
	cache := imagescope.Cache(imagescope.ReasonerFunc(crashAnswer), &imagescope.CacheOptions{Model: "m", File: file})
	var mu sync.Mutex
	var wg sync.WaitGroup
	seed := uint64(os.Getpid())
	for g := range uint64(4) {
		wg.Go(func() {
			for r := rand.New(rand.NewPCG(seed, g)); ; {
				prompt := fmt.Sprint(r.IntN(1_000_000))
				if _, err := cache.Reason(context.Background(), imagescope.Request{Prompt: prompt}); err != nil {
					panic(err)
				}
				mu.Lock()
				fmt.Println(prompt)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func crashAnswer(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
	return imagescope.Response{Text: strings.Repeat("answer to "+req.Prompt+" ", 1+len(req.Prompt)*7)}, nil
}

// TestCacheCrash kills processes that fill a cache, with SIGKILL at random
// moments: every answer that was given is there after a restart.
func TestCacheCrash(t *testing.T) {
	const kills = 21
	path := filepath.Join(t.TempDir(), "answers")
	asked := map[string]bool{}
	r := rand.New(rand.NewPCG(1, 2))
	for round := range kills {
		now := map[string]bool{}
		runAndKill(t, path, time.Duration(r.IntN(20_000))*time.Microsecond, now)
		maps.Copy(asked, now)
		if round == kills-1 {
			now = asked // all of them, after the last kill
		}
		file, err := imagescope.OpenCacheFile(path, &imagescope.CacheFileOptions{OnError: func(err error) { t.Errorf("round %d: %v", round, err) }})
		if err != nil {
			t.Fatal(err)
		}
		cache := imagescope.Cache(imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
			return imagescope.Response{}, errBroken
		}), &imagescope.CacheOptions{Model: "m", File: file})
		for prompt := range now {
			want, _ := crashAnswer(t.Context(), imagescope.Request{Prompt: prompt})
			if got, err := cache.Reason(t.Context(), imagescope.Request{Prompt: prompt}); err != nil || got.Text != want.Text {
				t.Fatalf("round %d: the answer to %s, given before the kill: %.40q, %v", round, prompt, got.Text, err)
			}
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if len(now) == 0 {
			t.Errorf("round %d: no answer was given before the kill", round)
		}
	}
	t.Logf("%d kills, %d answers acknowledged, all of them kept", kills, len(asked))
}

// runAndKill runs a process that asks, kills it some time after its first
// answer, and adds what was answered to asked.
func runAndKill(t *testing.T, path string, after time.Duration, asked map[string]bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashCache+"="+path)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	var kill *time.Timer
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // a line that was cut off too
		}
		asked[strings.TrimSpace(line)] = true
		if kill == nil {
			kill = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
	}
	if kill != nil {
		kill.Stop()
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("the process was not killed: %v", err)
	}
}

// decoded returns an encoded picture's pixels.
func decoded(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := imagescope.Bytes("", data).Decode()
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// onRGBA returns a picture's pixels in the form in which stages compose theirs.
func onRGBA(img image.Image) image.Image {
	dst := image.NewRGBA(img.Bounds())
	draw.Draw(dst, dst.Bounds(), img, img.Bounds().Min, draw.Src)
	return dst
}

// BenchmarkCacheHit answers from a cache: a question without images, and one
// about a photograph of a megabyte that was not looked at before, as each search
// has them.
func BenchmarkCacheHit(b *testing.B) {
	photo := make([]byte, 1<<20)
	files := fstest.MapFS{"photo.jpg": {Data: photo}}
	file, err := imagescope.OpenCacheFile(filepath.Join(b.TempDir(), "answers"), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	for name, opts := range map[string]*imagescope.CacheOptions{"memory": nil, "file": {File: file}} {
		cache := imagescope.Cache(imagescope.ReasonerFunc(crashAnswer), opts)
		b.Run(name+"/text", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := cache.Reason(b.Context(), imagescope.Request{Prompt: "Is there a dog?"}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/photo", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				req := imagescope.Request{Prompt: "Is there a dog?", Images: []imagescope.Image{imagescope.File(files, "photo.jpg")}}
				if _, err := cache.Reason(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
