package imagescope

import (
	"fmt"
	"runtime/debug"
)

// PanicError is a panic in a part of a [Pipeline], made an error: a search
// does without a stage that panics, [Pipeline.Add] without an image that makes
// its captioner or embedder panic, and [Ask] without the reply. Parts run in
// goroutines of the pipeline, where nobody else could recover.
type PanicError struct {
	Value any    // what panic was called with
	Stack []byte // the stack of the goroutine that panicked, as text
}

// maxPanicText is how many bytes are shown of what panic was called with.
const maxPanicText = 2048

func (e *PanicError) Error() string { return "panicked: " + head(fmt.Sprint(e.Value), maxPanicText) }

// Unwrap returns Value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// guard calls f and returns its panic as an error.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{v, debug.Stack()}
		}
	}()
	return f()
}
