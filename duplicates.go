package imagescope

import (
	"context"
	"fmt"
	"slices"
)

// DefaultDuplicateDistance is how many of the 128 bits of [MetaLook] near
// duplicates may differ in where nothing else is said. Of 239 photos saved at
// quality 20 to 60, halved, at 96 pixels, brighter, darker, with more contrast
// and with the edges cut off, 97% or more each time are within it; of the 28,441
// pairs of different ones none is within twice that (go test ./internal/picture
// -run TestLookOfPhotos -v).
const DefaultDuplicateDistance = 10

// DuplicateOptions says what [Duplicates] takes for one. The zero value is the
// default.
type DuplicateOptions struct {
	// Distance is how many bits of their looks near duplicates may differ in, up
	// to 128; 0 means [DefaultDuplicateDistance], less than 0 finds exact
	// duplicates only.
	Distance int
}

// Duplicate is an image of which the gallery has others. They are known by their
// metadata, which Config.Fingerprints and [Pipeline.Sync] keep.
type Duplicate struct {
	ID   string   // the first of them, in order of ID
	Same []string // those with the same content, in order of ID
	Like []string // those that nearly look the same, and are not the same, in order of ID
}

// Duplicates returns the images of an index of which it has others, in order of
// ID. Each image is listed once, under the first that it resembles: two of which
// each is like a third need not be like each other, and series of photos do not
// become one. Images without [MetaHash] have no exact duplicates, and those
// without [MetaLook] no near ones. opts may be nil.
//
// It takes some 300 bytes of memory an image while it lasts, and for looks that
// are spread as those of photos are much less time than comparing all with all
// (BenchmarkDuplicates). The error is the index's or the context's.
func Duplicates(ctx context.Context, in Lister, opts *DuplicateOptions) ([]Duplicate, error) {
	distance := DefaultDuplicateDistance
	if opts != nil && opts.Distance != 0 {
		distance = min(opts.Distance, 128)
	}
	l := newLookalikes(distance)
	var found []Duplicate // by the number of the image
	for e, err := range in.Entries(ctx) {
		if err == nil && ctx.Err() != nil {
			err = done(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("imagescope: duplicates: %w", err)
		}
		switch first, same := l.add(likenessOf(e.Meta)); {
		case first == len(found):
			found = append(found, Duplicate{ID: e.ID})
		case same:
			found[first].Same = append(found[first].Same, e.ID)
		default:
			found[first].Like = append(found[first].Like, e.ID)
		}
	}
	return slices.DeleteFunc(found, func(d Duplicate) bool { return len(d.Same)+len(d.Like) == 0 }), nil
}
