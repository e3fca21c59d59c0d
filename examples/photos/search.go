package main

import (
	"context"
	"errors"
	"flag"
	"strings"

	"github.com/imagescope/imagescope"
)

var searchCommand = command{
	name:  "search",
	args:  `"WORDS"`,
	about: "find photos by a description",
	help: `
Finds the photos that show what the words say, best first.

  photos search "two dogs playing in snow"
  photos search dog -n 20 -html dogs.html
  photos search -model ollama:llava "a bedroom with a guitar"

Without a model a photo is found by its caption, its name and its colours. With
one, the best few are looked at and checked against what is asked.`,
	setup: func(fs *flag.FlagSet) func(context.Context, *console, []string) error {
		var g galleryFlags
		g.define(fs)
		return func(ctx context.Context, con *console, args []string) error {
			if strings.TrimSpace(strings.Join(args, " ")) == "" {
				return misused(`search needs a description, as in: photos search "two dogs in snow"`)
			}
			return g.once(ctx, con, "", strings.Join(args, " "))
		}
	},
}

var changeCommand = command{
	name:  "change",
	args:  `IMAGE "CHANGE"`,
	about: "find photos like IMAGE, but changed",
	help: `
Finds photos that look like IMAGE with a change made. IMAGE is a photo of the
index, named as search names it or by its path, or any other picture file.

  photos change beach/red-boat.jpg "at night"
  photos change ~/Downloads/dress.png "the same in blue, with long sleeves"
  photos change car.jpg ""                     the nearest to it`,
	setup: func(fs *flag.FlagSet) func(context.Context, *console, []string) error {
		var g galleryFlags
		g.define(fs)
		return func(ctx context.Context, con *console, args []string) error {
			if len(args) < 2 || args[0] == "" {
				return misused(`change needs a picture and a change, as in: photos change car.jpg "at night"`)
			}
			return g.once(ctx, con, args[0], strings.Join(args[1:], " "))
		}
	},
}

// once answers one query and writes the result. An empty image is none.
func (g *galleryFlags) once(ctx context.Context, con *console, image, text string) error {
	opened, err := g.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(opened.once(ctx, con, g, image, text), opened.Close())
}

func (g *gallery) once(ctx context.Context, con *console, flags *galleryFlags, image, text string) error {
	q := imagescope.Query{Text: text, Limit: flags.limit}
	if image != "" {
		ref, err := g.reference(ctx, image)
		if err != nil {
			return err
		}
		q.Reference = &ref
	}
	f, err := g.collect(con, g.pipeline.Stages(ctx, q))
	if err != nil {
		return err
	}
	g.show(con, f.last(), flags.why)
	return g.writePage(con, flags, []found{f})
}
