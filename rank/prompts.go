package rank

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
)

// CompareData is what the prompt for a comparison is given.
type CompareData struct {
	// Instruction is the query's text in lower case, without outer spaces and
	// full stops, as in the authors' code, and no longer than 8 KiB.
	Instruction string
	// HasReference tells whether there is a reference image. In one picture a
	// black field stands for a missing one.
	HasReference bool
	// OnePicture tells whether reference and candidate share one picture.
	OnePicture bool
}

// ListData is what the prompt for a ranking is given.
type ListData struct {
	// Instruction is the query's text on one line, no longer than 8 KiB.
	Instruction string
	// Carried is what the conversation wanted until now, in the same form;
	// empty where there is none, or a reference instead.
	Carried string
	// HasReference tells whether there is a reference image. It is shown behind
	// the candidates, so that their places are their numbers, or first in a
	// sheet, labelled Reference.
	HasReference bool
	// Count is how many candidates are shown. They are numbered from 1.
	Count int
	// Sheet tells whether all images are shown in one picture.
	Sheet bool
	// Again tells that the last reply to the same question was of no use.
	Again bool
}

//go:embed prompts/*.tmpl
var files embed.FS

var prompts = template.Must(template.ParseFS(files, "prompts/*.tmpl"))

// Compare returns the prompt that asks whether a candidate does what the query
// asks. It wants "ANSWER: Yes" or "ANSWER: No" first and a reason behind it.
func Compare() *template.Template { return prompts.Lookup("compare.tmpl") }

// List returns the prompt that has candidates ranked. The reply is read as a
// JSON object: its member "ranking" holds the numbers of the candidates, best
// first, and its member "images" an object from their numbers to yes or no and
// a reason. Whatever else it has is for the model to think.
func List() *template.Template { return prompts.Lookup("list.tmpl") }

// maxText is how many bytes of a text are used.
const maxText = 8 << 10

func (p *Pairwise) prompt(q imagescope.Query) (string, error) {
	data := CompareData{
		Instruction:  strings.ToLower(reply.Cut(strings.Trim(q.Text, " ."), maxText)),
		HasReference: q.Reference != nil,
		OnePicture:   p.opts.OnePicture,
	}
	return render(p.opts.Prompt, data)
}

func render(t *template.Template, data any) (string, error) {
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "", fmt.Errorf("rank: fill in the prompt %s: %w", t.Name(), err)
	}
	return b.String(), nil
}

// oneLine returns the words of a text, as far as maxText goes.
func oneLine(text string) string {
	return strings.Join(strings.Fields(reply.Cut(text, maxText)), " ")
}
