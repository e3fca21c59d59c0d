package words

import "strings"

// set returns the words of a table as a set.
func set(table string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(table) {
		m[w] = true
	}
	return m
}

// groups returns for each word the first one of its line: lines of words that
// say the same.
func groups(table string) map[string]string {
	m := make(map[string]string)
	for line := range strings.Lines(table) {
		if fields := strings.Fields(line); len(fields) > 0 {
			for _, w := range fields {
				m[w] = fields[0]
			}
		}
	}
	return m
}
