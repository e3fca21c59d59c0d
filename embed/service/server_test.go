package service_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/imagescope/imagescope/embed/service"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server plays a service. It takes requests apart by what its protocol says, and
// makes vectors of what the inputs are.
type server struct {
	*httptest.Server
	protocol service.Protocol
	dim      int // of its vectors, where the request has no other

	// answer, if set, replies to a request instead; false leaves it to the server.
	answer func(w http.ResponseWriter, n int, asked []item) bool

	mu     sync.Mutex
	bodies []string // of the requests, pictures by their size
	heads  []http.Header
	inputs [][]item
}

// item is an input as the server finds it.
type item struct {
	text    string
	picture string // its size, as "8x6"; "" for none
	file    string // its bytes
}

func newServer(t *testing.T, p service.Protocol) *server {
	t.Helper()
	s := &server{protocol: p, dim: 8}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// embedder returns one that asks the server.
func (s *server) embedder(t *testing.T, model string, opts service.Options) *service.Embedder {
	t.Helper()
	if opts.URL == "" {
		opts.URL = s.URL + "/v1/embeddings"
	}
	if opts.HTTP == nil {
		opts.HTTP = s.Client()
	}
	e, err := service.New(s.protocol, model, &opts)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	items, dim, body, err := s.take(data)
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		http.Error(w, fmt.Sprintf("%s %s: %v", r.Method, r.Header.Get("Content-Type"), err), http.StatusNotImplemented)
		return
	}
	s.mu.Lock()
	s.bodies, s.heads, s.inputs = append(s.bodies, body), append(s.heads, r.Header), append(s.inputs, items)
	n := len(s.bodies)
	s.mu.Unlock()
	if s.answer != nil && s.answer(w, n, items) {
		return
	}
	rows := make([][]float32, len(items))
	for i, it := range items {
		rows[i] = rowOf(it, dim)
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(s.reply(rows))
}

// requests returns how many there were.
func (s *server) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.bodies)
}

// reply returns vectors in the form of the protocol, the last one first where
// they have an index.
func (s *server) reply(rows [][]float32) any {
	if s.protocol == service.Cohere {
		return map[string]any{"id": "x", "embeddings": map[string]any{"float": rows}, "meta": map[string]any{"billed_units": map[string]any{"images": 1}}}
	}
	var data []map[string]any
	for i := len(rows) - 1; i >= 0; i-- {
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": rows[i]})
	}
	return map[string]any{"object": "list", "data": data, "usage": map[string]any{"total_tokens": 7}}
}

// rowOf makes a vector of what an input is.
func rowOf(it item, dim int) []float32 {
	row := make([]float32, dim)
	for _, part := range []string{it.text, it.file} {
		sum := sha256.Sum256([]byte(part))
		for i := range row {
			row[i] += float32(sum[i%len(sum)]) - 100
		}
	}
	return row
}

// take reads a request, and returns its body with each picture replaced by its
// size.
func (s *server) take(data []byte) (items []item, dim int, shown string, err error) {
	var body struct {
		Dimensions int `json:"dimensions"`
		Dimension  int `json:"output_dimension"`
		Modality   string
		Input      []json.RawMessage
		Inputs     []struct{ Content []part }
		Texts      []string
		Images     []string
		Messages   []struct{ Content []part }
	}
	if err := json.Unmarshal(data, &body); err != nil {
		return nil, 0, "", err
	}
	shown = string(data)
	picture := func(it *item, encoded, prefix string) {
		rest, ok := strings.CutPrefix(encoded, prefix)
		file, derr := base64.StdEncoding.DecodeString(rest)
		config, jerr := jpeg.DecodeConfig(bytes.NewReader(file))
		if !ok || derr != nil || jerr != nil {
			err = fmt.Errorf("%.40q is no picture: %v, %v", encoded, derr, jerr)
			return
		}
		it.picture, it.file = fmt.Sprintf("%dx%d", config.Width, config.Height), string(file)
		shown = strings.Replace(shown, rest, "<JPEG file of "+it.picture+">", 1)
	}
	const url = "data:image/jpeg;base64,"
	parts := func(content []part) {
		var it item
		for _, p := range content {
			it.text += p.Text
			switch {
			case p.Image != "":
				picture(&it, p.Image, url)
			case p.Link.URL != "":
				picture(&it, p.Link.URL, url)
			}
		}
		items = append(items, it)
	}
	for _, raw := range body.Input {
		var it item
		var named struct{ Text, Image string }
		var plain string
		switch {
		case s.protocol == service.Jina:
			if err := json.Unmarshal(raw, &named); err != nil {
				return nil, 0, "", err
			}
			if it.text = named.Text; named.Image != "" {
				picture(&it, named.Image, "")
			}
		default:
			if err := json.Unmarshal(raw, &plain); err != nil {
				return nil, 0, "", err
			}
			if it.text = plain; body.Modality == "image" {
				it.text = ""
				picture(&it, plain, url)
			}
		}
		items = append(items, it)
	}
	for _, in := range body.Inputs {
		parts(in.Content)
	}
	for _, text := range body.Texts {
		items = append(items, item{text: text})
	}
	for _, encoded := range body.Images {
		items = append(items, item{})
		picture(&items[len(items)-1], encoded, url)
	}
	if len(body.Messages) > 0 {
		parts(body.Messages[0].Content)
	}
	dim = s.dim
	if n := body.Dimensions + body.Dimension; n > 0 {
		dim = n
	}
	return items, dim, shown, err
}

type part struct {
	Text  string
	Image string               `json:"image_base64"`
	Link  struct{ URL string } `json:"image_url"`
}
