package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/tmc/langchaingo/embeddings"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// The values of -model and -embed that stand for no model.
const (
	noModel    = "none"
	noEmbedder = "words"
)

// models makes the parts of a pipeline that can be made of models. It must be
// closed when they are not used any more.
type models struct {
	model, embed endpoint
	reasoning    imagescope.Reasoner // made once
	closers      []io.Closer
}

// stages sets the three stages of cfg.
func (m *models) stages(ctx context.Context, cfg *imagescope.Config) error {
	if m.model.spec == noModel {
		cfg.Intent, cfg.Verify, cfg.Rank = intent.Rules{}, verify.Captions{}, rank.Captions{}
		return nil
	}
	r, err := m.reasoner(ctx)
	if err != nil {
		return err
	}
	cfg.Intent = intent.New(r, &intent.Options{Lenient: true})
	cfg.Verify = verify.New(r, &verify.Options{Lenient: true})
	cfg.Rank = rank.New(r, &rank.Options{Lenient: true})
	return nil
}

// captioner returns what captions images.
func (m *models) captioner(ctx context.Context) (imagescope.Captioner, error) {
	if m.model.spec == noModel {
		return embed.Colours{}, nil
	}
	r, err := m.reasoner(ctx)
	if err != nil {
		return nil, err
	}
	return embed.NewCaptioner(r, nil), nil
}

func (m *models) reasoner(ctx context.Context) (imagescope.Reasoner, error) {
	if m.reasoning != nil {
		return m.reasoning, nil
	}
	model, err := m.connect(ctx, m.model)
	if err != nil {
		return nil, err
	}
	provider, name, _ := strings.Cut(m.model.spec, ":")
	opts := &imagescope.ReasonerOptions{Model: name}
	if provider == "openai" && m.model.url != "" {
		opts.CallOptions = append(opts.CallOptions, openai.WithLegacyMaxTokensField()) // servers of one's own know no other
	}
	r, err := imagescope.NewReasoner(model, opts)
	if err != nil {
		return nil, err
	}
	m.reasoning = imagescope.Share(imagescope.Retry(imagescope.Limit(r, nil), nil), nil)
	return m.reasoning, nil
}

// embedder returns what makes vectors.
func (m *models) embedder(ctx context.Context) (imagescope.Embedder, error) {
	if m.embed.spec == noEmbedder {
		return embed.Words{}, nil
	}
	model, err := m.connect(ctx, m.embed)
	if err != nil {
		return nil, err
	}
	client, ok := model.(embeddings.EmbedderClient)
	if !ok {
		return nil, misused("-embed %s: this provider has no embeddings; take words, ollama:NAME, openai:NAME or googleai:NAME", m.embed.spec)
	}
	texts, err := embeddings.NewEmbedder(client)
	if err != nil {
		return nil, err
	}
	return embed.NewLangchain(texts, &embed.LangchainOptions{Model: m.embed.spec}), nil
}

// vectorsOf returns the name that an index keeps of what makes its vectors, for
// a value of -embed.
func vectorsOf(spec string) string {
	if spec == noEmbedder {
		return embed.Words{}.Name()
	}
	return embed.NewLangchain(nil, &embed.LangchainOptions{Model: spec}).Name()
}

func (m *models) connect(ctx context.Context, e endpoint) (llms.Model, error) {
	model, closer, err := e.connect(ctx)
	if closer != nil {
		m.closers = append(m.closers, closer)
	}
	return model, err
}

// Close closes the clients.
func (m *models) Close() error {
	var errs []error
	for _, c := range m.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
