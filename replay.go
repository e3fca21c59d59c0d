package imagescope

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"

	"github.com/imagescope/imagescope/internal/redact"
)

// NotRecordedError means that a recording has no answer to a request.
type NotRecordedError struct {
	Task Task
	// Line is where in the recording the most similar request for this task
	// is; 0 if there is none.
	Line int
	// Difference says in words in what that one differs.
	Difference string
}

func (e *NotRecordedError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("the recording has no request to %s", e.Task)
	}
	return fmt.Sprintf("the recording has no such request to %s; the nearest one, in line %d, differs in %s", e.Task, e.Line, e.Difference)
}

// Replay returns a Reasoner that answers from what [Record] wrote, without a
// model: with the reply or the error recorded, at once. A request that was
// recorded several times gets its outcomes in their order, and the last one
// from then on. One that was not gets a [*NotRecordedError].
//
// Requests are compared without credentials, and images by what they show. An
// image that cannot be read here is compared by its ID, so that a recording
// can be replayed where the pictures are not. A [*StatusError] and an
// [*ImageError] are such again, and of all errors that were done contexts,
// [ErrCallTimeout], [ErrNoTime] or [ErrEmptyReply] [errors.Is] says so; of the
// rest their text is left.
//
// The error names the line that is none of a recording. A last line that is
// cut off is left out. r is read to its end and not used after; of a
// recording, replies and prompts are held in memory.
func Replay(r io.Reader) (Reasoner, error) {
	p := &replaying{bySum: map[requestKey]*takes{}, byID: map[requestKey]*takes{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, MaxRecordedLine)
	var bad error
	for n := 1; lines.Scan(); n++ {
		if bad != nil {
			return nil, bad
		}
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := p.add(n, lines.Bytes()); err != nil {
			bad = fmt.Errorf("imagescope: replay: line %d: %w", n, err)
			if !errors.As(err, new(*json.SyntaxError)) {
				return nil, bad // it was not cut off
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("imagescope: replay: %w", err)
	}
	return p, nil
}

type replaying struct {
	calls []replayedCall

	mu          sync.Mutex
	bySum, byID map[requestKey]*takes
}

// replayedCall is a line of a recording.
type replayedCall struct {
	line   int
	req    Request // without images
	images int
	resp   Response
	err    error
}

// takes are the calls with the same request, by their places in
// replaying.calls.
type takes struct {
	calls []int
	next  int
}

// maxReplayedImages bounds the images of one request, of which a line has room
// for millions of empty ones.
const maxReplayedImages = 1000

// add takes a line in. Lists that could be longer than the line are set aside
// before they are read.
func (p *replaying) add(n int, line []byte) error {
	var rec struct {
		recordedCall
		Images json.RawMessage `json:"images"`
	}
	if err := json.Unmarshal(line, &rec); err != nil {
		return err
	}
	if rec.Version != recordVersion {
		return fmt.Errorf("version %d is not known, only %d", rec.Version, recordVersion)
	}
	var req struct {
		Request
		Images json.RawMessage
	}
	if err := unmarshal(rec.Request, &req); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	call := replayedCall{line: n, req: req.Request}
	if err := unmarshal(rec.Response, &call.resp); err != nil {
		return fmt.Errorf("response: %w", err)
	}
	call.resp.Text = clean(call.resp.Text)
	if rec.Error != nil {
		call.err = rec.Error.err()
	}
	images, err := readImages(rec.Images)
	if err != nil {
		return err
	}
	ids, sums, known := make([][]byte, len(images)), make([][]byte, len(images)), true
	for i, img := range images {
		ids[i] = []byte(img.ID)
		if sums[i], err = hex.DecodeString(img.SHA256); err != nil {
			return fmt.Errorf("image %d: sha256: %w", i, err)
		}
		known = known && len(sums[i]) > 0
	}
	call.images = len(images)
	p.calls = append(p.calls, call)
	if known {
		if err := p.file(p.bySum, call.req, sums); err != nil {
			return err
		}
	}
	return p.file(p.byID, call.req, ids)
}

// unmarshal reads a part of a line. A syntax error is none of the line's, which
// was read before; so the part is missing.
func unmarshal(part json.RawMessage, v any) error {
	if len(part) == 0 {
		return errors.New("it is missing")
	}
	return json.Unmarshal(part, v)
}

// readImages reads the list of a request's images.
func readImages(list json.RawMessage) (images []recordedImage, err error) {
	if len(list) == 0 || string(list) == "null" {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(list))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return nil, errors.New("images: they are no list")
	}
	for d.More() {
		if len(images) == maxReplayedImages {
			return nil, fmt.Errorf("images: there are more than %d", maxReplayedImages)
		}
		var img recordedImage
		if err := d.Decode(&img); err != nil {
			return nil, fmt.Errorf("images: %w", err)
		}
		img.JPEG = nil
		images = append(images, img)
	}
	return images, nil
}

// file enters the last call under the key of its request.
func (p *replaying) file(index map[requestKey]*takes, req Request, images [][]byte) error {
	key, err := replayKey(req, images)
	if err != nil {
		return err
	}
	if index[key] == nil {
		index[key] = new(takes)
	}
	index[key].calls = append(index[key].calls, len(p.calls)-1)
	return nil
}

// replayKey returns the key of a request without credentials whose images are
// told apart by images.
func replayKey(req Request, images [][]byte) (requestKey, error) {
	req.Images = make([]Image, len(images))
	return keyWith("", req, func(h hash.Hash, i int) { writePart(h, images[i]) })
}

// Reason implements [Reasoner].
func (p *replaying) Reason(ctx context.Context, req Request) (Response, error) {
	if ctx.Err() != nil {
		return Response{}, done(ctx)
	}
	bare, err := recordable(req)
	if err != nil {
		return Response{}, err
	}
	ids, sums, known := make([][]byte, len(req.Images)), make([][]byte, len(req.Images)), true
	for i, img := range req.Images {
		ids[i] = []byte(redact.Text(img.ID))
		sum, err := img.sum()
		sums[i], known = sum.hash[:], known && err == nil
	}
	index, images := p.bySum, sums
	if !known {
		index, images = p.byID, ids
	}
	key, err := replayKey(bare, images)
	if err != nil {
		return Response{}, err
	}
	call, ok := p.take(index, key)
	if !ok {
		return Response{}, p.notRecorded(bare, len(req.Images))
	}
	return call.resp, call.err
}

// recordable returns a request as a recording has it: without images and
// credentials.
func recordable(req Request) (bare Request, err error) {
	req.Images = nil
	data, err := redactJSON(req)
	if err != nil {
		return Request{}, err
	}
	err = json.Unmarshal(data, &bare)
	return bare, err
}

// take returns the next call that was recorded under a key.
func (p *replaying) take(index map[requestKey]*takes, key requestKey) (replayedCall, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := index[key]
	if t == nil {
		return replayedCall{}, false
	}
	call := p.calls[t.calls[t.next]]
	t.next = min(t.next+1, len(t.calls)-1)
	return call, true
}

// notRecorded finds the request that shares the longest beginning with req.
func (p *replaying) notRecorded(req Request, images int) error {
	missing := &NotRecordedError{Task: req.Task}
	longest := -1
	for _, call := range p.calls {
		if call.req.Task != req.Task {
			continue
		}
		same := sharedPrefix(call.req.Prompt, req.Prompt)
		if same == len(req.Prompt) && len(call.req.Prompt) == same {
			same++ // the whole prompt is more than its beginning
		}
		if same > longest {
			longest = same
			missing.Line, missing.Difference = call.line, difference(call, req, images)
		}
	}
	return missing
}

func difference(call replayedCall, req Request, images int) string {
	const shown = 40
	there, here := call.req.Prompt, req.Prompt
	if there != here {
		at := sharedPrefix(there, here)
		return fmt.Sprintf("its prompt from byte %d on: %q there, %q here", at, head(there[at:], shown), head(here[at:], shown))
	}
	if call.images != images {
		return fmt.Sprintf("how many images it has: %d there, %d here", call.images, images)
	}
	call.req.Prompt, req.Prompt = "", ""
	if a, b := fmt.Sprintf("%+v", call.req), fmt.Sprintf("%+v", req); a != b {
		return fmt.Sprintf("its parameters: %s there, %s here", a, b)
	}
	return "what its images show"
}

// sharedPrefix returns how many bytes both begin with.
func sharedPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
