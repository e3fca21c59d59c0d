//go:build race

package store

const byteStep = 31
