package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/embeddings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

// modelFlags are the flags that name models.
type modelFlags struct {
	embed                               endpoint
	library                             string // of ONNX Runtime
	model, caption, text, verify, rank  endpoint
	checkpoints                         pairs
	parallel, callsPerMinute, perMinute int
}

// jobs are what -checkpoint can be said of.
var jobs = []string{"embed", "model", "caption", "text", "verify", "rank"}

func (m *modelFlags) register(flags *flag.FlagSet) {
	m.embed.register(flags, "embed", "words", "what makes the vectors: words, clip:FOLDER of ONNX files, or openai:NAME or ollama:NAME for captions")
	flags.StringVar(&m.library, "onnxruntime", "", "`file` of ONNX Runtime's library, for -embed clip")
	m.model.register(flags, "model", "", "the `PROVIDER:NAME` of the model for all that the next four do not name, with ollama, openai or anthropic; without one nothing is asked of a model")
	m.caption.register(flags, "caption-model", "", "the model that captions images")
	m.text.register(flags, "text-model", "", "the model that writes intents and propositions; it needs no eyes")
	m.verify.register(flags, "verify-model", "", "the model that answers questions about a candidate")
	m.rank.register(flags, "rank-model", "", "the model that compares the best candidates")
	flags.Var(&m.checkpoints, "checkpoint", "`JOB=NAME`: which weights do the job ("+strings.Join(jobs, ", ")+"), for the record; may be repeated")
	flags.IntVar(&m.parallel, "parallel", imagescope.DefaultInFlight, "most calls of a model at once")
	flags.IntVar(&m.callsPerMinute, "calls-per-minute", 0, "most calls of a model in a minute; 0 for any number")
	flags.IntVar(&m.perMinute, "tokens-per-minute", 0, "about the most tokens of a model in a minute; 0 for any number")
}

// models are connected models. They must be closed.
type models struct {
	run.Models
	parts   map[string]run.Part // by job; only those that there are
	flags   *modelFlags
	cache   *imagescope.CacheFile
	made    map[endpoint]imagescope.Reasoner
	closers []io.Closer
}

// connect makes the models that were asked for. Replies are kept in cache.
func (m *modelFlags) connect(cache *imagescope.CacheFile) (*models, error) {
	all := &models{flags: m, cache: cache, parts: map[string]run.Part{}, made: map[endpoint]imagescope.Reasoner{}}
	for job := range m.checkpoints {
		if !slices.Contains(jobs, job) {
			return nil, usageErrorf("-checkpoint %s=…: it is said of %s", job, strings.Join(jobs, ", "))
		}
	}
	err := all.embedder()
	for _, j := range []struct {
		job  string
		at   endpoint
		into *imagescope.Reasoner
	}{
		{"caption", m.caption, &all.Caption}, {"text", m.text, &all.Text}, {"verify", m.verify, &all.Verify}, {"rank", m.rank, &all.Rank},
	} {
		if at := j.at.orElse(m.model); err == nil && at.spec != "" {
			*j.into, err = all.reasoner(j.job, at)
		}
	}
	if err != nil {
		return nil, errors.Join(err, all.Close())
	}
	return all, nil
}

// reasoner returns the model of a job. Jobs that share a server share its limits.
func (m *models) reasoner(job string, at endpoint) (imagescope.Reasoner, error) {
	checkpoint := m.flags.checkpoints[job]
	if checkpoint == "" && (at == m.flags.model || at.spec == m.flags.model.spec) {
		checkpoint = m.flags.checkpoints["model"]
	}
	m.parts[job] = run.Part{Model: at.spec, Checkpoint: checkpoint}
	at.flag = ""
	limited, ok := m.made[at]
	if !ok {
		model, name, options, err := at.connect()
		if err != nil {
			return nil, err
		}
		r, err := imagescope.NewReasoner(model, &imagescope.ReasonerOptions{Model: name, CallOptions: options})
		if err != nil {
			return nil, err
		}
		limited = imagescope.Retry(imagescope.Limit(r, &imagescope.LimitOptions{
			InFlight: m.flags.parallel, CallsPerMinute: m.flags.callsPerMinute, TokensPerMinute: m.flags.perMinute,
		}), nil)
		m.made[at] = limited
	}
	return imagescope.Cache(imagescope.Share(limited, nil), &imagescope.CacheOptions{Model: at.spec + " " + checkpoint, File: m.cache}), nil
}

// embedder makes what makes vectors.
func (m *models) embedder() error {
	at := m.flags.embed
	name, spec, _ := strings.Cut(at.spec, ":")
	part := run.Part{Name: name, Model: spec, Checkpoint: m.flags.checkpoints["embed"]}
	switch name {
	case "words":
		m.Embedder = embed.Words{}
	case "clip":
		model, err := openCLIP(spec, m.flags.library)
		if err != nil {
			return err
		}
		m.Embedder = model
		m.closers = append(m.closers, model)
	default:
		part = run.Part{Name: "captions", Model: at.spec, Checkpoint: part.Checkpoint}
		model, _, _, err := at.connect()
		if err != nil {
			return err
		}
		client, ok := model.(embeddings.EmbedderClient)
		if !ok {
			return usageErrorf("-embed %s: this provider has no embeddings: take words, clip:FOLDER, openai:NAME or ollama:NAME", at.spec)
		}
		texts, err := embeddings.NewEmbedder(client)
		if err != nil {
			return fmt.Errorf("-embed %s: %w", at.spec, err)
		}
		m.Embedder = embed.NewLangchain(texts, nil)
	}
	m.parts["embed"] = part
	return nil
}

// Close closes the models.
func (m *models) Close() error {
	var errs []error
	for _, c := range m.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
