package weaviate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxReply bounds what is read of a reply: 10,000 entries with long captions.
const maxReply = 256 << 20

// errNotThere is the status 404.
var errNotThere = errors.New("not there")

// call sends a request with a body in JSON, unless that is nil, and reads the
// reply into result, unless that is nil.
func (ix *Index) call(ctx context.Context, method, path string, args url.Values, body, result any) error {
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(data)
	}
	at := ix.base.JoinPath("v1", path)
	at.RawQuery = args.Encode()
	req, err := http.NewRequestWithContext(ctx, method, at.String(), sent)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if ix.opts.APIKey != "" {
		req.Header.Set("Authorization", "Bearer "+ix.opts.APIKey)
	}
	resp, err := ix.client.Do(req)
	if err != nil {
		return cause(ctx, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	switch {
	case err != nil:
		return cause(ctx, fmt.Errorf("%s %s: %w", method, path, err))
	case len(data) > maxReply:
		return fmt.Errorf("%s %s: the reply has more than %d bytes", method, path, maxReply)
	case resp.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s %s: %w: %s", method, path, errNotThere, complaint(data))
	case resp.StatusCode/100 != 2:
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, complaint(data))
	case result == nil:
		return nil
	}
	if err := json.Unmarshal(data, result); err != nil {
		return fmt.Errorf("%s %s: the reply is not Weaviate's: %w", method, path, err)
	}
	return nil
}

// cause returns err, or why ctx is done where err does not say so.
func cause(ctx context.Context, err error) error {
	if end := ctx.Err(); end != nil && !errors.Is(err, end) {
		return fmt.Errorf("%w: %w", end, err)
	}
	return err
}

// complaints is how Weaviate words what is wrong.
type complaints struct {
	Error []struct {
		Message string `json:"message"`
	} `json:"error"`
}

func (c complaints) String() string {
	var texts []string
	for _, e := range c.Error {
		texts = append(texts, e.Message)
	}
	return brief(strings.Join(texts, "; "))
}

// complaint returns what the body of a refusal says.
func complaint(body []byte) string {
	var c complaints
	if json.Unmarshal(body, &c) == nil && len(c.Error) > 0 {
		return c.String()
	}
	return brief(string(body))
}

// brief cuts a text to a length that can be logged.
func brief(text string) string {
	const most = 512
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
