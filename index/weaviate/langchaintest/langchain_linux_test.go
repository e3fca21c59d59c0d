package langchaintest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/vectorstores/weaviate"
	"github.com/weaviate/weaviate-go-client/v5/weaviate/filters"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/index/internal/storetest"
	"github.com/imagescope/imagescope/index/weaviate/internal/node"
)

func TestMain(m *testing.M) {
	node.Enter()
	os.Exit(m.Run())
}

// start starts a server that runs until the test ends, or skips the test.
func start(t *testing.T) *node.Node {
	t.Helper()
	server := new(node.Node)
	t.Cleanup(server.Stop)
	err := server.Start()
	if errors.Is(err, node.ErrNoServer) {
		t.Skip(err)
	}
	if err == nil {
		err = server.Ready(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return server
}

var classes int

// open returns an index in a class of its own.
func open(t *testing.T, server *node.Node, opts index.LangchainOptions) *index.Langchain {
	t.Helper()
	classes++
	class := fmt.Sprint("Pictures", classes)
	// The adapter makes no class. One that the server makes itself cuts texts
	// into words, so that filters find more than they should, names of name
	// spaces included.
	var properties []map[string]any
	for _, name := range []string{"text", "nameSpace", index.LangchainID, index.LangchainMeta, "year", "kind", "place"} {
		properties = append(properties, map[string]any{
			"name": name, "dataType": []string{"text"}, "tokenization": "field", "indexSearchable": false,
			"indexFilterable": name != "text" && name != index.LangchainMeta,
		})
	}
	body, err := json.Marshal(map[string]any{
		"class": class, "vectorizer": "none", "properties": properties,
		"vectorIndexConfig": map[string]any{"distance": "cosine", "flatSearchCutoff": 40_000},
	})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(server.URL()+"/v1/schema", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	store, err := weaviate.New(weaviate.WithScheme("http"), weaviate.WithHost(strings.TrimPrefix(server.URL(), "http://")),
		weaviate.WithIndexName(class), weaviate.WithEmbedder(index.ContextEmbedder{}),
		weaviate.WithQueryAttrs([]string{"text", index.LangchainID, index.LangchainMeta}))
	if err != nil {
		t.Fatal(err)
	}
	return index.NewLangchain(store, &opts)
}

func TestLangchain(t *testing.T) {
	server := start(t)
	openStore := func(t *testing.T, opts index.LangchainOptions) *index.Langchain { return open(t, server, opts) }
	storetest.Run(t, storetest.Store{
		Open:  openStore,
		Score: func(cosine float64) float64 { return (1 + cosine) / 2 },
		Equal: func(key, value string) any {
			return filters.Where().WithPath([]string{key}).WithOperator(filters.Equal).WithValueText(value)
		},
	})
	t.Run("vanishing", func(t *testing.T) {
		testVanishing(t, openStore(t, index.LangchainOptions{Filters: func(imagescope.Filter) (any, error) { return nil, nil }}))
	})
}

// testVanishing has an entry that the server refuses, of which the adapter says
// nothing: what index.Langchain documents. One of another dimension is refused
// by the index itself once it knows the dimension.
func testVanishing(t *testing.T, ix *index.Langchain) {
	odd := imagescope.Entry{ID: "odd", Vector: []float32{1, 0}, Meta: map[string]string{"a key that is no name": "x"}}
	good := imagescope.Entry{ID: "good", Vector: []float32{1, 1}, Meta: map[string]string{"year": "2024"}}
	if err := ix.Upsert(context.Background(), odd, good); err != nil {
		t.Fatal(err)
	}
	found, err := ix.Search(t.Context(), []float32{1, 0}, 10, imagescope.Filter{})
	if err != nil || len(found) != 1 || found[0].ID != "good" {
		t.Errorf("Search = %+v, %v, want the good one alone", found, err)
	}
}
