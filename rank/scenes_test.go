package rank_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/picture"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/rank"
)

// exam is a query of which the truth is known: three requirements, put as
// questions, that one of ten scenes meets. The others are that scene with
// something changed, so that each misses one requirement or more. The right
// one is among the first three.
type exam struct {
	number int // what a model gets wrong depends on it
	query  imagescope.Query
	scenes []scene.Scene
	right  int
	drawn  []image.Image // the scenes; nil where nobody looks
}

func exams(t *testing.T, n int) (all []exam) {
	t.Helper()
	rng := rand.New(rand.NewPCG(11, 7))
	others := scene.Random(5, 400)
	for _, s := range scene.Random(3, 8*n+50) {
		if len(all) == n {
			return all
		}
		if len(s.Items) < 2 {
			continue
		}
		questions := fmt.Sprintf("Is it %s? Is there %s? Is there %s?", s.Time, named(s.Items[0]), named(s.Items[1]))
		if met, ok := check(s, questions, nil); !ok || met != 3 {
			continue
		}
		e := exam{number: len(all), query: imagescope.Text(questions), right: rng.IntN(3)}
		for tries := 0; len(e.scenes) < 9 && tries < 200; tries++ {
			miss := changed(s, others[rng.IntN(len(others))], rng)
			same := func(o scene.Scene) bool { return o.Caption() == miss.Caption() }
			if met, ok := check(miss, questions, nil); ok && met < 3 && !slices.ContainsFunc(e.scenes, same) {
				e.scenes = append(e.scenes, miss)
			}
		}
		if len(e.scenes) == 9 {
			e.scenes = slices.Insert(e.scenes, e.right, s)
			all = append(all, e)
		}
	}
	t.Fatalf("only %d of %d exams could be made", len(all), n)
	return nil
}

func named(it scene.Item) string {
	return strings.Join(strings.Fields(fmt.Sprintf("a %s %s", it.Color, it.Kind)), " ")
}

// changed returns s at another time, or with another colour, or with a thing
// less or exchanged for one of another scene.
func changed(s, other scene.Scene, rng *rand.Rand) scene.Scene {
	s.Items = slices.Clone(s.Items)
	i := rng.IntN(2)
	switch rng.IntN(4) {
	case 0:
		s.Time = other.Time
	case 1:
		s.Items[i].Color = []scene.Color{scene.Red, scene.Blue, scene.Green, scene.White, scene.Black}[rng.IntN(5)]
	case 2:
		s.Items = slices.Delete(s.Items, i, i+1)
	case 3:
		if len(other.Items) > 0 {
			s.Items[i] = other.Items[0]
		}
	}
	return s
}

// check returns how many of the questions a scene answers with yes, each
// answer turned round where wrong says so. ok is false where one cannot be
// told.
func check(s scene.Scene, questions string, wrong func(question string) bool) (met int, ok bool) {
	if s.Validate() != nil {
		return 0, false
	}
	for q := range strings.SplitSeq(strings.TrimSuffix(questions, "?"), "?") {
		yes, known := s.Answer(q)
		if !known {
			return 0, false
		}
		if yes != (wrong != nil && wrong(q)) {
			met++
		}
	}
	return met, true
}

func (e exam) candidates() []imagescope.Candidate {
	cs := make([]imagescope.Candidate, len(e.scenes))
	for i := range cs {
		cs[i].Image.ID = fmt.Sprint(i)
		if e.drawn != nil {
			cs[i].Image = imagescope.Pixels(fmt.Sprint(i), e.drawn[i])
		}
	}
	return cs
}

// witness is a model that answers from the truth about an exam. It checks each
// requirement on each image, and errs in the given share of these checks, each
// by itself and in each call anew. It ranks by how many requirements are met,
// equals as it sees them.
type witness struct {
	exam
	errs  float64
	takes time.Duration // of a call
	calls atomic.Int64

	once  sync.Once
	known map[string]tile // what it saw on sheets
}

type tile struct{ scene, number int }

func (w *witness) Reason(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
	w.calls.Add(1)
	if w.takes > 0 {
		select {
		case <-time.After(w.takes):
		case <-ctx.Done():
			return imagescope.Response{}, ctx.Err()
		}
	}
	_, questions, _ := strings.Cut(req.Prompt, "Instruction: ")
	questions = strings.TrimSpace(questions)
	var seen []int // the scenes, in the order in which they are shown
	for _, img := range req.Images {
		if img.ID != "" {
			var i int
			fmt.Sscan(img.ID, &i)
			seen = append(seen, i)
		} else if sheet, err := img.Decode(); err != nil {
			return imagescope.Response{}, err
		} else {
			seen = append(seen, w.tiles(sheet)...)
		}
	}
	met := make([]int, len(seen))
	for k, i := range seen {
		met[k], _ = check(w.scenes[i], questions, func(q string) bool {
			h := sha256.Sum256(fmt.Append(nil, w.number, seen, i, q))
			return float64(binary.LittleEndian.Uint64(h[:]))/(1<<64) < w.errs
		})
	}
	if !strings.Contains(req.Prompt, "ranking") {
		return imagescope.Response{Text: map[bool]string{true: yes, false: "ANSWER: No"}[met[0] == 3]}, nil
	}
	images, ranking := map[int]string{}, make([]int, len(seen))
	for k := range seen {
		ranking[k] = k + 1
		images[k+1] = fmt.Sprintf("%s: %d of 3", map[bool]string{true: "yes", false: "no"}[met[k] == 3], met[k])
	}
	slices.SortStableFunc(ranking, func(a, b int) int { return cmp.Compare(met[b-1], met[a-1]) })
	text, err := json.Marshal(map[string]any{"images": images, "ranking": ranking})
	return imagescope.Response{Text: string(text)}, err
}

// sheetSide is the side of the thumbnails in the sheets that a witness reads.
const sheetSide = 64

// tiles returns the scenes on a sheet by the numbers above them. It knows each
// cell by its pixels.
func (w *witness) tiles(sheet image.Image) (seen []int) {
	w.once.Do(w.learn)
	byNumber := map[int]int{}
	for _, c := range cells(sheet) {
		if t, ok := w.known[c]; ok { // else it is the reference, or empty
			byNumber[t.number] = t.scene
		}
	}
	for n := range len(byNumber) {
		seen = append(seen, byNumber[n])
	}
	return seen
}

// learn looks at each scene under each number.
func (w *witness) learn() {
	w.known = map[string]tile{}
	for i, img := range w.drawn {
		img = picture.Fit(img, sheetSide)
		for n := range w.scenes {
			alone := picture.Sheet([]picture.Tile{{Image: img, Label: fmt.Sprint(n + 1)}}, sheetSide)
			w.known[cells(alone)[0]] = tile{i, n}
		}
	}
}

// cells returns the pixels of the cells of a sheet.
func cells(sheet image.Image) (all []string) {
	const width, height = sheetSide + 8, 26 + sheetSide + 4
	for y := 3; y < sheet.Bounds().Dy(); y += height + 3 {
		for x := 3; x < sheet.Bounds().Dx(); x += width + 3 {
			cell := image.NewRGBA(image.Rect(0, 0, width, height))
			draw.Draw(cell, cell.Rect, sheet, image.Pt(x, y), draw.Src)
			all = append(all, string(cell.Pix))
		}
	}
	return all
}

// TestSheet has a model that sees nothing but pixels put the right scene first:
// so the numbers on a sheet are those of the candidates.
func TestSheet(t *testing.T) {
	for _, e := range exams(t, 1) {
		for _, s := range e.scenes {
			e.drawn = append(e.drawn, picture.Fit(s.Draw(), 2*sheetSide))
		}
		reference := imagescope.Pixels("reference", scene.Scene{Place: scene.Harbour}.Draw())
		w := &witness{exam: e}
		for _, query := range []imagescope.Query{e.query, imagescope.Change(reference, e.query.Text)} {
			for _, r := range []imagescope.Ranker{
				rank.NewListwise(w, &rank.ListwiseOptions{Sheet: true, Side: sheetSide}),
				rank.NewTournament(w, &rank.TournamentOptions{Sheet: true, Side: sheetSide}),
			} {
				got, err := r.Rank(t.Context(), query, imagescope.Intent{}, e.candidates())
				if err != nil {
					t.Fatalf("%T: %v", r, err)
				}
				if got[0].Image.ID != fmt.Sprint(e.right) || !got[0].Verdict.Accepted || got[1].Verdict.Accepted {
					t.Errorf("%T: Rank = %v, want %d first and accepted alone", r, outcome(got), e.right)
				}
			}
		}
	}
}

var queries = flag.Int("queries", 100, "how many queries TestNoise asks")

// TestNoise has the right scene come first with every ranker, and prints how
// often it does with a share of wrong judgements, and what that costs. Errors
// are independent of each other, as real ones are not quite: that flatters
// those who ask more often.
func TestNoise(t *testing.T) {
	all := exams(t, *queries)
	n := float64(len(all))
	first := 0.
	for _, e := range all {
		if e.right == 0 {
			first++
		}
	}
	t.Logf("%-24s  R@1 with 0, 10, 20%% wrong   calls   rounds", "")
	t.Logf("%-24s  %.3f   %.3f   %.3f        0       0", "no ranker", first/n, first/n, first/n)
	for _, row := range []struct {
		name string
		make func(imagescope.Reasoner) imagescope.Ranker
	}{
		{"Pairwise, α 3, in turn", func(m imagescope.Reasoner) imagescope.Ranker { return rank.New(m, nil) }},
		{"Pairwise, α 3, at once", func(m imagescope.Reasoner) imagescope.Ranker { return rank.New(m, &rank.Options{Speculate: 3}) }},
		{"Listwise, α 3", func(m imagescope.Reasoner) imagescope.Ranker {
			return rank.NewListwise(m, &rank.ListwiseOptions{Alpha: 3})
		}},
		{"Listwise, α 10", func(m imagescope.Reasoner) imagescope.Ranker { return rank.NewListwise(m, nil) }},
		{"Tournament, α 3", func(m imagescope.Reasoner) imagescope.Ranker { return rank.NewTournament(m, nil) }},
	} {
		var r1 [3]float64
		var calls, rounds float64
		for i, errs := range []float64{0, 0.1, 0.2} {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				for _, e := range all {
					w := &witness{exam: e, errs: errs, takes: time.Second}
					got, err := row.make(w).Rank(t.Context(), e.query, imagescope.Intent{}, e.candidates())
					if err != nil {
						t.Fatalf("%s: %v", row.name, err)
					}
					if got[0].Image.ID == fmt.Sprint(e.right) {
						r1[i]++
					}
					calls += float64(w.calls.Load())
				}
				rounds += time.Since(start).Seconds()
			})
		}
		t.Logf("%-24s  %.3f   %.3f   %.3f     %.2f    %.2f", row.name, r1[0]/n, r1[1]/n, r1[2]/n, calls/(3*n), rounds/(3*n))
		if r1[0] != n {
			t.Errorf("%s: with the truth it puts the right one first in %v of %d, want all", row.name, r1[0], len(all))
		}
	}
}
