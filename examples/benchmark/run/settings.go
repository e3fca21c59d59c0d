package run

import (
	"fmt"
	"strings"
	"time"
)

// Settings is all that decides what a run finds: settings.json of its folder.
// Runs with equal settings ask the same queries in the same way, and a run can
// only be taken up again with the settings that it was begun with.
type Settings struct {
	Version int `json:"version"` // of the form of the files; 1

	Dataset  string `json:"dataset"`            // such as "circo"; [dataset.Own] for a collection of one's own
	Split    string `json:"split,omitempty"`    // such as "val"; to [Do] "" means [dataset.DefaultSplit]
	Category string `json:"category,omitempty"` // the only one that is asked; "" for all
	Queries  int    `json:"queries"`            // how many are asked, the first ones; to [Do] 0 means all
	// Checksum is one of the queries that are asked, texts and targets
	// included.
	Checksum string `json:"checksum"`
	Images   int    `json:"images"`  // in the gallery, without those that are missing
	Missing  int    `json:"missing"` // images of the dataset that have no file

	Embedder  Part `json:"embedder"`
	Captioner Part `json:"captioner"` // "model", "colours" or "none"
	Intent    Part `json:"intent"`    // stage 1: "model", "rules" or "none"
	Verify    Part `json:"verify"`    // stage 2: "together", "single", "captions" or "none"
	Rank      Part `json:"rank"`      // stage 3: "pairwise", "listwise", "tournament", "captions" or "none"

	Search Search `json:"search"`

	// Places are where things lie on this machine. They decide nothing, and a
	// run can be taken up after a move.
	Places Places `json:"places"`
}

// String returns the settings that tell runs apart, in one line.
func (s Settings) String() string {
	x := s.Search
	text := strings.TrimSpace(s.Dataset + " " + s.Split + " " + s.Category)
	text += fmt.Sprintf(": vectors %v, captions %v, intent %v", s.Embedder, s.Captioner, s.Intent)
	if x.OneCall {
		text += " in one call"
	}
	text += fmt.Sprintf(", verify %v", s.Verify)
	if x.TopK > 0 {
		text += fmt.Sprintf(" K=%d", x.TopK)
	}
	for _, word := range []string{x.Confidence, x.Order} {
		if word != "" {
			text += " " + word
		}
	}
	text += fmt.Sprintf(", rank %v", s.Rank)
	if x.Alpha > 0 {
		text += fmt.Sprintf(" α=%d", x.Alpha)
	}
	return text
}

// Part tells what does one job in a run.
type Part struct {
	Name string `json:"name"` // the way it is done
	// Model is what was asked for, such as "ollama:llava" or the folder of a
	// model's files; "" where no model does the job.
	Model string `json:"model,omitempty"`
	// Checkpoint tells which weights that is: what the embedder calls itself,
	// or what the user said of them; "" where nothing is known.
	Checkpoint string `json:"checkpoint,omitempty"`
}

// String returns what is known, such as "pairwise ollama:llava (7b-v1.6)".
func (p Part) String() string {
	text := p.Name
	if p.Model != "" {
		text += " " + p.Model
	}
	if p.Checkpoint != "" && p.Checkpoint != p.Model {
		text += " (" + p.Checkpoint + ")"
	}
	return text
}

// Search has the numbers of a run, named as in package imagescope and its
// stages. [Do] fills in the defaults of Depth, Tau, TopK, Alpha, Fusion and
// Prompts; otherwise a zero means there what it means in those packages.
type Search struct {
	Depth         int     `json:"depth"`            // images of a ranking that are kept
	KeepReference bool    `json:"keep_reference"`   // the reference may be found, as in the authors' code
	Subset        bool    `json:"subset,omitempty"` // each query is also asked among its subset, where it has one
	Tau           float64 `json:"tau"`              // of the paper unless set; below 0 means 0
	Fusion        string  `json:"fusion"`           // "mean" or "reciprocal"
	Instant       bool    `json:"instant,omitempty"`

	Prompts       string `json:"prompts"` // "fashion" or "general", by the dataset unless set
	OneCall       bool   `json:"one_call,omitempty"`
	ShowReference bool   `json:"show_reference,omitempty"`

	TopK          int     `json:"top_k"`
	Confidence    string  `json:"confidence,omitempty"` // "bare", "stated" or "probability"
	Order         string  `json:"order,omitempty"`      // "counted" or "scored"
	Prior         float64 `json:"prior,omitempty"`      // of order "scored"
	MinConfidence float64 `json:"min_confidence,omitempty"`
	RefineBelow   float64 `json:"refine_below,omitempty"`

	Alpha      int  `json:"alpha,omitempty"`
	Speculate  int  `json:"speculate,omitempty"`
	OnePicture bool `json:"one_picture,omitempty"`

	GateSimilarity float64       `json:"gate_similarity,omitempty"`
	GateConfidence float64       `json:"gate_confidence,omitempty"`
	Calls          int           `json:"calls,omitempty"`      // budget of a query
	Tokens         int           `json:"tokens,omitempty"`     // budget of a query
	Time           time.Duration `json:"time_ns,omitempty"`    // budget of a query
	Timeout        time.Duration `json:"timeout_ns,omitempty"` // of a stage
	Lenient        bool          `json:"lenient,omitempty"`
}

// DefaultDepth is deep enough for all measures: 50, and the reference, which
// CIRR's scorer takes out.
const DefaultDepth = 51

// Places are absolute paths.
type Places struct {
	Data    string `json:"data"`              // folder of the dataset
	Queries string `json:"queries,omitempty"` // file of the queries of [dataset.Own]
	Index   string `json:"index,omitempty"`   // folder of the index
}
