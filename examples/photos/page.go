package main

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/report"
)

// writePage writes searches as a web page, if -html asks for one.
func (g *gallery) writePage(con *console, flags *galleryFlags, all []found) error {
	if flags.page == "" {
		return nil
	}
	p := report.Page{
		Title:   "Photos",
		Intro:   fmt.Sprintf("Found among %d photos in %s.", g.photos, g.dir),
		Address: g.address,
	}
	for i, f := range all {
		s := report.Search{Stages: f, Shown: flags.limit}
		if len(all) > 1 {
			s.Title = fmt.Sprintf("Turn %d", i+1)
		}
		p.Searches = append(p.Searches, s)
	}
	f, err := os.Create(flags.page)
	if err != nil {
		return fmt.Errorf("-html: %w", err)
	}
	err = report.Write(f, p)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("-html: %w", err)
	}
	fmt.Fprintf(con.out, "the page is in %s\n", flags.page)
	return nil
}

// address returns the address of a photo's file, for a link.
func (g *gallery) address(img imagescope.Image) string {
	file := img.ID // that of a reference from outside is its path
	if !path.IsAbs(file) && filepath.VolumeName(file) == "" {
		file = filepath.ToSlash(filepath.Join(g.dir, filepath.FromSlash(file)))
	}
	return (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(file, "/")}).String()
}
