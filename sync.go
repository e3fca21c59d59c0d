package imagescope

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// SyncOptions adjusts [Pipeline.Sync]. The zero value is the default.
type SyncOptions struct {
	// KeepVanished leaves images in the gallery whose files are there no more.
	// By default they are removed.
	KeepVanished bool
	// Rehash reads every file. By default one of the same size and time of
	// change as before is taken for the same.
	Rehash bool
	// Describe, if set, says what is known of an image beside its file, such as a
	// caption from elsewhere or the album that it is in: it fills in Caption and
	// Meta of img, whose ID is set. It is asked about every file each time, one
	// after the other, so it had better not open pictures. An image of which it
	// says something else than the last time is added anew, and has no metadata of
	// before but what it says.
	Describe func(img *Image)
}

// SyncReport tells what [Pipeline.Sync] found and did.
type SyncReport struct {
	Files     int // image files found
	Unchanged int // of these, those whose content is as it was
	Added     int // files that were not in the gallery
	Changed   int // files that were, with another content
	Renamed   int // files that took over the entry of one that has vanished or changed
	Copied    int // of those Added and Changed, those that took over what an equal file has
	Removed   int // images whose files had vanished
	Kept      int // the same, where KeepVanished left them
	Failed    int // files in SyncError.Images
}

// SyncError lists what [Pipeline.Sync] could not read or add.
type SyncError struct {
	Images  []*ImageError   // what the gallery has of these is as it was
	Folders []*fs.PathError // what the gallery has of what lies below is as it was
}

func (e *SyncError) Error() string {
	const shown = 3
	var b strings.Builder
	fmt.Fprintf(&b, "imagescope: sync: %d images failed", len(e.Images))
	if len(e.Folders) > 0 {
		fmt.Fprintf(&b, ", and %d folders could not be read", len(e.Folders))
	}
	errs := e.Unwrap()
	for _, err := range errs[:min(shown, len(errs))] {
		fmt.Fprintf(&b, "; %v", err)
	}
	if more := len(errs) - shown; more > 0 {
		fmt.Fprintf(&b, "; and %d more", more)
	}
	return b.String()
}

// Unwrap returns the single errors, those of folders first.
func (e *SyncError) Unwrap() []error {
	var errs []error
	for _, f := range e.Folders {
		errs = append(errs, f)
	}
	for _, f := range e.Images {
		errs = append(errs, f)
	}
	return errs
}

// Sync brings the gallery in line with the image files of Config.Images, those
// that [Files] lists. opts may be nil. Config.Index must be a [Lister], as
// index.Flat, HNSW and Disk are, and those of index/pgvector and
// index/weaviate.
//
// New files are added, and changed ones anew, as by [Pipeline.Add]; without a
// Describe a changed one keeps the metadata that it has in the gallery, and not
// the caption. What counts is the content, by its SHA-256: a file that was only
// touched stays, and one that was renamed, or that now has the content of
// another of the gallery, takes over the vector, caption and metadata of that
// without a call of captioner or embedder. (What embed.Words makes of a file's
// name then stays that of the old one, unless Describe says the name.) An image
// whose file has vanished is removed. A folder that is empty since its disk is
// not there looks as if all had: where that can be, set KeepVanished.
//
// In the metadata of each entry Sync keeps the content's hash, [MetaHash], what
// Describe has said, [MetaSaid], and the size and time of change that the file
// had, [MetaFile]. While these are the same the file is not read again, so that
// a Sync of a folder without changes takes little more than to list it. A file
// that was changed within the two seconds before it was read, or whose file
// system tells no time, is read once more by the next Sync: its time could be
// the same after another change. Images that [Pipeline.Add] has put into the
// gallery are added anew where there is a file, since it is not known what
// their vectors were made of, unless Config.Fingerprints had Add keep that;
// where there is none they are left alone.
//
// A Sync that ends early, by kill -9 too, leaves a gallery that can be
// searched, and the next one goes on where it stood. It repeats what was not in
// the index yet, at most 16 images for each of Config.Concurrency; with a
// Config.VectorCache no call of the embedder that has returned is made again,
// nor one of the captioner's model with a [Cache] around it.
//
// An image that fails does not stop the rest, nor does a folder that cannot be
// read: what failed comes back in a [*SyncError] and is tried again by the next
// Sync. Any other error ends the work; the report then tells of what was done.
// Config.Progress counts the files that needed nothing as done, and is told of
// the others one by one.
//
// What Sync knows of each file, some 250 bytes, is in memory while it runs;
// pictures are not, but for those that are worked on. It must not run twice at
// once on one index, nor while files are added otherwise.
func (p *Pipeline) Sync(ctx context.Context, opts *SyncOptions) (SyncReport, error) {
	s := &syncing{p: p}
	if opts != nil {
		s.opts = *opts
	}
	if err := guard(func() error { return s.run(ctx) }); err != nil {
		return s.report, fmt.Errorf("imagescope: sync: %w", err)
	}
	return s.report, s.failures()
}

// syncing is one call of Sync.
type syncing struct {
	p      *Pipeline
	opts   SyncOptions
	a      *adding
	report SyncReport

	listing
	work  []*syncFile       // the files that are not known to be as they were, in order of ID
	gone  map[string]string // what the images were made of whose files have vanished, by ID
	sizes map[int64]bool    // of the files whose entries are to go or to change
	known map[string]string // an image that stays of all that any is made of
	byID  map[string]*syncFile
	held  map[string]item // entries that are replaced before they are taken over
}

// syncFile is a file that is not known to be as it was.
type syncFile struct {
	id    string
	stamp fileStamp
	held  bool              // there is an entry of this ID
	was   string            // what that was made of; "" where it is not known
	meta  map[string]string // its metadata
	said  Image             // what is known beside the file
	image Image             // with the bytes of the file, once it has been read
	sum   string            // its hash; "" before it has been read
	is    string            // what an image of it is made of; "" before that
	look  string            // its MetaLook, where its entry lacks it
	fate  fate
}

// fate is what becomes of a file.
type fate int

const (
	waiting fate = iota
	touched      // its entry keeps all but the stamp
	renamed      // it takes over an entry that is to go or to change
	copied       // it takes over what stays of another
	embedded
	failed
)

func (s *syncing) run(ctx context.Context) error {
	cfg := s.p.cfg
	index, ok := cfg.Index.(Lister)
	switch {
	case cfg.Images == nil:
		return errors.New("Config.Images is nil: set it to the folder that the gallery is of, such as os.DirFS(path)")
	case !ok:
		return fmt.Errorf("Config.Index, a %T, is no Lister: use an index that tells what it holds: index.Flat, HNSW or Disk, or one of index/pgvector or index/weaviate", cfg.Index)
	}
	if err := cfg.keepSpace(ctx); err != nil {
		return err
	}
	var err error
	if s.listing, err = list(ctx, cfg.Images); err != nil {
		return err
	}
	if err := s.compare(ctx, index); err != nil {
		return err
	}
	s.report.Files = s.report.Unchanged + len(s.work)
	s.a = s.p.adding(s.report.Files, s.report.Unchanged)
	s.a.check, s.a.each = s.settled, s.count
	for _, step := range []func(context.Context) error{s.move, s.add, s.remove} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// compare finds out which files may need work, and which images have none.
func (s *syncing) compare(ctx context.Context, index Lister) error {
	s.gone, s.sizes, s.known = map[string]string{}, map[int64]bool{}, map[string]string{}
	s.byID, s.held = map[string]*syncFile{}, map[string]item{}
	for e, err := range index.Entries(ctx) {
		if err != nil {
			return err
		}
		was, stamp := madeOf(e.Meta), e.Meta[MetaFile]
		now, there := s.files[e.ID]
		if there {
			f := &syncFile{id: e.ID, stamp: now, held: true, was: was, meta: e.Meta, said: s.describe(e.ID)}
			delete(s.files, e.ID)
			if !s.opts.Rehash && was != "" && f.isAsBefore() && !s.lacksLook(e.Meta) {
				s.report.Unchanged++
				s.keep(was, e.ID)
				continue
			}
			s.work = append(s.work, f)
		} else if stamp != "" && !s.hidden(e.ID) {
			s.gone[e.ID] = was
		}
		if size, ok := stampSize(stamp); ok && was != "" {
			s.sizes[size] = true
		}
	}
	for id, stamp := range s.files {
		s.work = append(s.work, &syncFile{id: id, stamp: stamp, said: s.describe(id)})
	}
	for _, f := range s.work {
		s.byID[f.id] = f
	}
	slices.SortFunc(s.work, func(a, b *syncFile) int { return strings.Compare(a.id, b.id) })
	return nil
}

// lacksLook reports whether a look is to be kept and is not.
func (s *syncing) lacksLook(meta map[string]string) bool {
	return s.p.cfg.Fingerprints && meta[MetaLook] == ""
}

// isAsBefore reports whether a file is to all appearance the one that its entry
// was made of, and nothing else is known of it.
func (f *syncFile) isAsBefore() bool {
	return f.stamp.err == nil && !f.stamp.recent && f.meta[MetaFile] == f.stamp.String() && f.meta[MetaSaid] == saidSum(f.said)
}

// keep notes an image that stays.
func (s *syncing) keep(made, id string) {
	if _, ok := s.known[made]; !ok {
		s.known[made] = id
	}
}

// remove takes out the images whose files have vanished.
func (s *syncing) remove(ctx context.Context) error {
	if s.opts.KeepVanished {
		s.report.Kept = len(s.gone)
		return nil
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(s.gone)), syncChunk) {
		if err := s.p.removeListed(ctx, ids); err != nil {
			return err
		}
		s.report.Removed += len(ids)
	}
	return nil
}

// count is told of each file done with.
func (s *syncing) count(id string, err error) {
	f := s.byID[id]
	if err != nil {
		f.fate = failed
		s.report.Failed++
		return
	}
	switch f.fate {
	case touched:
		s.report.Unchanged++
	case renamed:
		s.report.Renamed++
	default:
		if f.fate == copied {
			s.report.Copied++
		} else {
			f.fate = embedded
		}
		if f.held {
			s.report.Changed++
		} else {
			s.report.Added++
		}
	}
	s.keep(f.is, id)
}

// failures returns what failed as a SyncError.
func (s *syncing) failures() error {
	if len(s.a.failed)+len(s.unread) == 0 {
		return nil
	}
	return &SyncError{Images: s.a.failed, Folders: s.unread}
}
