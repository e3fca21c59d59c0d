package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

var indexCommand = command{
	name:  "index",
	args:  "DIR",
	about: "take in the photos of a folder",
	help: `
Takes in the photos of DIR and of the folders below it, so that they can be
found. Done again it takes in what is new or changed and drops what is gone; a
photo that has not changed costs nothing, nor does one that a model has
captioned and that was renamed within its folder. Stopped with ctrl-C it keeps
what was done, and goes on from there the next time.

Without a model a photo is known by its colours, the names of file and folder,
and the caption that you have for it: a line in the file given with -captions,
or the text of IMAGE.txt or IMAGE.jpg.txt beside IMAGE.jpg. With -model, a
multimodal model captions what has no caption yet.

  photos index ~/Pictures
  photos index -captions ~/Pictures/labels.csv ~/Pictures
  photos index -model ollama:llava ~/Pictures
  photos index -model openai:gpt-4o-mini -embed openai:text-embedding-3-small ~/Pictures

Keys are taken from OPENAI_API_KEY, ANTHROPIC_API_KEY, GOOGLE_API_KEY or
GEMINI_API_KEY, the server of ollama from OLLAMA_HOST.

-model, -embed and -captions hold for the next time too, until others are given;
another -model or -embed takes all photos in anew. With another -embed the old
index stays in use until that is done. The index lies in DIR/.imagescope, or in
your cache folder where DIR cannot be written.`,
	setup: func(fs *flag.FlagSet) func(context.Context, *console, []string) error {
		var x indexing
		x.model.define(fs, "model", noModel, "the model that captions: none, or `PROVIDER:NAME` with\nollama, openai, anthropic or googleai (default as before, at first none)")
		x.embed.define(fs, "embed", noEmbedder, "what makes vectors of captions: words, or `PROVIDER:NAME` with\nollama, openai or googleai (default as before, at first words)")
		fs.StringVar(&x.captions, "captions", "", "`FILE` of captions by the photos' paths below DIR:\n.json, an object from path to caption, or .csv, .tsv or .txt, a path\nand its caption in each line (default as before, at first none)")
		fs.DurationVar(&x.timeout, "timeout", 5*time.Minute, "longest `TIME` for a caption; 0 for no limit")
		return func(ctx context.Context, con *console, args []string) error {
			if len(args) != 1 {
				return misused("index needs one folder, as in: photos index ~/Pictures")
			}
			fs.Visit(func(f *flag.Flag) { x.captioned = x.captioned || f.Name == "captions" })
			return x.run(ctx, con, args[0])
		}
	},
}

// indexing is one run of the command.
type indexing struct {
	model, embed endpoint
	captions     string
	captioned    bool // -captions was given, be it empty
	timeout      time.Duration
}

func (x indexing) run(ctx context.Context, con *console, name string) error {
	dir, err := folder(name)
	if err != nil {
		return err
	}
	place, have, err := placeOf(dir)
	var none *noIndexError
	if errors.As(err, &none) {
		place, err = newPlace(dir)
	}
	if err != nil {
		return err
	}
	want, err := x.settle(have)
	if err != nil {
		return err
	}
	given, err := readCaptions(os.DirFS(dir), want.Captions)
	if err != nil {
		return err
	}
	if have != (settings{}) && (have.Model != want.Model || have.Embed != want.Embed) {
		fmt.Fprintf(con.err, "all photos are taken in anew: until now it was -model %s -embed %s\n", have.Model, have.Embed)
	}
	u, err := beginUpdate(ctx, dir, place, have, want)
	if err != nil {
		return err
	}
	return errors.Join(x.update(ctx, con, u, given, want), u.Close())
}

// update brings the index up to what is in the folder and is wanted, and tells
// what has changed.
func (x indexing) update(ctx context.Context, con *console, u *update, given captions, want settings) error {
	t, err := x.take(ctx, con, u, given, want)
	if err == nil && (t.in() > 0 || len(t.failed) == 0) {
		err = errors.Join(u.record(want), u.finish())
	}
	if err == nil || t.Added+t.Changed+t.Renamed > 0 {
		remember(u.dir)
	}
	if err = t.report(con, err); err != nil {
		return err
	}
	fmt.Fprintf(con.out, "%s: %d photos: %d new, %d changed, %d gone, %d renamed, %d as before\n",
		u.dir, t.in(), t.Added-t.again, t.Changed+t.again, t.Removed, t.Renamed, t.Unchanged)
	return nil
}

// settle returns how photos are to be taken in: as the flags say, or else as
// before, or else without a model.
func (x *indexing) settle(have settings) (settings, error) {
	want := settings{
		Model:    cmp.Or(x.model.spec, have.Model, noModel),
		Embed:    cmp.Or(x.embed.spec, have.Embed, noEmbedder),
		Captions: have.Captions,
	}
	x.model.spec, x.embed.spec = want.Model, want.Embed
	if x.captioned {
		want.Captions = x.captions
		if x.captions != "" {
			var err error
			if want.Captions, err = filepath.Abs(x.captions); err != nil {
				return settings{}, err
			}
		}
	}
	return want, nil
}
