package verify

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
)

// ProposeData is what the prompt for propositions is given.
type ProposeData struct {
	Instruction string   // the query's text, unchanged up to 8 KiB
	Edits       []string // the edits as "[Type] text"; the prompt numbers them from 1
}

// QuestionData is what the prompt for a single question is given.
type QuestionData struct{ Question string }

// QuestionsData is what the prompt for all questions about an image is given.
type QuestionsData struct{ Questions []string }

//go:embed prompts/*.tmpl
var files embed.FS

var prompts = template.Must(template.New("").
	Funcs(template.FuncMap{"number": func(i int) int { return i + 1 }}).
	ParseFS(files, "prompts/*.tmpl"))

// Propose returns the prompt that asks for propositions.
func Propose() *template.Template { return prompts.Lookup("propose.tmpl") }

// Question returns the prompt that asks one question about an image.
func Question() *template.Template { return prompts.Lookup("question.tmpl") }

// Questions returns the prompt that asks all questions about an image. The
// reply is read as a JSON object from the questions' numbers to yes or no.
func Questions() *template.Template { return prompts.Lookup("questions.tmpl") }

// RatedQuestion returns the prompt that asks one question about an image and
// how sure the model is: the one for [Stated]. The reply is read as a JSON
// object with "answer" and "confidence".
func RatedQuestion() *template.Template { return prompts.Lookup("rated-question.tmpl") }

// RatedQuestions returns the prompt that asks all questions about an image and
// how sure the model is of each answer: the one for [Stated]. The reply is read
// as a JSON object from the questions' numbers to objects with "answer" and
// "confidence".
func RatedQuestions() *template.Template { return prompts.Lookup("rated-questions.tmpl") }

// Bounds on what propositions are made of: bytes of the instruction and of an
// edit, and the number of edits.
const (
	maxText  = 8 << 10
	maxEdits = 64
)

func (v *Verifier) proposePrompt(q imagescope.Query, in imagescope.Intent) (string, error) {
	data := ProposeData{Instruction: reply.Cut(q.Text, maxText)}
	for _, e := range in.Edits[:min(len(in.Edits), maxEdits)] {
		data.Edits = append(data.Edits, reply.Cut(fmt.Sprintf("[%s] %s", e.Kind, e.Text), maxText))
	}
	return render(v.opts.ProposePrompt, data)
}

func (v *Verifier) questionPrompt(p imagescope.Proposition) (string, error) {
	return render(v.opts.QuestionPrompt, QuestionData{p.Question})
}

func (v *Verifier) questionsPrompt(props []imagescope.Proposition) (string, error) {
	var data QuestionsData
	for _, p := range props {
		data.Questions = append(data.Questions, p.Question)
	}
	return render(v.opts.QuestionsPrompt, data)
}

func render(t *template.Template, data any) (string, error) {
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "", fmt.Errorf("verify: fill in the prompt %s: %w", t.Name(), err)
	}
	return b.String(), nil
}
