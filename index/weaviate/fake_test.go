package weaviate_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/weaviate"
)

const apiKey = "fake-key-5d41402a"

// fake returns an index at a server that knows a class of two components and
// answers the requests whose method and path begin so.
func fake(t *testing.T, answers map[string]string) *weaviate.Index {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer "+apiKey {
			t.Errorf("the request is authorised by %q", got)
		}
		request := r.Method + " " + r.URL.Path
		if _, ok := answers[request]; !ok && request == "GET /v1/schema/ImageScope" {
			io.WriteString(w, `{"class":"ImageScope","description":"An index of imagescope. Components of its vectors: 2","properties":[]}`)
			return
		}
		status, body, _ := strings.Cut(answers[request], " ")
		switch status {
		case "404":
			w.WriteHeader(http.StatusNotFound)
		case "500":
			w.WriteHeader(http.StatusInternalServerError)
		case "cut":
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	ix, err := weaviate.New(server.URL+"/", &weaviate.Options{Client: server.Client(), APIKey: apiKey})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// TestServerFaults has a server refuse, fail and talk nonsense. Each is an
// error that says what it was about, and holds no key.
func TestServerFaults(t *testing.T) {
	const schema, batch, remove, graphql = "GET /v1/schema/ImageScope", "POST /v1/batch/objects", "DELETE /v1/batch/objects",
		"POST /v1/graphql"
	const objects = "GET /v1/objects"
	list := func(ix *weaviate.Index) (err error) {
		for e, failed := range ix.Entries(t.Context()) {
			if err = failed; e.ID != "" {
				t.Errorf("of a list that fails %q is returned", e.ID)
			}
		}
		return err
	}
	upsert := func(ix *weaviate.Index) error {
		return ix.Upsert(t.Context(), imagescope.Entry{ID: "a", Vector: []float32{1, 2}}, imagescope.Entry{ID: "b", Vector: []float32{1, 2}})
	}
	remover := func(ix *weaviate.Index) error { return ix.Delete(t.Context(), "a", "b") }
	search := func(ix *weaviate.Index) error {
		_, err := ix.Search(t.Context(), []float32{1, 2}, 3, imagescope.Filter{Only: []string{"a"}})
		return err
	}
	count := func(ix *weaviate.Index) error {
		_, err := ix.Search(t.Context(), []float32{1, 2}, 3, imagescope.Filter{})
		return err
	}
	tests := []struct {
		name    string
		do      func(*weaviate.Index) error
		request string
		answer  string
		says    string
	}{
		{"a class of somebody else's", upsert, schema, `200 {"description":"Photos"}`, "not an index of this package"},
		{"a class with a strange dimension", upsert, schema, `200 {"description":"An index of imagescope. Components of its vectors: -3"}`, "not an index of this package"},
		{"schema refused", search, schema, `500 {"error":[{"message":"raft has no leader"}]}`, "500 Internal Server Error: raft has no leader"},
		{"one object refused", upsert, batch, `200 [{"result":{"status":"SUCCESS"}},{"result":{"errors":{"error":[{"message":"vector of length 7"}]}}}]`,
			`refused 1 of 2 entries, the first: entry "b": vector of length 7`},
		{"fewer results than objects", upsert, batch, `200 [{"result":{}}]`, "tells of 1 entries of 2"},
		{"batch refused", upsert, batch, `500 {"error":[{"message":"no quorum"}]}`, "no quorum"},
		{"not all removed", remover, remove, `200 {"results":{"matches":2,"successful":1,"failed":1}}`, "removed 1 of 2"},
		{"query refused", search, graphql, `200 {"data":{"Get":null},"errors":[{"message":"no such property"}]}`, "no such property"},
		{"query without data", search, graphql, `200 {}`, "the reply is not Weaviate's"},
		{"no distance", search, graphql, `200 {"data":{"Get":{"ImageScope":[{"image_id":"a","meta":"{}","_additional":{}}]}}}`, `how far "a" is`},
		{"metadata that is none", search, graphql, `200 {"data":{"Get":{"ImageScope":[{"image_id":"a","meta":"[","_additional":{"distance":1}}]}}}`, `object of "a"`},
		{"no count", count, graphql, `200 {"data":{"Aggregate":{}}}`, "how many entries"},
		{"no JSON", search, graphql, "200 <html>", "the reply is not Weaviate's"},
		{"a long page", search, graphql, "500 " + strings.Repeat("<html>", 1<<20), "…"},
		{"connection cut", search, graphql, "cut", "EOF"},
		{"list refused", list, objects, `500 {"error":[{"message":"no quorum"}]}`, "no quorum"},
		{"a list that goes back", list, objects, `200 {"objects":[{"id":"02","properties":{"meta":"{}"}},{"id":"01","properties":{"meta":"{}"}}]}`, "lists 01 behind 02"},
		{"an object twice in a list", list, objects, `200 {"objects":[{"id":"01","properties":{"meta":"{}"}},{"id":"01","properties":{"meta":"{}"}}]}`, "lists 01 behind 01"},
		{"a list with metadata that is none", list, objects, `200 {"objects":[{"id":"01","properties":{"image_id":"a","meta":"["}}]}`, `object of "a"`},
		{"a list cut off", list, objects, "cut", "EOF"},
	}
	for _, tt := range tests {
		err := tt.do(fake(t, map[string]string{tt.request: tt.answer}))
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v, want one that says %q", tt.name, err, tt.says)
			continue
		}
		if text := err.Error(); strings.Contains(text, apiKey) || len(text) > 1500 {
			t.Errorf("%s: the error has %d bytes, or holds the key: %.200s", tt.name, len(text), text)
		}
	}
}

// TestTiesAreAskedFor has six equal matches, of which two are wanted.
func TestTiesAreAskedFor(t *testing.T) {
	var limits []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			io.WriteString(w, `{"description":"An index of imagescope. Components of its vectors: 1","properties":[]}`)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, rest, _ := strings.Cut(string(body), "limit:")
		limit, _, _ := strings.Cut(rest, ",")
		limits = append(limits, limit)
		var objects []string
		for _, id := range []string{"f", "e", "d", "c", "b", "a"} {
			objects = append(objects, `{"image_id":"`+id+`","meta":"{}","_additional":{"distance":-1}}`)
		}
		if limit == "3" {
			objects = objects[:3]
		}
		io.WriteString(w, `{"data":{"Get":{"ImageScope":[`+strings.Join(objects, ",")+`]}}}`)
	}))
	t.Cleanup(server.Close)
	ix, err := weaviate.New(server.URL, &weaviate.Options{Client: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	got, err := ix.Search(t.Context(), []float32{1}, 2, imagescope.Filter{Except: []string{"z"}})
	if err != nil || len(got) != 2 || got[0].ID != "a" || got[1].ID != "b" {
		t.Errorf("Search = %v, %v; want a and b", got, err)
	}
	if want := "3 12"; strings.Join(limits, " ") != want {
		t.Errorf("Search asked for %v entries, want %s", limits, want)
	}
}

// TestReplacedMeanwhile has a server that read two objects after they were
// replaced, by one that the filter excludes and by one that is there already.
func TestReplacedMeanwhile(t *testing.T) {
	objects := []string{
		`{"image_id":"a","meta":"{\"kind\":\"1\"}","_additional":{"distance":-9}}`,
		`{"image_id":"b","meta":"{\"kind\":\"0\"}","_additional":{"distance":-8}}`,
		`{"image_id":"a","meta":"{\"kind\":\"1\"}","_additional":{"distance":-7}}`,
		`{"image_id":"c","meta":"{\"kind\":\"1\"}","_additional":{"distance":-5}}`,
		`{"image_id":"d","meta":"{\"kind\":\"2\"}","_additional":{"distance":-6}}`,
	}
	var limits []int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			io.WriteString(w, `{"description":"An index of imagescope. Components of its vectors: 1","properties":[]}`)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, rest, _ := strings.Cut(string(body), "limit:")
		text, _, _ := strings.Cut(rest, ",")
		limit, err := strconv.Atoi(text)
		if err != nil {
			t.Error(err)
		}
		limits = append(limits, limit)
		io.WriteString(w, `{"data":{"Get":{"ImageScope":[`+strings.Join(objects[:min(limit, len(objects))], ",")+`]}}}`)
	}))
	t.Cleanup(server.Close)
	ix, err := weaviate.New(server.URL, &weaviate.Options{Client: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	filter := imagescope.Filter{Except: []string{"z"}, Where: []imagescope.Condition{imagescope.Not(imagescope.Is("kind", "0"))}}
	got, err := ix.Search(t.Context(), []float32{1}, 2, filter)
	if err != nil || len(got) != 2 || got[0].ID != "a" || got[0].Score != 9 || got[1].ID != "d" {
		t.Errorf("Search = %v, %v; want a of score 9, then d", got, err)
	}
	if !slices.Equal(limits, []int{3, 12}) {
		t.Errorf("Search asked for %v entries, want more where too few are left", limits)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	ix, err := weaviate.New(server.URL, &weaviate.Options{Client: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-asked
		cancel()
	}()
	if _, err := ix.Get(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Get: error %v, want context.Canceled", err)
	}
}

func TestNewRefuses(t *testing.T) {
	const server = "http://127.0.0.1:8080"
	tests := []struct {
		name   string
		server string
		opts   weaviate.Options
		says   string
	}{
		{"no server", "", weaviate.Options{}, "no URL of a server"},
		{"no scheme", "127.0.0.1:8080", weaviate.Options{}, "127.0.0.1:8080"},
		{"another scheme", "grpc://127.0.0.1", weaviate.Options{}, "no URL of a server"},
		{"arguments", server + "?x=1", weaviate.Options{}, "no URL of a server"},
		{"class", server, weaviate.Options{Class: "photos"}, "Options.Class"},
		{"hostile class", server, weaviate.Options{Class: "A){x}}"}, "Options.Class"},
		{"ScanLimit", server, weaviate.Options{ScanLimit: -1}, "Options.ScanLimit"},
		{"M", server, weaviate.Options{M: 3}, "Options.M"},
		{"EfConstruction", server, weaviate.Options{EfConstruction: 3}, "Options.EfConstruction"},
		{"Replicas", server, weaviate.Options{Replicas: -1}, "Options.Replicas"},
	}
	for _, tt := range tests {
		if ix, err := weaviate.New(tt.server, &tt.opts); ix != nil || err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: New = %v, %v; want an error that says %q", tt.name, ix, err, tt.says)
		}
	}
}

// TestTooManyKeys has more metadata keys than a class takes.
func TestTooManyKeys(t *testing.T) {
	e := imagescope.Entry{ID: "a", Vector: []float32{1, 2}, Meta: map[string]string{}}
	for i := range weaviate.MaxKeys + 1 {
		e.Meta[strings.Repeat("k", i)] = ""
	}
	if err := fake(t, nil).Upsert(t.Context(), e); err == nil || !strings.Contains(err.Error(), "257 different keys") {
		t.Errorf("Upsert: error %v", err)
	}
	e.Meta = map[string]string{"k": strings.Repeat("v", 8<<10+1)}
	if err := fake(t, nil).Upsert(t.Context(), e); err == nil || !strings.Contains(err.Error(), "8193 bytes") {
		t.Errorf("Upsert of a long value: error %v", err)
	}
}
