package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

// journal is the file of traces, open for adding to it.
type journal struct {
	file   *os.File
	traces map[string]Trace // all that are in the file, by their query
}

// openTraces opens the file of traces, or makes one. A last line that was cut
// off is taken away. With again, so are the traces that tell of faults.
func openTraces(path string, again bool) (*journal, error) {
	traces, whole, err := readTraces(path)
	if err != nil {
		return nil, err
	}
	if again && slices.ContainsFunc(slices.Collect(maps.Values(traces)), Trace.Faulty) {
		maps.DeleteFunc(traces, func(_ string, t Trace) bool { return t.Faulty() })
		if whole, err = rewrite(path, traces); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	err = f.Truncate(whole)
	if err == nil {
		_, err = f.Seek(whole, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &journal{f, traces}, nil
}

// rewrite writes the file anew, in the order of the queries' IDs.
func rewrite(path string, traces map[string]Trace) (size int64, err error) {
	var data []byte
	for _, id := range slices.Sorted(maps.Keys(traces)) {
		line, err := json.Marshal(traces[id])
		if err != nil {
			return 0, fmt.Errorf("%s: query %s: %w", path, id, err)
		}
		data = append(append(data, line...), '\n')
	}
	return int64(len(data)), writeWhole(path, data)
}

// add puts a trace on disk.
func (j *journal) add(t Trace) error {
	line, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("query %s: %w", t.Query, err)
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.traces[t.Query] = t
	return nil
}

// Close closes the file.
func (j *journal) Close() error { return j.file.Close() }
