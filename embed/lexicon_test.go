package embed

import (
	"slices"
	"strings"
	"testing"
)

// TestLexicon holds that the files say what they seem to say.
func TestLexicon(t *testing.T) {
	l := theLexicon()
	named := map[string]bool{}
	for line := range lines(groupsText) {
		var stems []string
		for _, w := range strings.Fields(line) {
			stems = append(stems, l.stem(w))
		}
		if len(stems) < 2 {
			t.Errorf("the group %q has fewer than two words", line)
			continue
		}
		if named[stems[0]] {
			t.Errorf("two groups begin with %q and count as one", stems[0])
		}
		named[stems[0]] = true
		slices.Sort(stems)
		if len(slices.Compact(stems)) != len(strings.Fields(line)) {
			t.Errorf("the group %q has a word twice", line)
		}
	}
	for forms, one := range lines(formsText) {
		if strings.TrimSpace(one) == "" || strings.Contains(strings.TrimSpace(one), " ") {
			t.Errorf("forms %q stand for %q, not for one word", forms, one)
		}
	}
	for level := range lines(commonText) {
		if len(level) != 1 || level < "1" || level >= string('0'+rune(len(levelRarity))) {
			t.Errorf("common words of level %q", level)
		}
	}
	if free := DefaultDim - 1 - len(l.places); free < len(l.places) {
		t.Errorf("with %d places only %d of %d components are left for all other words", len(l.places), free, DefaultDim)
	}
	t.Logf("%d common stems, %d groups, %d components", len(l.common), len(named), len(l.places))
}
