package embed

import (
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
	"github.com/imagescope/imagescope/internal/rows"
	"github.com/imagescope/imagescope/internal/words"
)

// told are the keys of Image.Meta that describe a picture.
var told = []string{"title", "tags", "keywords"}

// known joins what was said of an image with the words of its file name and
// metadata, each in a sentence of its own, and left out where all its words
// were said.
func known(said string, img imagescope.Image) string {
	text := sentence(said)
	for _, more := range append([]string{nameWords(img.ID)}, metaWords(img.Meta)...) {
		if more != "" && addsTo(text, more) {
			text = join(text, sentence(capital(more)))
		}
	}
	return text
}

// sentence returns text with a full stop, unless it has an end or is empty.
func sentence(text string) string {
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?:;") {
		return text
	}
	return text + "."
}

// addsTo reports whether more has a word that text has not.
func addsTo(text, more string) bool {
	has := make(map[string]bool)
	for _, w := range words.Split(text) {
		has[words.Stem(w)] = true
	}
	for _, w := range words.Split(more) {
		if !words.IsStop(w) && !has[words.Stem(w)] {
			return true
		}
	}
	return false
}

// nameWords returns the words in the last element of an ID, without its ending
// and without what cameras and programs call files: "Bernese mountain dog" for
// "dogs/Bernese_mountain-dog 2.jpg", nothing for "IMG_2034.jpg".
func nameWords(id string) string {
	name := path.Base(reply.Cut(id, rows.MaxText))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = camel.ReplaceAllString(name, "$1 $2")
	var kept []string
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' }) {
		if isName(w) {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// camel finds where a word begins inside a name: "redCar".
var camel = regexp.MustCompile(`(\p{Ll})(\p{Lu})`)

// isName reports whether w is a word and neither a number, a piece of a key
// such as "a8f3", a single letter, nor what cameras and programs write.
func isName(w string) bool {
	if strings.ContainsFunc(w, unicode.IsDigit) || len([]rune(w)) < 2 {
		return false
	}
	return !cameraWords[strings.ToLower(w)]
}

var cameraWords = func() map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(`img image images dsc dscn dscf pict pic picture photo photos pxl mvimg screenshot
		scan untitled copy final edit edited thumb thumbnail file download upload tmp temp jpg jpeg png gif webp bmp tif tiff`) {
		m[w] = true
	}
	return m
}()

// metaWords returns the texts in the metadata that describe the picture.
func metaWords(meta map[string]string) (texts []string) {
	for _, key := range told {
		if text := oneLine(reply.Cut(meta[key], rows.MaxText)); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}
