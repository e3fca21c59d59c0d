package modeltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/scene"
)

// MaxWorld is how many bytes [ReadWorld] reads, MaxPictures how many pictures
// a world may have: each is drawn to be recognised, in some milliseconds.
const (
	MaxWorld    = 64 << 20
	MaxPictures = 100_000
)

// worldFile is the form of a world in JSON.
type worldFile struct {
	Pictures []scene.Named `json:"pictures"`
	Queries  []Query       `json:"queries"`
}

// MarshalJSON returns the world in the form that [ReadWorld] reads.
func (w *World) MarshalJSON() ([]byte, error) {
	return json.Marshal(worldFile{w.pictures, w.queries})
}

// ReadWorld reads a world of your own: pictures told in words, which are drawn
// so, and queries with the truth about them.
//
//	{
//	  "pictures": [
//	    {"id": "a.png", "scene": {"place": "beach", "time": "night", "items": [{"kind": "boat", "color": "red", "count": 2, "side": "left"}]}},
//	    {"id": "b.png", "scene": {"place": "beach", "weather": "rain", "items": [{"kind": "dog"}, {"kind": "ball"}]}}
//	  ],
//	  "queries": [
//	    {"text": "two red boats", "target": "a.png",
//	     "intent": {"edits": [{"kind": "Addition", "text": "There are two boats."}], "descriptions": ["two red boats"]},
//	     "propositions": [{"question": "Are there two boats?", "want": true}],
//	     "overlooked": [{"question": "Are there two red boats?", "want": true}]}
//	  ]
//	}
//
// An ID is a slash path. A query that changes a picture has "reference": {"id":
// "b.png"}, a turn of a conversation the description that is carried into it as
// "carried". Queries of the same text must mean the same, but for turns.
//
// The error names the picture or the query, from 0, and the field at fault:
// one that cannot be drawn, that shows the same as another one, or whose ID is
// taken; a query after or about none of the pictures, or with a question whose
// answer about the target is not known or not the one that is wanted.
func ReadWorld(r io.Reader) (*World, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxWorld+1))
	if err != nil {
		return nil, fmt.Errorf("modeltest: read a world: %w", err)
	}
	if len(data) > MaxWorld {
		return nil, fmt.Errorf("modeltest: read a world: it has more than %d bytes", MaxWorld)
	}
	var f worldFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("modeltest: read a world: %w", err)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("modeltest: read a world: %w", err)
	}
	return newWorld(f.Pictures, f.Queries), nil
}

func (f worldFile) check() error {
	if len(f.Pictures) > MaxPictures {
		return fmt.Errorf("pictures: there are %d, more than %d", len(f.Pictures), MaxPictures)
	}
	scenes, captions := map[string]scene.Scene{}, map[string]int{}
	for i, p := range f.Pictures {
		if !fs.ValidPath(p.ID) || p.ID == "." {
			return fmt.Errorf("picture %d: id: %q is no slash path", i, p.ID)
		}
		if _, taken := scenes[p.ID]; taken {
			return fmt.Errorf("picture %d: id: %q was given to another one before", i, p.ID)
		}
		if err := p.Scene.Validate(); err != nil {
			return fmt.Errorf("picture %d: %w", i, err)
		}
		caption := normal(p.Scene.Caption())
		if same, taken := captions[caption]; taken {
			return fmt.Errorf("picture %d: scene: it shows what picture %d does: %s", i, same, p.Scene.Caption())
		}
		scenes[p.ID], captions[caption] = p.Scene, i
	}
	for i, q := range f.Queries {
		if err := q.check(scenes); err != nil {
			return fmt.Errorf("query %d: %w", i, err)
		}
	}
	return nil
}

func (q Query) check(scenes map[string]scene.Scene) error {
	target, ok := scenes[q.Target]
	switch {
	case normal(q.Text) == "":
		return errors.New("text: it is empty")
	case !ok:
		return fmt.Errorf("target: %q is none of the pictures", q.Target)
	case len(q.Intent.Descriptions) == 0:
		return errors.New("intent: it has no descriptions")
	}
	if q.Reference != nil {
		if _, ok := scenes[q.Reference.ID]; !ok {
			return fmt.Errorf("reference: %q is none of the pictures", q.Reference.ID)
		}
	}
	if err := allHold("propositions", q.Propositions, target); err != nil {
		return err
	}
	return allHold("overlooked", q.Overlooked, target)
}

func allHold(field string, props []imagescope.Proposition, target scene.Scene) error {
	for i, p := range props {
		yes, known := target.Answer(p.Question)
		switch {
		case !known:
			return fmt.Errorf("%s: %d: %q cannot be answered about the target", field, i, p.Question)
		case yes != p.Want:
			return fmt.Errorf("%s: %d: %q is answered otherwise by the target", field, i, p.Question)
		}
	}
	return nil
}
