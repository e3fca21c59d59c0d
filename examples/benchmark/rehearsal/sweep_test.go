package rehearsal_test

import (
	"bytes"
	"cmp"
	"os"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/imagescope/imagescope/examples/benchmark/rehearsal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sizeVariable has the sweep rehearse with more families, and with five shares
// of wrong judgements.
const sizeVariable = "IMAGESCOPE_REHEARSAL_FAMILIES"

// judged is the measure by which all stages have room to raise what is found.
var judged = map[string]string{"circo": "mAP@5", "visdial": "Hits@1 until round 10"}

// TestSweep runs the whole benchmark on each of the six datasets: without any
// stage, with judgements that are right, and with wrong ones. Each stage has to
// find more than the one before it where they are right, and the gain has to
// shrink with errors.
//
//	IMAGESCOPE_REHEARSAL_FAMILIES=24 go test ./rehearsal -run TestSweep -v
func TestSweep(t *testing.T) {
	s := rehearsal.Sweep{
		Dir: t.TempDir(), Options: rehearsal.Options{Seed: 1, Families: 4, Width: 120}, Wrong: []float64{0, 0.3}, Queries: 40,
	}
	if text := os.Getenv(sizeVariable); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("%s: %v", sizeVariable, err)
		}
		s.Families, s.Queries, s.Wrong = n, 0, []float64{0, 0.05, 0.1, 0.2, 0.3}
	}
	outcomes, err := s.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := rehearsal.Print(&table, outcomes); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", &table)
	seen := 0
	for _, o := range outcomes {
		if o.Measure != cmp.Or(judged[o.Dataset], "R@1") {
			continue
		}
		seen++
		right, wrong := o.Rows[0], o.Rows[len(o.Rows)-1]
		if values := []float64{o.None, right.Retrieve, right.Verify, right.Rank}; !rises(values) {
			t.Errorf("%s: %s without a stage and after each is %v: each should find more", o.Dataset, o.Measure, values)
		}
		if right.Retrieve != wrong.Retrieve {
			t.Errorf("%s: retrieval finds %v and %v: no judgement is made for it", o.Dataset, right.Retrieve, wrong.Retrieve)
		}
		if right.Gain() < wrong.Gain()+0.1 {
			t.Errorf("%s: stages 2 and 3 gain %v with right judgements and %v with wrong ones", o.Dataset, right.Gain(), wrong.Gain())
		}
	}
	if seen != 6 {
		t.Errorf("%d datasets were judged, want 6", seen)
	}
}

// rises reports whether each value is larger than the one before it, or all
// that can be.
func rises(values []float64) bool {
	for i := 1; i < len(values); i++ {
		if values[i] <= values[i-1] && values[i] < 1 {
			return false
		}
	}
	return true
}

// TestSameAtAnyConcurrency makes the same trials one query after the other and
// many at once.
func TestSameAtAnyConcurrency(t *testing.T) {
	s := rehearsal.Sweep{Datasets: []string{"cirr"}, Options: rehearsal.Options{Families: 3, Width: 120}, Wrong: []float64{0.2}, Queries: 6}
	var outcomes [2][]rehearsal.Outcome
	for i, n := range []int{1, 16} {
		s.Dir, s.Concurrency = t.TempDir(), n
		var err error
		if outcomes[i], err = s.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if d := gocmp.Diff(outcomes[0], outcomes[1]); d != "" {
		t.Errorf("one after the other is -, many at once is +\n%s", d)
	}
}
