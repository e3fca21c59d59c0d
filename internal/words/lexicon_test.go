package words_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/internal/words"
)

func TestSingularAndPlural(t *testing.T) {
	for _, pair := range [][2]string{
		{"dog", "dogs"}, {"bus", "buses"}, {"house", "houses"}, {"lighthouse", "lighthouses"}, {"glass", "glasses"}, {"dish", "dishes"}, {"box", "boxes"},
		{"berry", "berries"}, {"toy", "toys"}, {"person", "people"}, {"child", "children"}, {"man", "men"}, {"knife", "knives"}, {"bookshelf", "bookshelves"},
		{"cactus", "cacti"}, {"snowman", "snowmen"}, {"tomato", "tomatoes"}, {"shoe", "shoes"}, {"vase", "vases"}, {"tie", "ties"}, {"horse", "horses"},
	} {
		one, many := pair[0], pair[1]
		if many != "glasses" && many != "tomatoes" { // glasses may be spectacles; no word is made with -oes
			if got := words.Plural(one); got != many {
				t.Errorf("Plural(%q) = %q, want %q", one, got, many)
			}
		}
		if many == "glasses" {
			continue
		}
		if got, plural := words.Singular(many); got != one || !plural {
			t.Errorf("Singular(%q) = %q, %v, want %q", many, got, plural, one)
		}
		if got, plural := words.Singular(one); got != one || plural {
			t.Errorf("Singular(%q) = %q, %v, want it unchanged", one, got, plural)
		}
	}
	for _, same := range []string{"sheep", "sunglasses", "jeans", "christmas", "grass", "as"} {
		if got, _ := words.Singular(same); got != same {
			t.Errorf("Singular(%q) = %q", same, got)
		}
	}
}

func TestNumber(t *testing.T) {
	for word, want := range map[string]int{"one": 1, "two": 2, "12": 12, "dozen": 12, "single": 1, "pair": 2, "0": 0, "-1": 0, "1000": 0, "many": 0, "": 0} {
		got, ok := words.Number(word)
		if got != want && ok || ok != (want > 0) {
			t.Errorf("Number(%q) = %d, %v, want %d", word, got, ok, want)
		}
	}
	for n, want := range map[int]string{0: "no", 3: "three", 12: "twelve", 40: "40", -1: "-1"} {
		if got := words.Spell(n); got != want {
			t.Errorf("Spell(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestQualities(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{{"grey", "gray", true}, {"big", "large", true}, {"bigger", "large", true}, {"darker", "dark", true}, {"wooden", "wood", true}, {"red", "blue", false}, {"sexier", "sexy", true}} {
		if got := words.SameQuality(tt.a, tt.b); got != tt.same || got != (words.Quality(tt.a) == words.Quality(tt.b)) {
			t.Errorf("%q and %q are the same quality: %v, want %v", tt.a, tt.b, got, tt.same)
		}
	}
	for _, tt := range []struct {
		a, b     string
		opposite bool
	}{{"red", "blue", true}, {"grey", "gray", false}, {"big", "tiny", true}, {"longer", "short", true}, {"tall", "short", true}, {"red", "big", false}, {"lace", "tulle", false}} {
		if got := words.AreOpposite(tt.a, tt.b); got != tt.opposite {
			t.Errorf("AreOpposite(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.opposite)
		}
		if got := words.AreOpposite(tt.b, tt.a); got != tt.opposite {
			t.Errorf("AreOpposite(%q, %q) = %v, want %v", tt.b, tt.a, got, tt.opposite)
		}
	}
	for word, want := range map[string]bool{"bigger": true, "biggest": false, "flower": false, "cover": false, "sunnier": true, "soldier": false, "redder": true, "never": false} {
		if got := words.IsComparative(word); got != want {
			t.Errorf("IsComparative(%q) = %v, want %v", word, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct {
		general, special string
		want             bool
	}{
		{"dog", "dog", true}, {"animal", "dog", true}, {"dog", "animal", false}, {"animal", "puppy", true}, {"sofa", "couch", true}, {"person", "girl", true},
		{"chair", "bed", false}, {"tree", "palm", true}, {"dog", "cat", false}, {"vehicle", "automobile", true},
	} {
		if got := words.Names(tt.general, tt.special); got != tt.want {
			t.Errorf("Names(%q, %q) = %v, want %v", tt.general, tt.special, got, tt.want)
		}
	}
}

func TestIsEnglish(t *testing.T) {
	for text, want := range map[string]bool{
		"make it blue": true, "sushi": true, "a red car": true, "Two dogs leap above the pavement.": true,
		"un perro en la playa": false, "mach das Auto blau": false, "雪の中の犬": false, "красная машина": false, "": false, "?!": false,
	} {
		if got := words.IsEnglish(text); got != want {
			t.Errorf("IsEnglish(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestTokens(t *testing.T) {
	var got []string
	for _, tok := range words.Tokens("A hot-air balloon, 3/4 sleeves; the man’s “hat” – it's red... and\xff don't!") {
		got = append(got, tok.Text)
	}
	want := []string{"A", "hot-air", "balloon", ",", "3/4", "sleeves", ";", "the", "man’s", "hat", ",", "it's", "red", ".", ".", ".", "and", "don't", "!"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Tokens: want is -, got is +\n%s", d)
	}
	if got, want := words.Join(words.Tokens("two  dogs , and(a)cat .")), "two dogs, and a cat."; got != want {
		t.Errorf("Join = %q, want %q", got, want)
	}
}
