package rank

import (
	"context"
	"fmt"
	"text/template"

	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
)

// DefaultConcurrency is how many calls a [Tournament] makes at once where its
// options do not say.
const DefaultConcurrency = 8

// TournamentOptions adjusts a [Tournament]. The zero value is ready to use.
type TournamentOptions struct {
	// Alpha is how many candidates take part, best first; 0 means
	// [DefaultAlpha].
	Alpha int
	// Concurrency is how many calls run at once; 0 means [DefaultConcurrency].
	Concurrency int
	// Sheet shows a pair, and the reference, in one picture, as in
	// [ListwiseOptions].
	Sheet bool
	// Side is the longest side, in pixels, of each image as it is shown; 0
	// means [DefaultSide], or in a sheet [DefaultPictureSide].
	Side int
	// MaxTokens bounds the reply; 0 means 4,096.
	MaxTokens int
	// Prompt replaces [List]. It is executed with [ListData], Count being 2.
	Prompt *template.Template
}

// Tournament has each of the best candidates meet each other twice, in both
// orders, by the question of a [Listwise] about two images. Only where both
// replies prefer the same one has it won; else the pair is drawn. So a model
// that prefers what it sees first, as many do, decides nothing by that. Make it
// with [NewTournament]. For n candidates a query costs n(n-1) calls, 6 for the
// default of 3, in one round trip where Concurrency allows it.
//
// It suits models that judge two images well and many badly, or whose single
// verdicts are not to be relied on.
type Tournament struct {
	lister
	alpha, concurrency int
}

var (
	_ imagescope.TopRanker = (*Tournament)(nil)
	_ imagescope.Coster    = (*Tournament)(nil)
)

// NewTournament returns a tournament whose judge is model: it must take two
// images, and the reference, or one with Sheet. opts may be nil.
func NewTournament(model imagescope.Reasoner, opts *TournamentOptions) *Tournament {
	var o TournamentOptions
	if opts != nil {
		o = *opts
	}
	if o.Alpha <= 0 {
		o.Alpha = DefaultAlpha
	}
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	if o.Sheet && o.Side <= 0 {
		o.Side = DefaultPictureSide
	}
	return &Tournament{
		lister:      lister{model: model, sheet: o.Sheet, side: o.Side, maxTokens: o.MaxTokens, prompt: o.Prompt}.orDefaults(),
		alpha:       o.Alpha,
		concurrency: o.Concurrency,
	}
}

// Top returns Alpha.
func (t *Tournament) Top() int { return t.alpha }

// MaxCost returns the cost of Alpha(Alpha-1) calls.
func (t *Tournament) MaxCost(q imagescope.Query, candidates int) imagescope.Cost {
	n := min(t.alpha, candidates)
	return t.cost(q, 2).Times(max(n*(n-1), 0))
}

// Rank orders the first Alpha candidates by points: 2 for a pair won, 1 for a
// pair drawn. Equal points keep the order they have. Each of them has a Verdict
// that gives its pairs; it is accepted if more than half of the replies about
// it say that it meets all that is asked, whatever its place. Fewer than two
// candidates are not asked about.
//
// A candidate whose image cannot be read takes no part and keeps its place, and
// the error comes with the order. A reply that cannot be used is no vote, so
// that its pair is drawn; where none can be used the stage ends with that
// imagescope.ReplyError, as it does with the error of any other failed call:
// without candidates. It does not begin where the budget of the query allows
// fewer calls than it takes: half a tournament tells little.
func (t *Tournament) Rank(ctx context.Context, q imagescope.Query, _ imagescope.Intent, cs []imagescope.Candidate) ([]imagescope.Candidate, error) {
	s, err := t.show(ctx, q, cs[:min(t.alpha, len(cs))])
	if err != nil {
		return nil, err
	}
	if n, bounded := imagescope.CallsLeft(ctx); bounded && n < len(s.items)*(len(s.items)-1) {
		return nil, fmt.Errorf("a tournament of %d takes %d calls, and %d are left: %w", len(s.items), len(s.items)*(len(s.items)-1), n, imagescope.ErrBudget)
	}
	pairs, err := t.play(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		for _, err := range p.errs {
			s.drop(err)
		}
	}
	table, err := score(s.items, pairs)
	if err != nil {
		return nil, err
	}
	return s.settle(cs, table.order(), table.verdicts())
}

// pair is two candidates that meet twice: as they are, and turned round.
type pair struct {
	items [2]item
	found [2]listing // of each turn
	errs  [2]error   // the reply is unusable, or an image unreadable
}

// turned returns the candidates as they are shown in a turn.
func (p *pair) turned(turn int) []item { return []item{p.items[turn], p.items[1-turn]} }

// play makes all calls. Its error is that of a call which ends the stage.
func (t *Tournament) play(ctx context.Context, s *showing) ([]*pair, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(t.concurrency)
	var pairs []*pair
	for i, a := range s.items {
		for _, b := range s.items[i+1:] {
			p := &pair{items: [2]item{a, b}}
			pairs = append(pairs, p)
			for turn := range p.errs {
				group.Go(func() error {
					p.errs[turn] = protect(func() (err error) {
						p.found[turn], err = s.ask(ctx, p.turned(turn), false)
						return err
					})
					return p.fatal(turn)
				})
			}
		}
	}
	return pairs, group.Wait()
}

// fatal returns the error of a turn if that ends the stage.
func (p *pair) fatal(turn int) error {
	err := p.errs[turn]
	if isUnusable(err) || isUnreadable(err, p.items[0].image) || isUnreadable(err, p.items[1].image) {
		return nil
	}
	return err
}
