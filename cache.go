package imagescope

import (
	"cmp"
	"context"
	"encoding/json"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Defaults of [CacheOptions].
const (
	DefaultCacheEntries = 10_000
	DefaultCacheBytes   = 32 << 20
)

// CacheOptions says what [Cache] keeps and where. The zero value keeps
// replies in memory.
type CacheOptions struct {
	// Model names whatever the replies depend on beside the request: the
	// model, its version, a system prompt, ReasonerOptions.MaxSide. It is part
	// of every key: another name finds nothing of this one. With a File it
	// should not be empty, as others may write to it.
	Model string
	// Sampled keeps replies to requests with a Temperature above 0 too: equal
	// ones then get the same reply for ever, where each would have had its own.
	Sampled bool

	// File keeps the replies on disk; see [OpenCacheFile]. Several caches may
	// use one. Nil keeps them in memory.
	File *CacheFile
	// MaxEntries is how many replies are kept in memory, those used last; 0
	// means [DefaultCacheEntries]. It does not concern a File.
	MaxEntries int
	// MaxBytes is how much memory they take at most, about; 0 means
	// [DefaultCacheBytes]. It does not concern a File.
	MaxBytes int
}

// Cache returns a Reasoner that answers what r has answered before without
// asking it. opts may be nil.
//
// A request is known again by CacheOptions.Model, by all that it says, and by
// what its images show: the bytes of their files, which are read for each
// search and not decoded, or the pixels of those that are held decoded. (A
// picture of a megabyte takes some milliseconds; it is done once for an Image,
// however many requests show it.) Any change of prompt, parameters, images or
// order, and a version of this module that keeps replies otherwise, is another
// request.
//
// Errors, empty and truncated replies are not kept, nor are replies that were
// Cached already. One that a stage cannot read is kept as any other, since a
// model that decodes greedily says it again: where it need not, a
// RetryOptions.Check below the Cache keeps it out. A reply from the cache is marked Cached and has cost no
// tokens; all else is as it was. Requests whose images cannot be read go to r.
func Cache(r Reasoner, opts *CacheOptions) Reasoner {
	if opts == nil {
		opts = &CacheOptions{}
	}
	c := &caching{r: r, opts: *opts}
	if c.answers = opts.File; opts.File == nil {
		c.answers = newMemory(cmp.Or(max(opts.MaxEntries, 0), DefaultCacheEntries), cmp.Or(max(opts.MaxBytes, 0), DefaultCacheBytes))
	}
	return c
}

type caching struct {
	r       Reasoner
	opts    CacheOptions
	answers answers
}

// answers keeps encoded responses. What goes wrong in it is a miss.
type answers interface {
	get(key requestKey) ([]byte, bool)
	put(key requestKey, value []byte)
}

// Reason implements [Reasoner].
func (c *caching) Reason(ctx context.Context, req Request) (Response, error) {
	if req.Temperature > 0 && !c.opts.Sampled {
		return reason(ctx, c.r, req)
	}
	key, err := keyOf(ctx, c.opts.Model, req)
	if err != nil {
		return reason(ctx, c.r, req)
	}
	if value, ok := c.answers.get(key); ok {
		var resp Response
		if json.Unmarshal(value, &resp) == nil {
			resp.Cached, resp.PromptTokens, resp.CompletionTokens = true, 0, 0
			return resp, nil
		}
	}
	resp, err := reason(ctx, c.r, req)
	if err == nil && ctx.Err() == nil && !resp.Truncated && !resp.Cached && !isBlank(resp) {
		// What JSON cannot hold, such as a logarithm of zero, is not kept.
		if value, err := json.Marshal(resp); err == nil {
			c.answers.put(key, value)
		}
	}
	return resp, err
}

// memory keeps answers as long as the process runs.
type memory struct {
	mu          sync.Mutex
	entries     *simplelru.LRU[requestKey, []byte]
	bytes, most int
}

// entryOverhead is about what an entry takes beside its value: the key, its
// places in a list and a map.
const entryOverhead = 250

func newMemory(entries, bytes int) *memory {
	m := &memory{most: bytes}
	m.entries, _ = simplelru.NewLRU(entries, func(_ requestKey, value []byte) { // it fails for no entries only
		m.bytes -= len(value) + entryOverhead
	})
	return m
}

func (m *memory) get(key requestKey) ([]byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.entries.Get(key)
}

func (m *memory) put(key requestKey, value []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries.Remove(key) // so that its bytes are counted once
	m.bytes += len(value) + entryOverhead
	m.entries.Add(key, value)
	for m.bytes > m.most {
		m.entries.RemoveOldest()
	}
}
