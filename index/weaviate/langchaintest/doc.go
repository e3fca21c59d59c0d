// Package langchaintest tests that [index.Langchain] works in a real Weaviate,
// through the adapter of langchaingo. It is a module of its own, as that
// adapter brings the whole client of Weaviate with it, and holds tests alone.
// Package index/weaviate needs none of that, and can do more.
package langchaintest
