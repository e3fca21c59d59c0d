package imagescope_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/imagescope/imagescope"

// TestImportDirection holds the architecture: the root package is the contract
// and imports none of the packages that implement it; these import the root
// and not one another. Tests may import what they like.
func TestImportDirection(t *testing.T) {
	stages := []string{"intent", "verify", "rank", "index", "embed"}
	root := []string{
		"github.com/tmc/langchaingo/llms", module + "/internal/picture",
		"golang.org/x/sync/",
		// What the functions around a Reasoner are made of. Each is one small
		// package that needs nothing but the standard library.
		"golang.org/x/time/rate", "github.com/cenkalti/backoff/v5", "github.com/sony/gobreaker/v2",
		"github.com/hashicorp/golang-lru/v2/simplelru", module + "/internal/journal",
		module + "/internal/redact",
	}
	for name := range importsOf(t, ".") {
		if standard(name) || slices.ContainsFunc(root, func(allowed string) bool { return under(name, allowed) }) {
			continue
		}
		t.Errorf("the root package imports %s: it may import the standard library, %s", name, strings.Join(root, ", "))
	}
	for _, stage := range stages {
		dirs, err := filepath.Glob(filepath.Join(stage, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range append(dirs, stage) {
			for name := range importsOf(t, dir) {
				for _, other := range stages {
					if other != stage && under(name, module+"/"+other) {
						t.Errorf("%s imports %s: stages know the root package and not one another", dir, name)
					}
				}
			}
		}
	}
	for _, dir := range []string{"internal/picture", "internal/words", "internal/phrase", "internal/change", "internal/reply", "internal/journal", "internal/redact"} {
		for name := range importsOf(t, dir) {
			if under(name, module) && !under(name, module+"/internal") {
				t.Errorf("%s imports %s: it lies below all public packages", dir, name)
			}
		}
	}
}

// importsOf returns what the files of a folder import, tests left out.
func importsOf(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[name] = true
		}
	}
	return found
}

// standard reports whether a package is of the standard library: its path
// begins with a word without a dot.
func standard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

// under reports whether a package is parent or lies below it.
func under(name, parent string) bool {
	parent = strings.TrimSuffix(parent, "/")
	return name == parent || strings.HasPrefix(name, parent+"/")
}
