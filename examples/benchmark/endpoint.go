package main

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/imagescope/imagescope"
)

// endpoint is a model and where it is, as two flags have it.
type endpoint struct {
	flag string // such as "-model", for errors
	spec string // PROVIDER:NAME
	url  string // "" means the provider's own, or what its environment says
}

// register defines the flags of an endpoint.
func (e *endpoint) register(flags *flag.FlagSet, name, spec, usage string) {
	e.flag = "-" + name
	flags.StringVar(&e.spec, name, spec, usage)
	flags.StringVar(&e.url, name+"-url", "", "base `URL` of the server of -"+name+", such as http://localhost:8000/v1")
}

// orElse returns the endpoint, or another where it was not given. A URL alone
// leads to the other's model elsewhere.
func (e endpoint) orElse(other endpoint) endpoint {
	if e.spec != "" {
		return e
	}
	if e.url != "" {
		other.url = e.url
	}
	return other
}

// keyVariables are the environment variables that hold the key of a provider;
// "" where none is needed.
var keyVariables = map[string]string{"ollama": "", "openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}

// parse returns what the flags say, or an error for what cannot be.
func (e endpoint) parse() (provider, name string, err error) {
	provider, name, _ = strings.Cut(e.spec, ":")
	variable, known := keyVariables[provider]
	switch {
	case !known:
		return "", "", usageErrorf("%s %s: a model is ollama:NAME, openai:NAME or anthropic:NAME (whatever speaks OpenAI's protocol is openai:NAME with %s-url)", e.flag, e.spec, e.flag)
	case name == "":
		return "", "", usageErrorf("%s %s: it does not say which model: write %s:NAME", e.flag, e.spec, provider)
	}
	if e.url != "" {
		if u, err := url.Parse(e.url); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "", "", usageErrorf("%s-url %s: it should be like http://localhost:8000/v1", e.flag, e.url)
		}
	}
	if variable != "" && os.Getenv(variable) == "" && (provider != "openai" || e.url == "") {
		return "", "", fmt.Errorf("%s %s needs a key: set %s", e.flag, e.spec, variable)
	}
	return provider, name, nil
}

// client has failed calls tell whether they are worth another try.
var client = imagescope.NewHTTPClient(nil)

// pictureContext is the context, in tokens, that ollama is asked for: its
// default is soon filled by pictures.
const pictureContext = 8192

// connect makes the provider's client; nothing is sent yet.
func (e endpoint) connect() (model llms.Model, name string, options []llms.CallOption, err error) {
	provider, name, err := e.parse()
	if err != nil {
		return nil, "", nil, err
	}
	switch provider {
	case "ollama":
		opts := []ollama.Option{ollama.WithModel(name), ollama.WithRunnerNumCtx(pictureContext), ollama.WithHTTPClient(client)}
		if e.url != "" {
			opts = append(opts, ollama.WithServerURL(e.url))
		}
		model, err = ollama.New(opts...)
	case "openai":
		opts := []openai.Option{openai.WithModel(name), openai.WithEmbeddingModel(name), openai.WithHTTPClient(client)}
		if e.url != "" {
			opts = append(opts, openai.WithBaseURL(e.url))
			options = append(options, openai.WithLegacyMaxTokensField()) // servers of one's own know no other
			if os.Getenv("OPENAI_API_KEY") == "" {
				opts = append(opts, openai.WithToken("none")) // the client insists on one
			}
		}
		model, err = openai.New(opts...)
	case "anthropic":
		opts := []anthropic.Option{anthropic.WithModel(name), anthropic.WithHTTPClient(client)}
		if e.url != "" {
			opts = append(opts, anthropic.WithBaseURL(e.url))
		}
		model, err = anthropic.New(opts...)
	}
	if err != nil {
		return nil, "", nil, fmt.Errorf("%s %s: %w", e.flag, e.spec, err)
	}
	return model, name, options, nil
}
