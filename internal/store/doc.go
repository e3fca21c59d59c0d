// Package store keeps the entries of an index in a folder: what a change has
// acknowledged survives the end of the process and of the machine's power.
//
// # Files
//
//	entries.db  the entries, a bbolt file (version 2, pages of 16 KiB)
//	head        the number of the last acknowledged change
//	lock        empty; locked by who has the folder open
//	holder      who last opened it for writing, for error messages
//
// entries.db has two buckets. Bucket "state" holds one value, "state": a
// CRC-32C (Castagnoli, little-endian like all numbers here) and the [State]
// in JSON that it is the checksum of. Bucket "vectors" holds a value for each
// entry, by ID:
//
//	CRC-32C of the rest, the ID and its length   4 bytes
//	the vector                                   4 or, halved, 2 bytes a component
//	the caption                                  length (uvarint) and bytes
//	the metadata                                 how many (uvarint), then for each,
//	                                             in order of keys, the key and the
//	                                             value like the caption
//
// The order of bytes within bbolt's own structures is that of the machine.
// head holds the number, 8 bytes, and its CRC-32C.
//
// # Damage
//
// bbolt trusts its file: of 886 damages of one bit each, spread evenly over a
// file of 32 KiB, it answered 100 with entries that were missing or changed, 3
// with a panic, and 4 ended the process, as nobody can recover from a panic in
// a goroutine of bbolt's own. So the file is read by this package's own reader,
// which checks every number before it follows it, and bbolt, used for changes
// alone, is given the file only after all of it has been read. What the reader
// checks:
//
//   - the structure: each page is what its parent says, used once, keys are in
//     order, and nothing lies outside its page or the file;
//   - the content: each entry's checksum, and that number and sum of the
//     entries' checksums are those in the state, so that none is missing,
//     added or an old version;
//   - the age: bbolt takes up the state before the last one when the page that
//     names the last one is damaged. Then the state's number is below the one
//     in head, which is written after each change. head is not synced: it may
//     lag behind after a loss of power, and so may the file head itself be
//     damaged or missing, at no loss but of this check.
package store
