package dataset

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxFile bounds an annotation file in bytes. The largest official one, the
// training part of MSCOCO, has less than a third of it.
const maxFile = 512 << 20

// EntryError says what is wrong with an entry of an annotation file.
type EntryError struct {
	File  string
	Entry string // its index from 0, or its key
	Field string // "" where the entry as a whole is meant
	Err   error
}

func (e *EntryError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s: entry %s: %v", e.File, e.Entry, e.Err)
	}
	return fmt.Sprintf("%s: entry %s: field %s: %v", e.File, e.Entry, e.Field, e.Err)
}

// Unwrap returns the cause.
func (e *EntryError) Unwrap() error { return e.Err }

var (
	errMissing = errors.New("it is missing or null")
	errEmpty   = errors.New("it is empty")
)

// open opens a file below dir, with a bound on what is read of it.
func open(dir, name string) (io.Reader, *os.File, error) {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, nil, err
	}
	if info, err := f.Stat(); err == nil && info.Size() > maxFile {
		f.Close()
		return nil, nil, fmt.Errorf("%s: it has %d bytes, more than the %d that are read", f.Name(), info.Size(), maxFile)
	}
	return bufio.NewReaderSize(io.LimitReader(f, maxFile), 1<<18), f, nil
}

// readList reads a file that holds a JSON list and hands each element to take,
// which fills in the error's field.
func readList[T any](dir, name string, take func(i int, v T) error) error {
	return readJSON(dir, name, '[', func(dec *json.Decoder, file string) error {
		return takeAll(dec, file, take)
	})
}

// readMap reads a file that holds a JSON object and hands each of its members,
// in the order of the file, to take.
func readMap[T any](dir, name string, take func(key string, v T) error) error {
	return readJSON(dir, name, '{', func(dec *json.Decoder, file string) error {
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return fmt.Errorf("%s: %w", file, cut(err))
			}
			var v T
			err = dec.Decode(&v)
			if err == nil {
				err = take(key.(string), v)
			}
			if err != nil {
				return entryError(file, fmt.Sprintf("%q", key), err)
			}
		}
		return nil
	})
}

// readObjectList reads the list that a JSON object holds under a key, as
// readList does. Other members are passed over.
func readObjectList[T any](dir, name, key string, take func(i int, v T) error) error {
	return readJSON(dir, name, '{', func(dec *json.Decoder, file string) error {
		found := false
		for dec.More() {
			member, err := dec.Token()
			if err != nil {
				return fmt.Errorf("%s: %w", file, cut(err))
			}
			if member != key {
				var other json.RawMessage
				if err := dec.Decode(&other); err != nil {
					return fmt.Errorf("%s: %v: %w", file, member, cut(err))
				}
				continue
			}
			found = true
			if begin, err := dec.Token(); err != nil || begin != json.Delim('[') {
				return fmt.Errorf("%s: %s is no list (%v)", file, key, err)
			}
			if err := takeAll(dec, file, take); err != nil {
				return err
			}
			if _, err := dec.Token(); err != nil {
				return fmt.Errorf("%s: %w", file, cut(err))
			}
		}
		if !found {
			return fmt.Errorf("%s: %s: %w", file, key, errMissing)
		}
		return nil
	})
}

func takeAll[T any](dec *json.Decoder, file string, take func(i int, v T) error) error {
	for i := 0; dec.More(); i++ {
		var v T
		err := dec.Decode(&v)
		if err == nil {
			err = take(i, v)
		}
		if err != nil {
			return entryError(file, fmt.Sprint(i), err)
		}
	}
	return nil
}

func readJSON(dir, name string, begin json.Delim, each func(dec *json.Decoder, file string) error) error {
	r, f, err := open(dir, name)
	if err != nil {
		return err
	}
	defer f.Close()
	dec := json.NewDecoder(r)
	first, err := dec.Token()
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", f.Name(), cut(err))
	case first != begin:
		return fmt.Errorf("%s: it begins with %v, not with %v", f.Name(), first, begin)
	}
	if err := each(dec, f.Name()); err != nil {
		return err
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%s: %w", f.Name(), cut(err))
	}
	if extra, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("%s: %v follows what should be all (%v)", f.Name(), extra, err)
	}
	return nil
}

// entryError names the place of what is wrong with an entry.
func entryError(file, entry string, err error) error {
	e := &EntryError{File: file, Entry: entry, Err: cut(err)}
	var field *fieldError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &field):
		e.Field, e.Err = field.name, field.err
	case errors.As(err, &typed):
		e.Field, e.Err = typed.Field, fmt.Errorf("a %s is not the %s that it should be", typed.Value, typed.Type)
	}
	return e
}

// cut says of a file that ends too early that it does.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the file ends too early: %w", io.ErrUnexpectedEOF)
	}
	return err
}

// fieldError is about one field of an entry.
type fieldError struct {
	name string
	err  error
}

func (e *fieldError) Error() string { return e.name + ": " + e.err.Error() }

// needText returns an error unless each field, given as name and value, holds
// a text.
func needText(fields ...any) error {
	for i := 0; i < len(fields); i += 2 {
		switch v := fields[i+1].(*string); {
		case v == nil:
			return &fieldError{fields[i].(string), errMissing}
		case *v == "":
			return &fieldError{fields[i].(string), errEmpty}
		}
	}
	return nil
}

// needList returns what a list holds, or an error unless it has entries, none
// of which is null.
func needList[T any](name string, list []*T) ([]T, error) {
	switch {
	case list == nil:
		return nil, &fieldError{name, errMissing}
	case len(list) == 0:
		return nil, &fieldError{name, errEmpty}
	}
	values := make([]T, len(list))
	for i, v := range list {
		if v == nil {
			return nil, &fieldError{name, fmt.Errorf("number %d of it, from 0, is null", i)}
		}
		values[i] = *v
	}
	return values, nil
}

// needPath returns an error unless a field holds the path of an image that lies
// below the folder.
func needPath(field, path string) error {
	if path == "." || !fs.ValidPath(path) {
		return &fieldError{field, fmt.Errorf("%q is no slash path of an image below the folder, such as cars/7.jpg", path)}
	}
	return nil
}

// ids are the images that a split lists.
type ids map[string]bool

var errUnlisted = errors.New("the split lists no such image")

// have returns an error unless all that a field names is listed.
func (listed ids) have(field string, names ...string) error {
	for _, id := range names {
		if !listed[id] {
			return &fieldError{field, fmt.Errorf("%q: %w", id, errUnlisted)}
		}
	}
	return nil
}

// add lists an image or a query, or returns an error that names the field where
// its ID was given to another one before.
func (listed ids) add(field, id string) error {
	if listed[id] {
		return &fieldError{field, fmt.Errorf("%q was given to another one before", id)}
	}
	listed[id] = true
	return nil
}
