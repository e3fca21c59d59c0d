package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/index"
)

// Errors of [Do], beside [ErrMissing] and those of its parts.
var (
	// ErrSettings means that a run was begun with other settings.
	ErrSettings = errors.New("the run was begun with other settings")
	// ErrLocked means that the run is being made by another process.
	ErrLocked = errors.New("another process is making the run")
)

// DefaultConcurrency is how many queries [Do] asks at once where nothing else
// is said.
const DefaultConcurrency = 4

// Options says how a run is made. None of it has a say in what is found, but for
// Missing and KeepGoing.
type Options struct {
	Dir    string // of the run; made where it is not there
	Models Models

	// Concurrency is how many queries are asked at once, and how many images are
	// indexed at once; 0 means [DefaultConcurrency].
	Concurrency int
	// Missing goes on without the images that have no file or are no picture. A
	// query whose reference is one of them is not asked, and has found nothing.
	Missing bool
	// KeepGoing takes a model that cannot be reached, is busy for too long or
	// refuses its key for a fault of the query. Otherwise it ends the run, which
	// can be taken up when the model is there.
	KeepGoing bool
	// Again asks once more the queries whose trace tells of an error or a fault.
	Again bool

	// Progress, if set, is told how far the run is. Calls do not overlap.
	Progress func(Progress)
}

// Progress is how far a run is.
type Progress struct {
	Doing       string // "images" or "queries"
	Done, Total int    // of these, those of earlier processes included
	Before      int    // of Done, those of earlier processes
	Faulty      int    // of the queries done, those with an error or a fault
}

// Do makes a run, or takes up the one in opts.Dir where it ended. Of s, what is
// said of defaults is filled in, and all that is known of dataset and gallery.
//
// The gallery is indexed first, in s.Places.Index; what is there already is not
// captioned and embedded again; "" stands for a folder in opts.Dir. Then the queries are asked, but for those that
// have ended. When Do returns for whatever reason, and also when the process is
// killed, all queries that have ended are on disk. Replies of models are not
// kept by Do: a [imagescope.Cache] with a file around each of opts.Models keeps
// those of queries that had not ended from being asked for again.
//
// An error with a run means that it is as far as it got.
func Do(ctx context.Context, s Settings, opts Options) (*Run, error) {
	s.Version = version
	s.Places.Index = cmp.Or(s.Places.Index, filepath.Join(opts.Dir, "index"))
	if named, ok := opts.Models.Embedder.(interface{ Name() string }); ok {
		s.Embedder.Checkpoint = named.Name()
	}
	s.complete()
	if opts.Concurrency <= 0 {
		opts.Concurrency = DefaultConcurrency
	}
	cfg, err := s.config(opts.Models)
	if err != nil {
		return nil, fmt.Errorf("run: settings: %w", err)
	}
	cfg.Concurrency = opts.Concurrency
	if s.Split == "" && s.Dataset != dataset.Own {
		if s.Split, err = dataset.DefaultSplit(s.Dataset); err != nil {
			return nil, fmt.Errorf("run: settings: %w", err)
		}
	}
	d, err := s.read()
	if err != nil {
		return nil, err
	}
	s.Queries, s.Checksum = len(d.Queries), checksum(d.Queries)
	if err := os.MkdirAll(opts.Dir, 0o755); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(opts.Dir, "lock"))
	if ok, err := lock.TryLock(); err != nil || !ok {
		return nil, errors.Join(fmt.Errorf("run %s: %w", opts.Dir, ErrLocked), err)
	}
	r, err := do(ctx, s, opts, cfg, d)
	return r, errors.Join(err, lock.Unlock())
}

// do is Do in a folder that is its own.
func do(ctx context.Context, s Settings, opts Options, cfg imagescope.Config, d dataset.Dataset) (*Run, error) {
	g, err := findGallery(d, s.Places.Data)
	if err != nil {
		return nil, err
	}
	if len(g.gone) > 0 && !opts.Missing {
		return nil, g.missing()
	}
	if err := begun(opts.Dir, s, false); err != nil {
		return nil, err
	}
	disk, err := openIndex(ctx, s)
	if err != nil {
		return nil, err
	}
	cfg.Images, cfg.Index = g.fs, disk
	r, err := within(ctx, s, opts, cfg, d, g, disk)
	return r, errors.Join(err, disk.Close())
}

// within makes the run with the index open.
func within(ctx context.Context, s Settings, opts Options, cfg imagescope.Config, d dataset.Dataset, g *gallery, disk *index.Disk) (*Run, error) {
	progress := opts.Progress
	if progress == nil {
		progress = func(Progress) {}
	}
	before := -1
	err := g.fill(ctx, disk, cfg, func(done, total int) {
		if before < 0 {
			before = done
		}
		progress(Progress{Doing: "images", Done: done, Total: total, Before: before})
	})
	if err != nil {
		return nil, fmt.Errorf("index the gallery: %w", err)
	}
	if len(g.gone) > 0 && !opts.Missing {
		return nil, g.missing()
	}
	s.Images, s.Missing = len(g.images), len(g.gone)
	if err := begun(opts.Dir, s, true); err != nil {
		return nil, err
	}
	if err := writeJSON(filepath.Join(opts.Dir, settingsFile), s); err != nil {
		return nil, err
	}
	p, err := imagescope.New(cfg)
	if err != nil {
		return nil, err
	}
	a := &asker{pipeline: p, gallery: g, settings: s, goOn: opts.KeepGoing}
	j, err := openTraces(filepath.Join(opts.Dir, tracesFile), opts.Again)
	if err != nil {
		return nil, err
	}
	err = errors.Join(a.askAll(ctx, d.Queries, j, opts.Concurrency, progress), j.Close())
	r, rerr := runOf(opts.Dir, s, d, j.traces)
	return r, errors.Join(err, rerr)
}

// askAll asks the queries that have no trace yet, some at once.
func (a *asker) askAll(ctx context.Context, queries []dataset.Query, j *journal, concurrency int, progress func(Progress)) error {
	now := Progress{Doing: "queries", Total: len(queries)}
	for _, t := range j.traces {
		now.count(t)
	}
	now.Before = now.Done
	progress(now)
	var mu sync.Mutex
	tasks, asking := errgroup.WithContext(ctx)
	tasks.SetLimit(concurrency)
	todo := slices.DeleteFunc(slices.Clone(queries), func(q dataset.Query) bool {
		_, ended := j.traces[q.ID]
		return ended
	})
	for _, q := range todo {
		if asking.Err() != nil {
			break
		}
		tasks.Go(func() error {
			t, err := a.ask(asking, q)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if err := j.add(t); err != nil {
				return err
			}
			now.count(t)
			progress(now)
			return nil
		})
	}
	err := tasks.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

func (p *Progress) count(t Trace) {
	p.Done++
	if t.Faulty() {
		p.Faulty++
	}
}

// begun compares the settings with those that a run was begun with. Until the
// gallery is indexed it is not known how many images it has.
func begun(dir string, s Settings, indexed bool) error {
	have, err := readSettings(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	have.Places, s.Places = Places{}, Places{}
	if !indexed {
		have.Images, have.Missing, s.Images, s.Missing = 0, 0, 0, 0
	}
	if d := differences(have, s); d != "" {
		return fmt.Errorf("%s: %w: %s; take these, or another -out", dir, ErrSettings, d)
	}
	return nil
}
