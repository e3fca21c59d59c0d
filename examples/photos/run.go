package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// The codes that the program ends with.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130 // as shells have it for ctrl-C
)

// run is the program: it carries out args and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	con := newConsole(stdin, stdout, stderr)
	err := dispatch(ctx, con, args)
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		fmt.Fprintln(con.err, "photos: stopped")
		return exitInterrupted
	case errors.As(err, &usage):
		fmt.Fprintf(con.err, "photos: %v\n", err)
		return exitUsage
	default:
		fmt.Fprintf(con.err, "photos: %v\n", err)
		return exitFailed
	}
}

// usageError is a command line that cannot be meant.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func misused(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// command is one thing that the program does.
type command struct {
	name  string
	args  string // what follows the name
	about string // in one line
	help  string // in some paragraphs

	// setup defines the command's flags and returns what runs it with the
	// arguments that are left.
	setup func(fs *flag.FlagSet) func(ctx context.Context, con *console, args []string) error
}

var commands = []command{indexCommand, searchCommand, changeCommand, chatCommand}

func dispatch(ctx context.Context, con *console, args []string) error {
	if len(args) == 0 {
		fmt.Fprint(con.err, overview())
		return misused("say what to do; begin with: photos index DIR")
	}
	switch name := strings.TrimLeft(args[0], "-"); name {
	case "h", "help":
		if len(args) < 2 {
			fmt.Fprint(con.out, overview())
			return nil
		}
		return dispatch(ctx, con, []string{args[1], "-h"})
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(ctx, con, args[1:])
		}
	}
	return misused("%q is no command; there are index, search, change, chat and help", args[0])
}

// overview is what the program says of itself.
func overview() string {
	var b strings.Builder
	b.WriteString("photos finds your photos by what you say of them.\n\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "  %-32s %s\n", "photos "+c.name+" "+c.args, c.about)
	}
	b.WriteString(`
Begin with "photos index" and your folder. It needs no model, no key and no
network: it then knows names of files and folders, captions that you have, and
colours. With a model it sees what is in the photos:

  photos index -model ollama:llava ~/Pictures

"photos help COMMAND" tells more of a command and its options.
`)
	return b.String()
}

// run carries the command out. Flags may stand before, between and behind the
// other arguments; all behind "--" is taken as it is.
func (c command) run(ctx context.Context, con *console, args []string) error {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	do := c.setup(fs)
	var plain []string
	for len(args) > 0 {
		if args[0] == "--" {
			plain = append(plain, args[1:]...)
			break
		}
		if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
			c.explain(con.out, fs)
			return nil
		} else if err != nil {
			return misused("%v; see photos help %s", err, c.name)
		}
		parsed := len(args) - fs.NArg()
		if parsed > 0 && args[parsed-1] == "--" {
			plain = append(plain, fs.Args()...)
			break
		}
		if args = fs.Args(); len(args) > 0 {
			plain, args = append(plain, args[0]), args[1:]
		}
	}
	return do(ctx, con, plain)
}

// explain writes what the command does and which flags it has.
func (c command) explain(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "photos %s %s\n\n%s\n\nOptions:\n", c.name, c.args, strings.TrimSpace(c.help))
	fs.SetOutput(w)
	fs.PrintDefaults()
}
