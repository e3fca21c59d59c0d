// Package embed turns texts and images into vectors of one space, and images
// into captions.
//
// # With models
//
// [NewLangchain] makes an imagescope.Embedder of any text embedder in
// langchaingo: images are embedded through their captions. [NewCaptioner]
// makes an imagescope.Captioner of any model that sees.
//
// What embeds the pictures themselves is in packages of its own: embed/service
// asks a service for multimodal embeddings, hosted or of one's own (Jina, Voyage,
// Cohere, Infinity, vLLM), and embed/clip, a module, runs CLIP and SigLIP models
// on this machine.
//
// # Without
//
// [Words] embeds by words and [Colours] captions by colours. They need no
// model, no weights and no network, and their zero values are ready to use:
// for the first steps, for tests, and as what is left when a model is down.
//
// They are good for words and colours, and blind to what no caption says.
// Words finds captions that share words with the query, or words of a short
// list of synonyms that the package brings; it understands neither "not" nor
// who does what to whom. Colours tells colours, brightness and format; it
// recognises nothing. Together they find a photo of a dog if its caption, file
// name or tags say dog, and a green picture without any.
package embed
