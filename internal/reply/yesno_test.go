package reply_test

import (
	"encoding/json"
	"testing"

	"github.com/imagescope/imagescope/internal/reply"
)

func TestHasYes(t *testing.T) {
	for text, want := range map[string]bool{
		"Yes.": true, "YES": true, "**yEs**": true,
		"No, but its eyes are shown": true, // as the authors' code has it
		"No.":                        false, "": false, "y e s": false, "Ye": false,
	} {
		if got := reply.HasYes(text); got != want {
			t.Errorf("HasYes(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestYesNo(t *testing.T) {
	tests := []struct {
		text       string
		yes, known bool
	}{
		{"Yes, there is.", true, true},
		{"**NO**", false, true},
		{"No, but its eyes are shown. Yes!", false, true},
		{"True", true, true},
		{`"false"`, false, true},
		{"the answer:yes", true, true},
		{"I know nothing; eyes, nose", false, false},
		{"maybe", false, false},
		{"", false, false},
		{"\xff\xfe yes", true, true},
	}
	for _, tt := range tests {
		if yes, known := reply.YesNo(tt.text); yes != tt.yes || known != tt.known {
			t.Errorf("YesNo(%q) = %v, %v; want %v, %v", tt.text, yes, known, tt.yes, tt.known)
		}
	}
}

func TestYesNoValue(t *testing.T) {
	tests := []struct {
		raw        string
		yes, known bool
	}{
		{`true`, true, true},
		{`false`, false, true},
		{`"yes"`, true, true},
		{`"No, none."`, false, true},
		{`"perhaps"`, false, false},
		{`1`, false, false},
		{`null`, false, false},
		{`["yes"]`, false, false},
		{``, false, false},
	}
	for _, tt := range tests {
		if yes, known := reply.YesNoValue(json.RawMessage(tt.raw)); yes != tt.yes || known != tt.known {
			t.Errorf("YesNoValue(%s) = %v, %v; want %v, %v", tt.raw, yes, known, tt.yes, tt.known)
		}
	}
}
