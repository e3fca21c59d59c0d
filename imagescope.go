package imagescope

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"time"
)

// Defaults of [Config], those of the paper where it names them.
const (
	// DefaultTau is the weight of the caption in the retrieval score.
	DefaultTau = 0.15
	// DefaultTopK is how many candidates stage 2 checks.
	DefaultTopK = 20
	// DefaultConcurrency is how many images Add works on at once.
	DefaultConcurrency = 4
)

// Config joins the parts of a [Pipeline]. Embedder and Index are needed; a
// stage left nil is skipped, and with Intent, Verify and Rank all nil the
// pipeline is plain vector search.
type Config struct {
	// Images is where the bytes of an image are read from, by ID: a folder
	// (os.DirFS), a zip file, an embedded file system. It may be nil where no
	// stage looks at pixels. Images made by [File], [Bytes] or [Pixels] bring
	// their own, to Add and as a reference; but an index keeps no bytes, and
	// what a search finds is read from here.
	Images fs.FS
	// Limits bounds the image files that are read.
	Limits ImageLimits

	Embedder  Embedder
	Index     VectorIndex
	Captioner Captioner // describes images in Add, and references from outside; optional

	// CaptionIndex, if set, keeps the vectors of captions in a space of their
	// own, beside those of the images in Index. Both are searched at once and
	// their orders fused as [ReciprocalRank] says, so that a caption counts as
	// much as the picture whatever the scale of its scores. [Pipeline.Add] and
	// [Pipeline.Remove] keep both in step; what is deleted from Index alone is
	// found no more either. An image without a caption is in Index only.
	// Galleries added without a CaptionIndex need to be added anew.
	CaptionIndex VectorIndex
	// Fusion is how the descriptions of an intent are searched for together.
	Fusion Fusion
	// Composed is how a query with a reference that has a picture is searched
	// for where Embedder is a [ComposedEmbedder]; "" means [ComposedFused]. Other
	// queries, and pipelines with another embedder, are not touched by it.
	Composed ComposedSearch

	Intent Interpreter // stage 1; nil searches for the text as it is
	Verify Verifier    // stage 2
	Rank   Ranker      // stage 3

	// Instant, if set, gives a first answer before any model is asked, and one
	// to fall back on; nil gives none.
	Instant *Instant

	// Tau is the weight of the caption against the image in the retrieval
	// score, from 0 to 1; nil means [DefaultTau]. It is fixed when images are
	// added: a change needs them added anew. With a CaptionIndex it is not; it
	// then weighs Candidate.Similarity, and settles ties.
	Tau *float64
	// TopK is how many candidates stage 2 checks; 0 means [DefaultTopK].
	TopK int
	// Concurrency is how many images [Pipeline.Add] captions and embeds at
	// once, and [Pipeline.Sync] reads; 0 means [DefaultConcurrency].
	Concurrency int

	// EXIF has Add and Sync keep in the metadata what cameras note in their files,
	// by the keys from [MetaTaken] on, to filter by. What a caller gave under the
	// same key stays, and a file that cannot be read is no error of this. What the
	// gallery holds already gets its notes when it is added anew; without a call
	// of a model, by [Image.EXIF] and the Upsert of the index. It is off by
	// default: the place where a picture was taken can be private, and each file
	// is read once more, as Image.EXIF says.
	EXIF bool

	// Fingerprints has Add and Sync keep in the metadata what duplicates are known
	// by, [MetaHash] and [MetaLook], for [Duplicates] and Collapse. Each picture is
	// read and decoded once more for it.
	Fingerprints bool
	// Collapse has results show duplicates once; "" shows all. Which the others
	// are is in Candidate.Duplicates. It is done before any stage looks at
	// candidates, so that no model is asked about the same picture twice.
	Collapse Collapse

	// VectorCache, if set, keeps the vectors of images as soon as the embedder has
	// returned them, so that what is added again after the process was killed, or
	// reindexed with another Index, is not embedded again. They are found by the
	// embedder's name, by what the picture shows, by ID, caption and metadata, and
	// by Tau; where Embedder has no name, nothing is kept. The file takes four
	// bytes for each component, and each picture is read once more for its hash.
	// One file can serve a [Cache] as well. The caller closes it.
	VectorCache *CacheFile

	// Exhaustive has stage 2 check all TopK candidates. Otherwise a
	// [TopVerifier] stops asking as soon as the places that the query asks for,
	// and those that stage 3 looks at, cannot change any more: the result is the
	// same, for fewer calls. It is for measurements. MinConfidence, RefineBelow
	// and Gate.Confidence look at all that was checked, and imply it.
	Exhaustive bool

	// MinConfidence keeps out of the result what stage 2 is less sure of, by
	// Candidate.Confidence, so that the best of a bad lot is no answer: nothing
	// found is one. With bare answers it is the share of propositions that hold;
	// 1 wants all of them. What is kept out is in Result.Rejected, with reasons,
	// and so is what was not checked: a limit beyond TopK then finds no more than
	// TopK. All TopK candidates are checked, as with Exhaustive. Where stage 2
	// was skipped as a whole, or the query gave it nothing to check, nothing is
	// kept out. 0, the default, keeps nothing out.
	MinConfidence float64

	// Gate leaves out stages that would only confirm a sure result; the zero
	// Gate leaves none out. Result.LeftOut then says which, and why.
	Gate Gate
	// RefineBelow asks for one round more where stage 2 is unsure: where no
	// candidate that it checked has a Confidence as high. Config.Intent, which
	// must be a [Refiner], then names a requirement that is not met, the index is
	// searched once more for it, at most TopK images that stage 2 has not looked
	// at yet are checked, and they are sorted in by their confidence. That
	// costs a call of the interpreter and those of stage 2 for the newcomers, as
	// Usage says under [StageRefine]. With bare answers 1 means: unless all
	// propositions hold for one. Answers with a confidence seldom come to 1, and
	// nearly every query would have a round: choose less, such as 0.9. 0, the
	// default, asks for no round.
	RefineBelow float64

	// StageTimeout ends a stage that takes longer, by its context; the search
	// goes on without it. A stage that does not heed its context is waited
	// for. 0 means no limit but the context's. Retrieval is not limited, but for
	// the vector that a [ComposedEmbedder] makes for it.
	StageTimeout time.Duration
	// Budget bounds what each query may cost, unless Query.Budget says more. The
	// zero Budget bounds nothing.
	Budget Budget
	// Strict makes every fault of a stage an error of the search, instead of
	// an entry in Result.Faults.
	Strict bool

	// Progress, if set, is told of each image that Add, Reindex or Sync is done
	// with. Calls do not overlap.
	Progress func(Progress)
}

// Pipeline finds images by language. Make it with [New]. All methods may be
// called at once from several goroutines, as long as its parts allow that.
type Pipeline struct {
	cfg Config
	tau float64
}

// New joins the parts to a pipeline. The error names the field of cfg that
// cannot be used; it is [ErrModelMismatch] where an index is known to hold
// vectors of another embedder.
func New(cfg Config) (*Pipeline, error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("imagescope: %w", err)
	}
	if err := cfg.checkSpace(); err != nil {
		return nil, fmt.Errorf("imagescope: %w", err)
	}
	p := &Pipeline{cfg: cfg, tau: DefaultTau}
	if cfg.Tau != nil {
		p.tau = *cfg.Tau
	}
	if cfg.TopK == 0 {
		p.cfg.TopK = DefaultTopK
	}
	if cfg.Concurrency == 0 {
		p.cfg.Concurrency = DefaultConcurrency
	}
	return p, nil
}

func (c Config) validate() error {
	if err := c.checkParts(); err != nil {
		return err
	}
	if err := c.Instant.validate(); err != nil {
		return err
	}
	switch {
	case c.Tau != nil && !(*c.Tau >= 0 && *c.Tau <= 1):
		return fmt.Errorf("Config.Tau is %v: it is a share, from 0 to 1", *c.Tau)
	case c.Fusion != MeanVector && c.Fusion != ReciprocalRank:
		return fmt.Errorf("Config.Fusion is %d: use MeanVector or ReciprocalRank", c.Fusion)
	case !c.Composed.isKnown():
		return fmt.Errorf("Config.Composed is %q: use ComposedFused, ComposedAlone or ComposedOff", c.Composed)
	case c.Composed == ComposedAlone && !isComposed(c.Embedder):
		return fmt.Errorf("Config.Composed is ComposedAlone, and Config.Embedder, a %T, is no ComposedEmbedder", c.Embedder)
	case !c.Collapse.isKnown():
		return fmt.Errorf("Config.Collapse is %q: use CollapseNone, CollapseExact or CollapseNear", c.Collapse)
	case c.TopK < 0:
		return fmt.Errorf("Config.TopK is %d: use 0 for the default of %d, or leave Verify nil to skip stage 2", c.TopK, DefaultTopK)
	case c.Concurrency < 0:
		return fmt.Errorf("Config.Concurrency is %d: use 0 for the default of %d", c.Concurrency, DefaultConcurrency)
	case !(c.MinConfidence >= 0 && c.MinConfidence <= 1):
		return fmt.Errorf("Config.MinConfidence is %v: it is a share, from 0 to 1", c.MinConfidence)
	case c.MinConfidence > 0 && c.Verify == nil:
		return fmt.Errorf("Config.MinConfidence is %v, and Config.Verify is nil: nothing would be rejected", c.MinConfidence)
	case c.Gate.validate() != nil:
		return c.Gate.validate()
	case c.Gate.Similarity > 0 && c.MinConfidence > 0:
		return fmt.Errorf("Config.Gate.Similarity is %v and Config.MinConfidence %v: the one leaves out the stage that the other relies on", c.Gate.Similarity, c.MinConfidence)
	case !(c.RefineBelow >= 0 && c.RefineBelow <= 1):
		return fmt.Errorf("Config.RefineBelow is %v: it is a share, from 0 to 1", c.RefineBelow)
	case c.RefineBelow > 0 && c.Verify == nil:
		return fmt.Errorf("Config.RefineBelow is %v, and Config.Verify is nil: nothing tells how sure a result is", c.RefineBelow)
	case c.RefineBelow > 0 && !isRefiner(c.Intent):
		return fmt.Errorf("Config.RefineBelow is %v, and Config.Intent, a %T, is no Refiner: package intent has some", c.RefineBelow, c.Intent)
	case c.StageTimeout < 0:
		return fmt.Errorf("Config.StageTimeout is %v: use 0 for no limit", c.StageTimeout)
	case c.Budget.validate() != nil:
		return fmt.Errorf("Config.Budget: %w", c.Budget.validate())
	case c.Limits.MaxBytes < 0 || c.Limits.MaxPixels < 0:
		return fmt.Errorf("Config.Limits is %+v: use 0 for the defaults", c.Limits)
	}
	return nil
}

func (c Config) checkParts() error {
	switch {
	case c.Embedder == nil:
		return errors.New("Config.Embedder is nil: package embed has some, embed.Words{} needs no model")
	case c.Index == nil:
		return errors.New("Config.Index is nil: package index has some, such as new(index.HNSW)")
	}
	if t := reflect.TypeOf(c.Index); t.Comparable() && c.Index == c.CaptionIndex {
		return errors.New("Config.CaptionIndex is the Index: captions need one of their own, or leave the field nil")
	}
	for _, part := range []struct {
		field string
		value any
	}{
		{"Config.Images", c.Images}, {"Config.Embedder", c.Embedder}, {"Config.Index", c.Index}, {"Config.CaptionIndex", c.CaptionIndex},
		{"Config.Captioner", c.Captioner},
		{"Config.Intent", c.Intent}, {"Config.Verify", c.Verify}, {"Config.Rank", c.Rank},
	} {
		if isEmpty(part.value) {
			return fmt.Errorf("%s holds a nil %T: look at the error of what made it, or leave the field nil", part.field, part.value)
		}
	}
	return nil
}

// isEmpty reports whether an interface that is not nil holds a nil pointer or
// function. A nil map or slice can be a value of use.
func isEmpty(value any) bool {
	v := reflect.ValueOf(value)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
}
