// Package service embeds texts and pictures with a service over HTTP: a hosted
// one, or a server of one's own. One [Embedder] speaks the five forms of request
// that there are.
//
//	e, err := service.New(service.Jina, "jina-embeddings-v4", &service.Options{Key: os.Getenv("JINA_API_KEY"), Dimensions: 512})
//	e, err := service.New(service.Infinity, "google/siglip2-base-patch16-256", nil)
//	…
//	p, err := imagescope.New(imagescope.Config{Embedder: e, Images: os.DirFS("photos"), Index: new(index.HNSW), …})
//
// What they have in common, and where they differ:
//
//	            inputs a request   queries told apart by   picture and text together
//	Jina        64                 task                    no
//	Voyage      128                input_type              yes
//	Cohere      96 (v3 pictures 1) input_type              yes, from embed-v4.0 on
//	Infinity    32                 Options.QueryPrefix     no
//	VLLM        1                  Options.QueryPrefix     yes
//
// The forms are those of the services' documentation, and are tested against a
// server that checks each byte; no hosted service was asked. A picture is sent as
// a JPEG file of at most Options.MaxSide pixels a side.
package service
