package imagescope

import "github.com/imagescope/imagescope/internal/picture"

// likeness is what an image is known again by.
type likeness struct {
	content string // "" for none
	look    picture.Look
	looks   bool // there is a look
}

func likenessOf(meta map[string]string) likeness {
	l := likeness{content: contentOf(meta)}
	l.look, l.looks = picture.ParseLook(meta[MetaLook])
	return l
}

// lookalikes groups images: each belongs to the first one that it is like, or is
// a first one.
type lookalikes struct {
	distance int // less than 0 for none
	count    int
	contents map[string]owner
	looks    []numbered
	bands    []map[uint32][]int32 // of looks with the same bits in a band
}

// owner is the group of a content, and whether the group began with it.
type owner struct {
	group int
	first bool
}

type numbered struct {
	look  picture.Look
	group int
}

// newLookalikes finds looks within a distance by the bands that they are cut
// into: where there is one band more than bits may differ, one is the same.
func newLookalikes(distance int) *lookalikes {
	l := &lookalikes{distance: distance, contents: map[string]owner{}}
	if distance >= 0 && distance < maxBands {
		l.bands = make([]map[uint32][]int32, distance+1)
		for i := range l.bands {
			l.bands[i] = map[uint32][]int32{}
		}
	}
	return l
}

// maxBands is where bands become too short to tell much: of 128 bits, 4 each.
const maxBands = 32

// add returns the group that an image belongs to, which is a new one where it is
// like none before, and whether its content is that of the group's first.
func (l *lookalikes) add(img likeness) (group int, same bool) {
	if img.content != "" {
		if o, ok := l.contents[img.content]; ok {
			return o.group, o.first
		}
	}
	group, like := l.find(img)
	if !like {
		group = l.count
		l.count++
		if img.looks && l.distance >= 0 {
			l.keep(img.look, group)
		}
	}
	if img.content != "" {
		l.contents[img.content] = owner{group, !like}
	}
	return group, false
}

// find returns the first group whose look is within the distance.
func (l *lookalikes) find(img likeness) (group int, ok bool) {
	if !img.looks || l.distance < 0 {
		return 0, false
	}
	best := -1
	try := func(n numbered) {
		if (best < 0 || n.group < best) && n.look.Distance(img.look) <= l.distance {
			best = n.group
		}
	}
	if l.bands == nil {
		for _, n := range l.looks {
			try(n)
		}
	}
	for i, band := range l.bands {
		for _, at := range band[bits(img.look, i, len(l.bands))] {
			try(l.looks[at])
		}
	}
	return best, best >= 0
}

func (l *lookalikes) keep(look picture.Look, group int) {
	for i, band := range l.bands {
		key := bits(look, i, len(l.bands))
		band[key] = append(band[key], int32(len(l.looks)))
	}
	l.looks = append(l.looks, numbered{look, group})
}

// bits returns the i-th of n bands of a look. Bands of more than 32 bits, of
// which there are few, count by the first 32.
func bits(look picture.Look, i, n int) uint32 {
	from, to := 128*i/n, 128*(i+1)/n
	var key uint32
	for bit := from; bit < min(to, from+32); bit++ {
		key = key<<1 | uint32(look[bit/8]>>(bit%8)&1)
	}
	return key
}
