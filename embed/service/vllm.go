package service

// vllm is documented at
// https://docs.vllm.ai/en/v0.9.2/examples/online_serving/openai_chat_embedding_client_for_multimodal.html.
// Texts go as messages too, so that the model's chat template is around both.
var vllm = form{
	url: "http://localhost:8000/v1/embeddings", batch: 1, body: vllmBody,
	single: func(string, bool) bool { return true },
	pairs:  func(string) bool { return true },
}

func vllmBody(r request) any {
	type link struct {
		URL string `json:"url"`
	}
	type part struct {
		Type  string `json:"type"`
		Image *link  `json:"image_url,omitempty"`
		Text  string `json:"text,omitempty"`
	}
	type message struct {
		Role    string `json:"role"`
		Content []part `json:"content"`
	}
	in := r.inputs[0]
	var parts []part
	if in.jpeg != nil {
		parts = append(parts, part{Type: "image_url", Image: &link{dataURL(in.jpeg)}})
	}
	if in.text != "" {
		parts = append(parts, part{Type: "text", Text: in.text})
	}
	return struct {
		Model      string    `json:"model"`
		Format     string    `json:"encoding_format"`
		Dimensions int       `json:"dimensions,omitempty"`
		Messages   []message `json:"messages"`
	}{r.model, "float", r.dimensions, []message{{"user", parts}}}
}
