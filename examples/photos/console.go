package main

import (
	"io"
	"net/url"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// console is where the program reads and writes.
type console struct {
	in          io.Reader
	out, err    io.Writer // for text; see textWriter
	bar         io.Writer // for the progress bar, which moves the cursor; nil where there is no terminal
	interactive bool      // somebody types at in
	width       int       // columns of out; 0 where it is no terminal
}

func newConsole(in io.Reader, out, err io.Writer) *console {
	secrets := secretsOf(keyVariables)
	con := &console{in: in, out: textWriter{out, secrets}, err: textWriter{err, secrets}}
	if f, ok := terminal(err); ok {
		con.bar = f
	}
	if f, ok := terminal(out); ok {
		con.width, _, _ = term.GetSize(int(f.Fd())) // 0 where the terminal does not say
	}
	_, con.interactive = terminal(in)
	return con
}

// terminal returns the stream as a file if it is a terminal.
func terminal(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// textWriter passes text on and takes out what could steer a terminal, since
// file names, captions and model replies are other people's texts, and the
// keys of providers, which errors of their clients may hold. Each Write must
// hold whole characters.
type textWriter struct {
	w       io.Writer
	secrets *strings.Replacer
}

func (t textWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(t.w, t.secrets.Replace(strings.Map(harmless, string(p)))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// secretsOf returns what takes the values of environment variables out of a
// text, also where they are part of a URL.
func secretsOf(variables map[string][]string) *strings.Replacer {
	var pairs []string
	for _, names := range variables {
		for _, name := range names {
			if value := os.Getenv(name); value != "" {
				pairs = append(pairs, value, "REDACTED", url.QueryEscape(value), "REDACTED")
			}
		}
	}
	return strings.NewReplacer(pairs...)
}

// zeroWidthJoiner holds emoji together.
const zeroWidthJoiner = '\u200d'

func harmless(r rune) rune {
	if r == '\n' || r == '\t' || unicode.IsGraphic(r) || r == zeroWidthJoiner {
		return r
	}
	return unicode.ReplacementChar
}
