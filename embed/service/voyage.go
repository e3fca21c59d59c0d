package service

// voyage is documented at https://docs.voyageai.com/docs/multimodal-embeddings:
// a request takes 1,000 inputs and 320,000 tokens, a token being 560 pixels. Of
// pictures of 768 pixels a side, 128 come to 135,000.
var voyage = form{url: "https://api.voyageai.com/v1/multimodalembeddings", batch: 128, body: voyageBody, pairs: func(string) bool { return true }}

func voyageBody(r request) any {
	type part struct {
		Type  string `json:"type"`
		Text  string `json:"text,omitempty"`
		Image string `json:"image_base64,omitempty"`
	}
	type item struct {
		Content []part `json:"content"`
	}
	body := struct {
		Model     string `json:"model"`
		InputType string `json:"input_type"`
		Dimension int    `json:"output_dimension,omitempty"`
		Inputs    []item `json:"inputs"`
	}{Model: r.model, InputType: "document", Dimension: r.dimensions}
	if r.query {
		body.InputType = "query"
	}
	for _, in := range r.inputs {
		var parts []part
		if in.text != "" {
			parts = append(parts, part{Type: "text", Text: in.text})
		}
		if in.jpeg != nil {
			parts = append(parts, part{Type: "image_base64", Image: dataURL(in.jpeg)})
		}
		body.Inputs = append(body.Inputs, item{parts})
	}
	return body
}
