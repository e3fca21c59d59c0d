// Package report writes searches as a web page that stands by itself: the
// query, what was made of it, the pictures after each stage and the reasons.
// Style and pictures are inside the page; it has no script and loads nothing.
//
// Everything that a query, a caption, a file name or a model says is untrusted:
// it is escaped by html/template and cut to a length that can be read, and
// lists are cut to a number that can be looked at. So the size of a page is
// bounded by the number of its searches, whatever a model replied.
package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/imagescope/imagescope"
)

// Page is a web page about some searches.
type Page struct {
	Title    string
	Intro    string // one paragraph
	Searches []Search

	// Address returns where the picture of an image is found in full, for a
	// link to it; "" or a nil Address makes no link. Scripts are no addresses.
	Address func(imagescope.Image) string
}

// Search is one query with its results after each stage, in the order in which
// Pipeline.Stages yields them. One without results is left out.
type Search struct {
	Title  string
	Stages []imagescope.Result

	// Shown is how many pictures of the last stage are shown, at most 100; 0
	// means 6, as many as of the stages before.
	Shown int
}

// Bounds on what is shown of a search.
const (
	maxShown     = 6   // pictures of each stage
	maxLast      = 100 // pictures of the last stage, where Search.Shown asks for them
	maxExplained = 3   // pictures with all their answers
	maxListed    = 12  // edits, descriptions, propositions, faults
	maxText      = 300 // bytes of any text
	thumbSide    = 320 // longest side of a picture, in pixels
)

var (
	//go:embed page.tmpl
	source string
	//go:embed style.css
	style string

	page = template.Must(template.New("page").Parse(source))
)

// Write writes the page to w. A picture is read once for the page; where it
// cannot be read the page shows the reason in its place. The error is that of
// w.
func Write(w io.Writer, p Page) error {
	v := pageView{Title: short(p.Title), Intro: strings.ToValidUTF8(p.Intro, ""), Style: template.CSS(style)}
	pics := pictures{address: p.Address, made: map[string]pictureView{}}
	for _, s := range p.Searches {
		if len(s.Stages) > 0 {
			v.Searches = append(v.Searches, pics.search(s))
		}
	}
	if err := page.Execute(w, v); err != nil {
		return fmt.Errorf("report: write the page: %w", err)
	}
	return nil
}
