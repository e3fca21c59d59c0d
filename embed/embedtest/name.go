package embedtest

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/imagescope/imagescope"
)

// maxName is how many bytes a name may have.
const maxName = 1024

// oneName leaves an embedder without a name alone.
func oneName(ctx context.Context, e imagescope.Embedder) error {
	named, ok := e.(imagescope.NamedEmbedder)
	if !ok {
		return nil
	}
	name := named.Name()
	switch {
	case len(name) > maxName:
		return fmt.Errorf("its Name has %d bytes, not %d at most", len(name), maxName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("its Name is %q, not one line of text", name)
	case name != strings.TrimSpace(name):
		return fmt.Errorf("its Name is %q, with space around it", name)
	}
	for _, embed := range methods(ctx, e) {
		if _, err := embed.rows(ctx, some); err != nil {
			return err
		}
		if again := named.Name(); again != name {
			return fmt.Errorf("its Name was %q, and is %q after %s", name, again, embed.name)
		}
	}
	return nil
}
