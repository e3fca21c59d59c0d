package weaviate_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/weaviate"
	"github.com/imagescope/imagescope/index/weaviate/internal/node"
)

// cluster starts three nodes, or skips the test.
func cluster(t *testing.T) []*node.Node {
	t.Helper()
	if testing.Short() {
		t.Skip("three servers take too long for -short")
	}
	nodes := []*node.Node{{N: 1}, {N: 2}, {N: 3}}
	for _, n := range nodes {
		err := n.Start()
		if errors.Is(err, node.ErrNoServer) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(n.Stop)
		// The others end at once if they find nobody to join.
		if n.N == 1 {
			if err := n.Accepts(t.Context(), "7102"); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, n := range nodes {
		if err := n.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return nodes
}

// persist calls f with a deadline, and again when that has passed: a call that
// is under way when a node dies may never be answered by Weaviate. Any other
// error counts. It returns how often f was called.
func persist(ctx context.Context, f func(context.Context) error) (calls int, err error) {
	for calls = 1; ; calls++ {
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		err = f(limited)
		cancel()
		if calls == 10 || !errors.Is(err, context.DeadlineExceeded) {
			return calls, err
		}
	}
}

// TestClusterLosesANode kills one of three nodes while entries are added and
// searched for. Nothing is refused and nothing is lost. Later the node comes
// back, and another one goes: what was added meanwhile is still there.
func TestClusterLosesANode(t *testing.T) {
	nodes := cluster(t)
	opts := weaviate.Options{Class: "Cluster", Replicas: 3}
	ix := again(t, nodes[0].URL(), opts)
	added := 0
	add := func(n int) {
		t.Helper()
		for range n {
			e := imagescope.Entry{ID: fmt.Sprintf("%04d", added), Vector: []float32{float32(added), 1}, Meta: map[string]string{"year": "2024"}}
			calls, err := persist(t.Context(), func(ctx context.Context) error { return ix.Upsert(ctx, e) })
			if err != nil {
				t.Fatalf("Upsert of entry %d, tried %d times: %v", added, calls, err)
			}
			if calls > 1 {
				t.Logf("Upsert of entry %d was answered at the %d. try", added, calls)
			}
			added++
		}
	}
	add(50)

	stop := make(chan struct{})
	var searches errgroup.Group
	searches.Go(func() error {
		for n := 0; ; n++ {
			select {
			case <-stop:
				t.Logf("%d searches succeeded meanwhile", n)
				return nil
			default:
			}
			f := imagescope.Filter{Where: []imagescope.Condition{imagescope.Is("year", "2024")}}
			var found []imagescope.Match
			_, err := persist(t.Context(), func(ctx context.Context) (err error) {
				found, err = ix.Search(ctx, []float32{1, 0}, 10, f)
				return err
			})
			if err != nil || len(found) != 10 {
				return fmt.Errorf("search %d found %d: error %v", n, len(found), err)
			}
		}
	})
	add(20)
	nodes[2].Kill()
	add(80)
	close(stop)
	if err := searches.Wait(); err != nil {
		t.Error(err)
	}
	checkAll(t, ix, added)

	if err := nodes[2].Start(); err != nil {
		t.Fatal(err)
	}
	if err := nodes[2].Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	nodes[1].Kill()
	checkAll(t, again(t, nodes[2].URL(), opts), added)
	add(10)
	checkAll(t, ix, added)
}

// checkAll checks that Get finds every entry that was added.
func checkAll(t *testing.T, ix *weaviate.Index, added int) {
	t.Helper()
	for i := range added {
		var e imagescope.Entry
		_, err := persist(t.Context(), func(ctx context.Context) (err error) {
			e, err = ix.Get(ctx, fmt.Sprintf("%04d", i))
			return err
		})
		if err != nil || !slices.Equal(e.Vector, []float32{float32(i), 1}) {
			t.Fatalf("Get of entry %d = %v, %v", i, e, err)
		}
	}
}
