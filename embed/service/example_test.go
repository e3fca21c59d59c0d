package service_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed/service"
	"github.com/imagescope/imagescope/index"
)

// Example searches with a server that embeds texts. This one knows two words; a
// real one is Infinity, at its address on this machine.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Input []string }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		type row struct {
			Embedding []float64 `json:"embedding"`
		}
		var rows []row
		for _, text := range asked.Input {
			switch text {
			case "a dog":
				rows = append(rows, row{[]float64{0.9, 0.1}})
			default: // a picture
				rows = append(rows, row{[]float64{1, 0}})
			}
		}
		json.NewEncoder(w).Encode(map[string]any{"data": rows})
	}))
	defer server.Close()

	e, err := service.New(service.Infinity, "google/siglip2-base-patch16-256", &service.Options{URL: server.URL + "/embeddings"})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := imagescope.New(imagescope.Config{Embedder: e, Index: new(index.Flat)})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	if err := p.Add(ctx, picture(0)); err != nil {
		fmt.Println(err)
		return
	}
	r, err := p.Search(ctx, imagescope.Text("a dog"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Name(), r.IDs())
	// Output: infinity/1 google/siglip2-base-patch16-256 [00.png]
}
