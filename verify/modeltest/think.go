package modeltest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/change"
	"github.com/imagescope/imagescope/internal/words"
)

// thought is what the model has to say.
type thought struct {
	text string
	yes  float64 // how probable a yes was at the beginning; NaN for none of yes and no
}

// think answers what is asked about what is seen.
func (m *Model) think(a asked, seen []sight) (thought, error) {
	switch a.task {
	case imagescope.TaskCaption:
		n, err := onlyOne(seen)
		if err != nil {
			return thought{}, err
		}
		return says(m.world.pictures[n].Scene.Caption()), nil
	case imagescope.TaskInterpret:
		return m.interpret(a, seen), nil
	case imagescope.TaskPropose:
		return says(fenced(proposed(m.propositions(a.instruction, a.edits, unknown, a.reference)))), nil
	case imagescope.TaskVerify:
		return m.answer(a, seen)
	case imagescope.TaskRefine:
		return a.refine(), nil
	case imagescope.TaskCompare:
		if a.ranking {
			return m.rank(a, seen)
		}
		return m.compare(a, seen)
	}
	return thought{}, fmt.Errorf("task %q: the model does %s, %s, %s, %s, %s and %s", a.task, imagescope.TaskCaption, imagescope.TaskInterpret,
		imagescope.TaskPropose, imagescope.TaskVerify, imagescope.TaskRefine, imagescope.TaskCompare)
}

func says(text string) thought { return thought{text, math.NaN()} }

func onlyOne(seen []sight) (int, error) {
	if len(seen) != 1 {
		return 0, fmt.Errorf("%d images: one is wanted for this", len(seen))
	}
	return seen[0].one(0)
}

func fenced(v any) string { return "I go through it step by step.\n```json\n" + marshal(v) + "\n```" }

func marshal(v any) string {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("modeltest: the model's own words cannot be written: %v", err)) // unreachable: strings and numbers
	}
	return string(data)
}

// interpret splits an instruction into edits and describes what is wanted.
func (m *Model) interpret(a asked, seen []sight) thought {
	known := m.reference(a, seen)
	var in imagescope.Intent
	if k := m.recall(a.instruction, known, a.reference); k != nil && (k.Reference == nil || known >= 0) && (k.Carried == "" || normal(k.Carried) == normal(a.reference)) {
		in = k.Intent
	} else {
		in = imagescope.Intent{
			Edits:        understood(a.instruction, a.reference != "" && !isBlank(a.reference) || known >= 0),
			Descriptions: m.described(a, known),
		}
	}
	object := map[string]any{"step1": pairs(in.Edits), "step2": in.Descriptions}
	if a.oneCall {
		var triples [][3]string
		for _, p := range m.propositions(a.instruction, in.Edits, known, a.reference) {
			triples = append(triples, [3]string{stated(p), p.Question, truth(p.Want)})
		}
		object["step3"] = triples
	}
	return says(fenced(object))
}

// reference returns the number of the reference picture, as it is shown or as
// it is told in words.
func (m *Model) reference(a asked, seen []sight) int {
	if len(seen) > 0 && len(seen[0].panels) == 1 {
		return seen[0].panels[0]
	}
	return m.world.told(a.reference)
}

// described describes what an unknown instruction is after in the words of
// both.
func (m *Model) described(a asked, known int) []string {
	reference := a.reference
	if known >= 0 {
		reference = m.world.pictures[known].Scene.Caption()
	}
	if reference == "" || isBlank(reference) {
		return []string{a.instruction}
	}
	return []string{strings.TrimRight(reference, ". ") + ", " + a.instruction}
}

// isBlank reports whether a reference in words is none.
func isBlank(reference string) bool { return strings.Contains(strings.ToLower(reference), "blank") }

// told returns the picture with a caption.
func (w *World) told(caption string) int {
	if i, ok := w.captions[normal(caption)]; ok {
		return i
	}
	return unknown
}

func pairs(edits []imagescope.Edit) [][2]string {
	list := [][2]string{}
	for _, e := range edits {
		list = append(list, [2]string{string(e.Kind), e.Text})
	}
	return list
}

func proposed(props []imagescope.Proposition) map[string]any {
	statements, questions := []string{}, [][2]string{}
	for _, p := range props {
		statements = append(statements, stated(p))
		questions = append(questions, [2]string{p.Question, truth(p.Want)})
	}
	return map[string]any{"step1": statements, "step2": questions}
}

func stated(p imagescope.Proposition) string {
	switch {
	case p.Statement != "":
		return p.Statement
	case p.Want:
		return "It is so: " + p.Question
	}
	return "It is not so: " + p.Question
}

func truth(want bool) string {
	if want {
		return "True"
	}
	return "False"
}

// understood splits an instruction into edits, by rules.
func understood(instruction string, hasReference bool) []imagescope.Edit {
	changes := change.Parse(instruction)
	if !hasReference {
		changes = change.Describe(change.WithoutSearch(words.Tokens(instruction)))
	}
	edits := []imagescope.Edit{}
	for _, c := range changes {
		edits = append(edits, imagescope.Edit{Kind: imagescope.EditKind(c.Kind), Text: c.String()})
	}
	return edits
}

var (
	wished  = regexp.MustCompile(`(?m)^[ \t]*(\d+)[.)] (.+?)\?`)
	missing = regexp.MustCompile(`(?i)misses ((?:\d+(?:, )?)+)`)
	asking  = regexp.MustCompile(`(?i)^(is|are) (there|it|the) `)
)

// refine chooses the requirement that most of the images found miss, and names
// it first in a new description.
func (a asked) refine() thought {
	missed := map[string]int{}
	for _, m := range missing.FindAllStringSubmatch(a.unmet, -1) {
		for number := range strings.SplitSeq(m[1], ", ") {
			missed[number]++
		}
	}
	unmet, what := 1, a.instruction
	for _, w := range wished.FindAllStringSubmatch(a.unmet, -1) {
		number, err := strconv.Atoi(w[1])
		if err == nil && (missed[w[1]] > missed[strconv.Itoa(unmet)] || number == unmet) {
			unmet, what = number, asking.ReplaceAllString(w[2], "")
		}
	}
	return says(fenced(map[string]any{"unmet": unmet, "descriptions": []string{what + ", " + a.instruction}}))
}

// answer answers questions about one picture.
func (m *Model) answer(a asked, seen []sight) (thought, error) {
	n, err := onlyOne(seen)
	if err != nil {
		return thought{}, err
	}
	if !a.together {
		j := m.judge(a.task, a.questions[0], n)
		if a.confident {
			return says(marshal(a.rated(j))), nil
		}
		return thought{yesNo(j.yes), j.likely()}, nil
	}
	answers := map[string]any{}
	for i, q := range a.questions {
		j := m.judge(a.task, q, n)
		answers[strconv.Itoa(i+1)] = yesNo(j.yes)
		if a.confident {
			answers[strconv.Itoa(i+1)] = a.rated(j)
		}
	}
	return says(marshal(answers)), nil
}

// rated is an answer with its confidence.
func (a asked) rated(j judgement) map[string]any {
	sure := math.Round(100 * j.sure)
	if !a.perCent {
		sure /= 100
	}
	return map[string]any{"answer": yesNo(j.yes), "confidence": sure}
}

// likely is how probable the model thinks that yes is.
func (j judgement) likely() float64 {
	if j.yes {
		return j.sure
	}
	return 1 - j.sure
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// compare says whether a candidate does what is asked. It is shown alone,
// behind the reference, or to the right of it in one picture.
func (m *Model) compare(a asked, seen []sight) (thought, error) {
	panels := panelsOf(seen)
	if n := len(panels); n != 1 && n != 2 {
		return thought{}, fmt.Errorf("%d pictures: a verdict is on a candidate, alone or behind a reference", n)
	}
	reference, candidate := unknown, panels[len(panels)-1]
	if len(panels) == 2 {
		reference = panels[0]
	}
	if candidate < 0 {
		return thought{}, fmt.Errorf("the candidate: %w", errStranger)
	}
	all := m.requirements(a.instruction, reference, a.reference)
	met, sure := m.meets(all, candidate, reference)
	text := fmt.Sprintf("ANSWER: No\nIt meets %d of %d requirements.", met, len(all))
	if len(all) == 0 {
		return says("ANSWER: No\nThere is nothing in the instruction that I understand."), nil
	}
	if met == len(all) {
		text = "ANSWER: Yes\nIt meets all requirements."
	}
	return thought{text, sure}, nil
}

func panelsOf(seen []sight) (panels []int) {
	for _, s := range seen {
		panels = append(panels, s.panels...)
	}
	return panels
}

// rank orders candidates by how many requirements each meets.
func (m *Model) rank(a asked, seen []sight) (thought, error) {
	panels, reference := panelsOf(seen), unknown
	switch n := len(panels); {
	case n < 2:
		return thought{}, fmt.Errorf("%d pictures: there is nothing to rank", n)
	case len(seen) == 1 && seen[0].labelled:
		reference, panels = panels[0], panels[1:]
	case len(seen) > 1 && a.reminded:
		reference, panels = panels[n-1], panels[:n-1]
	}
	all := m.requirements(a.instruction, reference, a.reference)
	requirements, images, ranking := []string{}, map[string]string{}, []int{}
	for _, r := range all {
		if r.place {
			requirements = append(requirements, "The place is that of the reference.")
		} else {
			requirements = append(requirements, stated(r.Proposition))
		}
	}
	counts := make([]int, len(panels))
	for i, n := range panels {
		if n < 0 {
			return thought{}, fmt.Errorf("candidate %d: %w", i+1, errStranger)
		}
		counts[i], _ = m.meets(all, n, reference)
		images[strconv.Itoa(i+1)] = fmt.Sprintf("%s, it meets %d of %d", yesNo(counts[i] == len(all)), counts[i], len(all))
		ranking = append(ranking, i+1)
	}
	slices.SortStableFunc(ranking, func(a, b int) int { return cmp.Compare(counts[b-1], counts[a-1]) })
	return says(marshal(map[string]any{"requirements": requirements, "images": images, "ranking": ranking})), nil
}
