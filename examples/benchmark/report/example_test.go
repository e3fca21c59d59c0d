package report_test

import (
	"bytes"
	"fmt"
	"os"

	"github.com/imagescope/imagescope/examples/benchmark/report"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

func ExampleWrite() {
	// run.Read reads runs from their folders.
	runs := []*run.Run{
		made{dir: "runs/clip", queries: 10}.run(),
		made{dir: "runs/clip-and-llava", queries: 10}.run(),
	}
	var page bytes.Buffer
	if err := report.Write(&page, runs, report.Options{Queries: 8}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	fmt.Println("queries with pictures:", bytes.Count(page.Bytes(), []byte(`<details class="card"`)))
	// Output: queries with pictures: 8
}
