package main

import (
	"context"
	"iter"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/internal/report"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// newPipeline joins the parts that need no model. Each could be one that asks
// a model instead: intent.New, verify.New, rank.New, embed.NewCaptioner.
func newPipeline() (*imagescope.Pipeline, error) {
	return imagescope.New(imagescope.Config{
		Images:   scene.FS(),
		Embedder: embed.Words{},
		Index:    new(index.HNSW),
		Intent:   intent.Rules{},
		Verify:   verify.Captions{},
		Rank:     rank.Captions{},
	})
}

// gallery lists the drawn pictures with a caption each, as a captioner or a
// person would have written it.
func gallery() []imagescope.Image {
	var images []imagescope.Image
	for _, n := range scene.Gallery() {
		images = append(images, imagescope.Image{ID: n.ID, Caption: n.Scene.Caption()})
	}
	return images
}

// search asks by a description, by a change to a picture, and in three turns
// of a conversation.
func search(ctx context.Context, p *imagescope.Pipeline) ([]report.Search, error) {
	car := imagescope.Image{ID: "street/red-car-day.png"}
	chat := p.Chat()
	var searches []report.Search
	for _, s := range []struct {
		title  string
		stages iter.Seq2[imagescope.Result, error]
	}{
		{"A description", p.Stages(ctx, imagescope.Text("a dog but no ball"))},
		{"A picture and a change", p.Stages(ctx, imagescope.Change(car, "make it night and the car blue"))},
		{"A conversation", chat.Stages(ctx, imagescope.Text("a bedroom"))},
		{"… its second turn", chat.Stages(ctx, imagescope.Text("with posters on the wall"))},
		{"… its third turn", chat.Stages(ctx, imagescope.Text("and a guitar"))},
	} {
		found := report.Search{Title: s.title}
		for result, err := range s.stages {
			if err != nil {
				return nil, err
			}
			found.Stages = append(found.Stages, result)
		}
		searches = append(searches, found)
	}
	return searches, nil
}
