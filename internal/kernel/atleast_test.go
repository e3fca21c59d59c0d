package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestAtLeast(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	tests := []struct {
		name   string
		scores []float32
		floor  float32
		want   int
	}{
		{"none", nil, 0, 0},
		{"equal", []float32{1, 2, 3}, 2, 1},
		{"all below", []float32{1, 2, 3}, 4, 3},
		{"below zero, where nothing follows", []float32{-3, -3}, -2, 2},
		{"no floor", []float32{-5}, -inf, 0},
		{"NaN", []float32{nan, 1}, 0, 1},
		{"floor NaN", []float32{1, inf}, nan, 2},
		{"zeros of either sign", []float32{-1, float32(math.Copysign(0, -1))}, 0, 1},
	}
	everywhere(t, func(t *testing.T) {
		for _, tt := range tests {
			if got := AtLeast(tt.scores, tt.floor); got != tt.want {
				t.Errorf("%s: AtLeast(%v, %v) = %d, want %d", tt.name, tt.scores, tt.floor, got, tt.want)
			}
		}
		for n := range 100 {
			for at := range n + 1 {
				scores := make([]float32, n, n+1)
				_ = append(scores, 5) // behind the end
				for i := at; i < n; i += 3 {
					scores[i] = float32(2 + i%2)
				}
				if got := AtLeast(scores, 2); got != at {
					t.Fatalf("AtLeast of %d scores = %d, want %d", n, got, at)
				}
			}
		}
	})
}

func BenchmarkAtLeast(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	scores := make([]float32, 1024)
	for i := range scores {
		scores[i] = r.Float32()
	}
	b.SetBytes(4 * int64(len(scores)))
	for b.Loop() {
		AtLeast(scores, 2)
	}
}
