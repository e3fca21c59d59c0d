//go:build !linux

package index

// huge does nothing: where large pages are had on request alone, and how, is
// known for Linux.
func huge[T any]([]T) {}
