package report

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/imagescope/imagescope/examples/benchmark/run"
)

type (
	browserView struct {
		About  string
		Chosen string // by what the queries with pictures are
		Runs   []keyView
		Cards  []cardView
		Rows   []queryView
		Kinds  []kindView // that a query can be
		More   string     // what is not listed
	}
	kindView struct {
		Name, Text string
	}
	queryView struct {
		ID, Anchor, Text string
		Kinds            string // names, with spaces between
		Places           []string
		Gain, Loss, Time string // numbers to sort by
	}
)

// kinds are what became of a query.
var kinds = []kindView{
	{"helped", "the stages moved the target forward"},
	{"hurt", "the stages moved the target back"},
	{"right", "the target is first at the end"},
	{"missed", "the target is not among the first 10 at the end"},
	{"differ", "the runs end with the target at different places"},
	{"fault", "something went wrong"},
}

// question is one query of a dataset in all runs.
type question struct {
	trace  run.Trace    // of the first run that has it
	traces []*run.Trace // of each run; nil where it has none
	ends   [][2]int     // for each run, the target's place after the first stage and the last; 0 where it is not found
	kinds  []string
	gain   float64 // largest gain of 1/place by the stages of a run
	loss   float64 // largest loss
	time   float64 // seconds, of all runs
	anchor string  // of its card, if it has one
	picked string  // why it has
}

// questions returns the queries of all runs, in the order of the dataset.
func (s *runSet) questions() []*question {
	var all []*question
	at := map[string]*question{}
	for i, r := range s.runs {
		for k := range r.Traces {
			t := &r.Traces[k]
			q := at[t.Query]
			if q == nil {
				q = &question{trace: *t, traces: make([]*run.Trace, len(s.runs)), ends: make([][2]int, len(s.runs))}
				at[t.Query] = q
				all = append(all, q)
			}
			q.traces[i] = t
			q.time += t.Time.Seconds()
			if len(r.stages) > 0 {
				round := lastRound(*t)
				q.ends[i] = [2]int{r.place(*t, round.Ranking(r.stages[0])), r.place(*t, round.Ranking(r.last()))}
			}
		}
	}
	for _, q := range all {
		q.judge()
	}
	return all
}

// judge finds out what became of the query.
func (q *question) judge() {
	is := map[string]bool{"right": true, "missed": true}
	end := -1
	for i, t := range q.traces {
		if t == nil {
			continue
		}
		was, now := q.ends[i][0], q.ends[i][1]
		change := inverse(now) - inverse(was)
		q.gain, q.loss = max(q.gain, change), max(q.loss, -change)
		is["helped"] = is["helped"] || change > 0
		is["hurt"] = is["hurt"] || change < 0
		is["right"] = is["right"] && now == 1
		is["missed"] = is["missed"] && (now == 0 || now > 10)
		is["fault"] = is["fault"] || t.Faulty()
		is["differ"] = is["differ"] || end >= 0 && end != now
		end = now
	}
	known := len(q.trace.Targets) > 0
	for _, k := range kinds {
		if is[k.Name] && (known || k.Name == "fault") {
			q.kinds = append(q.kinds, k.Name)
		}
	}
}

// inverse is the reciprocal rank.
func inverse(place int) float64 {
	if place == 0 {
		return 0
	}
	return 1 / float64(place)
}

// pick chooses the queries that are shown with pictures.
func pick(all []*question, n int) []*question {
	var picked []*question
	take := func(from []*question, n int, why string) {
		for _, q := range from {
			if n == 0 {
				return
			}
			if q.picked == "" {
				q.picked, q.anchor = why, fmt.Sprintf("q%d", len(picked)+1)
				picked = append(picked, q)
				n--
			}
		}
	}
	by := func(key func(*question) float64) []*question {
		list := slices.DeleteFunc(slices.Clone(all), func(q *question) bool { return key(q) <= 0 })
		slices.SortStableFunc(list, func(a, b *question) int { return cmp.Compare(key(b), key(a)) })
		return list
	}
	shuffled := slices.Clone(all)
	random := rand.New(rand.NewPCG(seed, uint64(len(all))))
	random.Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
	missed := slices.DeleteFunc(slices.Clone(shuffled), func(q *question) bool { return !slices.Contains(q.kinds, "missed") })

	take(by(func(q *question) float64 { return q.gain }), n/4, "helped most")
	take(by(func(q *question) float64 { return q.loss }), n/4, "hurt most")
	take(missed, n/4, "missed")
	take(shuffled, n-len(picked), "by chance")
	return picked
}

// browser shows single queries; nil where there are none.
func (s *runSet) browser(o Options) *browserView {
	all := s.questions()
	if len(all) == 0 {
		return nil
	}
	v := &browserView{About: s.stagesInWords(), Chosen: "by chance"}
	if len(s.names()) > 0 {
		v.Chosen = "those that the stages helped most and hurt most, some that missed, and some by chance"
	}
	for _, r := range s.runs {
		v.Runs = append(v.Runs, r.key())
	}
	picked := pick(all, min(cmp.Or(max(o.Queries, 0), 40), maxCards))
	pictures := newAlbum(o)
	for _, q := range picked {
		v.Cards = append(v.Cards, s.card(q, pictures))
	}
	if len(v.Cards) > 0 {
		v.Cards[0].Open = true
	}
	if pictures.full > 0 {
		v.More = count(pictures.full, "picture was", "pictures were") + " left out, because the page had no room for more. "
	}
	listed := all
	if len(all) > maxListed {
		listed = slices.Clone(all)
		slices.SortStableFunc(listed, func(a, b *question) int { return cmp.Compare(max(b.gain, b.loss), max(a.gain, a.loss)) })
		listed = listed[:maxListed]
		v.More += fmt.Sprintf("Of %s queries the %s that the stages moved most are listed; all are in the traces of the runs.", thousands(int64(len(all))), thousands(maxListed))
	}
	has := map[string]bool{}
	for _, q := range listed {
		row := queryView{
			ID:     cut(q.trace.Query, maxName),
			Anchor: q.anchor,
			Text:   cut(strings.Join(q.trace.Texts, " / "), maxText/2),
			Kinds:  strings.Join(q.kinds, " "),
			Gain:   fmt.Sprintf("%.3f", q.gain),
			Loss:   fmt.Sprintf("%.3f", q.loss),
			Time:   fmt.Sprintf("%.3f", q.time),
		}
		for _, k := range q.kinds {
			has[k] = true
		}
		for i, r := range s.runs {
			places := "not asked"
			if t := q.traces[i]; t != nil {
				places = r.way(*t, lastRound(*t))
			}
			row.Places = append(row.Places, places)
		}
		v.Rows = append(v.Rows, row)
	}
	v.Kinds = slices.DeleteFunc(slices.Clone(kinds), func(k kindView) bool { return !has[k.Name] })
	return v
}

// stagesInWords says what the places of targets are after.
func (s *runSet) stagesInWords() string {
	var words []string
	for _, r := range s.runs {
		var names []string
		for _, st := range r.stages {
			names = append(names, string(st))
		}
		text := strings.Join(names, " → ")
		if r.letter != "" {
			text = r.letter + ": " + text
		}
		words = append(words, text)
	}
	return strings.Join(words, "; ")
}

// way tells the places of the target after each stage.
func (r *oneRun) way(t run.Trace, round run.Round) string {
	if len(t.Targets) == 0 {
		return "secret"
	}
	places := make([]string, len(r.stages))
	for i, st := range r.stages {
		places[i] = "–"
		if p := r.place(t, round.Ranking(st)); p > 0 {
			places[i] = fmt.Sprint(p)
		}
	}
	return strings.Join(places, " → ")
}
