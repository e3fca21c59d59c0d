package imagescope_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
)

func replay(t testing.TB, recording string) imagescope.Reasoner {
	t.Helper()
	r, err := imagescope.Replay(strings.NewReader(recording))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestReplaySearch records a search and runs it again without a model.
func TestReplaySearch(t *testing.T) {
	var recording bytes.Buffer
	record := imagescope.Record(scripted(nil), &recording, &imagescope.RecordOptions{OnError: func(err error) { t.Error(err) }})
	want, err := newPipeline(t, withModel(record)).Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := newPipeline(t, withModel(replay(t, recording.String()))).Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(imagescope.Usage{}, "Time")); d != "" {
		t.Errorf("replayed: want is -, got is +\n%s", d)
	}
	got, err = newPipeline(t, withModel(replay(t, recording.String()))).Search(t.Context(), imagescope.Text("blue cat"))
	var missing *imagescope.NotRecordedError
	if err != nil || len(got.Faults) == 0 || !errors.As(got.Faults[0].Err, &missing) || missing.Line == 0 {
		t.Errorf("another query, replayed: faults %v, error %v", got.Faults, err)
	}
}

// TestReplayOutcomes has each kind of outcome come back as it was.
func TestReplayOutcomes(t *testing.T) {
	outcomes := []struct {
		resp imagescope.Response
		err  error
		is   error
	}{
		{resp: imagescope.Response{Text: "yes", Model: "m", Truncated: true, Cached: true, PromptTokens: 3, CompletionTokens: 4}},
		{resp: imagescope.Response{Text: "with key=abc in it \xff"}},
		{err: fmt.Errorf("plain: %w", errBroken)},
		{err: fmt.Errorf("%w: no tokens", imagescope.ErrEmptyReply), is: imagescope.ErrEmptyReply},
		{err: fmt.Errorf("%w: why", context.Canceled), is: context.Canceled},
		{err: fmt.Errorf("%w: why", context.DeadlineExceeded), is: context.DeadlineExceeded},
		{err: fmt.Errorf("%w: %w", imagescope.ErrCallTimeout, context.DeadlineExceeded), is: imagescope.ErrCallTimeout},
		{err: status(429, 7*time.Second)},
		{err: &imagescope.DownError{Err: status(500, 0)}},
		{err: fmt.Errorf("asked: %w", &imagescope.ImageError{ID: "x", Op: "decode", Err: imagescope.ErrImageTruncated})},
		{resp: imagescope.Response{Text: "at last"}},
	}
	n := 0
	model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		n++
		return outcomes[n-1].resp, outcomes[n-1].err
	})
	var recording bytes.Buffer
	record := imagescope.Record(model, &recording, nil)
	req := imagescope.Request{Task: "verify", Prompt: "with token=abc in it \xff", Temperature: 0.3, Images: []imagescope.Image{imagescope.Bytes("x", square(t))}}
	for range outcomes {
		_, _ = record.Reason(t.Context(), req) // as told above
	}
	r := replay(t, recording.String())
	for i, o := range outcomes {
		resp, err := r.Reason(t.Context(), req)
		want := o.resp
		want.Text = strings.ToValidUTF8(strings.Replace(want.Text, "abc", "REDACTED", 1), "�")
		if d := cmp.Diff(want, resp); d != "" || (err == nil) != (o.err == nil) || o.is != nil && !errors.Is(err, o.is) {
			t.Errorf("outcome %d: %v, want %v; want is -, got is +\n%s", i, err, o.err, d)
		}
		var was, is *imagescope.StatusError
		if !errors.As(o.err, new(*imagescope.DownError)) && errors.As(o.err, &was) && (!errors.As(err, &is) || is.Code != was.Code || is.RetryAfter != was.RetryAfter) {
			t.Errorf("outcome %d: %#v, want %#v", i, is, was)
		}
		var bad, unreadable *imagescope.ImageError
		if errors.As(o.err, &bad) && (!errors.As(err, &unreadable) || unreadable.ID != bad.ID || unreadable.Op != bad.Op) {
			t.Errorf("outcome %d: %#v, want %#v", i, err, bad)
		}
		if imagescope.Temporary(err) != imagescope.Temporary(o.err) {
			t.Errorf("outcome %d: Temporary is %v, want %v", i, imagescope.Temporary(err), imagescope.Temporary(o.err))
		}
	}
	if resp, err := r.Reason(t.Context(), req); err != nil || resp.Text != "at last" {
		t.Errorf("after the last outcome: %+v, %v", resp, err)
	}
	if strings.Contains(recording.String(), "abc") {
		t.Errorf("the recording holds a secret:\n%s", recording.String())
	}
}

func TestReplayTellsTheNearest(t *testing.T) {
	picture := imagescope.Bytes("x", square(t))
	other := imagescope.Pixels("x", onRGBA(decoded(t, square(t))))
	var recording bytes.Buffer
	record := imagescope.Record(new(counting), &recording, nil)
	for _, req := range []imagescope.Request{
		{Task: "verify", Prompt: "Is there a dog?", Images: []imagescope.Image{picture}},
		{Task: "verify", Prompt: "Is there a cat?", Images: []imagescope.Image{picture}},
		{Task: "compare", Prompt: "Which?"},
	} {
		if _, err := record.Reason(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	r := replay(t, recording.String())
	for _, tt := range []struct {
		req  imagescope.Request
		line int
		says string
	}{
		{imagescope.Request{Task: "verify", Prompt: "Is there a cat or two?", Images: []imagescope.Image{picture}}, 2, `from byte 14 on: "?" there, " or two?" here`},
		{imagescope.Request{Task: "verify", Prompt: "Is there a dog?", Images: []imagescope.Image{other}}, 1, "what its images show"},
		{imagescope.Request{Task: "verify", Prompt: "Is there a dog?"}, 1, "1 there, 0 here"},
		{imagescope.Request{Task: "compare", Prompt: "Which?", MaxSide: 5}, 3, "MaxSide:5"},
		{imagescope.Request{Task: "caption"}, 0, "no request to caption"},
	} {
		_, err := r.Reason(t.Context(), tt.req)
		var missing *imagescope.NotRecordedError
		if !errors.As(err, &missing) || missing.Line != tt.line || missing.Task != tt.req.Task || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v, want line %d and %q", tt.req, err, tt.line, tt.says)
		}
	}
	// Where the pictures are not, their IDs have to do.
	absent := imagescope.Request{Task: "verify", Prompt: "Is there a dog?", Images: []imagescope.Image{{ID: "x"}}}
	if resp, err := r.Reason(t.Context(), absent); err != nil || !strings.Contains(resp.Text, "dog") {
		t.Errorf("with an image that is not there: %+v, %v", resp, err)
	}
}

func TestRecordWrites(t *testing.T) {
	type image struct {
		ID, SHA256 string
		Bytes      int
		JPEG       []byte
	}
	type line struct {
		V       int
		At      time.Time
		Took    int64 `json:"took_ns"`
		Request struct{ Prompt string }
		Images  []image
	}
	for _, pixels := range []bool{false, true} {
		var recording bytes.Buffer
		record := imagescope.Record(new(counting), &recording, &imagescope.RecordOptions{Pixels: pixels})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				_, err := record.Reason(t.Context(), imagescope.Request{Prompt: "a\nb", Images: []imagescope.Image{imagescope.Bytes("x", square(t)), {ID: "gone"}}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		lines := strings.Split(strings.TrimSuffix(recording.String(), "\n"), "\n")
		if len(lines) != 5 {
			t.Fatalf("5 calls wrote %d lines", len(lines))
		}
		for _, text := range lines {
			var got line
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatal(err)
			}
			if got.V != 1 || got.At.IsZero() || got.Took <= 0 || got.Request.Prompt != "a\nb" || len(got.Images) != 2 ||
				len(got.Images[0].SHA256) != 64 || got.Images[0].Bytes != len(square(t)) || got.Images[1].SHA256 != "" || (len(got.Images[0].JPEG) > 0) != pixels {
				t.Errorf("with Pixels %v the line is %s", pixels, text)
			}
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestRecordInTrouble(t *testing.T) {
	var told []error
	opts := &imagescope.RecordOptions{OnError: func(err error) { told = append(told, err) }}
	if _, err := imagescope.Record(new(counting), brokenWriter{}, opts).Reason(t.Context(), imagescope.Request{}); err != nil || len(told) != 1 || !errors.Is(told[0], errBroken) {
		t.Errorf("a writer that fails: %v, and OnError is told %v", err, told)
	}
	var recording bytes.Buffer
	long := imagescope.Request{Prompt: strings.Repeat("x", imagescope.MaxRecordedLine)}
	if _, err := imagescope.Record(named("yes", nil), &recording, opts).Reason(t.Context(), long); err != nil || len(told) != 2 || recording.Len() > 0 {
		t.Errorf("a prompt that is too long: %v, %d bytes written, and OnError is told %v", err, recording.Len(), told[1:])
	}
}

const goodLine = `{"v":1,"at":"2026-11-26T01:02:03Z","took_ns":5,"request":{"Task":"verify","Prompt":"?"},"images":[{"id":"x"}],"response":{"Text":"yes"}}`

func TestReplayRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ recording, says string }{
		"nothing":            {"", ""},
		"empty lines":        {"\n\n" + goodLine + "\n\n", ""},
		"a last line cut":    {goodLine + "\n" + goodLine[:50], ""},
		"a line cut":         {goodLine[:50] + "\n" + goodLine, "line 1"},
		"another version":    {goodLine + "\n" + strings.Replace(goodLine, `"v":1`, `"v":2`, 1), "line 2: version 2"},
		"no request":         {`{"v":1}`, "request: it is missing"},
		"no response":        {`{"v":1,"request":{}}`, "response: it is missing"},
		"another JSON":       {"[]", "line 1"},
		"a hash that is not": {strings.Replace(goodLine, `"id":"x"`, `"sha256":"xyz"`, 1), "sha256"},
		"a million images":   {strings.Replace(goodLine, `{"id":"x"}`, strings.Repeat("{},", 1_000_000)+"{}", 1), "more than 1000"},
		"an endless line":    {strings.Repeat("x", imagescope.MaxRecordedLine+1), "too long"},
	} {
		_, err := imagescope.Replay(strings.NewReader(tt.recording))
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
	}
}

// FuzzReplay reads any file at all, and asks what may be in it.
func FuzzReplay(f *testing.F) {
	f.Add(goodLine)
	f.Add(goodLine + "\n" + strings.Replace(goodLine, `"response":{"Text":"yes"}`, `"response":{},"error":{"text":"no","kind":"status","code":429}`, 1))
	f.Add(strings.Replace(goodLine, `"x"`, `"\ud800"`, 1))
	f.Fuzz(func(t *testing.T, recording string) {
		r, err := imagescope.Replay(strings.NewReader(recording))
		if err != nil {
			return
		}
		for _, req := range []imagescope.Request{{Task: "verify", Prompt: "?", Images: []imagescope.Image{{ID: "x"}}}, {Prompt: "none"}} {
			resp, err := r.Reason(t.Context(), req)
			if len(resp.Text) > imagescope.MaxReply || err != nil && err.Error() == "" && !strings.Contains(recording, "error") {
				t.Errorf("%d bytes and error %v", len(resp.Text), err)
			}
		}
	})
}
