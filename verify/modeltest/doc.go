// Package modeltest plays a model for tests: one that sees, and that can be
// slow, wrong, busy and broken in the ways that real ones are, as often as a
// test wants.
//
// A [World] is a gallery of drawn pictures of which everything is known, with
// queries of which the right answer is known; [ReadWorld] reads one of your own.
// [New] makes a [Model] of it, which
// answers what the stages of imagescope ask, from the pictures that it is sent,
// and can be reached in three ways:
//
//	model := modeltest.New(modeltest.Gallery(), nil)
//
//	// As a Reasoner, without encoding anything:
//	verifier := verify.New(model, nil)
//
//	// By a real client without a socket, under testing/synctest too:
//	llm, err := openai.New(openai.WithHTTPClient(&http.Client{Transport: model}), openai.WithToken("none"))
//
//	// By a real client over a real server:
//	server := httptest.NewServer(model)
//	llm, err := ollama.New(ollama.WithServerURL(server.URL), ollama.WithModel("any"))
//
// # What it understands
//
// Pictures are recognised by what they look like, so they may have been scaled
// and encoded anew, put side by side, or on a contact sheet. A picture that is
// none of the world's is a bad request, unless it is a reference.
//
// What is asked is told by what the reply has to hold and by the labels
// "Instruction:", "Reference image:" and "Edits:" at the beginning of a line,
// so prompts of your own work as long as they have those. An instruction that
// is none of the world's is read by rules, as by intent.Rules and
// verify.Captions. A prompt that cannot be understood is a bad request whose
// text tells what is missing.
//
// # What it is not
//
// It is no measure of how good a model is. Its errors are independent of each
// other, and it is as sure as it has reason to be ([Options.ErrorRate]); those
// of real models repeat themselves, and come with too much confidence. What it
// shows is what a pipeline makes of the answers it gets, and what they cost.
package modeltest
