package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/imagescope/imagescope"
)

// taken is what came of bringing the index in line with the folder.
type taken struct {
	imagescope.SyncReport
	again  int // how many of Added were in the index that this one is to replace
	failed []error
}

// in returns how many photos of the folder are in the index.
func (t taken) in() int { return t.Unchanged + t.Added + t.Changed + t.Renamed }

// giveUpAfter is how many photos may fail, with none that does not, before the
// models are taken to be at fault.
const giveUpAfter = 16

// take has the index follow the folder. A photo that fails does not stop the
// rest; a model that fails with all of the first does. The index has the
// settings once it has one of the photos.
func (x indexing) take(ctx context.Context, con *console, u *update, given captions, want settings) (taken, error) {
	parts := models{model: x.model, embed: x.embed}
	defer parts.Close()
	embedder, err := parts.embedder(ctx)
	if err != nil {
		return taken{}, err
	}
	captioner, err := parts.captioner(ctx)
	if err != nil {
		return taken{}, err
	}
	old, err := u.replaced(ctx)
	if err != nil {
		return taken{}, err
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	w := &watch{bar: newProgress(con), update: u, want: want, old: old, end: giveUp}
	defer w.bar.end()
	pipeline, err := imagescope.New(imagescope.Config{
		Images: os.DirFS(u.dir), Embedder: embedder, Index: u.disk,
		Captioner: &watchedCaptioner{captioner, x.timeout, w}, Progress: w.see,
	})
	if err != nil {
		return taken{}, err
	}
	t := taken{}
	t.SyncReport, err = pipeline.Sync(ctx, &imagescope.SyncOptions{Describe: describe(given, want.Model)})
	t.again = w.again
	var partly *imagescope.SyncError
	switch {
	case errors.As(err, &partly):
		t.failed, err = partly.Unwrap(), nil
	case w.ended() != nil:
		err = w.ended()
	case err != nil && ctx.Err() == nil:
		err = unwritten(err)
	}
	return t, err
}

// watch is told of each caption and of each photo that is done with.
type watch struct {
	bar    *progress
	update *update
	want   settings
	old    map[string]bool // what the index has that this one is to replace
	again  int             // how many of old are in this one now
	end    context.CancelCauseFunc

	mu               sync.Mutex
	captions, photos trial
	why              error // the work is ended
}

// trial is whether something has worked yet.
type trial struct {
	worked bool
	failed []error
}

// see is told of a photo.
func (w *watch) see(p imagescope.Progress) {
	w.bar.show(p)
	if p.Err == nil {
		if w.old[p.ID] {
			w.again++
		}
		if err := w.update.record(w.want); err != nil {
			w.giveUp(err)
		}
	}
	w.note(&w.photos, p.Err)
}

// note gives up where the first of a kind have all failed, and not for being
// unreadable.
func (w *watch) note(t *trial, err error) {
	w.mu.Lock()
	if err == nil {
		t.worked = true
	}
	hopeless := false
	if !t.worked {
		t.failed = append(t.failed, err)
		hopeless = len(t.failed) == giveUpAfter && !slices.ContainsFunc(t.failed, unreadable)
	}
	w.mu.Unlock()
	if hopeless {
		w.giveUp(fmt.Errorf("none of the first %d photos could be taken in: %w", giveUpAfter, t.failed[0]))
	}
}

func (w *watch) giveUp(why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.why == nil {
		w.why = why
		w.end(why)
	}
}

// ended returns why the work was given up, nil where it was not.
func (w *watch) ended() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.why
}

// unreadable reports whether it is the photo that is at fault.
func unreadable(err error) bool {
	var path *fs.PathError
	return errors.Is(err, imagescope.ErrImageFormat) || errors.Is(err, imagescope.ErrImageTruncated) ||
		errors.Is(err, imagescope.ErrImageTooLarge) || errors.As(err, &path)
}

// report tells how it ended. err is what ended it early, if anything.
func (t taken) report(con *console, err error) error {
	const shown = 10
	for i, failure := range t.failed {
		if i == shown {
			fmt.Fprintf(con.err, "  and %d more\n", len(t.failed)-shown)
			break
		}
		fmt.Fprintf(con.err, "  %v\n", failure)
	}
	done := t.Added + t.Changed + t.Renamed
	switch {
	case err != nil && done > 0:
		fmt.Fprintf(con.err, "%d photos were taken in and are kept; the same command goes on from there\n", done)
		return err
	case err != nil:
		return err
	case len(t.failed) > 0:
		return fmt.Errorf("%d photos could not be taken in; they are tried again the next time", len(t.failed))
	}
	return nil
}

// watchedCaptioner limits how long a caption may take, and has w told how it ends.
type watchedCaptioner struct {
	captioner imagescope.Captioner
	timeout   time.Duration // 0 for no limit
	w         *watch
}

func (c *watchedCaptioner) Caption(ctx context.Context, img imagescope.Image) (string, error) {
	if c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.timeout, fmt.Errorf("it took longer than -timeout %v", c.timeout))
		defer cancel()
	}
	caption, err := c.captioner.Caption(ctx, img)
	c.w.note(&c.w.captions, err)
	return caption, err
}
