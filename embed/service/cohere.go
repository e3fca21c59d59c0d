package service

import "strings"

// cohere is documented at https://docs.cohere.com/v2/docs/embeddings, which has
// pictures embedded as documents by embed-v4.0, and as pictures by version 3. A
// request takes 96 inputs, and models of version 3 one picture:
// https://docs.aws.amazon.com/en_us/bedrock/latest/userguide/model-parameters-embed.html.
var cohere = form{
	url: "https://api.cohere.com/v2/embed", batch: 96, body: cohereBody,
	single: func(model string, picture bool) bool { return picture && isCohere3(model) },
	pairs:  func(model string) bool { return !isCohere3(model) },
}

// isCohere3 reports whether a model is of version 3, which knows texts and
// pictures apart: embed-multilingual-v3.0, and cohere.embed-english-v3 as others
// who serve it call it.
func isCohere3(model string) bool { return strings.Contains(model, "-v3") }

func cohereBody(r request) any {
	type link struct {
		URL string `json:"url"`
	}
	type part struct {
		Type  string `json:"type"`
		Text  string `json:"text,omitempty"`
		Image *link  `json:"image_url,omitempty"`
	}
	type item struct {
		Content []part `json:"content"`
	}
	body := struct {
		Model     string   `json:"model"`
		InputType string   `json:"input_type"`
		Types     []string `json:"embedding_types"`
		Dimension int      `json:"output_dimension,omitempty"`
		Inputs    []item   `json:"inputs,omitempty"`
		Texts     []string `json:"texts,omitempty"`
		Images    []string `json:"images,omitempty"`
	}{Model: r.model, InputType: "search_document", Types: []string{"float"}, Dimension: r.dimensions}
	if r.query {
		body.InputType = "search_query"
	}
	for _, in := range r.inputs {
		switch {
		case !isCohere3(r.model):
			var parts []part
			if in.text != "" {
				parts = append(parts, part{Type: "text", Text: in.text})
			}
			if in.jpeg != nil {
				parts = append(parts, part{Type: "image_url", Image: &link{dataURL(in.jpeg)}})
			}
			body.Inputs = append(body.Inputs, item{parts})
		case in.jpeg != nil:
			body.InputType = "image"
			body.Images = append(body.Images, dataURL(in.jpeg))
		default:
			body.Texts = append(body.Texts, in.text)
		}
	}
	return body
}
