package run_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// A process of TestKilled finds the folder of its run in killedIn, and after how
// many calls of the model it is killed in killedAfter.
const (
	killedIn    = "IMAGESCOPE_TEST_KILLED_RUN"
	killedAfter = "IMAGESCOPE_TEST_KILLED_AFTER"
)

// TestKilled kills a run again and again, after so many calls of the model that
// it dies while captions are made and while queries are asked. In the end it has
// found what a run finds that nobody kills, and no call was made twice.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(killedIn); dir != "" {
		runUntilKilled(t, dir)
		return
	}
	s, dir := mine(t), t.TempDir()
	model := modeltest.New(world(), nil)
	want := do(t, s, run.Options{Dir: t.TempDir(), Models: asking(model)})
	calls := model.Stats().Total()

	put(t, filepath.Join(dir, "asked.json"), line(t, s))
	kills := 0
	for after := 3; ; after *= 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), killedIn+"="+dir, killedAfter+"="+strconv.Itoa(after))
		out, err := cmd.CombinedOutput()
		if err == nil {
			break
		}
		if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() == 1 {
			t.Fatalf("it should have been killed: %v\n%s", err, out)
		}
		if kills++; kills > calls {
			t.Fatalf("%d runs were killed, and none came to an end:\n%s", kills, out)
		}
	}
	if kills < 3 {
		t.Errorf("%d runs were killed: too few to tell", kills)
	}
	t.Logf("%d kills, %d calls", kills, calls)
	got, err := run.Read(filepath.Join(dir, "run"))
	if err != nil {
		t.Fatal(err)
	}
	// Calls that a killed run made are answered from the file in the next one.
	costs := cmp.FilterPath(func(p cmp.Path) bool {
		name := p.Last().String()
		return name == ".Calls" || name == ".CacheHits" || name == ".Cached" || strings.HasSuffix(name, "Tokens")
	}, cmp.Ignore())
	if d := cmp.Diff(want.Traces, got.Traces, untimed, costs); d != "" {
		t.Errorf("in one go is -, after %d kills is +\n%s", kills, d)
	}
	made := map[string]int{}
	data, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	for call := range strings.Lines(string(data)) {
		made[call]++
	}
	maps.DeleteFunc(made, func(_ string, n int) bool { return n == 1 })
	for _, call := range slices.Sorted(maps.Keys(made)) {
		t.Errorf("%d times: %s", made[call], call)
	}
}

// runUntilKilled is the process of TestKilled.
func runUntilKilled(t *testing.T, dir string) {
	var s run.Settings
	data, err := os.ReadFile(filepath.Join(dir, "asked.json"))
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	left, err := strconv.Atoi(os.Getenv(killedAfter))
	if err != nil {
		t.Fatal(err)
	}
	calls, err := os.OpenFile(filepath.Join(dir, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer calls.Close()
	file, err := imagescope.OpenCacheFile(filepath.Join(dir, "cache"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	model := modeltest.New(world(), nil)
	counted := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
		if left--; left < 0 {
			_ = (&os.Process{Pid: os.Getpid()}).Kill()
			select {} // until it is dead
		}
		resp, err := model.Reason(ctx, req)
		if err == nil {
			_, err = fmt.Fprintln(calls, named(req))
		}
		return resp, err
	})
	cached := imagescope.Cache(counted, &imagescope.CacheOptions{Model: "double", File: file})
	// One call at a time, so that each reply is kept, or will never be, when the
	// next call is made.
	var one sync.Mutex
	asked := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
		one.Lock()
		defer one.Unlock()
		return cached.Reason(ctx, req)
	})
	do(t, s, run.Options{Dir: filepath.Join(dir, "run"), Models: asking(asked)})
}

// named returns what tells a request from others, on one line.
func named(req imagescope.Request) string {
	h := sha256.New()
	_, _ = io.WriteString(h, req.Prompt)
	ids := make([]string, len(req.Images))
	for i, img := range req.Images {
		ids[i] = img.ID
		if data, err := img.JPEG(0); err == nil {
			_, _ = h.Write(data)
		}
	}
	return fmt.Sprintf("%s %q %x", req.Task, ids, h.Sum(nil)[:12])
}
