package index_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// TestDiskCrash kills a process that writes, with SIGKILL at random moments.
// What it had acknowledged must then be there, and of the change that it was
// at all or nothing. Each process goes on with the folder that the one before
// left behind.
func TestDiskCrash(t *testing.T) {
	rounds := 200
	if testing.Short() {
		rounds = 10
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(3, 5))
	stored := gallery{}
	next, kept := 0, 0
	for round := range rounds {
		acknowledged := runAndKill(t, dir, next, r.IntN(12), time.Duration(r.IntN(8000))*time.Microsecond)
		for ; next < acknowledged; next++ {
			stored.apply(changeNumber(next))
		}
		got := readAll(t, dir)
		if cmp.Equal(stored, got) {
			continue
		}
		stored.apply(changeNumber(next)) // it was not acknowledged, but may be there
		next++
		kept++
		if d := cmp.Diff(stored, got); d != "" {
			t.Fatalf("round %d, killed at change %d, is neither as before nor as after it:\n%s", round, next-1, d)
		}
	}
	t.Logf("%d kills, %d changes; %d were stored without having been acknowledged", rounds, next, kept)
	if next < rounds {
		t.Errorf("only %d changes were made by %d processes", next, rounds)
	}
}

// gallery is the entries by ID.
type gallery map[string]imagescope.Entry

// change is one call of an index.
type change struct {
	upsert  []imagescope.Entry
	remove  []string
	compact bool
	reopen  bool // by way of Close, which saves the graph
}

// changeNumber returns the n-th of the changes that the processes make.
func changeNumber(n int) change {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	id := func() string { return fmt.Sprint(r.IntN(60)) }
	switch r.IntN(12) {
	case 0:
		return change{compact: true}
	case 1:
		return change{reopen: true}
	case 2, 3:
		return change{remove: []string{id(), id(), id()}}
	}
	c := change{upsert: make([]imagescope.Entry, 1+r.IntN(20))}
	for i := range c.upsert {
		v := make([]float32, 32)
		for k := range v {
			v[k] = r.Float32()
		}
		c.upsert[i] = imagescope.Entry{ID: id(), Vector: v, Caption: fmt.Sprint("change ", n), Meta: map[string]string{"place": fmt.Sprint(i)}}
	}
	return c
}

func (g gallery) apply(c change) {
	for _, id := range c.remove {
		delete(g, id)
	}
	for _, e := range c.upsert {
		g[e.ID] = e
	}
}

// make makes the change and returns the index to go on with.
func (c change) make(ctx context.Context, dir string, ix *index.Disk) (*index.Disk, error) {
	switch {
	case c.reopen:
		if err := ix.Close(); err != nil {
			return nil, err
		}
		return index.Open(ctx, dir, nil)
	case c.compact:
		return ix, ix.Compact(ctx)
	case c.remove != nil:
		return ix, ix.Delete(ctx, c.remove...)
	}
	return ix, ix.Upsert(ctx, c.upsert...)
}

const (
	crashDir  = "IMAGESCOPE_TEST_CRASH_DIR"
	crashFrom = "IMAGESCOPE_TEST_CRASH_FROM"
)

// In the process that is killed, this test binary does nothing but make
// changes, and says so on its standard output after each.
func init() {
	dir := os.Getenv(crashDir)
	if dir == "" {
		return
	}
	n, err := strconv.Atoi(os.Getenv(crashFrom))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	ix, err := index.Open(ctx, dir, nil)
	if err != nil {
		panic(err)
	}
	for ; ; n++ {
		if ix, err = changeNumber(n).make(ctx, dir, ix); err != nil {
			panic(err)
		}
		fmt.Println(n)
	}
}

// runAndKill runs a process that makes changes, kills it some time after it
// has acknowledged so many, and returns the number of the next that was not
// acknowledged.
func runAndKill(t *testing.T, dir string, from, acknowledged int, after time.Duration) int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir, crashFrom+"="+strconv.Itoa(from))
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	next := from
	lines := bufio.NewScanner(out)
	read := func() bool {
		if !lines.Scan() {
			return false
		}
		if got := lines.Text(); got != strconv.Itoa(next) {
			t.Errorf("acknowledged %q, want %d", got, next)
		}
		next++
		return true
	}
	for range acknowledged {
		if !read() {
			break
		}
	}
	kill := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	for read() {
	}
	kill.Stop()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("the process was not killed: %v", err)
	}
	return next
}

// readAll checks the index and returns all that it holds, by way of Export.
func readAll(t *testing.T, dir string) gallery {
	t.Helper()
	ix, err := index.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := ix.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	var lines, vectors bytes.Buffer
	found := recorder{gallery: gallery{}}
	if err := errors.Join(
		ix.Export(t.Context(), &lines, &vectors),
		index.Import(t.Context(), found, &lines, &vectors),
		ix.Close(),
	); err != nil {
		t.Fatal(err)
	}
	return found.gallery
}

// recorder is an index that can only be added to.
type recorder struct {
	imagescope.VectorIndex
	gallery gallery
}

func (r recorder) Upsert(_ context.Context, entries ...imagescope.Entry) error {
	r.gallery.apply(change{upsert: entries})
	return nil
}
