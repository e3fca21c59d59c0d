// Package pgvector keeps the vectors of a gallery in PostgreSQL, by its
// extension pgvector, and searches them there: an [imagescope.VectorIndex] for
// galleries that several processes share, or that belong beside other tables.
//
// [Open] makes the table, the first entry sets its dimension and makes an HNSW
// index for the inner product. PostgreSQL 13 and pgvector 0.8 or later are
// needed. The package is a module of its own, so that its driver stays out of
// the requirements of whoever imports imagescope.
//
// # Exact or not
//
// Where the filter allows Options.ScanLimit entries or fewer, the distances of
// all of these are computed and the answer is exact. Beyond that the HNSW index
// is walked by pgvector's iterative scan in strict order: the filter is applied
// to each entry that the walk comes to, and the walk goes on until k have
// passed or Options.MaxScan were seen. If fewer than k have passed by then, the
// search is done again by a scan. So a search never returns fewer than k
// entries where there are k, and a filter never eats results.
//
// # The table
//
//	id            bytea PRIMARY KEY   the ID
//	embedding     vector(n)           its type modifier is the dimension
//	caption       bytea
//	meta_keys     bytea[]             in order
//	meta_values   bytea[]             beside their keys
//	meta_numbers  float8[]            those that are numbers, for ranges
//
// Texts are bytea, since a file name, and so an ID, need not be UTF-8 and may
// be compared only by its bytes. To read them in SQL:
//
//	SELECT convert_from(id, 'UTF8'), convert_from(caption, 'UTF8') FROM imagescope;
//
// A filter on a key that is used often is helped by an index on what the
// package compares:
//
//	CREATE INDEX ON imagescope ((meta_values[array_position(meta_keys, 'year'::bytea)]));
//
// Every value reaches the server as a bound parameter. Only the names of the
// schema and the table are part of a statement, checked and quoted.
package pgvector
