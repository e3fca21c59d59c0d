package scene

import (
	"cmp"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// thing is one of the things in a scene, and where it stands.
type thing struct {
	kind  kind
	color Color
	frame frame
	rng   *rand.Rand
}

// placed is one thing that is still without a place in its lane.
type placed struct {
	Item
	kind kind
	nth  int // of its item
}

// arrange gives everything in a filled scene its place, in the order in which
// it is to be drawn.
func arrange(s Scene) []thing {
	place := places[s.Place]
	var in [lanes][]placed
	for _, it := range s.Items {
		k := kinds[it.Kind]
		l, _ := place.laneOf(k)
		for n := range it.Count {
			in[l] = append(in[l], placed{it, k, n})
		}
	}
	var all []thing
	for l, row := range in {
		things := inLane(place.lanes[laneName(l)], row, s.Place)
		// What is nearer hides what is farther.
		slices.SortStableFunc(things, func(a, b thing) int { return cmp.Compare(a.frame.y, b.frame.y) })
		all = append(all, things...)
	}
	return all
}

// gap is the room between neighbours in a lane, in their own units.
const gap = 14

// inLane places a row side by side in its lane: what goes left from the left,
// what goes right from the right, the rest in the middle of what is between.
// A row that is too long is drawn smaller, a short one a little larger.
func inLane(l lane, row []placed, at Place) []thing {
	var parts [3][]placed // left, anywhere, right
	for _, t := range row {
		switch t.Side {
		case Left:
			parts[0] = append(parts[0], t)
		case Right:
			parts[2] = append(parts[2], t)
		default:
			parts[1] = append(parts[1], t)
		}
	}
	room := l.right - l.left
	scale := l.scale
	if all := length(row) * scale; all > room || !l.fixed && all > 0 {
		scale *= min(max(1, 0.6*room/all), 1.35, room/all)
	}
	first, last := length(parts[0])*scale, length(parts[2])*scale
	// A short part does not stick to the edge: its middle is a quarter in.
	start := l.left + max(0, min(room/4-first/2, room-last-length(parts[1])*scale-first))
	end := l.right - max(0, min(room/4-last/2, room-first-length(parts[1])*scale-last))
	if len(parts[0]) == 0 {
		start = l.left
	}
	if len(parts[2]) == 0 {
		end = l.right
	}
	things := stand(l, parts[0], at, start, 0, scale)
	things = append(things, stand(l, parts[1], at, start+first, (end-last)-(start+first)-length(parts[1])*scale, scale)...)
	return append(things, stand(l, parts[2], at, end-last, 0, scale)...)
}

// length is the room that a row needs, in the units of things.
func length(row []placed) float32 {
	var sum float32
	for _, t := range row {
		sum += t.kind.width + gap
	}
	return sum
}

// stand places things one after the other from x on, with spare pixels spread
// between and around them.
func stand(l lane, row []placed, at Place, x, spare, scale float32) []thing {
	var out []thing
	space := spare / float32(len(row)+1)
	for _, t := range row {
		rng := randomOf(at, t)
		x += space
		w := (t.kind.width + gap) * scale
		f := frame{x: x + w/2, y: l.y - l.stray*rng.Float32(), scale: scale, flip: rng.IntN(2) == 0}
		f.x += space * 0.4 * (rng.Float32() - 0.5)
		f.y = max(f.y, t.kind.height*scale+6)
		out = append(out, thing{t.kind, t.color(), f, rng})
		x += w
	}
	return out
}

func (t placed) color() Color {
	if t.Color == "" {
		return t.kind.color
	}
	return t.Color
}

// randomOf returns the chance that decides the small things about a thing. It
// does not depend on the colour or the time, so that pictures which differ in
// these only look the same otherwise.
func randomOf(at Place, t placed) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(string(at) + "/" + string(t.Kind)))
	return rand.New(rand.NewPCG(h.Sum64(), uint64(t.nth)))
}
