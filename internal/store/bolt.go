package store

import (
	"errors"
	"fmt"
	"os"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// bolt is a file of entries open for changes.
type bolt struct {
	*bbolt.DB
	file      *os.File
	abandoned bool
}

// openBolt opens a file, which must have been checked, or makes it.
func openBolt(path string) (*bolt, error) {
	b := new(bolt)
	var err error
	b.DB, err = bbolt.Open(path, 0o644, &bbolt.Options{
		PageSize: pageSize,
		// Free pages are found by reading, which spares a part of the file
		// that could be damaged.
		NoFreelistSync: true,
		FreelistType:   bbolt.FreelistMapType,
		NoStatistics:   true,
		Timeout:        time.Second, // the folder is locked, so that others have no business here
		OpenFile: func(name string, flag int, perm os.FileMode) (f *os.File, err error) {
			b.file, err = os.OpenFile(name, flag, perm)
			return b.file, err
		},
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		err = fmt.Errorf("%s: %w", path, ErrLocked) // by some tool
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// abandon closes the file after a panic, which leaves bbolt's locks held, so
// that it cannot close itself. What it has mapped stays so.
func (b *bolt) abandon() error {
	b.abandoned = true
	return b.file.Close()
}

func (b *bolt) close() error {
	if b.abandoned {
		return nil
	}
	return b.Close()
}
