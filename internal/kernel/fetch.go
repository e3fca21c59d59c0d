package kernel

// Fetch has the processor bring a list near, where it can, without waiting for
// it: the list will be read soon.
func Fetch(list []uint32) {
	if len(list) > 0 {
		fetch(list)
	}
}
