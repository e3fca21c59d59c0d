package imagescope_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

func TestDescribed(t *testing.T) {
	dress := &imagescope.Image{ID: "7", Caption: "a dress"}
	tests := []struct {
		name  string
		query imagescope.Query
		want  string
	}{
		{"text", imagescope.Text("a dress"), ""},
		{"change", imagescope.Change(*dress, "in blue"), "a dress"},
		{"conversation", imagescope.Query{Text: "in blue", Carried: "a coat"}, "a coat"},
		{"reference in a conversation", imagescope.Query{Text: "in blue", Carried: "a coat", Reference: dress}, "a dress"},
		{"reference without caption", imagescope.Query{Text: "in blue", Carried: "a coat", Reference: &imagescope.Image{ID: "7"}}, ""},
	}
	for _, tt := range tests {
		if got := tt.query.Described(); got != tt.want {
			t.Errorf("%s: Described = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestChangeCopiesReference(t *testing.T) {
	img := imagescope.Image{ID: "7"}
	q := imagescope.Change(img, "in blue")
	img.ID = "8"
	if q.Reference.ID != "7" {
		t.Errorf("the query's reference became %q", q.Reference.ID)
	}
}

func TestQueryJSON(t *testing.T) {
	for want, q := range map[string]imagescope.Query{
		`{"text":"a cat"}`: imagescope.Text("a cat"),
		`{"text":"in blue","reference":{"id":"7"},"limit":3,"filter":{"only":[]},"keep_reference":true}`: {
			Text: "in blue", Reference: &imagescope.Image{ID: "7"}, Limit: 3, Filter: imagescope.Filter{Only: []string{}}, KeepReference: true,
		},
	} {
		data, err := json.Marshal(q)
		if err != nil || string(data) != want {
			t.Errorf("Marshal = %s, %v; want %s", data, err, want)
		}
		var back imagescope.Query
		if err := json.Unmarshal(data, &back); err != nil {
			t.Errorf("Unmarshal(%s): %v", data, err)
		}
		if d := cmp.Diff(q, back); d != "" {
			t.Errorf("%s read back: want is -, got is +\n%s", data, d)
		}
	}
}
