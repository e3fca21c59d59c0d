// Package journal keeps values by key in one file that is only ever appended
// to, for a cache: what was put in survives the end of the process, damage
// costs the values that it hits and no more, and what is used least goes when
// the file is full.
//
// # File
//
// The file begins with a line that names its format. Records follow, numbers
// in them little-endian:
//
//	"IsRc"                                      4 bytes, to find records behind damage
//	CRC-32C (Castagnoli) of what follows        4 bytes
//	length of the value                         4 bytes
//	key                                        32 bytes
//	value
//
// Of records with the same key the last one holds. A record is written by one
// call of the operating system before Put returns, and is not synced: a process
// that is killed loses nothing, a machine without power may lose the last few.
//
// A file that would grow beyond its limit is written anew beside it, with the
// values used last, up to half of the limit, and takes its place.
//
// # Why not bbolt
//
// Package store, which keeps an index, has to read its whole bbolt file by
// itself before bbolt may see it, since bbolt trusts what it reads: damage
// makes it panic in goroutines where nobody can recover. Here values are
// independent of one another, nothing is looked up in order, and a lost value
// is only asked for again: a list of records with checksums is enough, checks
// each value as it is read, and can drop any one of them.
package journal
