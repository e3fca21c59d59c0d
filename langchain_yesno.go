package imagescope

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"
)

// The openai adapter has no option for the probabilities of tokens, and drops
// those that come. So the client of NewHTTPClient puts the wish into the
// request and takes the answer out of the reply, past the adapter.

// topTokens is how many of the likeliest tokens are asked for: the most that
// every server is known to tell.
const topTokens = 5

// asksYesNo reports whether a call asks for the probabilities of yes and no.
func (e *exchange) asksYesNo(req *http.Request) bool {
	return e != nil && e.yesNo != nil && req.Method == http.MethodPost && req.Body != nil &&
		strings.HasSuffix(req.URL.Path, "/chat/completions")
}

// withTopTokens returns a chat request that also asks for the likeliest tokens.
func withTopTokens(req *http.Request) (*http.Request, error) {
	body, err := io.ReadAll(req.Body)
	req.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	if members, ok := bytes.CutPrefix(body, []byte(`{"`)); ok {
		body = fmt.Appendf(nil, `{"logprobs":true,"top_logprobs":%d,"%s`, topTokens, members)
	}
	req = req.Clone(req.Context())
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, err = req.GetBody()
	return req, err
}

// noteYesNo reads a reply, notes the probabilities of yes and no at its
// beginning, and gives the reply back unread, with the error that ended it.
func (e *exchange) noteYesNo(resp *http.Response) {
	body, err := io.ReadAll(resp.Body)
	likely := YesNo(firstTokens(body))
	e.mu.Lock()
	*e.yesNo = likely
	e.mu.Unlock()
	if err == nil {
		err = io.EOF
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), failing{err}), resp.Body}
}

// likelihood returns what was noted.
func (e *exchange) likelihood() Likelihood {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.yesNo == nil {
		return Likelihood{}
	}
	return *e.yesNo
}

// failing is a Reader of nothing that ends with an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// firstTokens returns the likeliest tokens in the place of the first one of a
// chat reply that has a letter; blanks and quotes may come before it.
func firstTokens(body []byte) []Token {
	var reply struct {
		Choices []struct {
			LogProbs struct {
				Content []struct {
					Token       string
					TopLogProbs []struct {
						Token   string
						LogProb float64
					} `json:"top_logprobs"`
				}
			}
		}
	}
	if json.Unmarshal(body, &reply) != nil || len(reply.Choices) == 0 {
		return nil // the adapter says what is wrong with it
	}
	for _, at := range reply.Choices[0].LogProbs.Content {
		if strings.IndexFunc(at.Token, unicode.IsLetter) < 0 {
			continue
		}
		var tokens []Token
		for _, t := range at.TopLogProbs[:min(len(at.TopLogProbs), 4*topTokens)] {
			tokens = append(tokens, Token{t.Token, t.LogProb})
		}
		return tokens
	}
	return nil
}
