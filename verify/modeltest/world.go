package modeltest

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/scene"
)

// World is a gallery of drawn pictures of which everything is known, and
// queries to it with the picture that each is after. Make it with [Gallery],
// [NewWorld] or [ReadWorld]; it does not change, and all methods may be called at once.
type World struct {
	pictures []scene.Named  // by ID
	numbers  map[string]int // by ID
	captions map[string]int // by what [normal] makes of the caption
	queries  []Query
	asked    map[string][]*Query // by what [normal] makes of the text

	files  []file
	folder *folder
	looks  func() []look // of the pictures, by number
	eyes   eyes          // of all models of the world: what they see does not depend on them
}

// Query is something to search a [World] for, with the truth about it.
type Query struct {
	imagescope.Query

	// Target is the ID of the picture that does what the query asks.
	Target string `json:"target"`
	// Intent and Propositions are what stages 1 and 2 make of the query at
	// their best. All propositions hold for the target, and not for the
	// reference.
	Intent       imagescope.Intent        `json:"intent"`
	Propositions []imagescope.Proposition `json:"propositions"`
	// Overlooked is what the query asks for besides, and no proposition says:
	// a model that looks closely, in stage 3, minds it too. With a reference, the
	// place always has to be the reference's. Of a turn of a conversation it is
	// all that a model minds that is not told what was carried.
	Overlooked []imagescope.Proposition `json:"overlooked,omitempty"`
}

func newWorld(pictures []scene.Named, queries []Query) *World {
	w := &World{pictures: pictures, queries: queries, numbers: map[string]int{}, captions: map[string]int{}, asked: map[string][]*Query{}}
	slices.SortFunc(w.pictures, func(a, b scene.Named) int { return strings.Compare(a.ID, b.ID) })
	for i, p := range w.pictures {
		w.numbers[p.ID] = i
		w.captions[normal(p.Scene.Caption())] = i
	}
	for i := range w.queries {
		q := &w.queries[i]
		w.asked[normal(q.Text)] = append(w.asked[normal(q.Text)], q)
	}
	w.files = make([]file, len(w.pictures))
	for i, p := range w.pictures {
		w.files[i] = file{name: p.ID, number: i, scene: p.Scene, made: new(once)}
	}
	w.folder = newFolder(w.files)
	w.looks = sync.OnceValue(w.lookAtAll)
	w.eyes.world = w
	return w
}

// normal returns a text without what prompts change of it: case, outer marks,
// the kind of white space.
func normal(text string) string {
	return strings.Trim(strings.Join(strings.Fields(strings.ToLower(text)), " "), " .")
}

// FS returns the pictures as PNG files of 480 x 360 pixels, named by their IDs.
// Each is drawn when it is first read, in some milliseconds, and kept.
func (w *World) FS() fs.FS { return w.folder }

// Images returns the pictures in the order of their IDs, ready for
// Pipeline.Add, each with a caption that tells all it shows. The caller may
// change them: without captions, a Captioner makes them.
func (w *World) Images() []imagescope.Image {
	images := make([]imagescope.Image, len(w.pictures))
	for i, p := range w.pictures {
		images[i] = imagescope.File(w.folder, p.ID)
		images[i].Caption = p.Scene.Caption()
	}
	return images
}

// Queries returns the queries. The caller may change the slice, and not what
// its elements point to.
func (w *World) Queries() []Query { return slices.Clone(w.queries) }

// Answer answers a yes/no question about a picture. It understands what is
// there, how many, in which colour, on which side, the place, the time and the
// weather; known is false for what it does not understand. An ID that is none
// of the world's is an error.
func (w *World) Answer(id, question string) (yes, known bool, err error) {
	i, ok := w.numbers[id]
	if !ok {
		return false, false, fmt.Errorf("modeltest: picture %q: %w", id, imagescope.ErrNotFound)
	}
	yes, known = w.pictures[i].Scene.Answer(question)
	return yes, known, nil
}
