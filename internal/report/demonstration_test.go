package report_test

import (
	"cmp"
	"slices"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/report"
	"github.com/imagescope/imagescope/internal/scene"
)

// demonstration is a page with a composed search, in which each stage moves
// something, and a turn of a conversation in which one fails.
func demonstration() report.Page {
	return report.Page{
		Title:    "What imagescope found",
		Intro:    "Two searches among drawn pictures, with what each stage did.",
		Searches: []report.Search{composed(), chat()},
	}
}

func composed() report.Search {
	ref := drawn("street/red-car-day")
	retrieved := found("street/red-car-night", "street/blue-car-day", "street/two-blue-cars-night", "street/blue-car-night", "street/dog-walk", "street/green-bus")
	retrieved.Query = imagescope.Change(ref, "make it night and the car blue")
	retrieved.Intent = imagescope.Intent{
		Edits: []imagescope.Edit{
			{Kind: imagescope.Modification, Text: "make it night"},
			{Kind: imagescope.Modification, Text: "make the car blue"},
		},
		Descriptions: []string{"A blue car at night.", "A blue car on a street at night.", "A blue car on a city street at night."},
	}
	retrieved.Usage = map[imagescope.Stage]imagescope.Usage{
		imagescope.StageIntent:   {Calls: 1, PromptTokens: 812, CompletionTokens: 96, Time: 1430 * time.Millisecond},
		imagescope.StageRetrieve: {Time: 183 * time.Microsecond},
	}
	verified := checked(retrieved, "Is it night?", "Is the car blue?")
	verified.Usage = map[imagescope.Stage]imagescope.Usage{
		imagescope.StageIntent:   retrieved.Usage[imagescope.StageIntent],
		imagescope.StageRetrieve: retrieved.Usage[imagescope.StageRetrieve],
		imagescope.StageVerify:   {Calls: 6, CacheHits: 1, PromptTokens: 5210, CompletionTokens: 61, Time: 12210 * time.Millisecond},
	}
	ranked := verified
	ranked.Stage = imagescope.StageRank
	ranked.Candidates = slices.Clone(verified.Candidates)
	ranked.Candidates[0].Verdict = &imagescope.Verdict{Reply: "No. The car is blue and it is night, but there are two cars."}
	ranked.Candidates[1].Verdict = &imagescope.Verdict{Accepted: true, Reply: "Yes: the same street at night, the car is now blue."}
	ranked.Candidates[0], ranked.Candidates[1] = ranked.Candidates[1], ranked.Candidates[0]
	for i := range ranked.Candidates {
		ranked.Candidates[i].Places.Rank = i + 1
	}
	return report.Search{Title: "A picture and a change", Stages: []imagescope.Result{retrieved, verified, ranked}}
}

func chat() report.Search {
	r := found("bedroom/posters", "bedroom/posters-guitar", "living-room/posters-guitar", "bedroom/plain")
	r.Query = imagescope.Query{Text: "and a guitar", Carried: "A bedroom with posters on the wall."}
	r.Intent = imagescope.Intent{
		Edits:        []imagescope.Edit{{Kind: imagescope.Addition, Text: "a guitar"}},
		Descriptions: []string{"A bedroom with posters on the wall and a guitar."},
	}
	r.Candidates[2].Image = imagescope.Image{ID: "living-room/lost.png", Caption: "A living room with a guitar."}
	last := r
	last.Faults = []imagescope.Fault{
		{Stage: imagescope.StageIntent, Reason: `the reply is no JSON: "Sure! Here is what I think"`},
		{Stage: imagescope.StageVerify, Skipped: true, Reason: "connection refused"},
	}
	return report.Search{Title: "The third turn of a conversation", Stages: []imagescope.Result{r, last}}
}

// found is what retrieval might have found among the drawn pictures.
func found(names ...string) imagescope.Result {
	r := imagescope.Result{Stage: imagescope.StageRetrieve}
	for i, name := range names {
		r.Candidates = append(r.Candidates, imagescope.Candidate{
			Image:      drawn(name),
			Similarity: 0.83 - 0.031*float32(i),
			Places:     imagescope.Places{Retrieve: i + 1},
		})
	}
	return r
}

// checked is the result after each candidate was asked the questions, which
// want a yes, and answered by the truth about its picture.
func checked(r imagescope.Result, questions ...string) imagescope.Result {
	r.Stage = imagescope.StageVerify
	r.Candidates = slices.Clone(r.Candidates)
	for _, q := range questions {
		r.Propositions = append(r.Propositions, imagescope.Proposition{Question: q, Want: true})
	}
	for i := range r.Candidates {
		c := &r.Candidates[i]
		for _, q := range questions {
			yes, _ := sceneOf(c.Image.ID).Answer(q)
			answer := imagescope.Answer{Yes: yes, Reply: map[bool]string{true: "Yes.", false: "No, it is not."}[yes]}
			c.Answers = append(c.Answers, answer)
			if yes {
				c.Satisfied++
			}
		}
	}
	slices.SortStableFunc(r.Candidates, func(a, b imagescope.Candidate) int { return cmp.Compare(b.Satisfied, a.Satisfied) })
	for i := range r.Candidates {
		r.Candidates[i].Places.Verify = i + 1
	}
	return r
}

func drawn(name string) imagescope.Image {
	img := imagescope.File(scene.FS(), name+".png")
	img.Caption = sceneOf(img.ID).Caption()
	return img
}

func sceneOf(id string) scene.Scene {
	for _, n := range scene.Gallery() {
		if n.ID == id {
			return n.Scene
		}
	}
	return scene.Scene{}
}
