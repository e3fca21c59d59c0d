package rehearsal

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// flickr30k and mscoco write one CSV file, with five captions of each picture.
func flickr30k(fs []family) (*plan, error) {
	return captioned(fs, "flickr_annotations_30k.csv", func(id int) string { return fmt.Sprintf("%010d.jpg", id) })
}

func mscoco(fs []family) (*plan, error) {
	return captioned(fs, "coco_karpathy_annotations.csv", func(id int) string { return fmt.Sprintf("COCO_val2014_%012d.jpg", id) })
}

func captioned(fs []family, file string, name func(id int) string) (*plan, error) {
	p := newPlan()
	var text bytes.Buffer
	rows := csv.NewWriter(&text)
	if err := rows.Write([]string{"raw", "sentids", "split", "filename", "img_id"}); err != nil {
		return nil, err
	}
	sentence := 0
	for i, f := range fs {
		for k, s := range f {
			id := cocoID(i, k)
			path := "images/" + name(id)
			p.show(path, s)
			var raw []string
			var sentences []int
			for _, q := range wordingOf(fs, i, k).captions(s) {
				q.Target = path
				p.ask(q)
				raw, sentences = append(raw, q.Text), append(sentences, sentence)
				sentence++
			}
			texts, err := json.Marshal(raw)
			if err != nil {
				return nil, err
			}
			numbers, err := json.Marshal(sentences)
			if err != nil {
				return nil, err
			}
			if err := rows.Write([]string{string(texts), string(numbers), "test", name(id), fmt.Sprint(id)}); err != nil {
				return nil, err
			}
		}
	}
	rows.Flush()
	p.files[file] = text.Bytes()
	return p, rows.Error()
}

// captions tells a scene in five ways, as people do: each in words of their own,
// and some with what is not there. Stage 2 is to check numbers, the time of day
// and what is not there; the colours and the place are overlooked.
func (w wording) captions(s scene.Scene) []modeltest.Query {
	a, b := colored(s.Items[0]), colored(s.Items[1])
	things := a.Phrase() + " and " + b.Phrase()
	full := things + " " + where[s.Place] + " " + moment[s.Time]
	checked := []imagescope.Proposition{yes(is(bare(b))), atTime(s.Time)}
	minded := []imagescope.Proposition{yes(is(a)), yes(is(b)), atPlace(s.Place)}
	told := func(text, fullest string, more ...imagescope.Proposition) modeltest.Query {
		q := modeltest.Query{Query: imagescope.Text(text), Propositions: append(more, checked...), Overlooked: minded}
		q.Intent = imagescope.Intent{Edits: edits(imagescope.Addition, q.Propositions), Descriptions: []string{full, fullest}}
		return q
	}
	absent := w.strangers(s, 2)
	none, not := some(absent[0]), no(is(one(absent[0])))
	neither, nor := some(absent[1]), no(is(one(absent[1])))
	rival := scene.Item{Kind: a.Kind, Color: w.rival.Items[0].Color, Count: 1}
	third, rest, fullest := " and "+none+" nowhere", not, full
	if len(s.Items) > 2 {
		c := colored(s.Items[2])
		third, rest = " and "+c.Phrase()+" too", yes(is(c))
		fullest = a.Phrase() + ", " + b.Phrase() + " and " + c.Phrase() + " " + where[s.Place] + " " + moment[s.Time]
	}
	return []modeltest.Query{
		told(full, full),
		told("no "+none+" and no "+some(rival)+" but "+full+", not "+moment[w.rival.Time], full, not, no(is(rival))),
		told(full+third, fullest, rest),
		told("somebody took this "+where[s.Place]+" "+moment[s.Time]+": "+b.Phrase()+", "+a.Phrase()+third, fullest, rest),
		told("without any "+none+", "+neither+" or "+some(rival)+" "+moment[w.rival.Time]+", only "+full, full, not, nor),
	}
}
