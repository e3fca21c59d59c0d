// Package index holds the vectors of a gallery and finds those with the
// largest inner product with a query: implementations of
// [imagescope.VectorIndex].
//
// # Choosing
//
//	             vectors         finds            lasts             use it for
//	Flat         memory          all              with the process  up to some 50,000 images; a reference to measure by
//	HNSW         memory          99% and more     with the process  more, or a shorter time; small ones are scanned
//	Disk (Open)  memory, folder  as HNSW or Flat  kill -9           a program that is started again
//	pgvector     PostgreSQL      as its settings  as PostgreSQL     several processes, and data that is there already
//	weaviate     Weaviate        as its settings  as Weaviate       a cluster that outlives one machine
//	Langchain    its store       as its store     as its store     a database that only langchaingo reaches; it adds and searches, no more
//	coder        memory          see there        with the process  graphs of github.com/coder/hnsw that are there already
//
// pgvector, weaviate and coder are modules of their own below this package, so
// that only who uses them has their requirements. Package indextest holds the
// suite that all but Langchain pass, which can neither delete nor replace.
//
// # Memory and time
//
// A vector takes 4 bytes a component: 2.05 GB for a million of 512 components.
// An HNSW adds about 148 bytes a vector where M is 16 and the length of its ID,
// vectors of 8 bits (Parameters.Bits) one more byte a component, and captions
// and metadata what Go takes for them: all in all a Disk of a million such vectors
// with short captions takes about 3 GB. Growing needs the old and the new
// array of vectors for a moment.
//
// A search of a Flat reads all vectors, 1.5 ms for 20,000 of 512 components. One
// of an HNSW reads some thousand: there 0.23 ms at a recall of 0.999 (k = 20,
// one thread); [HNSW] has a table. Building takes 0.4 ms of processor time a
// vector, and more in larger graphs; opening a Disk reads the graph instead. A million in 8 bits
// took 10 minutes of processor time and 2.7 GB; queries shifted against them, as
// texts are, found 93% of the nearest 20 in 0.6 ms (Ef 480) and 99.9% in 18 ms,
// at the width that was measured. examples/annbench measures all this with your
// own vectors.
//
// # Recall
//
// Without Parameters.Ef an HNSW measures how wide its searches must be for 99%
// of the nearest 20. Queries that lie outside of the entries, as texts do among
// images, need several times the width of others, and vectors of any direction
// more again. How far a query points to where entries are tells: a search begins
// as an easy one needs it, and where that shows a harder query it begins again;
// what would take longer than a scan is a scan. TestRecallByOrder shows that
// recall does not depend on the order in which entries come, and
// TestRecallLarge what it is for many entries.
//
// # Moving
//
// A gallery moves from one index to another without being embedded again:
// [Disk.Export] writes it, and [Import] adds it to any index.
//
// Vectors of another embedder need an index of their own, since a [Disk] keeps
// the name of its embedder and refuses others: imagescope's Pipeline.Reindex
// fills it from the captions and images of the old one.
package index
