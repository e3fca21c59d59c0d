package index

// rows holds lists of one length by slot, one after another.
type rows[T any] struct {
	dim  int
	data []T
}

// at returns the list of a slot.
func (r *rows[T]) at(slot uint32) []T {
	from := int(slot) * r.dim
	return r.data[from : from+r.dim : from+r.dim]
}

// roomy returns the data with room for n lists.
func (r *rows[T]) roomy(n int) []T { return roomy(r.data, n*r.dim) }

// resize sets the number of lists. What new ones hold is not specified.
func (r *rows[T]) resize(n int) { r.data = r.roomy(n)[:n*r.dim] }

// roomy returns data with room for n elements, as exact as that is, or for
// half more than there was.
func roomy[T any](data []T, n int) []T {
	if n <= cap(data) {
		return data
	}
	more := make([]T, 0, max(n, cap(data)+cap(data)/2))
	huge(more)
	return append(more, data...)
}
