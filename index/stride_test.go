//go:build !race

package index_test

// damageStride is how many bytes TestDiskDamage goes on after each.
const damageStride = 211
