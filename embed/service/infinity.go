package service

// infinity is documented by each server under /docs, of
// https://github.com/michaelfeil/infinity/blob/main/libs/infinity_emb/infinity_emb/infinity_server.py.
var infinity = form{url: "http://localhost:7997/embeddings", batch: 32, body: infinityBody}

func infinityBody(r request) any {
	body := struct {
		Model      string   `json:"model"`
		Modality   string   `json:"modality"`
		Format     string   `json:"encoding_format"`
		Dimensions int      `json:"dimensions,omitempty"`
		Input      []string `json:"input"`
	}{Model: r.model, Modality: "text", Format: "float", Dimensions: r.dimensions}
	for _, in := range r.inputs {
		if in.jpeg != nil {
			body.Modality = "image"
			body.Input = append(body.Input, dataURL(in.jpeg))
		} else {
			body.Input = append(body.Input, in.text)
		}
	}
	return body
}
