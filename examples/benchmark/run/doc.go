// Package run asks the queries of a dataset of a pipeline and keeps all that
// comes of it, so that a run can be scored, compared and looked at afterwards,
// and taken up again after its process has ended at whatever point.
//
// A run is a folder:
//
//	settings.json   what decides what is found: [Settings]
//	traces.jsonl    a [Trace] for each query, in the order in which they ended
//	cache           the replies of models, unless they are kept elsewhere
//
// [Read] reads one. Rankings do not depend on how many queries are asked at
// once, and the order of lines in traces.jsonl means nothing.
package run
