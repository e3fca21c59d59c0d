package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/imagescope/imagescope/examples/benchmark/report"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

func runReport(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("benchmark report", flag.ContinueOnError)
	file := flags.String("out", "report.html", "the page, one `file`")
	queries := flags.Int("queries", 40, "how many queries are shown with pictures, 200 at most")
	room := flags.Float64("pictures", 6, "`megabytes` that pictures may take")
	dirs, err := parseSome(flags, args)
	switch {
	case err != nil:
		return err
	case len(dirs) == 0:
		return usageErrorf("report needs a run, or some to put side by side")
	case *queries < 1 || *queries > 200:
		return usageErrorf("-queries %d: it goes from 1 to 200", *queries)
	case !(*room > 0 && *room <= 1000):
		return usageErrorf("-pictures %g: it is more than 0 and at most 1000", *room)
	}
	runs := make([]*run.Run, len(dirs))
	for i, dir := range dirs {
		if runs[i], err = run.Read(dir); err != nil {
			return err
		}
	}
	var page bytes.Buffer
	if err := report.Write(&page, runs, report.Options{Queries: *queries, PictureBytes: int(*room * 1e6)}); err != nil {
		return err
	}
	if err := os.WriteFile(*file, page.Bytes(), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "written: %s (%.1f MB)\n", *file, float64(page.Len())/1e6)
	return err
}
