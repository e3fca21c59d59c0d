// Package clip embeds texts and images by a model on this machine: CLIP, SigLIP
// and their relatives, in ONNX files, run by ONNX Runtime. No Python, no
// service.
//
// # What it needs
//
// A folder with a model as it is published for ONNX:
//
//	config.json                       the kind of model and how many tokens it reads
//	preprocessor_config.json          how pictures are scaled, cropped and normalised
//	tokenizer.json                    how texts are tokenised, or vocab.json and merges.txt
//	text_model.onnx, vision_model.onnx   or model.onnx, both in one
//
// The ONNX files may lie in a folder onnx below it. tokenizer_config.json or
// special_tokens_map.json name the token that pads.
//
// And the shared library of ONNX Runtime, version 1.24 or later:
// libonnxruntime.so on Linux, from the releases of ONNX Runtime or out of the
// npm package onnxruntime-node. Options.Library says where it is. Programs that
// use this package are built with cgo; it is a module of its own so that others
// are not.
//
// # What it does
//
// Everything about a model is read from its files. Texts are tokenised as by
// Hugging Face's tokenizers, pictures prepared as by Pillow (antialiased, to
// within one of 255 steps of a channel), and both have a row of the model's
// projection, at whatever length the model gives it; a Pipeline normalises.
// Texts and images of one model are of one space, those of two models never.
//
// A model in two files runs the tower that is needed; one in a single file runs
// both each time.
package clip
