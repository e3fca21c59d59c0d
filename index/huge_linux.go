package index

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is the size of what [huge] asks for, on most processors.
const hugePage = 2 << 20

// huge asks the system to back a large array by large pages. A walk reads rows
// in no order, and with pages of 4 KiB the processor has to look up where each
// lies. The memory stays Go's own. Where the system does not do it, nothing
// changes.
func huge[T any](array []T) {
	array = array[:cap(array)]
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(array))), len(array)*int(unsafe.Sizeof(*new(T))))
	if len(bytes) < 2*hugePage {
		return
	}
	past := int(uintptr(unsafe.Pointer(&bytes[0])) % hugePage)
	bytes = bytes[(hugePage-past)%hugePage:]
	_ = unix.Madvise(bytes[:len(bytes)/hugePage*hugePage], unix.MADV_HUGEPAGE)
}
