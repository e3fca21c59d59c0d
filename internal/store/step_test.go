//go:build !race

package store

// byteStep is how many bytes TestEveryByte goes on after each.
const byteStep = 1
