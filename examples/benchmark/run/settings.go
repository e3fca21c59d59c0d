package run

import "time"

// Settings is all that decides what a run finds: settings.json of its folder.
// Runs with equal settings ask the same queries in the same way, and a run can
// only be taken up again with the settings that it was begun with.
type Settings struct {
	Version int `json:"version"` // of the form of the files; 1

	Dataset  string `json:"dataset"`            // such as "circo"; [Mine] for a collection of one's own
	Split    string `json:"split,omitempty"`    // such as "val"
	Category string `json:"category,omitempty"` // the only one that is asked; "" for all
	Queries  int    `json:"queries"`            // how many are asked: all, or the first -limit
	// Checksum is one of the queries that are asked, texts and targets
	// included.
	Checksum string `json:"checksum"`
	Images   int    `json:"images"`  // in the gallery, without those that are missing
	Missing  int    `json:"missing"` // images of the dataset that have no file

	Embedder  Part `json:"embedder"`
	Captioner Part `json:"captioner"`
	Intent    Part `json:"intent"` // stage 1
	Verify    Part `json:"verify"` // stage 2
	Rank      Part `json:"rank"`   // stage 3

	Search Search `json:"search"`

	// Places are where things lie on this machine. They decide nothing, and a
	// run can be taken up after a move.
	Places Places `json:"places"`
}

// Mine is the name of a dataset that is nobody's benchmark: a collection of
// one's own, with queries in lines of JSON.
const Mine = "mine"

// Part tells what does one job in a run.
type Part struct {
	// Name is the way it is done: "none", "words", "clip", "rules", "captions",
	// "colours", "together", "single", "pairwise", "listwise", "tournament" and
	// the like.
	Name string `json:"name"`
	// Model is what was asked for, such as "ollama:llava" or the folder of a
	// model's files; "" where no model does the job.
	Model string `json:"model,omitempty"`
	// Checkpoint tells which weights that is: what the embedder calls itself,
	// or what the user said of them; "" where nothing is known.
	Checkpoint string `json:"checkpoint,omitempty"`
}

// Search has the numbers of a run. Where 0 has a meaning of its own it is that
// of the field of the same name in package imagescope and its stages.
type Search struct {
	Depth         int     `json:"depth"`            // images of a ranking that are kept
	KeepReference bool    `json:"keep_reference"`   // the reference may be found, as in the authors' code
	Subset        bool    `json:"subset,omitempty"` // each query is also asked among its subset, where it has one
	Tau           float64 `json:"tau"`
	Fusion        string  `json:"fusion"` // "mean" or "reciprocal"
	Instant       bool    `json:"instant,omitempty"`
	Composed      bool    `json:"composed,omitempty"`

	OneCall       bool `json:"one_call,omitempty"`
	ShowReference bool `json:"show_reference,omitempty"`

	TopK          int     `json:"top_k"`
	Confidence    string  `json:"confidence,omitempty"` // "bare", "stated" or "probability"
	Order         string  `json:"order,omitempty"`      // "counted" or "scored"
	Prior         float64 `json:"prior,omitempty"`
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

// Places are absolute paths.
type Places struct {
	Data    string `json:"data"`              // folder of the dataset
	Queries string `json:"queries,omitempty"` // file of the queries of [Mine]
	Index   string `json:"index,omitempty"`   // folder of the index
}
