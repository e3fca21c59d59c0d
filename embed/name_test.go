package embed

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/embeddings"

	"github.com/imagescope/imagescope"
)

// TestWordsVersion holds the rows of a version still: indexes have vectors of
// it on disk. Where a change of rows is meant, let wordsVersion go up, and put
// the sum that is printed in place of the old one.
func TestWordsVersion(t *testing.T) {
	const want = "645b505d56421e1a" // of wordsVersion 1
	texts := []string{
		"", "A brown dog runs on grass.", "two red cars, and a woman's umbrella", "children and women", "a gray airplane",
		"茶色の犬が草の上を走る", "the trombone, the trombone",
		"A dog on the beach. Colours: 48% blue, 31% brown, 12% white; light, colourful, wide format.",
	}
	for _, file := range [][]byte{commonText, groupsText, formsText} {
		for before, after := range lines(file) {
			texts = append(texts, before+" "+after)
		}
	}
	images := make([]imagescope.Image, len(texts))
	for i, text := range texts {
		images[i] = imagescope.Image{ID: fmt.Sprintf("albums/Bernese_mountain_dog-%d.jpg", i), Caption: text, Meta: map[string]string{"tags": "pet, summer"}}
	}
	sum := sha256.New()
	for _, w := range []Words{{}, {Dim: 64}, {Weights: Learn(texts)}} {
		queries, err := w.EmbedTexts(t.Context(), texts)
		if err != nil {
			t.Fatal(err)
		}
		documents, err := w.EmbedImages(t.Context(), images)
		if err != nil {
			t.Fatal(err)
		}
		addRows(sum, queries)
		addRows(sum, documents)
	}
	if got := hex.EncodeToString(sum.Sum(nil)[:8]); got != want {
		t.Errorf("the rows of wordsVersion %d have the sum %s, want %s", wordsVersion, got, want)
	}
}

// addRows adds what is not zero, to four digits: processors differ in the last.
func addRows(sum io.Writer, rows [][]float32) {
	for i, row := range rows {
		for j, x := range row {
			if x != 0 {
				fmt.Fprintf(sum, "%d %d %.4g\n", i, j, x)
			}
		}
	}
}

func TestNames(t *testing.T) {
	var none embeddings.Embedder
	for _, tt := range []struct {
		embedder imagescope.NamedEmbedder
		want     string
	}{
		{Words{}, "words/1 2048"},
		{Words{Dim: DefaultDim, Weights: Learn([]string{"a dog"})}, "words/1 2048"},
		{Words{Dim: 1}, "words/1 2"},
		{NewLangchain(none, nil), ""},
		{NewLangchain(none, &LangchainOptions{Model: " \n"}), ""},
		{NewLangchain(none, &LangchainOptions{Model: "nomic-embed-text"}), "nomic-embed-text by captions/1"},
		{NewLangchain(none, &LangchainOptions{Model: strings.Repeat("a\n", 10)}), strings.Repeat("a ", 10) + "by captions/1"},
	} {
		if got := tt.embedder.Name(); got != tt.want {
			t.Errorf("Name of a %T is %q, want %q", tt.embedder, got, tt.want)
		}
	}
}
