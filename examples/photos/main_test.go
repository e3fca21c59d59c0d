package main

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/imagescope/imagescope/internal/scene"
)

// TestMain looks for goroutines left behind. Those of a gRPC client are left
// out: googleai.New makes one, for cached contents, that nothing closes.
//
// Where asProgram is set the test is the program, to be killed.
func TestMain(m *testing.M) {
	progressLine = giveUpAfter // of fewer photos than people have
	if os.Getenv(asProgram) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run"),
		goleak.IgnoreAnyFunction("google.golang.org/grpc.(*addrConn).connect"),
	)
}

const asProgram = "PHOTOS_TEST_AS_PROGRAM"

// person is somebody at a terminal, with a home and a folder of photos.
type person struct {
	t      *testing.T
	photos string
	scenes []scene.Named // the photos
}

// newPerson returns a person with some scenes in a folder, those of the given
// places, and their captions in texts beside them. The person works somewhere
// else and has no keys.
func newPerson(t *testing.T, places ...string) *person {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	for _, names := range keyVariables {
		for _, name := range names {
			t.Setenv(name, "")
		}
	}
	t.Chdir(t.TempDir())
	p := &person{t: t, photos: filepath.Join(home, "My photos")}
	for _, place := range places {
		folder, err := fs.Sub(scene.FS(), place)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(filepath.Join(p.photos, place), folder); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range scene.Gallery() {
		if slices.Contains(places, path.Dir(s.ID)) {
			p.scenes = append(p.scenes, s)
			p.write(s.ID+".txt", s.Scene.Caption())
			p.age(s.ID)
		}
	}
	return p
}

// write writes a file below the photos.
func (p *person) write(name, content string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.photos, filepath.FromSlash(name)), []byte(content), 0o666); err != nil {
		p.t.Fatal(err)
	}
}

// age makes a file below the photos an hour old.
func (p *person) age(name string) {
	p.t.Helper()
	then := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(p.photos, filepath.FromSlash(name)), then, then); err != nil {
		p.t.Fatal(err)
	}
}

// remove removes a file below the photos.
func (p *person) remove(name string) {
	p.t.Helper()
	if err := os.RemoveAll(filepath.Join(p.photos, filepath.FromSlash(name))); err != nil {
		p.t.Fatal(err)
	}
}

// reply is what the program answered.
type reply struct {
	code     int
	out, err string
}

// run runs the program.
func (p *person) run(args ...string) reply { return p.runWith(p.t.Context(), "", args...) }

func (p *person) runWith(ctx context.Context, stdin string, args ...string) reply {
	var out, err strings.Builder
	code := run(ctx, args, strings.NewReader(stdin), &out, &err)
	return reply{code, out.String(), err.String()}
}

// runUntil runs the program and calls stop when its errors say so.
func (p *person) runUntil(ctx context.Context, says string, stop func(), args ...string) reply {
	var out strings.Builder
	err := &reader{says: says, stop: stop}
	code := run(ctx, args, strings.NewReader(""), &out, err)
	return reply{code, out.String(), err.text.String()}
}

// reader reads what is written until it says something, and goes on reading.
type reader struct {
	says string
	stop func()
	text strings.Builder
}

func (r *reader) Write(text []byte) (int, error) {
	said := strings.Contains(r.text.String(), r.says)
	r.text.Write(text)
	if !said && strings.Contains(r.text.String(), r.says) {
		r.stop()
	}
	return len(text), nil
}

// must runs the program, which has to succeed, and returns what it wrote.
func (p *person) must(args ...string) string {
	p.t.Helper()
	r := p.run(args...)
	if r.code != exitOK {
		p.t.Fatalf("photos %q = %d, want %d; it wrote\n%s%s", args, r.code, exitOK, r.out, r.err)
	}
	return r.out
}

// contains fails the test unless text contains all of parts.
func contains(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s does not contain %q:\n%s", what, part, text)
		}
	}
}
