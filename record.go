package imagescope

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/imagescope/imagescope/internal/redact"
)

// MaxRecordedLine is how long a line of a recording may be, in bytes. [Record]
// writes no longer one, and [Replay] reads none.
const MaxRecordedLine = 8 << 20

// RecordOptions says what [Record] writes. The zero value is the default.
type RecordOptions struct {
	// Pixels writes the images too, as JPEG files of the size of
	// Request.MaxSide.
	Pixels bool
	// OnError, if set, is told what could not be written. The calls
	// themselves go on. Calls do not overlap.
	OnError func(error)
}

// Record returns a Reasoner that asks r and writes each call to w when it is
// over, for a bug report, or for a test that [Replay] runs without a model.
// opts may be nil. Calls of w.Write do not overlap; each is one whole line.
//
// A line is a JSON object: "v" (1), "at" and "took_ns" (when the call
// began, and how long it took), "request" (all its fields but the images),
// "images" (of each the ID, the SHA-256 of its bytes and how many
// there are), and "response" or "error" or both. Whatever looks like a
// credential is replaced by REDACTED, in prompts and replies too; prompts,
// captions in them and IDs are written otherwise as they are: read
// a recording before you publish it.
//
// Around a stack of Reasoners it writes what stages saw; around the model
// alone every try.
func Record(r Reasoner, w io.Writer, opts *RecordOptions) Reasoner {
	if opts == nil {
		opts = &RecordOptions{}
	}
	return &recording{r: r, w: w, opts: *opts}
}

type recording struct {
	r    Reasoner
	opts RecordOptions

	mu sync.Mutex
	w  io.Writer
}

// recordVersion is that of the lines' form.
const recordVersion = 1

// recordedCall is a line of a recording.
type recordedCall struct {
	Version  int             `json:"v"`
	At       time.Time       `json:"at"`
	Took     time.Duration   `json:"took_ns"`
	Request  json.RawMessage `json:"request"`
	Images   []recordedImage `json:"images,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
	Error    *recordedError  `json:"error,omitempty"`
}

// recordedImage is an image without its pixels.
type recordedImage struct {
	ID     string `json:"id,omitempty"`
	SHA256 string `json:"sha256,omitempty"` // "" if it could not be read
	Bytes  int64  `json:"bytes,omitempty"`
	JPEG   []byte `json:"jpeg,omitempty"`
}

// recordedError is an error, with what callers branch on.
type recordedError struct {
	Text       string        `json:"text"`
	Kind       string        `json:"kind,omitempty"` // a key of errorKinds, "status" or "image"
	Code       int           `json:"code,omitempty"`
	RetryAfter time.Duration `json:"retry_after_ns,omitempty"`
	ID         string        `json:"id,omitempty"` // of an image, as ImageError has it
	Op         string        `json:"op,omitempty"`
}

const (
	kindStatus = "status"
	kindImage  = "image"
)

// errorKinds are the errors that a replayed one is found to be by [errors.Is].
// The first that fits is recorded.
var errorKinds = []struct {
	kind string
	err  error
}{
	{"call timeout", ErrCallTimeout},
	{"no time", ErrNoTime},
	{"canceled", context.Canceled},
	{"deadline", context.DeadlineExceeded},
	{"tokens spent", errTokensSpent},
	{"empty", ErrEmptyReply},
}

// Reason implements [Reasoner].
func (r *recording) Reason(ctx context.Context, req Request) (Response, error) {
	call := recordedCall{Version: recordVersion, At: time.Now()}
	resp, err := reason(ctx, r.r, req)
	call.Took = time.Since(call.At)
	call.At = call.At.UTC()
	r.write(call, req, resp, err)
	return resp, err
}

func (r *recording) write(call recordedCall, req Request, resp Response, err error) {
	line, werr := r.encode(call, req, resp, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if werr == nil {
		_, werr = r.w.Write(line)
	}
	if werr != nil && r.opts.OnError != nil {
		r.opts.OnError(fmt.Errorf("imagescope: record a call to %s: %w", req.Task, werr))
	}
}

var errLongLine = fmt.Errorf("its line would be longer than %d bytes", MaxRecordedLine)

// encode returns the line of a call.
func (r *recording) encode(call recordedCall, req Request, resp Response, failure error) (line []byte, err error) {
	if len(req.Prompt) >= MaxRecordedLine { // which to look for credentials takes seconds
		return nil, errLongLine
	}
	for _, img := range req.Images {
		call.Images = append(call.Images, r.image(img, req.MaxSide))
	}
	req.Images = nil
	if call.Request, err = redactJSON(req); err != nil {
		return nil, err
	}
	if call.Response, err = redactJSON(resp); err != nil {
		return nil, err
	}
	if failure != nil {
		call.Error = recordError(failure)
	}
	if line, err = json.Marshal(call); err != nil {
		return nil, err
	}
	if len(line) >= MaxRecordedLine {
		return nil, errLongLine
	}
	return append(line, '\n'), nil
}

func (r *recording) image(img Image, maxSide int) recordedImage {
	rec := recordedImage{ID: redact.Text(img.ID)}
	if sum, err := img.sum(); err == nil {
		rec.SHA256, rec.Bytes = hex.EncodeToString(sum.hash[:]), sum.size
	}
	if r.opts.Pixels {
		rec.JPEG, _ = img.JPEG(maxSide) // one that cannot be read has none
	}
	return rec
}

func recordError(err error) *recordedError {
	rec := &recordedError{Text: redact.Message(err.Error())}
	var (
		down   *DownError
		image  *ImageError
		status *StatusError
	)
	switch {
	case errors.As(err, &down): // which is not to be taken for its cause
		return rec
	case errors.As(err, &image):
		rec.Kind, rec.ID, rec.Op = kindImage, redact.Text(image.ID), image.Op
		rec.Text = redact.Message(fmt.Sprint(image.Err))
		return rec
	case errors.As(err, &status):
		rec.Kind, rec.Code, rec.RetryAfter = kindStatus, status.Code, status.RetryAfter
		rec.Text = redact.Message(fmt.Sprint(status.Err))
		return rec
	}
	for _, k := range errorKinds {
		if errors.Is(err, k.err) {
			rec.Kind = k.kind
			break
		}
	}
	return rec
}

// err returns what was recorded as an error again.
func (e *recordedError) err() error {
	switch e.Kind {
	case kindStatus:
		return &StatusError{Code: e.Code, RetryAfter: e.RetryAfter, Err: errors.New(e.Text)}
	case kindImage:
		return &ImageError{ID: e.ID, Op: e.Op, Err: errors.New(e.Text)}
	}
	for _, k := range errorKinds {
		if e.Kind == k.kind {
			return &redact.Error{Text: e.Text, Err: k.err}
		}
	}
	return errors.New(e.Text)
}

// redactJSON returns the JSON of v with credentials removed from each text in
// it, whatever fields v has.
func redactJSON(v any) (json.RawMessage, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var tree any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	return json.Marshal(redactTree(tree))
}

func redactTree(tree any) any {
	switch v := tree.(type) {
	case string:
		return redact.Text(v)
	case []any:
		for i := range v {
			v[i] = redactTree(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = redactTree(v[k])
		}
	}
	return tree
}
