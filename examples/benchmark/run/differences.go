package run

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// differences tells in words what two values of one type have in JSON that is
// not the same; "" where nothing is.
func differences(have, want any) string {
	was, is := fields(have), fields(want)
	names := maps.Clone(was)
	maps.Copy(names, is)
	var all []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if was[name] != is[name] {
			all = append(all, fmt.Sprintf("%s was %s and is %s", name, orNone(was[name]), orNone(is[name])))
		}
	}
	return strings.Join(all, ", ")
}

func orNone(value string) string {
	if value == "" {
		return "not set"
	}
	return value
}

// fields returns the leaves of a value's JSON by their path.
func fields(v any) map[string]string {
	leaves := map[string]string{}
	data, err := json.Marshal(v)
	if err != nil {
		return map[string]string{"": err.Error()}
	}
	walk(leaves, "", data)
	return leaves
}

func walk(leaves map[string]string, path string, data json.RawMessage) {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		leaves[path] = string(data)
		return
	}
	for name, member := range members {
		if path != "" {
			name = path + "." + name
		}
		walk(leaves, name, member)
	}
}
