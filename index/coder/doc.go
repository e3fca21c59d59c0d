// Package coder makes a graph of github.com/coder/hnsw an
// [imagescope.VectorIndex], for those who have such graphs. Who has none uses
// index.HNSW, which finds more in less time.
//
// The package is a module of its own: that library requires others, one of
// which does not build on Windows.
//
// # What is where
//
// The graph holds vectors under image IDs and nothing else. Captions and
// metadata are kept beside it, in memory, and are lost when only the graph is
// saved. [Index.Upsert] gives them back: an entry whose vector the graph has
// already costs no insertion.
//
// # Exact or not
//
// A search is an exact scan where the gallery has Options.ScanLimit entries or
// fewer, where there is a filter, which the graph does not know, and where so
// many are asked for that the graph would return half the gallery. Otherwise
// the graph is asked for Options.Fetch times k, and the best k of these are
// returned, by inner products computed anew. The graph finds far from all of
// the nearest: on 20,000 image-like vectors of 512 components and k = 20 between
// half and two thirds with M = 32 and 50 times k fetched, and an eighth in
// 5000 random ones with its defaults (BenchmarkSearch).
//
// The graph's own Distance decides where its walk leads. For the largest inner
// products it should be [InnerProduct]; the cosine distance, its default, finds
// the same only where all vectors have the same length.
//
// # What the library gets wrong
//
// Its version 0.6.1 panics on vectors of another dimension, on replacing an
// entry, and on the next call after a deletion that leaves a layer empty; it
// can return what was deleted. Here dimensions are checked before; an entry is
// replaced by deletion and insertion; what is no longer held is not returned; a
// panic of a search leads to a scan. Where a change leaves the graph unusable it
// is built anew from the vectors, which takes as long as adding all of them; of
// 3000 replacements in 3000 vectors 24 did so. If the context ends meanwhile the
// change is undone, searches scan, and the next change goes on with the building.
package coder
