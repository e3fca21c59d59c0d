package reply_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/imagescope/imagescope/internal/reply"
)

func TestShare(t *testing.T) {
	tests := []struct {
		text  string
		want  float64
		known bool
	}{
		{"0.9", 0.9, true},
		{".9", 0.9, true},
		{"0,9", 0.9, true},
		{"1", 1, true},
		{"0", 0, true},
		{"90", 0.9, true},
		{"90%", 0.9, true},
		{"90 %", 0.9, true},
		{"0.5%", 0.005, true},
		{"about 75 percent", 0.75, true},
		{"75 per cent", 0.75, true},
		{"8/10", 0.8, true},
		{"8 out of 10", 0.8, true},
		{"3/0", 0.03, true},
		{"9e-1", 0.9, true},
		{"2e", 0.02, true},
		{"150%", 1, true},
		{"-5", 0, true},
		{"-0.3", 0, true},
		{"1e999", 1, true},
		{"-1e999", 0, true},
		{"1e-999", 0, true},
		{strings.Repeat("9", 10<<10), 1, true},
		{"1/" + strings.Repeat("9", 10<<10), 0, true},
		{"HIGH", 0.9, true},
		{"very high", 0.9, true},
		{"I am not sure", 0.5, true},
		{"Probably.", 0.75, true},
		{"NaN", 0, false},
		{"Infinity", 0, false},
		{"blue", 0, false},
		{"", 0, false},
		{"\xff\xfe", 0, false},
		{strings.Repeat("x", 10<<20) + "90%", 0, false},
	}
	for _, tt := range tests {
		got, known := reply.Share(tt.text)
		if known != tt.known || math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("Share(%.40q) = %v, %v, want %v, %v", tt.text, got, known, tt.want, tt.known)
		}
	}
}

func TestShareValue(t *testing.T) {
	tests := []struct {
		raw   string
		want  float64
		known bool
	}{
		{`0.9`, 0.9, true},
		{`90`, 0.9, true},
		{`-1`, 0, true},
		{`1e400`, 1, true},
		{`"85%"`, 0.85, true},
		{`"medium"`, 0.75, true},
		{`true`, 0, false},
		{`null`, 0, false},
		{`[0.9]`, 0, false},
		{`{"1": 0.9}`, 0, false},
		{``, 0, false},
	}
	for _, tt := range tests {
		got, known := reply.ShareValue(json.RawMessage(tt.raw))
		if known != tt.known || math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("ShareValue(%s) = %v, %v, want %v, %v", tt.raw, got, known, tt.want, tt.known)
		}
	}
}

func TestPerCent(t *testing.T) {
	tests := []struct {
		text  string
		want  float64
		known bool
	}{
		{"Yes (90%)", 0.9, true},
		{"no, 0.75", 0.75, true},
		{"yes, there are 2 boats: 80 percent", 0.8, true},
		{"yes, there are 2 boats", 0, false},
		{"yes, 3.5 of them", 0, false},
		{"yes, 1.0", 1, true},
		{"yes 120%", 1, true},
		{"yes", 0, false},
		{"", 0, false},
	}
	for _, tt := range tests {
		got, known := reply.PerCent(tt.text)
		if known != tt.known || math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("PerCent(%q) = %v, %v, want %v, %v", tt.text, got, known, tt.want, tt.known)
		}
	}
}

func FuzzShare(f *testing.F) {
	for _, seed := range []string{"90%", "0.9", "8/10", "-1e999", "high", "1/0", "9e", "..9,", "yes 0.5e3%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, read := range map[string]func(string) (float64, bool){
			"Share": reply.Share, "PerCent": reply.PerCent,
			"ShareValue": func(text string) (float64, bool) { return reply.ShareValue(json.RawMessage(text)) },
		} {
			if share, known := read(text); !(share >= 0 && share <= 1) || !known && share != 0 {
				t.Errorf("%s(%q) = %v, %v", name, text, share, known)
			}
		}
	})
}
