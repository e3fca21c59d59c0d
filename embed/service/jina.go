package service

import (
	"encoding/base64"
	"strings"
)

// jina is documented at https://api.jina.ai/openapi.json. Its tasks for retrieval
// are those that https://qdrant.tech/documentation/embeddings/jina-embeddings
// lists, and of its CLIP models the second knows one, for queries
// (task_instructions in https://huggingface.co/jinaai/jina-clip-v2/blob/refs%2Fpr%2F3/config.json).
var jina = form{url: "https://api.jina.ai/v1/embeddings", batch: 64, body: jinaBody}

func jinaBody(r request) any {
	type item struct {
		Text  string `json:"text,omitempty"`
		Image string `json:"image,omitempty"`
	}
	body := struct {
		Model      string `json:"model"`
		Task       string `json:"task,omitempty"`
		Dimensions int    `json:"dimensions,omitempty"`
		Normalized bool   `json:"normalized"`
		Type       string `json:"embedding_type"`
		Input      []item `json:"input"`
	}{Model: r.model, Dimensions: r.dimensions, Normalized: true, Type: "float"}
	switch clip := strings.HasPrefix(r.model, "jina-clip"); {
	case r.query && r.model != "jina-clip-v1":
		body.Task = "retrieval.query"
	case !r.query && !clip:
		body.Task = "retrieval.passage"
	}
	for _, in := range r.inputs {
		if in.jpeg != nil {
			body.Input = append(body.Input, item{Image: base64.StdEncoding.EncodeToString(in.jpeg)})
		} else {
			body.Input = append(body.Input, item{Text: in.text})
		}
	}
	return body
}
