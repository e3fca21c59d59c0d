package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	lockFile   = "lock"
	holderFile = "holder"
)

// holder is who has a folder open for writing. Its file is not the locked one,
// which not every system lets others read.
type holder struct {
	Process int       `json:"process"`
	Host    string    `json:"host"`
	Since   time.Time `json:"since"`
}

// lockDir locks a folder, for oneself or, for reading alone, beside others.
func lockDir(ctx context.Context, dir string, opts Options) (*flock.Flock, error) {
	l := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o644))
	try, tryAgain := l.TryLock, l.TryLockContext
	if opts.ReadOnly {
		try, tryAgain = l.TryRLock, l.TryRLockContext
	}
	ok, err := try()
	if err == nil && !ok && opts.Wait > 0 {
		waiting, cancel := context.WithTimeout(ctx, opts.Wait)
		defer cancel()
		if ok, err = tryAgain(waiting, 10*time.Millisecond); errors.Is(err, context.DeadlineExceeded) {
			err = ctx.Err()
		}
	}
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s: %w%s", dir, ErrLocked, lastHolder(dir))
	}
	if opts.ReadOnly {
		return l, nil
	}
	if err := hold(dir); err != nil {
		return nil, errors.Join(err, l.Unlock())
	}
	return l, nil
}

// hold writes who has the folder open.
func hold(dir string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	text, err := json.Marshal(holder{Process: os.Getpid(), Host: host, Since: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, holderFile), text, 0o644)
}

// lastHolder says in words who last opened the folder for writing, if known.
func lastHolder(dir string) string {
	f, err := os.Open(filepath.Join(dir, holderFile))
	if err != nil {
		return ""
	}
	defer f.Close()
	var h holder
	if json.NewDecoder(io.LimitReader(f, 4<<10)).Decode(&h) != nil {
		return ""
	}
	if h.Process == os.Getpid() {
		return fmt.Sprintf("; this process opened it at %s", h.Since.Format(time.RFC3339))
	}
	return fmt.Sprintf("; process %d on %s opened it at %s", h.Process, h.Host, h.Since.Format(time.RFC3339))
}
