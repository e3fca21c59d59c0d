package service_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed/service"
	"github.com/imagescope/imagescope/index"
)

// offline returns a server that is asked without a network, for tests about
// time, and a client of it.
func offline(p service.Protocol) (*server, *http.Client) {
	s := &server{protocol: p, dim: 8}
	return s, &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Result(), nil
	})}
}

// refuses has a server answer requests with certain inputs by a status.
func refuses(code int, bad func(item) bool) func(http.ResponseWriter, int, []item) bool {
	return func(w http.ResponseWriter, _ int, asked []item) bool {
		if !slices.ContainsFunc(asked, bad) {
			return false
		}
		http.Error(w, "no such thing", code)
		return true
	}
}

func isPicture(size string) func(item) bool { return func(it item) bool { return it.picture == size } }

func everything(item) bool { return true }

// TestAddOneInternal adds pictures of which the server cannot take one and says
// that it is in trouble, which it is not.
func TestAddOneInternal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, k := range kinds {
			for _, attempts := range []int{0, 1, 2} {
				s, client := offline(k.protocol)
				s.answer = refuses(500, isPicture("13x6"))
				e := s.embedder(t, k.model, service.Options{URL: "http://host/", HTTP: client, Retry: &imagescope.RetryOptions{Attempts: attempts}})
				ix := new(index.Flat)
				p, err := imagescope.New(imagescope.Config{Embedder: e, Index: ix})
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				images := pictures(16)
				var failed *imagescope.AddError
				if err := p.Add(t.Context(), images...); !errors.As(err, &failed) || len(failed.Failed) != 1 || failed.Failed[0].ID != "05.png" {
					t.Errorf("%s, %d attempts: Add = %v, want 05.png to fail", k.name, attempts, err)
				}
				for i, img := range images {
					if _, err := ix.Get(t.Context(), img.ID); (err == nil) == (i == 5) {
						t.Errorf("%s, %d attempts: %s is in the index: %v", k.name, attempts, img.ID, err)
					}
				}
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("%s, %d attempts: it took %v", k.name, attempts, took)
				}
			}
		}
	})
}

// TestInTrouble has a server that is in trouble for all requests, or for a
// moment: no input is blamed.
func TestInTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, client := offline(service.Jina)
		s.answer = refuses(500, everything)
		e := s.embedder(t, "m", service.Options{URL: "http://host/", HTTP: client})
		_, err := e.EmbedImages(t.Context(), pictures(3))
		var status *imagescope.StatusError
		if errors.As(err, new(*imagescope.ImageError)) || !errors.As(err, &status) || status.Code != 500 {
			t.Errorf("EmbedImages: %v, want a StatusError of no image", err)
		}
		before := s.requests()
		if _, err := e.EmbedImages(t.Context(), pictures(3)); !errors.As(err, new(*imagescope.DownError)) || s.requests() != before {
			t.Errorf("EmbedImages of a server that is down: %v, after %d requests", err, s.requests()-before)
		}

		s, client = offline(service.Jina)
		s.answer = func(w http.ResponseWriter, n int, _ []item) bool {
			if n == 1 {
				http.Error(w, "a moment", 500)
			}
			return n == 1
		}
		if _, err := s.embedder(t, "m", service.Options{URL: "http://host/", HTTP: client}).EmbedImages(t.Context(), pictures(3)); err != nil || s.requests() != 2 {
			t.Errorf("EmbedImages of a server in trouble once: %v, after %d requests", err, s.requests())
		}
	})
}

// TestRefusesAll has a server that refuses the model or the dimensions: neither
// are inputs blamed nor requests halved.
func TestRefusesAll(t *testing.T) {
	for _, code := range []int{400, 422} {
		for _, k := range kinds {
			s := newServer(t, k.protocol)
			s.answer = refuses(code, everything)
			e := s.embedder(t, k.model, service.Options{Concurrency: 1})
			for what, call := range map[string]func() error{
				"EmbedImages": func() error { _, err := e.EmbedImages(t.Context(), pictures(16)); return err },
				"EmbedTexts":  func() error { _, err := e.EmbedTexts(t.Context(), strings.Fields("a b c d e f")); return err },
			} {
				before := s.requests()
				err := call()
				var status *imagescope.StatusError
				if errors.As(err, new(*imagescope.ImageError)) || !errors.As(err, &status) || status.Code != code || !strings.Contains(err.Error(), "no input is at fault") {
					t.Errorf("%s, %d: %s: %v, want a StatusError of no input", k.name, code, what, err)
				}
				if n := s.requests() - before; n != 2 {
					t.Errorf("%s, %d: %s made %d requests, want that and one of a word", k.name, code, what, n)
				}
			}
		}
	}
}

// TestRefusesLater has a server that has answered before it refuses an input:
// no word is asked for.
func TestRefusesLater(t *testing.T) {
	s := newServer(t, service.Jina)
	e := s.embedder(t, "m", service.Options{})
	if _, err := e.EmbedTexts(t.Context(), []string{"a"}); err != nil {
		t.Fatal(err)
	}
	s.answer = refuses(400, isPicture("9x6"))
	var ie *imagescope.ImageError
	if _, err := e.EmbedImages(t.Context(), pictures(2)); !errors.As(err, &ie) || ie.ID != "01.png" || s.requests() != 1+3 {
		t.Errorf("EmbedImages: %v, after %d requests; want 01.png to be refused after three", err, s.requests()-1)
	}
}

// TestVectorAtFault has a server without a vector for one of three inputs.
func TestVectorAtFault(t *testing.T) {
	tests := []struct {
		name, body string
		is         error
	}{
		{"null", `{"data":[{"embedding":[1,2]},{"embedding":null},{"embedding":[1,2]}]}`, imagescope.ErrDimension},
		{"empty", `{"data":[{"embedding":[1,2]},{"embedding":[]},{"embedding":[1,2]}]}`, imagescope.ErrDimension},
		{"missing", `{"data":[{"embedding":[1,2]},{},{"embedding":[1,2]}]}`, imagescope.ErrDimension},
		{"null component", `{"data":[{"embedding":[1,2]},{"embedding":[1,null]},{"embedding":[1,2]}]}`, imagescope.ErrNotFinite},
		{"too large a component", `{"data":[{"embedding":[1,2]},{"embedding":[1,1e39]},{"embedding":[1,2]}]}`, imagescope.ErrNotFinite},
		{"by its place", `{"data":[{"index":1,"embedding":[null,1]},{"index":2,"embedding":[1,2]},{"index":0,"embedding":[1,2]}]}`, imagescope.ErrNotFinite},
		{"Cohere's", `{"embeddings":{"float":[[1,2],[null,null],[1,2]]}}`, imagescope.ErrNotFinite},
	}
	for _, tt := range tests {
		e := saying(t, service.Jina, tt.body, service.Options{})
		var ie *imagescope.ImageError
		if rows, err := e.EmbedImages(t.Context(), pictures(3)); rows != nil || !errors.As(err, &ie) || ie.ID != "01.png" || !errors.Is(err, tt.is) {
			t.Errorf("%s: EmbedImages = %v, %v; want %v of 01.png", tt.name, rows, err, tt.is)
		}
		if rows, err := e.EmbedTexts(t.Context(), []string{"a", "b", "c"}); rows != nil || !errors.Is(err, tt.is) || !strings.Contains(err.Error(), "text 1: ") {
			t.Errorf("%s: EmbedTexts = %v, %v; want %v of text 1", tt.name, rows, err, tt.is)
		}
	}
}

// TestFirstFault has two bad pictures, of which the second is refused first.
func TestFirstFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for concurrency := 1; concurrency <= 8; concurrency++ {
			s, client := offline(service.Voyage)
			s.answer = func(w http.ResponseWriter, n int, asked []item) bool {
				switch asked[0].picture {
				case "10x6": // 02.png
					time.Sleep(time.Minute)
				case "11x6":
				default:
					return false
				}
				http.Error(w, "unsafe", http.StatusUnprocessableEntity)
				return true
			}
			e := s.embedder(t, "m", service.Options{URL: "http://host/", HTTP: client, BatchSize: 1, Concurrency: concurrency})
			var ie *imagescope.ImageError
			if _, err := e.EmbedImages(t.Context(), pictures(30)); !errors.As(err, &ie) || ie.ID != "02.png" {
				t.Errorf("%d at once: EmbedImages: %v, want an ImageError of 02.png", concurrency, err)
			}
		}
	})
}

// TestConcurrency has replies that come in the reverse order.
func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var want [][]float32
		for _, concurrency := range []int{1, 3, 30} {
			s, client := offline(service.Cohere)
			s.answer = func(_ http.ResponseWriter, n int, _ []item) bool {
				time.Sleep(time.Duration(100-n) * time.Second)
				return false
			}
			got, err := s.embedder(t, "m", service.Options{URL: "http://host/", HTTP: client, BatchSize: 2, Concurrency: concurrency}).EmbedImages(t.Context(), pictures(31))
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%d at once: rows: want is -, got is +\n%s", concurrency, d)
			}
		}
	})
}

// TestRepeatedTexts has a service that repeats the texts in its reply, as
// Cohere does, beside short vectors.
func TestRepeatedTexts(t *testing.T) {
	texts := slices.Repeat([]string{strings.Repeat("wörd ", 1300)}, 96)
	repeat := strings.ReplaceAll(strings.Join(texts, `","`), "ö", `\u00f6`)
	body := `{"texts":["` + repeat + `"],"embeddings":{"float":[[1,2]` + strings.Repeat(",[1,2]", 95) + `]}}`
	e := saying(t, service.Cohere, body, service.Options{Dimensions: 2})
	if _, err := e.EmbedTexts(t.Context(), texts); err != nil {
		t.Errorf("EmbedTexts: %v", err)
	}
}

// TestReplyBounds has replies with more than there can be, which are given up
// before they take memory.
func TestReplyBounds(t *testing.T) {
	for _, tt := range []struct{ body, says string }{
		{`{"data":[{"embedding":[1]},{"embedding":[1]},{`, "unexpected end"},
		{`{"data":[{"embedding":[1]},{"embedding":[1]},7]}`, "more than 2 vectors"},
		{`{"embeddings":{"float":[[1],[1],7]}}`, "more than 2 vectors"},
		{`{"data":[{"embedding":[0` + strings.Repeat(",x", 16384) + `]}]}`, "invalid character"},
		{`{"data":[{"embedding":[0` + strings.Repeat(",true", 16384) + `]}]}`, "16385 components"},
	} {
		_, err := saying(t, service.Cohere, tt.body, service.Options{}).EmbedTexts(t.Context(), []string{"a", "b"})
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%.60s: EmbedTexts: %v, want an error that says %q", tt.body, err, tt.says)
		}
	}
}

// endless is a reply that does not end, for as long as a test can bear.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 16<<20 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = ' '
	}
	e.read += int64(len(p))
	return len(p), nil
}

func (e *endless) Close() error { return nil }

// TestEndlessReplies bounds what is read of a reply and of a refusal.
func TestEndlessReplies(t *testing.T) {
	for _, tt := range []struct {
		code int
		most int64
	}{{200, 2 * (30*16384 + 64<<10)}, {400, 64 << 10}} { // ReadAll has some room to spare
		body := new(endless)
		client := &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) {
			resp := response(tt.code, "")
			resp.Body = body
			return resp, nil
		})}
		e, err := service.New(service.Jina, "m", &service.Options{HTTP: client})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.EmbedTexts(t.Context(), []string{"a"}); err == nil || body.read > tt.most {
			t.Errorf("%d: EmbedTexts: %v, after %d bytes of the reply; want %d at most", tt.code, err, body.read, tt.most)
		}
	}
}

// TestTokensClaimed has a server claim more tokens than there are.
func TestTokensClaimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tokens := range []string{"9e18", "-1", "null", "1e308", "0.5"} {
			e := saying(t, service.Jina, `{"data":[{"embedding":[1]}],"usage":{"total_tokens":`+tokens+`}}`, service.Options{
				Limit: &imagescope.LimitOptions{TokensPerMinute: 60_000},
			})
			began := time.Now()
			for range 2 {
				if _, err := e.EmbedTexts(t.Context(), []string{"a"}); err != nil {
					t.Errorf("%s tokens: EmbedTexts: %v", tokens, err)
				}
			}
			if took := time.Since(began); took > 5*time.Minute {
				t.Errorf("%s tokens: the second call was held up for %v", tokens, took)
			}
		}
	})
}

// TestRepeatedSecrets has a service repeat credentials in all ways that it may,
// each where the error's text is cut off, too.
func TestRepeatedSecrets(t *testing.T) {
	const key, password, token = `jina/0123"4567+89ab=`, "p4ss+w0rd/x", "t0ken-of-mine"
	opts := service.Options{URL: "http://me:p4ss+w0rd%2Fx@host/v1?token=t0ken-of-mine&version=2026-01-01", Key: key}
	for _, repeated := range []string{
		key, `jina\/0123\"4567+89ab=`, "jina%2F0123%224567%2B89ab%3D", password, "p4ss+w0rd%2Fx", "bWU6cDRzcyt3MHJkL3g=", token,
	} {
		for _, before := range []int{0, 180, 199, 280, 290, 299, 2030, 2040, 8180, 8190, 16370} {
			for _, code := range []int{200, 400} {
				body := strings.Repeat(" ", before) + repeated + " is unknown"
				e, err := service.New(service.Jina, "m", &service.Options{URL: opts.URL, Key: opts.Key, HTTP: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) {
					return response(code, body), nil
				})}})
				if err != nil {
					t.Fatal(err)
				}
				_, err = e.EmbedTexts(t.Context(), []string{"a"})
				if err == nil || strings.Contains(err.Error(), repeated[:5]) {
					t.Errorf("%d, %q behind %d bytes: %v", code, repeated, before, err)
				}
				if before == 0 && !strings.Contains(err.Error(), "REDACTED is unknown") {
					t.Errorf("%d, %q: %v; want what the service says about it", code, repeated, err)
				}
			}
		}
	}
	// In a vector's place, of which an error may tell.
	for _, body := range []string{`{"data":[{"embedding":["KEY"]}]}`, `{"data":[{"index":"KEY"}]}`, `{"data":"KEY"}`, `{"KEY":`} {
		e := saying(t, service.Jina, strings.ReplaceAll(body, "KEY", "jina_0123456789"), service.Options{Key: "jina_0123456789"})
		if _, err := e.EmbedTexts(t.Context(), []string{"a"}); err == nil || strings.Contains(err.Error(), "jina_") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestAddresses holds where requests go to where no URL is given, and their
// headers.
func TestAddresses(t *testing.T) {
	want := map[service.Protocol]string{
		service.Jina:     "https://api.jina.ai/v1/embeddings",
		service.Voyage:   "https://api.voyageai.com/v1/multimodalembeddings",
		service.Cohere:   "https://api.cohere.com/v2/embed",
		service.Infinity: "http://localhost:7997/embeddings",
		service.VLLM:     "http://localhost:8000/v1/embeddings",
	}
	for p, address := range want {
		for _, key := range []string{"", "key-of-mine"} {
			var got *http.Request
			e, err := service.New(p, "m", &service.Options{Key: key, HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
				got = r
				return response(404, ""), nil
			})}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.EmbedTexts(t.Context(), []string{"a"}); err == nil {
				t.Fatalf("%s: a page that is not there is no error", p)
			}
			header := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}
			if key != "" {
				header.Set("Authorization", "Bearer "+key)
			}
			if d := cmp.Diff(header, got.Header); d != "" || got.Method != http.MethodPost || got.URL.String() != address {
				t.Errorf("%s: %s %s, want POST %s; header: want is -, got is +\n%s", p, got.Method, got.URL, address, d)
			}
			if length, err := io.Copy(io.Discard, got.Body); err != nil || length != got.ContentLength || length == 0 {
				t.Errorf("%s: %d bytes are sent as %d: %v", p, length, got.ContentLength, err)
			}
		}
	}
}

// BenchmarkReply reads a reply with 64 vectors of 1,024 components.
func BenchmarkReply(b *testing.B) {
	var items []string
	for i := range 64 {
		var row []string
		for j := range 1024 {
			row = append(row, fmt.Sprintf("%.9f", math.Sin(float64(1024*i+j))))
		}
		items = append(items, fmt.Sprintf(`{"object":"embedding","index":%d,"embedding":[%s]}`, i, strings.Join(row, ",")))
	}
	body := `{"data":[` + strings.Join(items, ",") + `]}`
	e := saying(b, service.Jina, body, service.Options{Dimensions: 1024})
	texts := slices.Repeat([]string{"a"}, len(items))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.EmbedTexts(b.Context(), texts); err != nil {
			b.Fatal(err)
		}
	}
}
