package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/googleai"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"
	"google.golang.org/api/option"

	"github.com/imagescope/imagescope"
)

// endpoint is a model and where it is: -model and -model-url, or -embed and
// -embed-url.
type endpoint struct {
	flag    string // its flag, for errors
	without string // the value of the flag that stands for no model
	spec    string // the value of the flag
	url     string // base URL; empty means the provider's own, or what its environment says
}

// define defines the flags of an endpoint.
func (e *endpoint) define(fs *flag.FlagSet, name, without, usage string) {
	e.flag, e.without = "-"+name, without
	fs.StringVar(&e.spec, name, "", usage)
	fs.StringVar(&e.url, name+"-url", "", "base `URL` of the server of -"+name+", such as http://localhost:11434\n(default the provider's, or OLLAMA_HOST or OPENAI_BASE_URL)")
}

// connect makes the provider's client; nothing is sent yet. It may have to be
// closed.
func (e endpoint) connect(ctx context.Context) (llms.Model, io.Closer, error) {
	provider, name, err := e.parse()
	if err != nil {
		return nil, nil, err
	}
	var model llms.Model
	var closer io.Closer
	switch provider {
	case "ollama":
		model, err = e.ollama(name)
	case "openai":
		model, err = e.openai(name)
	case "anthropic":
		model, err = e.anthropic(name)
	case "googleai":
		var google *googleai.GoogleAI
		google, err = e.googleai(ctx, name)
		model, closer = google, google
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", e.flag, e.spec, err)
	}
	return model, closer, nil
}

// keyVariables are the environment variables that hold the key of a provider.
var keyVariables = map[string][]string{
	"ollama":    nil,
	"openai":    {"OPENAI_API_KEY"},
	"anthropic": {"ANTHROPIC_API_KEY"},
	"googleai":  {"GOOGLE_API_KEY", "GEMINI_API_KEY"},
}

// parse returns what the endpoint's flags say, or an error for what cannot be.
func (e endpoint) parse() (provider, name string, err error) {
	provider, name, _ = strings.Cut(e.spec, ":")
	variables, ok := keyVariables[provider]
	switch {
	case !ok:
		return "", "", misused("%s %s: it should be %s, ollama:NAME, openai:NAME, anthropic:NAME or googleai:NAME", e.flag, e.spec, e.without)
	case name == "":
		return "", "", misused("%s %s: it does not say which model; write %s:NAME", e.flag, e.spec, provider)
	}
	if e.url != "" {
		if u, err := url.Parse(e.url); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "", "", misused("%s-url %s: it should be like http://localhost:11434", e.flag, e.url)
		}
	}
	if len(variables) > 0 && key(provider) == "" && (provider != "openai" || e.url == "") {
		return "", "", fmt.Errorf("%s %s needs a key: set %s", e.flag, e.spec, strings.Join(variables, " or "))
	}
	return provider, name, nil
}

// key returns the key of a provider.
func key(provider string) string {
	for _, name := range keyVariables[provider] {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
}

// client has failed calls tell whether they are worth another try.
var client = imagescope.NewHTTPClient(nil)

// pictureContext is the context, in tokens, that ollama is asked for: its
// default is soon filled by pictures.
const pictureContext = 8192

func (e endpoint) ollama(name string) (llms.Model, error) {
	opts := []ollama.Option{ollama.WithModel(name), ollama.WithRunnerNumCtx(pictureContext), ollama.WithHTTPClient(client)}
	if e.url != "" {
		opts = append(opts, ollama.WithServerURL(e.url))
	}
	return ollama.New(opts...)
}

func (e endpoint) openai(name string) (llms.Model, error) {
	opts := []openai.Option{openai.WithModel(name), openai.WithEmbeddingModel(name), openai.WithHTTPClient(client)}
	if e.url != "" {
		opts = append(opts, openai.WithBaseURL(e.url))
		if key("openai") == "" {
			opts = append(opts, openai.WithToken("none")) // the client insists on one, servers of one's own mostly do not
		}
	}
	return openai.New(opts...)
}

func (e endpoint) anthropic(name string) (llms.Model, error) {
	opts := []anthropic.Option{anthropic.WithModel(name), anthropic.WithHTTPClient(client)}
	if e.url != "" {
		opts = append(opts, anthropic.WithBaseURL(e.url))
	}
	return anthropic.New(opts...)
}

func (e endpoint) googleai(ctx context.Context, name string) (*googleai.GoogleAI, error) {
	opts := []googleai.Option{
		googleai.WithAPIKey(key("googleai")), googleai.WithRest(),
		googleai.WithDefaultModel(name), googleai.WithDefaultEmbeddingModel(name),
	}
	if e.url != "" {
		opts = append(opts, func(o *googleai.Options) {
			o.ClientOptions = append(o.ClientOptions, option.WithEndpoint(e.url))
		})
	}
	return googleai.New(ctx, opts...)
}
