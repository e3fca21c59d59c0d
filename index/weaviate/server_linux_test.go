package weaviate_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/imagescope/imagescope/index/weaviate"
	"github.com/imagescope/imagescope/index/weaviate/internal/node"
)

// TestMain stops the server in the end.
func TestMain(m *testing.M) {
	node.Enter()
	code := m.Run()
	single.Stop()
	http.DefaultClient.CloseIdleConnections()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// single is the server of all tests that need no cluster, started when it is
// needed.
var (
	single      node.Node
	startSingle = sync.OnceValue(func() error {
		if err := single.Start(); err != nil {
			return err
		}
		return single.Ready(context.Background())
	})
)

// classes numbers the classes of the tests.
var classes int

// open returns an index in a class of its own, or skips the test.
func open(t testing.TB, opts weaviate.Options) *weaviate.Index {
	t.Helper()
	err := startSingle()
	if errors.Is(err, node.ErrNoServer) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	classes++
	opts.Class = "Test" + strconv.Itoa(classes)
	t.Cleanup(func() {
		req, err := http.NewRequest(http.MethodDelete, single.URL()+"/v1/schema/"+opts.Class, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	})
	return again(t, single.URL(), opts)
}

// again returns an index of a class that may be there.
func again(t testing.TB, url string, opts weaviate.Options) *weaviate.Index {
	t.Helper()
	ix, err := weaviate.New(url, &opts)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}
