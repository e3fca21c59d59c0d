// Quickstart finds pictures in three ways: by a description, by a picture and
// a change to it, and in a conversation. It needs no network, no key and no
// model: it draws its pictures itself, and the parts of imagescope that work
// with words take the place of models.
//
//	go run ./examples/quickstart
//
// It prints what each stage did and writes a page with the pictures.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/imagescope/imagescope/internal/report"
)

func main() {
	page := flag.String("o", "imagescope-quickstart.html", "`file` to write the page to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *page); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run takes pictures in, searches, tells w about it and writes the page.
func run(ctx context.Context, w io.Writer, page string) error {
	p, err := newPipeline()
	if err != nil {
		return err
	}
	pictures := gallery()
	if err := p.Add(ctx, pictures...); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d drawn pictures taken in. No model is asked: all that is known of them are words.\n", len(pictures))

	searches, err := search(ctx, p)
	if err != nil {
		return err
	}
	for _, s := range searches {
		show(w, s)
	}
	return write(w, page, searches)
}

// write writes the page and says where it is.
func write(w io.Writer, name string, searches []report.Search) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	err = report.Write(f, report.Page{
		Title:    "What imagescope found",
		Intro:    "Five searches among pictures that the quickstart drew, and what each stage made of them. No model was asked: the stages went by words and colours.",
		Searches: searches,
	})
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		fmt.Fprintf(w, "\nThe same with pictures: open %s in a browser.\n", name)
	}
	return err
}
