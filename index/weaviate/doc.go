// Package weaviate keeps the vectors of a gallery in Weaviate and searches
// them there: an [imagescope.VectorIndex] for galleries that outgrow a machine
// or must outlive one. Weaviate 1.33 or later is needed, for its filters Not.
//
// It speaks Weaviate's REST and GraphQL interfaces by net/http: five kinds of
// requests do not justify the official client, which brings the whole server's
// module with some sixty others into every program; and per-object errors,
// which a batch reports with status 200, are checked here in any case.
//
// # The class
//
// The first entry stored makes the class, with an HNSW index for the inner
// product. Its description holds the dimension. An object's UUID is made from
// the image's ID (version 5), so that an ID stored again replaces the object.
// Its properties are
//
//	image_id  text, tokenised as a whole field; filterable
//	caption   text
//	meta      text: the metadata as a JSON object
//	t_…       text, for each metadata key: its value, in hexadecimal behind an x
//	n_…       number, for each metadata key: its value where it is a number
//
// The last two are what filters test. They are named by the key in
// hexadecimal, since a key need not be a name that Weaviate takes, and hold
// values in hexadecimal, since Weaviate trims texts and compares them by words.
// A text that is not UTF-8 is kept as "base64:" and its bytes in base64. Each
// metadata key costs two properties of the class, so [MaxKeys] bounds them.
//
// # Exact or not
//
// Weaviate computes the distances of all entries that a filter allows where
// these are fewer than Options.ScanLimit; a search without a filter is given
// one that allows all while the class is that small. These searches are exact.
// Beyond, the HNSW index is walked, and recall is what Weaviate reaches. Ties
// are broken by ID, also at the last place, by asking for more until the tie
// is whole.
//
// # Replicas
//
// With Options.Replicas a write is acknowledged when a quorum of them has it.
// A search asks one replica, which may lag behind by a moment; [Index.Get]
// asks a quorum and does not. Of three nodes one may be down.
//
// A call that is under way when a node dies, or follows within seconds, may be
// left unanswered by Weaviate 1.35, seemingly for ever. Give each call a
// deadline, and repeat it after one that has passed; to store or delete twice
// does no harm.
package weaviate
