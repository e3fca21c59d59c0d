package intent

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
)

// PromptData is what a prompt template is given.
type PromptData struct {
	Instruction string // the query's text, unchanged up to 8 KiB
	Reference   string // the reference's description without outer white space, [Blank] where there is none, [Shown] where the model sees it
}

// maxText is how many bytes of an instruction or a description are used.
const maxText = 8 << 10

//go:embed prompts/*.tmpl
var files embed.FS

var prompts = template.Must(template.New("").
	Funcs(template.FuncMap{"number": func(i int) int { return i + 1 }}).
	ParseFS(files, "prompts/*.tmpl"))

// General returns the prompt for pictures of any kind. It asks for three
// descriptions, from bare to full.
func General() *template.Template { return prompts.Lookup("general.tmpl") }

// Fashion returns the prompt for garments: its descriptions dwell on cut,
// colour, pattern and fabric.
func Fashion() *template.Template { return prompts.Lookup("fashion.tmpl") }

// Dialogue returns the prompt for a turn of a conversation, often a question
// with its answer. It asks for one description that holds all that is known.
func Dialogue() *template.Template { return prompts.Lookup("dialogue.tmpl") }

// OneCall returns the prompt that asks for all that [General] asks for and for
// propositions, in one reply. It serves a reference that is shown and one that
// is told.
func OneCall() *template.Template { return prompts.Lookup("onecall.tmpl") }

// OneCallFashion returns the [OneCall] for garments.
func OneCallFashion() *template.Template { return prompts.Lookup("onecall-fashion.tmpl") }

// OneCallDialogue returns the [OneCall] for a turn of a conversation.
func OneCallDialogue() *template.Template { return prompts.Lookup("onecall-dialogue.tmpl") }

func render(t *template.Template, q imagescope.Query, shown bool) (string, error) {
	data := PromptData{
		Instruction: reply.Cut(q.Text, maxText),
		Reference:   reply.Cut(strings.TrimSpace(q.Described()), maxText),
	}
	switch {
	case shown:
		data.Reference = Shown
	case data.Reference == "":
		data.Reference = Blank
	}
	return execute(t, data)
}

func execute(t *template.Template, data any) (string, error) {
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "", fmt.Errorf("intent: fill in the prompt %s: %w", t.Name(), err)
	}
	return b.String(), nil
}
