package imagescope

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/imagescope/imagescope/internal/redact"
)

// Provider names a langchaingo adapter whose habits [NewReasoner] knows: how
// it takes images, where it puts the tokens used, which failures it reports as
// success.
type Provider string

// The adapters that differ from one another. All others are taken to want
// images as binary parts.
const (
	ProviderOllama    Provider = "ollama"    // binary parts; failed calls can look like empty replies
	ProviderOpenAI    Provider = "openai"    // data URLs
	ProviderAnthropic Provider = "anthropic" // binary parts; a reply comes in several blocks
	ProviderGoogleAI  Provider = "googleai"  // binary parts; errors hold the API key
	ProviderMistral   Provider = "mistral"   // no images
)

// ReasonerOptions says how [NewReasoner] uses a model. The zero value is the
// default.
type ReasonerOptions struct {
	// Provider is the adapter below a model that wraps another one. Empty
	// means: told from the package that declares the model's type.
	Provider Provider

	// Model is the model's name, for [Response] and errors; langchaingo does
	// not tell it. It does not choose the model: the adapter's constructor does.
	Model string

	// MaxSide is the longest side in pixels of the pictures sent, as in
	// [Image.JPEG], where a [Request] does not say; 0 means [DefaultMaxSide].
	MaxSide int

	// CallOptions go with every call and override what a [Request] says. Use
	// them for what a server insists on:
	//
	//	openai.WithLegacyMaxTokensField() // servers that know max_tokens only, Ollama's /v1 among them
	//	llms.WithTemperature(1)           // models that refuse 0, such as o1 and o4-mini
	//	llms.WithMaxTokens(16384)         // models that think before they answer
	//
	// A model name or a streaming function is refused: langchaingo's googleai
	// writes the name without a lock, and adapters that stream report part of
	// a reply as the whole when the context ends.
	CallOptions []llms.CallOption
}

// NewReasoner makes a [Reasoner] of any langchaingo model. Without opts the
// defaults hold. The error names the option that cannot be used.
//
// A request becomes one user message: the images in their order as JPEG files,
// then the prompt as one text. Temperature and token limit are always set. An
// image that cannot be read is an error that wraps an [*ImageError], and then
// nothing is sent.
//
// The adapters of langchaingo v0.1.14, to which package
// internal/wiretest holds this:
//
//	           images  truncation   pass to the constructor
//	ollama     yes     by count     WithRunnerNumCtx: images fill the default context soon
//	openai     yes     stop reason  WithBaseURL for other servers; see CallOptions
//	anthropic  yes     stop reason
//	googleai   yes     stop reason  a WithHTTPClient of one's own must add the key, as NewHTTPClient can
//	mistral    no      stop reason  WithMaxRetries(1): it cannot repeat a request
//	others     binary  either way
//
// Two of them need care. mistral ignores contexts, so a call ends only with
// its WithTimeout; its openai-compatible server is better reached by openai
// and WithBaseURL, which also takes images. googleai repeats a call that is
// answered 503 until the context ends, so give it a deadline.
//
// [Request.YesNo] is answered by openai with a client of [NewHTTPClient], and
// ignored otherwise.
//
// What adapters report as success and is none becomes an error: a done context
// (the error is the context's and its cause, and nothing of the adapter's), no
// reply or an empty one ([ErrEmptyReply]), an Ollama call without tokens,
// which is one that failed or was cut short. A panic of an adapter becomes an
// error too. A refusal and a failed connection are a [*StatusError], if the
// model uses a client of [NewHTTPClient]. An error's text names the provider
// and the task, has API keys removed and is cut at 2 KiB; [errors.As] finds the
// adapter's own error, whose text is as it was.
//
// The Reasoner neither retries nor limits time or calls at once: that is for
// [Retry], [Limit] and the other functions that take a Reasoner and return
// one. Calls may overlap if the model allows that; those of langchaingo do.
func NewReasoner(model llms.Model, opts *ReasonerOptions) (Reasoner, error) {
	if opts == nil {
		opts = &ReasonerOptions{}
	}
	if model == nil || isEmpty(model) {
		return nil, errors.New("imagescope: NewReasoner: the model is nil: make one by ollama.New, openai.New or another constructor of langchaingo, and look at its error")
	}
	if err := opts.validate(); err != nil {
		return nil, fmt.Errorf("imagescope: NewReasoner: %w", err)
	}
	m := &langchain{model: model, provider: opts.Provider, opts: *opts}
	if m.provider == "" {
		m.provider = providerOf(model)
	}
	m.opts.CallOptions = append([]llms.CallOption(nil), opts.CallOptions...)
	return m, nil
}

func (o *ReasonerOptions) validate() error {
	switch o.Provider {
	case "", ProviderOllama, ProviderOpenAI, ProviderAnthropic, ProviderGoogleAI, ProviderMistral:
	default:
		return fmt.Errorf("ReasonerOptions.Provider is %q: use one of the Provider constants, or leave it empty for an adapter that takes binary parts", o.Provider)
	}
	if o.MaxSide < 0 {
		return fmt.Errorf("ReasonerOptions.MaxSide is %d: use 0 for the default of %d", o.MaxSide, DefaultMaxSide)
	}
	var set llms.CallOptions
	for i, opt := range o.CallOptions {
		if opt == nil {
			return fmt.Errorf("ReasonerOptions.CallOptions[%d] is nil", i)
		}
		opt(&set)
	}
	switch {
	case set.Model != "":
		return fmt.Errorf("ReasonerOptions.CallOptions sets the model %q: give it to the model's constructor", set.Model)
	case set.StreamingFunc != nil || set.StreamingReasoningFunc != nil:
		return errors.New("ReasonerOptions.CallOptions sets a streaming function: replies are read whole")
	}
	return nil
}

// providerOf returns the path element that follows "llms" in the path of the
// package that declares the model's type, or "" if there is none. Subpackages
// and copies of langchaingo below another module path are recognised so.
func providerOf(model llms.Model) Provider {
	t := reflect.TypeOf(model)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	_, rest, found := strings.Cut(t.PkgPath(), "/llms/")
	if !found {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return Provider(name)
}

// langchain is the Reasoner that NewReasoner makes.
type langchain struct {
	model    llms.Model
	provider Provider // may be none of the constants
	opts     ReasonerOptions
}

// Reason implements [Reasoner]. Beside ErrEmptyReply it returns the tokens
// that the empty reply has cost.
func (m *langchain) Reason(ctx context.Context, req Request) (Response, error) {
	seen := new(exchange)
	if req.YesNo && m.provider == ProviderOpenAI {
		seen.yesNo = new(Likelihood)
	}
	resp, err := m.reason(seen.observed(ctx), req)
	if ctx.Err() != nil {
		// Whatever the adapter made of it: openai loses the context's error,
		// ollama returns "" or a JSON error, googleai the URL with its key.
		resp, err = Response{}, done(ctx)
	}
	if err == nil {
		resp.YesNo = seen.likelihood()
		return resp, nil
	}
	failure := m.failed(req.Task, err)
	if ctx.Err() != nil {
		return resp, failure
	}
	return resp, seen.explain(failure)
}

func (m *langchain) reason(ctx context.Context, req Request) (Response, error) {
	if ctx.Err() != nil {
		return Response{}, done(ctx)
	}
	msg, err := m.message(req)
	if err != nil || ctx.Err() != nil {
		return Response{}, err
	}
	if req.MaxTokens <= 0 {
		req.MaxTokens = DefaultMaxTokens
	}
	// No model name here: see ReasonerOptions.CallOptions.
	opts := append([]llms.CallOption{
		llms.WithTemperature(req.Temperature),
		llms.WithMaxTokens(req.MaxTokens),
	}, m.opts.CallOptions...)
	reply, err := m.generate(ctx, msg, opts)
	if err != nil {
		return Response{}, err
	}
	var sent llms.CallOptions
	for _, opt := range opts {
		opt(&sent)
	}
	return m.read(reply, sent.MaxTokens)
}

// message returns the one message that is sent: the images, then one text,
// since ollama takes no second one. googleai refuses a text that is not UTF-8,
// which a query or a caption may be.
func (m *langchain) message(req Request) (llms.MessageContent, error) {
	msg := llms.MessageContent{Role: llms.ChatMessageTypeHuman}
	if m.provider == ProviderMistral && len(req.Images) > 0 {
		return msg, errors.New("langchaingo's mistral adapter takes no images: reach the server by its openai adapter and openai.WithBaseURL")
	}
	for _, img := range req.Images {
		data, err := img.JPEG(cmp.Or(req.MaxSide, m.opts.MaxSide))
		if err != nil {
			return msg, err
		}
		msg.Parts = append(msg.Parts, m.imagePart(data))
	}
	msg.Parts = append(msg.Parts, llms.TextPart(strings.ToValidUTF8(req.Prompt, "\uFFFD")))
	return msg, nil
}

// imagePart returns a JPEG file in the form that the adapter sends rightly:
// openai turns a binary part into one that no server knows, the others refuse
// data URLs or try to download them.
func (m *langchain) imagePart(data []byte) llms.ContentPart {
	const mime = "image/jpeg"
	if m.provider == ProviderOpenAI {
		return llms.ImageURLPart("data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(data))
	}
	return llms.BinaryPart(mime, data)
}

// generate calls the adapter. Some adapters index what a server sent, or
// assert the type of a message's first part, unchecked.
func (m *langchain) generate(ctx context.Context, msg llms.MessageContent, opts []llms.CallOption) (reply *llms.ContentResponse, err error) {
	err = guard(func() (err error) {
		reply, err = m.model.GenerateContent(ctx, []llms.MessageContent{msg}, opts...)
		return err
	})
	return reply, err
}

// failed names the model and the task in err and removes secrets from its text.
func (m *langchain) failed(task Task, err error) error {
	name := string(m.provider) + " model"
	if m.provider == "" {
		name = fmt.Sprintf("model of type %T", m.model)
	}
	if m.opts.Model != "" {
		name += " " + m.opts.Model
	}
	if task != "" {
		name += fmt.Sprintf(", asked to %s", task)
	}
	return &redact.Error{Text: name + ": " + redact.Message(err.Error()), Err: err}
}
