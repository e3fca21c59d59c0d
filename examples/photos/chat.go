package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/imagescope/imagescope"
)

var chatCommand = command{
	name:  "chat",
	about: "close in on a photo, step by step",
	help: `
Asks what you look for, and refines it by what you say next:

  > a bedroom
  > with posters on the wall
  > #2 but at night

The last line looks for photos like number 2, but at night. Besides there are
the lines

` + chatHelp + `
Lines may also come from a file or a pipe. With -html the page holds all turns.`,
	setup: func(fs *flag.FlagSet) func(context.Context, *console, []string) error {
		var g galleryFlags
		g.define(fs)
		return func(ctx context.Context, con *console, args []string) error {
			if len(args) > 0 {
				return misused("chat takes no arguments: say what you look for when it asks")
			}
			opened, err := g.open(ctx)
			if err != nil {
				return err
			}
			c := &chat{gallery: opened, flags: &g, con: con, talk: opened.pipeline.Chat()}
			return errors.Join(c.run(ctx), opened.Close())
		}
	},
}

const chatHelp = `  why 2     why photo 2 is where it is
  show      what was said, and what was found last
  undo      take the last line back
  new       begin anew
  help      this list
  quit      end (also: ctrl-D)
`

// chat is a conversation at the console.
type chat struct {
	gallery *gallery
	flags   *galleryFlags
	con     *console
	talk    *imagescope.Chat
	turns   []found // of talk
}

// errQuit ends a chat.
var errQuit = errors.New("quit")

// run answers lines until there are no more. What goes wrong with a line is
// told, and ends the chat only if nobody is there to type another.
func (c *chat) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.tell("%d photos in %s. What do you look for? (help tells more)\n> ", c.gallery.photos, c.gallery.dir)
	for line, err := range lines(ctx, c.con.in) {
		if !c.con.interactive {
			fmt.Fprintf(c.con.out, "> %s\n", line) // as a terminal shows it
		}
		if err == nil {
			err = c.answer(ctx, line)
		}
		switch {
		case errors.Is(err, errQuit):
			return nil
		case err != nil && (ctx.Err() != nil || !c.con.interactive):
			return err
		case err != nil:
			fmt.Fprintf(c.con.err, "%v\n", err)
		}
		c.tell("> ")
	}
	c.tell("\n")
	return ctx.Err()
}

// tell writes what is of use only to somebody who types.
func (c *chat) tell(format string, args ...any) {
	if c.con.interactive {
		fmt.Fprintf(c.con.out, format, args...)
	}
}

// answer does what a line says.
func (c *chat) answer(ctx context.Context, line string) error {
	switch l := parseLine(line); l.command {
	case "":
		return nil
	case "help":
		fmt.Fprint(c.con.out, "  a few words   what you look for, or what should be different\n  #2 at night   like photo 2, but changed (also: 2 but at night)\n"+chatHelp)
		return nil
	case "quit":
		return errQuit
	case "new":
		c.talk, c.turns = c.gallery.pipeline.Chat(), nil
		fmt.Fprintln(c.con.out, "back at the beginning")
		return nil
	case "undo":
		if !c.talk.Undo() {
			return errors.New("there is nothing to take back")
		}
		if c.turns = c.turns[:len(c.turns)-1]; len(c.turns) == 0 {
			fmt.Fprintln(c.con.out, "back at the beginning")
			return nil
		}
		return c.show()
	case "show":
		return c.show()
	case "why":
		if _, err := c.photo(l.number); err != nil {
			return err
		}
		fmt.Fprintln(c.con.out, c.last().Explain(l.number-1))
		return nil
	default:
		return c.say(ctx, l)
	}
}

// say takes a turn.
func (c *chat) say(ctx context.Context, l line) error {
	q := imagescope.Query{Text: l.text, Limit: c.flags.limit}
	if l.number > 0 {
		ref, err := c.photo(l.number)
		if err != nil {
			return err
		}
		q.Reference = &ref
	}
	f, err := c.gallery.collect(c.con, c.talk.Stages(ctx, q))
	if err != nil {
		return err
	}
	c.turns = append(c.turns, f)
	c.gallery.show(c.con, f.last(), c.flags.why)
	return c.gallery.writePage(c.con, c.flags, c.turns)
}

// last returns what was found last; there must have been a turn.
func (c *chat) last() imagescope.Result { return c.turns[len(c.turns)-1].last() }

// photo returns a photo of the last result by its number.
func (c *chat) photo(number int) (imagescope.Image, error) {
	if len(c.turns) == 0 {
		return imagescope.Image{}, errors.New("nothing was found yet; say what you look for")
	}
	all := c.last().Candidates
	if number < 1 || number > len(all) {
		return imagescope.Image{}, fmt.Errorf("there is no photo %d; the last search found %d", number, len(all))
	}
	return all[number-1].Image, nil
}

// show tells where the conversation stands.
func (c *chat) show() error {
	if len(c.turns) == 0 {
		return errors.New("nothing was said yet; say what you look for")
	}
	for i, turn := range c.talk.Turns() {
		fmt.Fprintf(c.con.out, "%d. %s", i+1, turn.Text)
		if turn.Reference != "" {
			fmt.Fprintf(c.con.out, " (of %s)", turn.Reference)
		}
		fmt.Fprintln(c.con.out)
	}
	c.gallery.show(c.con, c.last(), false)
	return nil
}
