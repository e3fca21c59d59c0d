package modeltest

import (
	"errors"
	"regexp"
	"strings"

	"github.com/imagescope/imagescope"
)

// asked is what a prompt asks for. It is read from what the reader of the
// reply needs anyway, the names of its members, and from the labels in front
// of what changes from call to call, so prompts may be worded as they like.
type asked struct {
	task imagescope.Task

	instruction string
	reference   string // in words
	edits       []imagescope.Edit
	questions   []string
	together    bool   // the reply is an object by the questions' numbers
	confident   bool   // with a confidence for each, the reply to one question an object too
	perCent     bool   // 0 to 100, else 0 to 1
	oneCall     bool   // propositions with the intent
	unmet       string // requirements by number, and the images found with what each misses
	ranking     bool   // of several candidates, not a verdict on one
	reminded    bool   // there is one more image than there are candidates, the reference
}

var (
	numbered = regexp.MustCompile(`(?m)^[ \t]*(\d+)[.)][ \t]+(.+\?)[ \t\r]*$`)
	single   = regexp.MustCompile(`[^\n.?!:]+\?`)
	edit     = regexp.MustCompile(`(?m)^[ \t]*\d+[.)][ \t]+\[(\w*)\][ \t]*(.+?)[ \t\r]*$`)
	describe = regexp.MustCompile(`(?i)\b(describe|caption)\b`)
	behind   = regexp.MustCompile(`(?i)\breference\b[^.]*\b(last|behind|follows|after)\b|\b(last|behind|follows|after)\b[^.]*\breference\b`)
	sureness = regexp.MustCompile(`(?i)\b(confiden|probab|how sure)`)
	perCent  = regexp.MustCompile(`(?i)per ?cent|%|\b100\b`)
	label    = regexp.MustCompile(`(?i)^[ \t]*(instruction|query|reference image|reference|description|edits|questions?|searched for|requirements|found):[ \t]*`)
)

// read finds out what is asked. task may be "" where nobody says, as over a
// wire. The error tells what the prompt lacks.
func read(prompt string, task imagescope.Task, images int) (asked, error) {
	labels := lastLabels(prompt)
	a := asked{
		task:        task,
		instruction: first(labels, "instruction", "query"),
		reference:   first(labels, "reference image", "reference", "description"),
		together:    strings.Contains(prompt, "JSON"),
		oneCall:     strings.Contains(prompt, `"step3"`),
		ranking:     strings.Contains(prompt, `"ranking"`),
	}
	if strings.Contains(prompt, `"unmet"`) {
		a.unmet = labels["requirements"] + "\n" + labels["found"]
	}
	for _, e := range edit.FindAllStringSubmatch(labels["edits"], -1) {
		a.edits = append(a.edits, imagescope.Edit{Kind: imagescope.EditKind(e[1]), Text: e[2]})
	}
	if a.task == "" {
		if a.task = a.guess(prompt, images); a.task == "" {
			return a, errors.New(`what is asked cannot be told: a prompt without an image needs a line that begins with "Instruction:", ` +
				`one with an image asks to describe it, or a question that ends with "?", or has that line, for a verdict`)
		}
	}
	switch a.task {
	case imagescope.TaskVerify:
		a.confident = a.together && sureness.MatchString(prompt)
		a.perCent = a.confident && perCent.MatchString(prompt)
		for _, q := range numbered.FindAllStringSubmatch(prompt, -1) {
			a.questions = append(a.questions, q[2])
		}
		if len(a.questions) == 0 {
			a.together = false
			if all := single.FindAllString(prompt, -1); len(all) > 0 {
				a.questions = []string{strings.TrimSpace(all[len(all)-1])}
			}
		}
		if len(a.questions) == 0 {
			return a, errors.New(`there is no question that ends with "?"`)
		}
	case imagescope.TaskInterpret, imagescope.TaskPropose, imagescope.TaskRefine, imagescope.TaskCompare:
		a.reminded = a.ranking && behind.MatchString(prompt)
		if a.instruction == "" {
			return a, errors.New(`there is no line that begins with "Instruction:"`)
		}
	}
	return a, nil
}

// guess tells the task from the prompt.
func (a asked) guess(prompt string, images int) imagescope.Task {
	begin, _, _ := strings.Cut(strings.TrimSpace(prompt), "\n")
	switch {
	case a.unmet != "" && a.instruction != "":
		return imagescope.TaskRefine
	case a.oneCall && a.instruction != "":
		return imagescope.TaskInterpret
	case images == 0 && len(a.edits) > 0:
		return imagescope.TaskPropose
	case images == 0 && a.instruction != "", strings.Contains(prompt, `"step2"`) && a.instruction != "":
		return imagescope.TaskInterpret
	case images == 0:
		return ""
	case a.instruction != "":
		return imagescope.TaskCompare
	case describe.MatchString(begin):
		return imagescope.TaskCaption
	case strings.Contains(prompt, "?"):
		return imagescope.TaskVerify
	}
	return ""
}

// maxLabel is how many bytes a label has at most, with blanks before it.
const maxLabel = 32

// lastLabels returns what follows each label, up to the next one, the last
// time that it begins a line. Examples in a prompt come before the real thing.
func lastLabels(prompt string) map[string]string {
	found := map[string]string{}
	current := ""
	for line := range strings.Lines(prompt) {
		if colon := strings.IndexByte(line, ':'); colon < 0 || colon > maxLabel {
			// no label, as of nearly all lines
		} else if m := label.FindStringSubmatch(line); m != nil {
			current = strings.ToLower(m[1])
			found[current] = ""
			line = line[len(m[0]):]
		}
		if current != "" {
			found[current] += line
		}
	}
	for name, text := range found {
		found[name] = strings.TrimSpace(text)
	}
	return found
}

func first(labels map[string]string, names ...string) string {
	for _, name := range names {
		if labels[name] != "" {
			return labels[name]
		}
	}
	return ""
}
