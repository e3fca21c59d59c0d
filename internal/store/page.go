package store

// page is a page with the pages that it runs over into: a header, elements and
// the keys and values that they point to. It may hold anything.
type page []byte

func (p page) id() uint64       { return order.Uint64(p) }
func (p page) kind() int        { return int(order.Uint16(p[8:])) }
func (p page) count() int       { return int(order.Uint16(p[10:])) }
func (p page) overflow() uint32 { return order.Uint32(p[12:]) }

// element is an entry of a page: a key with a value or a child.
type element struct {
	key    []byte
	value  []byte // of a leaf
	bucket bool   // whether the value is a tree
	child  uint64 // of a branch
}

const elementSize = 16

// leaf returns an element of a leaf: flags, position, size of key and of value,
// uint32 each. Positions count from the element.
func (p page) leaf(i int) (element, error) {
	at := headerSize + i*elementSize
	if at+elementSize > len(p) {
		return element{}, p.outside(i)
	}
	b := p[at:]
	flags, pos, keySize, valueSize := order.Uint32(b), order.Uint32(b[4:]), order.Uint32(b[8:]), order.Uint32(b[12:])
	if flags > 1 {
		return element{}, corrupt("page %d: element %d is of kind %d", p.id(), i, flags)
	}
	end := uint64(pos) + uint64(keySize)
	if end+uint64(valueSize) > uint64(len(b)) {
		return element{}, p.outside(i)
	}
	return element{key: b[pos:end], value: b[end : end+uint64(valueSize)], bucket: flags == 1}, nil
}

// branch returns an element of a branch: position and size of the key, uint32,
// and the child, uint64.
func (p page) branch(i int) (element, error) {
	at := headerSize + i*elementSize
	if at+elementSize > len(p) {
		return element{}, p.outside(i)
	}
	b := p[at:]
	pos, keySize := order.Uint32(b), order.Uint32(b[4:])
	end := uint64(pos) + uint64(keySize)
	if end > uint64(len(b)) {
		return element{}, p.outside(i)
	}
	return element{key: b[pos:end], child: order.Uint64(b[8:])}, nil
}

func (p page) outside(i int) error {
	return corrupt("page %d: element %d lies outside", p.id(), i)
}
