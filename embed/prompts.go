package embed

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/imagescope/imagescope/internal/reply"
	"github.com/imagescope/imagescope/internal/rows"
)

// PromptData is what a prompt for a caption is given.
type PromptData struct {
	// Caption is the caption that the image has already, in one line of at
	// most 8 KiB, or "". It is untrusted.
	Caption string
}

//go:embed prompts/*.tmpl
var files embed.FS

var prompts = template.Must(template.ParseFS(files, "prompts/*.tmpl"))

// General returns the prompt for pictures of any kind: it asks for the main
// things, their number, colours and doings, and for where they are.
func General() *template.Template { return prompts.Lookup("general.tmpl") }

// Fashion returns the prompt for garments: it asks for the kind, cut, colour,
// pattern and fabric, and not for who wears them.
func Fashion() *template.Template { return prompts.Lookup("fashion.tmpl") }

func render(t *template.Template, caption string) (string, error) {
	var b strings.Builder
	if err := t.Execute(&b, PromptData{Caption: oneLine(reply.Cut(caption, rows.MaxText))}); err != nil {
		return "", fmt.Errorf("embed: fill in the prompt %s: %w", t.Name(), err)
	}
	return b.String(), nil
}

// oneLine returns text with every run of white space made one space, and none
// around it.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
