package service

import "fmt"

// Protocol is the form of a service's requests and replies.
type Protocol string

// The protocols.
const (
	// Jina is that of Jina AI: jina-embeddings-v4, jina-clip-v2.
	Jina Protocol = "jina"
	// Voyage is that of Voyage AI's multimodal models: voyage-multimodal-3.5.
	Voyage Protocol = "voyage"
	// Cohere is version 2 of that of Cohere: embed-v4.0, and the models of
	// version 3.
	Cohere Protocol = "cohere"
	// Infinity is that of the server of the same name, which runs models of the
	// CLIP family and others; it is OpenAI's with a field for what the inputs are.
	Infinity Protocol = "infinity"
	// VLLM is that of vLLM, for models that are made of a chat model, such as
	// VLM2Vec, GME or Qwen3-VL-Embedding: OpenAI's with a message for an input.
	VLLM Protocol = "vllm"
)

// form is what a protocol prescribes.
type form struct {
	url   string // where the service is found
	batch int    // inputs in a request, unless Options say otherwise
	// single, unless nil, reports whether a request takes one input and no more.
	single func(model string, picture bool) bool
	// body returns what a request is marshalled from.
	body func(r request) any
	// pairs, unless nil, reports whether a model takes a picture and a text as one
	// input.
	pairs func(model string) bool
}

// form returns what the protocol prescribes.
func (p Protocol) form() (form, error) {
	switch p {
	case Jina:
		return jina, nil
	case Voyage:
		return voyage, nil
	case Cohere:
		return cohere, nil
	case Infinity:
		return infinity, nil
	case VLLM:
		return vllm, nil
	}
	return form{}, fmt.Errorf("unknown protocol %q: use Jina, Voyage, Cohere, Infinity or VLLM", p)
}

// request is what is asked for, in the terms of no protocol.
type request struct {
	model      string
	dimensions int
	query      bool // the inputs are searched with, not searched in
	inputs     []input
}

// input is a text, a picture, or both. Those of a request are all of one kind.
type input struct {
	id   string // of the picture
	text string
	jpeg []byte
}
