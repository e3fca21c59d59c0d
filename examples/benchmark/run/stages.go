package run

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// Models are what a run asks. Those that its [Settings] have no use for may be
// nil.
type Models struct {
	Embedder imagescope.Embedder
	Caption  imagescope.Reasoner // describes the images of the gallery
	Text     imagescope.Reasoner // writes intents and propositions
	Verify   imagescope.Reasoner // answers questions about a candidate
	Rank     imagescope.Reasoner // compares candidates with what is wanted
}

// complete fills in what was left to the defaults.
func (s *Settings) complete() {
	x := &s.Search
	x.Depth = cmp.Or(x.Depth, DefaultDepth)
	x.Tau = max(cmp.Or(x.Tau, imagescope.DefaultTau), 0)
	x.Fusion = cmp.Or(x.Fusion, "mean")
	x.Prompts = cmp.Or(x.Prompts, promptsOf(s.Dataset))
	if s.Verify.Name != "none" {
		x.TopK = cmp.Or(x.TopK, imagescope.DefaultTopK)
	}
	switch s.Rank.Name {
	case "none":
	case "listwise":
		x.Alpha = cmp.Or(x.Alpha, rank.DefaultListed)
	default:
		x.Alpha = cmp.Or(x.Alpha, rank.DefaultAlpha)
	}
}

func promptsOf(dataset string) string {
	if dataset == "fashioniq" {
		return "fashion"
	}
	return "general"
}

// config returns a pipeline's parts and numbers, without images and index.
func (s Settings) config(m Models) (imagescope.Config, error) {
	x := s.Search
	cfg := imagescope.Config{
		Embedder:      m.Embedder,
		Tau:           &x.Tau,
		TopK:          x.TopK,
		MinConfidence: x.MinConfidence,
		RefineBelow:   x.RefineBelow,
		Gate:          imagescope.Gate{Similarity: x.GateSimilarity, Confidence: x.GateConfidence},
		Budget:        imagescope.Budget{Calls: x.Calls, Tokens: x.Tokens, Time: x.Time},
		StageTimeout:  x.Timeout,
	}
	if m.Embedder == nil {
		return cfg, errors.New("there is no embedder")
	}
	if x.Instant {
		cfg.Instant = &imagescope.Instant{Composer: intent.Rules{}}
	}
	var err error
	cfg.Fusion, err = choose("fusion", x.Fusion, map[string]imagescope.Fusion{"mean": imagescope.MeanVector, "reciprocal": imagescope.ReciprocalRank})
	for _, set := range []func(*imagescope.Config, Models) error{s.setCaptioner, s.setIntent, s.setVerify, s.setRank} {
		if err == nil {
			err = set(&cfg, m)
		}
	}
	return cfg, err
}

// choose returns what a word of the settings stands for.
func choose[T any](setting, word string, meanings map[string]T) (T, error) {
	v, ok := meanings[word]
	if !ok {
		return v, fmt.Errorf("%s is %q, not one of %s", setting, word, strings.Join(slices.Sorted(maps.Keys(meanings)), ", "))
	}
	return v, nil
}

func needs(job string, model imagescope.Reasoner) error {
	if model == nil {
		return fmt.Errorf("%s needs a model, and there is none for it", job)
	}
	return nil
}

func (s Settings) setCaptioner(cfg *imagescope.Config, m Models) error {
	switch s.Captioner.Name {
	case "none":
	case "colours":
		cfg.Captioner = embed.Colours{}
	case "model":
		opts := &embed.CaptionerOptions{}
		if s.Search.Prompts == "fashion" {
			opts.Prompt = embed.Fashion()
		}
		cfg.Captioner = embed.NewCaptioner(m.Caption, opts)
		return needs("captioner model", m.Caption)
	default:
		return fmt.Errorf("captioner is %q, not one of model, colours, none", s.Captioner.Name)
	}
	return nil
}

func (s Settings) setIntent(cfg *imagescope.Config, m Models) error {
	x := s.Search
	switch s.Intent.Name {
	case "none":
	case "rules":
		cfg.Intent = intent.Rules{}
	case "model":
		opts := &intent.Options{OneCall: x.OneCall, ShowReference: x.ShowReference, Lenient: x.Lenient}
		switch {
		case x.Prompts == "fashion" && x.OneCall:
			opts.Prompt = intent.OneCallFashion()
		case x.Prompts == "fashion":
			opts.Prompt = intent.Fashion()
		}
		cfg.Intent = intent.New(m.Text, opts)
		return needs("intent model", m.Text)
	default:
		return fmt.Errorf("intent is %q, not one of model, rules, none", s.Intent.Name)
	}
	return nil
}

func (s Settings) setVerify(cfg *imagescope.Config, m Models) error {
	x := s.Search
	switch s.Verify.Name {
	case "none":
		return nil
	case "captions":
		cfg.Verify = verify.Captions{}
		return nil
	}
	opts := &verify.Options{Proposer: m.Text, Lenient: x.Lenient}
	var err error
	if opts.Form, err = choose("verify", s.Verify.Name, map[string]verify.Form{"together": verify.Together, "single": verify.Single}); err != nil {
		return fmt.Errorf("%w, captions, none", err)
	}
	if opts.Confidence, err = choose("confidence", cmp.Or(x.Confidence, "bare"), map[string]verify.Confidence{
		"bare": verify.Bare, "stated": verify.Stated, "probability": verify.Probability,
	}); err != nil {
		return err
	}
	if opts.Order, err = choose("order", cmp.Or(x.Order, "counted"), map[string]verify.Order{"counted": verify.Counted, "scored": verify.Scored}); err != nil {
		return err
	}
	if x.Prior > 0 {
		opts.Prior = &x.Prior
	}
	cfg.Verify = verify.New(m.Verify, opts)
	return cmp.Or(needs("verify "+s.Verify.Name, m.Verify), needs("its propositions", m.Text))
}

func (s Settings) setRank(cfg *imagescope.Config, m Models) error {
	x := s.Search
	switch s.Rank.Name {
	case "none":
		return nil
	case "captions":
		cfg.Rank = rank.Captions{Alpha: x.Alpha}
		return nil
	case "pairwise":
		cfg.Rank = rank.New(m.Rank, &rank.Options{Alpha: x.Alpha, Speculate: x.Speculate, OnePicture: x.OnePicture, Lenient: x.Lenient})
	case "listwise":
		cfg.Rank = rank.NewListwise(m.Rank, &rank.ListwiseOptions{Alpha: x.Alpha, Sheet: x.OnePicture})
	case "tournament":
		cfg.Rank = rank.NewTournament(m.Rank, &rank.TournamentOptions{Alpha: x.Alpha, Sheet: x.OnePicture})
	default:
		return fmt.Errorf("rank is %q, not one of pairwise, listwise, tournament, captions, none", s.Rank.Name)
	}
	return needs("rank "+s.Rank.Name, m.Rank)
}
