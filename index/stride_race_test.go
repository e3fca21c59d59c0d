//go:build race

package index_test

const damageStride = 509
