package main

import (
	"strings"
	"testing"
)

func TestUsage(t *testing.T) {
	p := newPerson(t, "meadow")
	tests := []struct {
		name string
		args []string
		code int
		out  string // part of what is written to stdout
		err  string // part of what is written to stderr
	}{
		{"nothing", nil, exitUsage, "", "photos index DIR"},
		{"help", []string{"help"}, exitOK, "photos index DIR", ""},
		{"-h", []string{"-h"}, exitOK, "photos index DIR", ""},
		{"--help", []string{"--help"}, exitOK, "photos index DIR", ""},
		{"help of a command", []string{"help", "index"}, exitOK, "-captions FILE", ""},
		{"-h of a command", []string{"search", "-h"}, exitOK, "-html FILE", ""},
		{"help of nothing", []string{"help", "dance"}, exitUsage, "", `"dance" is no command`},
		{"no command", []string{"dance"}, exitUsage, "", `"dance" is no command; there are index, search, change, chat and help`},
		{"no flag", []string{"search", "-dance"}, exitUsage, "", "see photos help search"},
		{"index without a folder", []string{"index"}, exitUsage, "", "photos index ~/Pictures"},
		{"search without words", []string{"search", " "}, exitUsage, "", `photos search "two dogs in snow"`},
		{"change without a change", []string{"change", "a.jpg"}, exitUsage, "", `photos change car.jpg "at night"`},
		{"chat with an argument", []string{"chat", "dogs"}, exitUsage, "", "chat takes no arguments"},
		{"too few to show", []string{"search", "-n", "0", "dog"}, exitUsage, "", "-n 0: it should be 1 or more"},
		{"too few to check", []string{"search", "-check", "-1", "dog"}, exitUsage, "", "-check -1: it should be 1 or more"},
		{"a page over a photo", []string{"search", "-html", "cat.jpg", "dog"}, exitUsage, "", "should end in .html"},
		{"search before index", []string{"search", "dog"}, exitFailed, "", "photos index DIR"},
		{"a folder without an index", []string{"search", "-dir", p.photos, "dog"}, exitFailed, "", "there is no index of " + p.photos + " yet; make it with: photos index '" + p.photos + "'\n"},
		{"a folder that is not there", []string{"index", "nowhere"}, exitFailed, "", "nowhere: no such file or directory"},
		{"a file for a folder", []string{"index", p.photos + "/meadow/dog-and-cat.png"}, exitFailed, "", "is a file; name the folder that it lies in"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := p.run(tt.args...)
			if r.code != tt.code {
				t.Errorf("photos %q = %d, want %d", tt.args, r.code, tt.code)
			}
			contains(t, "stdout", r.out, tt.out)
			contains(t, "stderr", r.err, tt.err)
		})
	}
}

// TestFlagsStandAnywhere tries what people type.
func TestFlagsStandAnywhere(t *testing.T) {
	p := newPerson(t, "meadow")
	p.must("index", p.photos)
	want := p.must("search", "-n", "3", "two dogs")
	for _, args := range [][]string{
		{"search", "two", "dogs", "-n", "3"},
		{"search", "two", "-n=3", "dogs"},
		{"search", "-n", "3", "--", "two", "dogs"},
	} {
		if got := p.must(args...); got != want {
			t.Errorf("photos %q wrote\n%s\nwant\n%s", args, got, want)
		}
	}
	if r := p.run("search", "--", "-n"); r.code != exitOK {
		t.Errorf("photos search -- -n = %d, want %d: %s", r.code, exitOK, r.err)
	}
}

func TestOverviewNamesEveryCommand(t *testing.T) {
	for _, c := range commands {
		if !strings.Contains(overview(), "photos "+c.name) {
			t.Errorf("the overview does not name %s", c.name)
		}
	}
}
