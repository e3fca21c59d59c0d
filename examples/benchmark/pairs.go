package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// pairs is a flag NAME=VALUE that may be repeated.
type pairs map[string]string

// String implements [flag.Value].
func (p *pairs) String() string {
	if p == nil {
		return ""
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(*p)) {
		all = append(all, name+"="+(*p)[name])
	}
	return strings.Join(all, ",")
}

// Set implements [flag.Value].
func (p *pairs) Set(text string) error {
	at := strings.LastIndex(text, "=")
	if at <= 0 || at == len(text)-1 {
		return fmt.Errorf("it should be NAME=VALUE")
	}
	if *p == nil {
		*p = pairs{}
	}
	if _, twice := (*p)[text[:at]]; twice {
		return fmt.Errorf("%s is given twice", text[:at])
	}
	(*p)[text[:at]] = text[at+1:]
	return nil
}
