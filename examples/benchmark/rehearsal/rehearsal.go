// Package rehearsal makes datasets of drawn scenes in the layouts of the six
// benchmarks, so that the whole of a benchmark can be tried with no download
// and no model.
//
// [Write] draws the pictures and writes the annotation files, laid out as the
// authors of a benchmark publish theirs, and beside them world.json, the truth
// about both. [Open] reads it: verify/modeltest makes a model of it that looks
// at the pictures and errs as often as it is told to. [Glance] embeds them as
// somebody saw them who missed things, so that retrieval leaves something to be
// gained.
//
// Pictures come in families of eight that are easily taken for one another:
// they differ in the time of day, a colour, a number, a place, and in what
// nobody asks for. Of what a query asks for, some is left to stage 3 (the place
// that has to stay, the colours of a caption), as propositions of real models
// leave things out.
//
// What comes out of it shows that a pipeline and a benchmark work, and what a
// stage makes of the answers it gets. It tells nothing of how good a real model
// is: the pictures are simple, and the model's errors are independent of one
// another.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// Truth is the file of a dataset that holds the truth about it, in the form
// that modeltest.ReadWorld reads.
const Truth = "world.json"

// DefaultFamilies is how many families of pictures a dataset has where nothing
// else is said: 192 or 144 pictures.
const DefaultFamilies = 24

// MaxFamilies bounds the families of a dataset. MinWidth is the width, in
// pixels, at which a model that plays one still tells all pictures apart.
const (
	MaxFamilies = 2000
	MinWidth    = 120
)

// Options adjusts datasets. The zero value is ready to use.
type Options struct {
	// Seed chooses the scenes. All datasets of a seed show the same ones.
	Seed uint64
	// Families is how many families of pictures there are, from 3 to
	// [MaxFamilies]; 0 means [DefaultFamilies]. Each has eight pictures, of which
	// CIRR and FashionIQ show six, and brings about five changes, four dialogues
	// of VisDial, or forty captions.
	Families int
	// Width is that of the pictures in pixels, from [MinWidth] to 480; 0 means
	// 480. They are three quarters as high.
	Width int
}

func (o *Options) complete() error {
	if o.Families == 0 {
		o.Families = DefaultFamilies
	}
	if o.Width == 0 {
		o.Width = scene.Width
	}
	switch fewest := len(dataset.Categories); {
	case o.Families < fewest || o.Families > MaxFamilies:
		return fmt.Errorf("Options.Families is %d: use %d to %d, or 0 for %d", o.Families, fewest, MaxFamilies, DefaultFamilies)
	case o.Width < MinWidth || o.Width > scene.Width:
		return fmt.Errorf("Options.Width is %d: use %d to %d, or 0 for %[3]d", o.Width, MinWidth, scene.Width)
	}
	return nil
}

// layouts make the datasets by the names of package dataset.
var layouts = map[string]func([]family) (*plan, error){
	"circo":     circo,
	"cirr":      cirr,
	"fashioniq": fashionIQ,
	"flickr30k": flickr30k,
	"mscoco":    mscoco,
	"visdial":   visDial,
}

// ErrNotEmpty means that there is something in the folder already.
var ErrNotEmpty = errors.New("the folder is not empty: name a new one")

// Write writes the datasets of some names (of dataset.Names; none means all)
// to folders below dir that have these names, which must be empty or not there.
// The same options write the same annotations and the same pixels. Pictures are
// drawn by all processors, in some 30 ms each for all datasets together. When
// it fails, and when the context is done, a part is left behind. opts may be
// nil.
func Write(ctx context.Context, dir string, opts *Options, names ...string) error {
	if err := write(ctx, dir, opts, names); err != nil {
		return fmt.Errorf("rehearsal: %w", err)
	}
	return nil
}

func write(ctx context.Context, dir string, opts *Options, names []string) error {
	var o Options
	if opts != nil {
		o = *opts
	}
	if err := o.complete(); err != nil {
		return err
	}
	if len(names) == 0 {
		names = dataset.Names()
	}
	fs := families(o.Seed, o.Families)
	var plans []*plan
	for _, name := range names {
		layout, ok := layouts[name]
		if !ok {
			return fmt.Errorf("there is no dataset %q, only %v", name, dataset.Names())
		}
		p, err := layout(fs)
		if err != nil {
			return err
		}
		p.dir = filepath.Join(dir, name)
		if err := p.prepare(); err != nil {
			return err
		}
		plans = append(plans, p)
	}
	if err := draw(ctx, plans, o.Width); err != nil {
		return err
	}
	for _, p := range plans {
		if err := p.write(); err != nil {
			return err
		}
	}
	return nil
}

// Open reads the truth about the dataset in a folder. An error that is
// fs.ErrNotExist means that it is none of drawn scenes.
func Open(dir string) (*modeltest.World, error) {
	f, err := os.Open(filepath.Join(dir, Truth))
	if err != nil {
		return nil, fmt.Errorf("rehearsal: the truth about the dataset: %w", err)
	}
	defer f.Close()
	w, err := modeltest.ReadWorld(f)
	if err != nil {
		return nil, fmt.Errorf("rehearsal: %s: %w", f.Name(), err)
	}
	return w, nil
}
