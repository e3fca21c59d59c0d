// Package wiretest holds imagescope.NewReasoner to what langchaingo's adapters
// really do. Its tests put the real clients of ollama, openai, anthropic,
// googleai and mistral before local servers that speak each provider's wire
// format, faults included, and look at what arrives and what comes back.
//
// It is a module of its own, so that the clients and the cloud libraries
// behind them stay out of the requirements of whoever imports imagescope. The
// package itself is empty.
package wiretest
