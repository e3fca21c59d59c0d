package main

import (
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if os.Getenv("ANNBENCH_MAIN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestLines runs the program on small files: exact indexes must find all, and
// every line must say what was measured.
func TestLines(t *testing.T) {
	dir := t.TempDir()
	base, queries := filepath.Join(dir, "base.f32"), filepath.Join(dir, "queries.f32")
	write(t, base, 300, 8)
	write(t, queries, 20, 8)
	out := annbench(t, "-base", base, "-queries", queries, "-dim", "8", "-k", "5", "-ef", "0,40", "-threads", "2", "-rounds", "1")
	names := map[string]int{}
	for l := range strings.Lines(out) {
		var got line
		if err := json.Unmarshal([]byte(l), &got); err != nil {
			t.Fatalf("%s: %v", l, err)
		}
		names[got.Name]++
		if got.N != 300 || got.K != 5 || got.Threads != 2 || got.QPS <= 0 || got.P50 <= 0 || got.P99 < got.P50 || got.Build <= 0 || got.Bytes < 32 {
			t.Errorf("line without measurement: %s", l)
		}
		if got.Name != "coder/hnsw" && got.Recall != 1 {
			t.Errorf("recall %v of an exact search: %s", got.Recall, l)
		}
		if (got.Ef == nil) != (got.Name == "flat") {
			t.Errorf("ef: %s", l)
		}
	}
	if names["flat"] != 1 || names["hnsw"] != 2 || names["hnsw-8bit"] != 2 || names["coder/hnsw"] != 2 {
		t.Errorf("lines by name: %v", names)
	}
}

func TestBadArguments(t *testing.T) {
	base := filepath.Join(t.TempDir(), "base.f32")
	write(t, base, 3, 8)
	for _, args := range [][]string{
		{},
		{"-base", base, "-queries", base, "-dim", "7"},
		{"-base", base, "-queries", "missing"},
		{"-base", base, "-queries", base, "-dim", "8", "-index", "other"},
		{"-base", base, "-queries", base, "-dim", "8", "-ef", "many"},
		{"-base", base, "-queries", base, "-dim", "8", "-k", "0"},
	} {
		if err := command(t, args...).Run(); err == nil {
			t.Errorf("annbench %q succeeds", args)
		}
	}
}

func command(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "ANNBENCH_MAIN=1")
	return cmd
}

func annbench(t *testing.T, args ...string) string {
	t.Helper()
	out, err := command(t, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func write(t *testing.T, name string, n, dim int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, uint64(n)))
	v := make([]float32, n*dim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := binary.Write(f, binary.LittleEndian, v); err != nil {
		t.Fatal(err)
	}
}
