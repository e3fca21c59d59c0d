package embed_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/internal/words"
)

// recallTask is a gallery of texts and a query for each, which should find the
// text at its own position.
type recallTask struct {
	name             string
	gallery, queries []string
	atLeast          float64 // R@1 of Words, in percent; 0 where only BM25 is the measure
}

func recallTasks(tb testing.TB) []recallTask {
	coco := captions(tb, "coco_captions.json")
	flickr := captions(tb, "flickr_captions.json")
	// pick returns one text for each image.
	pick := func(from [][]string, of func([]string) string) []string {
		texts := make([]string, len(from))
		for i, c := range from {
			texts[i] = of(c)
		}
		return texts
	}
	nth := func(n int) []string { return pick(coco, func(c []string) string { return c[n] }) }
	return []recallTask{
		{"COCO, caption 0 by caption 1", nth(0), nth(1), 17.3},
		{"COCO, captions 0-3 by caption 4", pick(coco, func(c []string) string { return strings.Join(c[:4], " ") }), nth(4), 35.5},
		// Nothing was chosen by these.
		{"held out: COCO, caption 2 by caption 3", nth(2), nth(3), 0},
		{"held out: COCO, caption 4 by caption 2", nth(4), nth(2), 0},
		{
			"held out: Flickr, captions by a third of their words",
			pick(flickr[:5000], func(c []string) string { return c[0] }),
			pick(flickr[:1000], func(c []string) string { return aThird(c[0]) }), 0,
		},
	}
}

// captions reads a file of the shared folder: each image's captions.
func captions(tb testing.TB, name string) [][]string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "datasets", "captions", name))
	if err != nil {
		tb.Skipf("needs the captions beside the repository: %v", err)
	}
	var images []struct{ Caption []string }
	if err := json.Unmarshal(data, &images); err != nil {
		tb.Fatal(err)
	}
	list := make([][]string, len(images))
	for i, img := range images {
		list[i] = img.Caption
	}
	return list
}

// aThird keeps the first, fourth, seventh … word that carries meaning.
func aThird(text string) string {
	var kept []string
	n := 0
	for _, w := range words.Split(text) {
		if words.IsStop(w) {
			continue
		}
		if n%3 == 0 {
			kept = append(kept, w)
		}
		n++
	}
	return strings.Join(kept, " ")
}

// TestWordsRecall prints how well Words finds captions by others of the same
// image, beside BM25 on the same words, and holds that it is better.
func TestWordsRecall(t *testing.T) {
	for _, task := range recallTasks(t) {
		t.Run(task.name, func(t *testing.T) {
			t.Parallel()
			task.compare(t)
		})
	}
}

func (task recallTask) compare(t *testing.T) {
	bm := bm25{ids: make(map[string]int)}
	base := task.recall(bm.weights(task.gallery), bm.counts(task.queries))
	report := fmt.Sprintf("%s\n                     R@1    R@5   R@10\nBM25              %v", task.name, base)
	for name, w := range task.embedders() {
		got := task.recall(fused(t, w, task.gallery), sparse(w.EmbedTexts(t.Context(), task.queries)))
		report += fmt.Sprintf("\nWords, %-10s %v", name, got)
		if task.atLeast > 0 && (got[0] < task.atLeast || got[0] <= base[0]) {
			t.Errorf("Words, %s: R@1 is %.2f, want %.2f and more than the %.2f of BM25", name, got[0], task.atLeast, base[0])
		}
	}
	t.Log(report)
}

// embedders returns Words as it is, and with weights learnt from the gallery.
func (task recallTask) embedders() map[string]embed.Words {
	return map[string]embed.Words{"zero value": {}, "learnt": {Weights: embed.Learn(task.gallery)}}
}

// percents are shares of queries.
type percents [3]float64

func (p percents) String() string { return fmt.Sprintf("%6.2f %6.2f %6.2f", p[0], p[1], p[2]) }

// entry is a component that is not 0 of a vector.
type entry struct {
	key   int
	value float64
}

// recall returns how many queries have their text among the first 1, 5 and 10.
// Of equal scores the earlier text comes first.
func (task recallTask) recall(gallery, queries [][]entry) (p percents) {
	var texts [][]entry // by key: the texts with it, and their values
	for i, text := range gallery {
		for _, e := range text {
			for len(texts) <= e.key {
				texts = append(texts, nil)
			}
			texts[e.key] = append(texts[e.key], entry{i, e.value})
		}
	}
	scores := make([]float64, len(gallery))
	for i, q := range queries {
		clear(scores)
		for _, e := range q {
			if e.key < len(texts) {
				for _, t := range texts[e.key] {
					scores[t.key] += e.value * t.value
				}
			}
		}
		place := 0
		for j, s := range scores {
			if s > scores[i] || s == scores[i] && j < i {
				place++
			}
		}
		for n, k := range []int{1, 5, 10} {
			if place < k {
				p[n] += 100 / float64(len(queries))
			}
		}
	}
	return p
}

// fused returns what a pipeline stores of images with these captions:
// (1-τ)·v + τ·c of the unit vectors of image and caption.
func fused(tb testing.TB, w embed.Words, texts []string) [][]entry {
	images := make([]imagescope.Image, len(texts))
	for i := range images {
		images[i].Caption = texts[i]
	}
	stored := sparse(w.EmbedImages(tb.Context(), images))
	for i, caption := range sparse(w.EmbedTexts(tb.Context(), texts)) {
		for j := range stored[i] {
			stored[i][j].value *= 1 - imagescope.DefaultTau
		}
		for _, e := range caption { // a key that comes twice counts twice
			stored[i] = append(stored[i], entry{e.key, imagescope.DefaultTau * e.value})
		}
	}
	return stored
}

// sparse returns the unit vectors of rows.
func sparse(rows [][]float32, err error) [][]entry {
	if err != nil {
		panic(err) // the contexts of tests are not done
	}
	out := make([][]entry, len(rows))
	for i, row := range rows {
		var sum float64
		for j, x := range row {
			if x != 0 {
				out[i] = append(out[i], entry{j, float64(x)})
				sum += float64(x) * float64(x)
			}
		}
		for j := range out[i] {
			out[i][j].value /= math.Sqrt(sum)
		}
	}
	return out
}

// bm25 ranks by BM25 (Robertson and Zaragoza, 2009) with its usual k1 of 1.2
// and b of 0.75, on stems without words that only hold a sentence together.
type bm25 struct{ ids map[string]int }

// counts returns how often each text has each stem.
func (b bm25) counts(texts []string) [][]entry {
	out := make([][]entry, len(texts))
	for i, text := range texts {
		at := make(map[int]int)
		for _, w := range words.Split(text) {
			if words.IsStop(w) {
				continue
			}
			w = words.Stem(w)
			id, ok := b.ids[w]
			if !ok {
				id = len(b.ids)
				b.ids[w] = id
			}
			if j, ok := at[id]; ok {
				out[i][j].value++
				continue
			}
			at[id] = len(out[i])
			out[i] = append(out[i], entry{id, 1})
		}
	}
	return out
}

// weights returns vectors whose product with a query's counts is the score.
func (b bm25) weights(texts []string) [][]entry {
	const k1, lengths = 1.2, 0.75
	counts := b.counts(texts)
	in := make([]float64, len(b.ids)) // how many texts have a stem
	long := make([]float64, len(texts))
	var total float64
	for i, text := range counts {
		for _, e := range text {
			in[e.key]++
			long[i] += e.value
		}
		total += long[i]
	}
	n := float64(len(texts))
	for i, text := range counts {
		for j, e := range text {
			idf := math.Log1p((n - in[e.key] + 0.5) / (in[e.key] + 0.5))
			text[j].value = idf * e.value * (k1 + 1) / (e.value + k1*(1-lengths+lengths*long[i]*n/total))
		}
	}
	return counts
}
