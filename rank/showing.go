package rank

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strconv"
	"text/template"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/picture"
)

// Defaults of how candidates are shown together: the longest side of each, in
// pixels, as an image of its own and in a contact sheet. Ten images of 512
// pixels cost a model about as many tokens as four of 768; a sheet of ten
// thumbnails of 256 is some 1,070 pixels wide, which few models scale down.
const (
	DefaultSide      = 512
	DefaultSheetSide = 256
)

// lister shows candidates together to a model that ranks them.
type lister struct {
	model           imagescope.Reasoner
	sheet           bool
	side, maxTokens int
	prompt          *template.Template
}

// orDefaults fills in what is 0.
func (l lister) orDefaults() lister {
	if l.side <= 0 {
		l.side = DefaultSide
		if l.sheet {
			l.side = DefaultSheetSide
		}
	}
	if l.maxTokens <= 0 {
		l.maxTokens = maxTokens
	}
	if l.prompt == nil {
		l.prompt = List()
	}
	return l
}

// showing is the candidates of one query, ready to be shown.
type showing struct {
	lister
	query      imagescope.Query
	reference  image.Image // in a sheet only
	items      []item      // those that can be read, as far as is known
	unreadable []error     // about the others
}

// item is one candidate as it is shown.
type item struct {
	place  int // among the candidates
	image  imagescope.Image
	pixels image.Image // in a sheet only
}

// show makes candidates ready to be shown. In a sheet each picture is decoded
// here, once.
func (l lister) show(ctx context.Context, q imagescope.Query, cs []imagescope.Candidate) (*showing, error) {
	s := &showing{lister: l, query: q}
	if l.sheet && q.Reference != nil {
		img, err := q.Reference.Decode()
		if err != nil {
			return nil, fmt.Errorf("reference: %w", err)
		}
		s.reference = picture.Fit(img, l.side)
	}
	for i, c := range cs {
		it := item{place: i, image: c.Image}
		if l.sheet {
			if ctx.Err() != nil {
				return nil, fmt.Errorf("decode candidates: %w", context.Cause(ctx))
			}
			img, err := c.Image.Decode()
			if err != nil {
				s.unreadable = append(s.unreadable, err)
				continue
			}
			it.pixels = picture.Fit(img, l.side)
		}
		s.items = append(s.items, it)
	}
	return s, nil
}

// drop takes the item out that err calls unreadable. It reports whether there
// is one.
func (s *showing) drop(err error) bool {
	i := slices.IndexFunc(s.items, func(it item) bool { return isUnreadable(err, it.image) })
	if i < 0 {
		return false
	}
	s.items = slices.Delete(s.items, i, i+1)
	s.unreadable = append(s.unreadable, err)
	return true
}

// ask has items ranked in one call.
func (s *showing) ask(ctx context.Context, items []item, again bool) (listing, error) {
	prompt, err := s.listPrompt(s.query, len(items), again)
	if err != nil {
		return listing{}, err
	}
	req := imagescope.Request{Task: imagescope.TaskCompare, Prompt: prompt, MaxTokens: s.maxTokens}
	req.Images, req.MaxSide = s.pictures(items)
	resp, err := imagescope.Ask(ctx, s.model, req)
	if err != nil {
		return listing{}, err
	}
	found, err := readListing(resp.Text, len(items))
	if err != nil {
		return listing{}, unusable(resp, err)
	}
	return found, nil
}

// listPrompt returns the prompt that has so many candidates ranked.
func (l lister) listPrompt(q imagescope.Query, n int, again bool) (string, error) {
	data := ListData{
		Instruction:  oneLine(q.Text),
		HasReference: q.Reference != nil,
		Count:        n,
		Sheet:        l.sheet,
		Again:        again,
	}
	if !data.HasReference {
		data.Carried = oneLine(q.Carried)
	}
	return render(l.prompt, data)
}

// cost returns the cost of a call about so many candidates.
func (l lister) cost(q imagescope.Query, n int) imagescope.Cost {
	prompt, err := l.listPrompt(q, n, false)
	if err != nil {
		return imagescope.Cost{}
	}
	images := 1
	if !l.sheet {
		images = n
		if q.Reference != nil {
			images++
		}
	}
	return imagescope.PromptCost(prompt, images)
}

// pictures returns what the model is shown and how large.
func (s *showing) pictures(items []item) (images []imagescope.Image, side int) {
	if !s.sheet {
		for _, it := range items {
			images = append(images, it.image)
		}
		if s.query.Reference != nil {
			images = append(images, *s.query.Reference)
		}
		return images, s.side
	}
	var tiles []picture.Tile
	if s.query.Reference != nil {
		tiles = append(tiles, picture.Tile{Image: s.reference, Label: "Reference"})
	}
	for i, it := range items {
		tiles = append(tiles, picture.Tile{Image: it.pixels, Label: strconv.Itoa(i + 1)})
	}
	sheet := picture.Sheet(tiles, s.side)
	return []imagescope.Image{imagescope.Pixels("", sheet)}, max(sheet.Bounds().Dx(), sheet.Bounds().Dy())
}

// settle puts the items into the given order, in the places that they hold
// together: those that cannot be read, and all that were not shown, keep
// theirs. It returns cs, and the errors about unreadable candidates.
func (s *showing) settle(cs []imagescope.Candidate, order []int, verdicts []*imagescope.Verdict) ([]imagescope.Candidate, error) {
	sorted := make([]imagescope.Candidate, len(order))
	for k, i := range order {
		sorted[k] = cs[s.items[i].place]
		sorted[k].Verdict = verdicts[i]
	}
	for k, c := range sorted {
		cs[s.items[k].place] = c
	}
	return cs, errors.Join(s.unreadable...)
}
