//go:build race

package main

// race tells whether the tests run under the race detector.
const race = true
