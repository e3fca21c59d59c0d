package modeltest

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/verify"
)

// judgement is what the model thinks about a question.
type judgement struct {
	yes  bool
	sure float64 // how probable it is that this is right, from 0.5 to 1
}

// judge answers a question about a picture, in the course of a task: asked
// again it says the same, looking anew for another task it may not.
//
// The model knows how sure it can be. It is sure of its answers to a different
// degree, and wrong about as often as it thinks: of those that it gives 0.7, in
// 3 of 10. In the mean it is wrong at the error rate.
func (m *Model) judge(task imagescope.Task, question string, number int) judgement {
	return m.waver(m.truth(question, number), task, normal(question), m.world.pictures[number].ID)
}

// waver turns a true answer into the model's.
func (m *Model) waver(truth bool, task imagescope.Task, about ...string) judgement {
	rate := math.Min(math.Max(m.opts.ErrorRate, 0), 1)
	if math.IsNaN(rate) {
		rate = 0
	}
	key := append([]string{string(task)}, about...)
	// How doubtful it is: evenly spread around the rate, as far as both ends
	// leave room.
	spread := math.Min(rate, 1-rate)
	if rate < 0.5 {
		spread = math.Min(rate, 0.5-rate)
	}
	doubt := rate + spread*(2*m.draw("doubt", key...)-1)
	wrong := m.draw("wrong", key...) < doubt
	return judgement{yes: truth != wrong, sure: math.Max(doubt, 1-doubt)}
}

// truth answers a question. What the scene does not understand is answered
// from its caption, which tells all there is.
func (m *Model) truth(question string, number int) bool {
	s := m.world.pictures[number].Scene
	if yes, known := s.Answer(question); known {
		return yes
	}
	told := []imagescope.Candidate{{Image: imagescope.Image{ID: m.world.pictures[number].ID, Caption: s.Caption()}}}
	told, err := verify.Captions{}.Verify(context.Background(), []imagescope.Proposition{{Question: question, Want: true}}, told, 1)
	return err == nil && told[0].Satisfied == 1
}

// draw returns a number from 0 to 1, the same one for the same seed and
// strings.
func (m *Model) draw(purpose string, about ...string) float64 {
	return float64(m.hash(purpose, about...)>>11) / (1 << 53)
}

func (m *Model) hash(purpose string, about ...string) uint64 {
	h := fnv.New64a()
	var b [8]byte
	write := func(s string) {
		binary.LittleEndian.PutUint64(b[:], uint64(len(s)))
		h.Write(b[:])
		h.Write([]byte(s))
	}
	binary.LittleEndian.PutUint64(b[:], m.opts.Seed)
	h.Write(b[:])
	write(purpose)
	for _, s := range about {
		write(s)
	}
	// FNV leaves the high bits alike for inputs that end alike.
	x := h.Sum64()
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// requirement is one thing that an instruction asks of a picture.
type requirement struct {
	imagescope.Proposition
	place bool // instead: it is where the reference is
}

// requirements are what an instruction asks for, as far as the model
// understands it. reference is the number of the reference picture, below 0
// where there is none that is known. Of a turn of a conversation it knows only
// what the turn itself says, unless it is told what was carried.
func (m *Model) requirements(instruction string, reference int, carried string) []requirement {
	var all []requirement
	k := m.recall(instruction, reference, carried)
	if k == nil || k.Carried == "" || normal(k.Carried) == normal(carried) {
		for _, p := range m.propositions(instruction, nil, reference, carried) {
			all = append(all, requirement{Proposition: p})
		}
	}
	if k == nil {
		return all
	}
	for _, p := range k.Overlooked {
		all = append(all, requirement{Proposition: p})
	}
	if k.Reference != nil && reference >= 0 {
		all = append(all, requirement{place: true})
	}
	return all
}

// meets returns how many requirements a picture meets in the eyes of the
// model, and how sure it is that it meets them all.
func (m *Model) meets(all []requirement, number, reference int) (met int, sure float64) {
	sure = 1
	for _, r := range all {
		var j judgement
		if r.place {
			same := m.world.pictures[number].Scene.Place == m.world.pictures[reference].Scene.Place
			j = m.waver(same, imagescope.TaskCompare, "place", m.world.pictures[number].ID, m.world.pictures[reference].ID)
		} else {
			j = m.judge(imagescope.TaskCompare, r.Question, number)
		}
		if j.yes == (r.Want || r.place) {
			met++
			sure *= j.sure
		} else {
			sure *= 1 - j.sure
		}
	}
	return met, sure
}

// propositions returns what an instruction, split into edits or not, wants
// checked.
func (m *Model) propositions(instruction string, edits []imagescope.Edit, reference int, carried string) []imagescope.Proposition {
	for _, k := range m.world.asked[normal(instruction)] {
		if k.Carried != "" && slices.Equal(k.Intent.Edits, edits) {
			return k.Propositions
		}
	}
	if k := m.recall(instruction, reference, carried); k != nil {
		return k.Propositions
	}
	if edits == nil {
		edits = understood(instruction, reference >= 0)
	}
	props, err := verify.Captions{}.Propose(context.Background(), imagescope.Text(instruction), imagescope.Intent{Edits: edits})
	if err != nil {
		return nil // unreachable: it fails only with its context
	}
	return props
}

// recall returns the query of the world that an instruction is from, nil if
// none, by its reference or by what a conversation carried. Where neither is
// known any with the same words will do, as these mean the same.
func (m *Model) recall(instruction string, reference int, carried string) *Query {
	all := m.world.asked[normal(instruction)]
	for _, k := range all {
		if k.Reference != nil && reference >= 0 && m.world.pictures[reference].ID == k.Reference.ID {
			return k
		}
		if k.Carried != "" && normal(carried) == normal(k.Carried) {
			return k
		}
	}
	for _, k := range all {
		if (k.Reference == nil) == (reference < 0) || reference < 0 {
			return k
		}
	}
	return nil
}
