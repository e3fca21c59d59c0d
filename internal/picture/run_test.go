package picture

import (
	"errors"
	"io"
	"testing"
)

// No input is known that makes a decoder panic, so one is made up.
func TestDecoderPanicIsAnError(t *testing.T) {
	hostile := func(io.Reader) (int, error) { panic("index out of range") }
	if _, err := run(formats[0], hostile, []byte("data")); !errors.Is(err, ErrFormat) {
		t.Errorf("run: got %v, want ErrFormat", err)
	}
	greedy := func(r io.Reader) (int, error) {
		io.Copy(io.Discard, r)
		panic("slice bounds out of range")
	}
	if _, err := run(formats[0], greedy, []byte("data")); !errors.Is(err, ErrTruncated) {
		t.Errorf("run past the end: got %v, want ErrTruncated", err)
	}
}
