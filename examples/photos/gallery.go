package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// galleryFlags are the flags of all commands that search.
type galleryFlags struct {
	dir          string
	model, embed endpoint
	check        int
	timeout      time.Duration
	limit        int
	why          bool
	page         string
}

func (g *galleryFlags) define(fs *flag.FlagSet) {
	fs.StringVar(&g.dir, "dir", "", "the `FOLDER` to search (default the working folder or one above it\nthat has an index, else the one taken in last)")
	g.model.define(fs, "model", noModel, "the model that understands and checks: none, or `PROVIDER:NAME` with\nollama, openai, anthropic or googleai (default none)")
	g.embed.define(fs, "embed", noEmbedder, "what the index was made with: words or `PROVIDER:NAME`\n(default just that)")
	fs.IntVar(&g.check, "check", imagescope.DefaultTopK, "check the first `N` photos against what is asked")
	fs.DurationVar(&g.timeout, "timeout", 5*time.Minute, "longest `TIME` for a stage of a search; 0 for no limit")
	fs.IntVar(&g.limit, "n", imagescope.DefaultLimit, "show `N` photos")
	fs.BoolVar(&g.why, "why", false, "tell of each photo why it is where it is")
	fs.StringVar(&g.page, "html", "", "also write a web page with the pictures to `FILE`")
}

// gallery is a folder that can be searched. It must be closed.
type gallery struct {
	dir      string
	index    *index.Disk
	photos   int // how many there are
	pipeline *imagescope.Pipeline
	models
}

// open opens the index of the folder for reading and makes its pipeline.
func (g *galleryFlags) open(ctx context.Context) (*gallery, error) {
	switch {
	case g.limit < 1:
		return nil, misused("-n %d: it should be 1 or more", g.limit)
	case g.check < 1:
		return nil, misused("-check %d: it should be 1 or more", g.check)
	case g.page != "" && !slices.Contains([]string{".html", ".htm"}, strings.ToLower(filepath.Ext(g.page))):
		return nil, misused("-html %s: the name should end in .html", g.page)
	}
	dir, err := findFolder(g.dir)
	if err != nil {
		return nil, err
	}
	place, made, err := placeOf(dir)
	if err != nil {
		return nil, err
	}
	g.model.spec, g.embed.spec = cmp.Or(g.model.spec, noModel), cmp.Or(g.embed.spec, made.Embed)
	if g.embed.spec != made.Embed {
		return nil, fmt.Errorf("the index of %s was made with -embed %s, and vectors of %s do not compare with it; leave -embed out, or make the index anew with: photos index -embed %s %s",
			dir, made.Embed, g.embed.spec, g.embed.spec, quoted(dir))
	}
	disk, err := openIndex(ctx, dir, place, &index.DiskOptions{Embedder: vectorsOf(g.embed.spec), ReadOnly: true})
	if err != nil {
		return nil, err
	}
	opened := &gallery{dir: dir, index: disk, models: models{model: g.model, embed: g.embed}}
	cfg := imagescope.Config{Images: os.DirFS(dir), Index: disk, TopK: g.check, StageTimeout: g.timeout}
	if err := opened.join(ctx, cfg); err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return opened, nil
}

// join counts the photos, completes the configuration and makes the pipeline.
func (g *gallery) join(ctx context.Context, cfg imagescope.Config) error {
	info, err := g.index.Info(ctx)
	if err != nil {
		return err
	}
	if g.photos = info.Entries; g.photos == 0 {
		return fmt.Errorf("the index of %s holds no photo; put some there and run: photos index %s", g.dir, quoted(g.dir))
	}
	if cfg.Embedder, err = g.embedder(ctx); err != nil {
		return err
	}
	if cfg.Captioner, err = g.captioner(ctx); err != nil {
		return err
	}
	if err = g.stages(ctx, &cfg); err != nil {
		return err
	}
	g.pipeline, err = imagescope.New(cfg)
	return err
}

// Close closes the index and the clients of the models.
func (g *gallery) Close() error { return errors.Join(g.index.Close(), g.models.Close()) }
