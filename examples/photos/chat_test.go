package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChat(t *testing.T) {
	p := newPerson(t, "bedroom", "street")
	p.must("index", p.photos)
	script := `
help
a bedroom
with posters on the wall
and a guitar
undo
show
new
a red car by day
#1 but at night
why 1
quit
a bedroom
`
	r := p.runWith(t.Context(), script, "chat", "-n", "3")
	if r.code != exitOK || r.err != "" {
		t.Fatalf("photos chat = %d, want %d; stderr:\n%s", r.code, exitOK, r.err)
	}
	turns := strings.Split(r.out, "\n> ")
	tests := []struct {
		turn  int
		said  string
		first string // photo
		parts []string
	}{
		{turn: 1, said: "help", parts: []string{"undo", "why 2", "#2 at night"}},
		{turn: 4, said: "and a guitar", first: "bedroom/posters-guitar.png"},
		{turn: 6, said: "show", first: "bedroom/posters.png", parts: []string{"1. a bedroom", "2. with posters on the wall"}},
		{turn: 7, said: "new", parts: []string{"back at the beginning"}},
		{turn: 8, said: "a red car by day", first: "street/red-car-day.png"},
		{turn: 9, said: "#1 but at night", first: "street/red-car-night.png"},
		{turn: 10, said: "why 1", parts: []string{"1. street/red-car-night.png: ", "retrieve: place "}},
	}
	if len(turns) != 12 {
		t.Fatalf("the chat has %d turns, want those until quit:\n%s", len(turns)-1, r.out)
	}
	for _, tt := range tests {
		turn := turns[tt.turn]
		contains(t, tt.said, turn, append(tt.parts, tt.said)...)
		if got := photosIn(turn); tt.first != "" && (len(got) == 0 || got[0] != tt.first) {
			t.Errorf("%s: want %s first, got\n%s", tt.said, tt.first, turn)
		}
	}
}

func TestChatTellsWhatCannotBe(t *testing.T) {
	p := newPerson(t, "snow")
	p.must("index", p.photos)
	tests := []struct{ script, want string }{
		{"undo", "there is nothing to take back"},
		{"show", "nothing was said yet"},
		{"#1 at night", "nothing was found yet"},
		{"why 1", "nothing was found yet"},
		{"dog\n#9 at night", "there is no photo 9; the last search found "},
		{"dog\nwhy 0", "there is no photo 0"},
		{strings.Repeat("dog ", 20_000), "too long"},
	}
	for _, tt := range tests {
		r := p.runWith(t.Context(), tt.script, "chat")
		if r.code != exitFailed {
			t.Errorf("chat %.20q = %d, want %d", tt.script, r.code, exitFailed)
		}
		contains(t, "stderr", r.err, tt.want)
	}
}

// TestChatEndsWithItsContext stands for ctrl-C while the program waits for a
// line.
func TestChatEndsWithItsContext(t *testing.T) {
	p := newPerson(t, "snow")
	p.must("index", p.photos)
	ctx, cancel := context.WithCancel(t.Context())
	in, typist := io.Pipe()
	defer typist.Close()
	go func() {
		io.WriteString(typist, "dog\n")
		cancel()
	}()
	var out, err strings.Builder
	if code := run(ctx, []string{"chat"}, in, &out, &err); code != exitInterrupted {
		t.Errorf("chat = %d, want %d; it wrote %s", code, exitInterrupted, err.String())
	}
	contains(t, "stderr", err.String(), "photos: stopped")
}

func TestParseLine(t *testing.T) {
	tests := []struct {
		typed string
		want  line
	}{
		{"", line{}},
		{"  ", line{}},
		{"undo", line{command: "undo"}},
		{" Quit ", line{command: "quit"}},
		{"exit", line{command: "quit"}},
		{"show me dogs", line{command: "say", text: "show me dogs"}},
		{"why 3", line{command: "why", number: 3}},
		{"why #3", line{command: "why", number: 3}},
		{"why not", line{command: "say", text: "why not"}},
		{"#2 but at night", line{command: "say", number: 2, text: "at night"}},
		{"#2 at night", line{command: "say", number: 2, text: "at night"}},
		{"#2, but at night", line{command: "say", number: 2, text: "at night"}},
		{"#2", line{command: "say", number: 2}},
		{"2 but at night", line{command: "say", number: 2, text: "at night"}},
		{"2, but at night", line{command: "say", number: 2, text: "at night"}},
		{"2 BUT at night", line{command: "say", number: 2, text: "at night"}},
		{"2 dogs", line{command: "say", text: "2 dogs"}},
		{"2 butterflies", line{command: "say", text: "2 butterflies"}},
		{"#2butterflies", line{command: "say", text: "#2butterflies"}},
		{"2", line{command: "say", text: "2"}},
		{"#99999999999999999999", line{command: "say", text: "#99999999999999999999"}},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, parseLine(tt.typed), cmp.AllowUnexported(line{})); d != "" {
			t.Errorf("parseLine(%q): want is -, got is +\n%s", tt.typed, d)
		}
	}
}
