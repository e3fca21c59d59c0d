package service_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed/service"
)

func response(code int, body string, header ...string) *http.Response {
	resp := &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

// saying returns an embedder whose service says body to everything.
func saying(t testing.TB, p service.Protocol, body string, opts service.Options) *service.Embedder {
	t.Helper()
	opts.HTTP = &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) { return response(200, body), nil })}
	e, err := service.New(p, "m", &opts)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestMalformedReplies(t *testing.T) {
	one := `{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[3,4]}]}`
	tests := []struct {
		name, body string
		opts       service.Options
		is         error
	}{
		{"empty", "", service.Options{}, service.ErrReply},
		{"HTML", "<html>", service.Options{}, service.ErrReply},
		{"a list", "[]", service.Options{}, service.ErrReply},
		{"null", "null", service.Options{}, service.ErrReply},
		{"an error with status 200", `{"error":"busy"}`, service.Options{}, service.ErrReply},
		{"one for two", `{"data":[{"embedding":[1,2]}]}`, service.Options{}, service.ErrReply},
		{"three for two", `{"data":[{"embedding":[1]},{"embedding":[1]},{"embedding":[1]}]}`, service.Options{}, service.ErrReply},
		{"one twice", `{"data":[{"index":1,"embedding":[1]},{"index":1,"embedding":[1]}]}`, service.Options{}, service.ErrReply},
		{"index too large", `{"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]}`, service.Options{}, service.ErrReply},
		{"index negative", `{"data":[{"index":-1,"embedding":[1]},{"index":0,"embedding":[1]}]}`, service.Options{}, service.ErrReply},
		{"index huge", `{"data":[{"index":99999999999999999999,"embedding":[1]},{"index":0,"embedding":[1]}]}`, service.Options{}, service.ErrReply},
		{"base64", `{"data":[{"embedding":"AAAA"},{"embedding":"AAAA"}]}`, service.Options{}, service.ErrReply},
		{"texts", `{"data":[{"embedding":["1"]},{"embedding":["2"]}]}`, service.Options{}, service.ErrReply},
		{"nested", `{"data":[{"embedding":[[1]]},{"embedding":[[2]]}]}`, service.Options{}, service.ErrReply},
		{"more behind it", one + `{}`, service.Options{}, service.ErrReply},
		{"cut off", one[:40], service.Options{}, service.ErrReply},
		{"ragged", `{"data":[{"embedding":[1,2]},{"embedding":[1]}]}`, service.Options{}, imagescope.ErrDimension},
		{"no components", `{"data":[{"embedding":[]},{"embedding":[]}]}`, service.Options{}, imagescope.ErrDimension},
		{"no vector", `{"data":[{"embedding":null},{"embedding":[1]}]}`, service.Options{}, imagescope.ErrDimension},
		{"null component", `{"data":[{"embedding":[1,null]},{"embedding":[1,2]}]}`, service.Options{}, imagescope.ErrNotFinite},
		{"infinite component", `{"data":[{"embedding":[1,1e99]},{"embedding":[1,2]}]}`, service.Options{}, imagescope.ErrNotFinite},
		{"other dimensions", one, service.Options{Dimensions: 3}, imagescope.ErrDimension},
		{"too few to cut", one, service.Options{Truncate: 3}, imagescope.ErrDimension},
		{"no list", `{"data":{"embedding":[1,2]}}`, service.Options{}, service.ErrReply},
		{"lists", `{"data":[[1,2],[3,4]]}`, service.Options{}, service.ErrReply},
		{"lists where Cohere has kinds", `{"embeddings":[[1,2],[3,4]]}`, service.Options{}, service.ErrReply},
		{"truth", `{"data":[{"embedding":[true]},{"embedding":[false]}]}`, service.Options{}, service.ErrReply},
		{"index a text", `{"data":[{"index":"0","embedding":[1]},{"index":"1","embedding":[1]}]}`, service.Options{}, service.ErrReply},
		{"too many components", `{"data":[{"embedding":[0` + strings.Repeat(",0", 16384) + `]},{"embedding":[1]}]}`, service.Options{}, imagescope.ErrDimension},
		{"huge", `{"data":[` + strings.Repeat(" ", 2<<20), service.Options{Dimensions: 2}, service.ErrReply},
	}
	for _, tt := range tests {
		rows, err := saying(t, service.Jina, tt.body, tt.opts).EmbedTexts(t.Context(), []string{"a", "b"})
		if rows != nil || !errors.Is(err, tt.is) || len(err.Error()) > 4000 {
			t.Errorf("%s: EmbedTexts = %v, %.4000v; want %v", tt.name, rows, err, tt.is)
		}
	}
	if _, err := saying(t, service.Jina, one, service.Options{}).EmbedTexts(t.Context(), []string{"a", "b"}); err != nil {
		t.Error(err)
	}
	if _, err := saying(t, service.Cohere, one, service.Options{}).EmbedTexts(t.Context(), []string{"a", "b"}); err != nil {
		t.Errorf("a gateway that answers for Cohere in OpenAI's form: %v", err)
	}
}

// TestSecrets has the key, and a password, where they may get into an error.
func TestSecrets(t *testing.T) {
	const key, password = "jina_0123456789abcdef", "p4ssw0rd"
	echo := func(code int) http.RoundTripper {
		return tripper(func(r *http.Request) (*http.Response, error) {
			return response(code, fmt.Sprintf(`bad key %s in %v for %s`, key, r.Header, r.URL)), nil
		})
	}
	broken := tripper(func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("dial %s with %v", r.URL, r.Header)
	})
	breaks := tripper(func(r *http.Request) (*http.Response, error) {
		resp := response(200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), failing{errors.New("reset while reading for " + key)}))
		return resp, nil
	})
	for name, trip := range map[string]http.RoundTripper{
		"400": echo(400), "401": echo(401), "500": echo(500), "200": echo(200), "302": echo(302), "connection": broken, "reading": breaks,
	} {
		e, err := service.New(service.Jina, "m", &service.Options{
			URL: "http://user:" + password + "@host/v1?api_key=" + password, Key: key, HTTP: &http.Client{Transport: trip},
			Retry: &imagescope.RetryOptions{Attempts: 1},
		})
		if err != nil {
			t.Fatal(err)
		}
		for what, call := range map[string]func() error{
			"texts":  func() error { _, err := e.EmbedTexts(t.Context(), []string{"a"}); return err },
			"images": func() error { _, err := e.EmbedImages(t.Context(), pictures(2)); return err },
		} {
			err := call()
			if err == nil || strings.Contains(err.Error(), key) || strings.Contains(err.Error(), password) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		if strings.Contains(e.Name(), key) || strings.Contains(e.Name(), password) {
			t.Errorf("the name is %q", e.Name())
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestRedirects has a service that sends its caller, and so the key, elsewhere.
func TestRedirects(t *testing.T) {
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer elsewhere.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		here := httptest.NewServer(http.RedirectHandler(elsewhere.URL, code))
		client := here.Client()
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return nil }
		e, err := service.New(service.Jina, "m", &service.Options{URL: here.URL, Key: "key-of-mine", HTTP: client})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.EmbedTexts(t.Context(), []string{"a"}); !errors.Is(err, service.ErrReply) || asked {
			t.Errorf("%d: %v; the other server was asked: %v", code, err, asked)
		}
		client.CloseIdleConnections()
		here.Close()
	}
}

// TestMissing embeds pictures that cannot be read; the service is not asked.
func TestMissing(t *testing.T) {
	s := newServer(t, service.Voyage)
	e := s.embedder(t, "m", service.Options{})
	for _, bad := range []imagescope.Image{{ID: "bad"}, imagescope.Bytes("bad", []byte("\xff\xd8\xff")), imagescope.File(fstest.MapFS{}, "bad")} {
		var ie *imagescope.ImageError
		if _, err := e.EmbedImages(t.Context(), append(pictures(3), bad)); !errors.As(err, &ie) || ie.ID != "bad" {
			t.Errorf("EmbedImages: %v", err)
		}
		if _, err := e.EmbedComposed(t.Context(), []imagescope.Composed{{Image: picture(0)}, {Image: bad}}); !errors.As(err, &ie) || ie.ID != "bad" {
			t.Errorf("EmbedComposed: %v", err)
		}
	}
	if s.requests() != 0 {
		t.Errorf("%d requests were made", s.requests())
	}
}

// FuzzReply has a service say anything.
func FuzzReply(f *testing.F) {
	for _, body := range []string{
		`{"data":[{"index":1,"embedding":[1,2]},{"index":0,"embedding":[3,4e-5]}],"usage":{"total_tokens":3}}`,
		`{"embeddings":{"float":[[1,2],[3,null]]}}`, `{"data":[{"embedding":[1e99]},{}]}`, `[]`, `{"data":null}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		rows, err := saying(t, service.Cohere, body, service.Options{}).EmbedTexts(context.Background(), []string{"a", "b"})
		if err != nil {
			return
		}
		if len(rows) != 2 || len(rows[0]) == 0 || len(rows[0]) != len(rows[1]) {
			t.Fatalf("rows of %q: %v", body, rows)
		}
		for _, row := range rows {
			for _, x := range row {
				if x := float64(x); math.IsNaN(x) || math.IsInf(x, 0) {
					t.Fatalf("rows of %q: %v", body, rows)
				}
			}
		}
	})
}
