package kernel

// Dot returns the inner product of a and b.
func Dot(a, b []float32) float32 {
	n := min(len(a), len(b))
	return dotFloat32(a[:n], b[:n])
}

// DotRows sets out[i] to the inner product of query and row i of rows, which
// has as many components as query. It is made for a scan: it reads two rows at
// a time and fetches those that follow meanwhile.
func DotRows(out, query, rows []float32) {
	if out, rows = cut(out, len(query), rows); len(out) > 0 {
		dotRowsFloat32(out, query, rows)
	}
}

// DotGather sets out[i] to the inner product of query and row ids[i] of rows.
// It is made for the neighbours of a node in a graph, which may be anywhere: it
// fetches the beginning of all of them at once, so that none is waited for
// alone, and the rest of the next two while it reads two.
func DotGather(out, query, rows []float32, ids []uint32) {
	if out, ids = gathered(out, len(query), rows, ids); len(out) > 0 {
		dotGatherFloat32(out, query, rows, ids)
	}
}

// cut returns the results and the rows of dim components that belong to one
// another. Where dim is 0 it sets all results, and none is left.
func cut[R, C any](out []R, dim int, rows []C) ([]R, []C) {
	if dim == 0 {
		clear(out)
		return nil, nil
	}
	n := min(len(out), len(rows)/dim)
	return out[:n], rows[:n*dim]
}

// gathered returns the results and the numbers that belong to one another,
// and panics unless there is a row for each. Where dim is 0 it sets all
// results, and none is left.
func gathered[R, C any](out []R, dim int, rows []C, ids []uint32) ([]R, []uint32) {
	n := min(len(out), len(ids))
	out, ids = out[:n], ids[:n]
	if dim == 0 {
		clear(out)
		return nil, nil
	}
	last := uint32(0)
	for _, id := range ids {
		last = max(last, id)
	}
	if n > 0 {
		_ = rows[(int(last)+1)*dim-1]
	}
	return out, ids
}
