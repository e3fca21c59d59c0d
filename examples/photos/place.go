package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// places returns the folders that may hold the index of a folder, the preferred
// one first: within the folder, and in the user's cache folder for folders that
// cannot be written. dir is absolute.
func places(dir string) []string {
	at := []string{filepath.Join(dir, ".imagescope")}
	if cache, err := cacheDir(); err == nil {
		at = append(at, filepath.Join(cache, fmt.Sprintf("%x", sha256.Sum256([]byte(dir)))))
	}
	return at
}

func cacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "imagescope", "photos"), nil
}

// placeOf returns where the index of a folder is, and its settings. Where there
// is none the error is a [*noIndexError].
func placeOf(dir string) (string, settings, error) {
	for _, place := range places(dir) {
		s, err := readSettings(place)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			continue
		}
		if err != nil {
			err = unusable(dir, place, err)
		}
		return place, s, err
	}
	return "", settings{}, &noIndexError{dir}
}

// noIndexError means that a folder has no index.
type noIndexError struct{ dir string }

func (e *noIndexError) Error() string {
	return fmt.Sprintf("there is no index of %s yet; make it with: photos index %s", e.dir, quoted(e.dir))
}

// newPlace returns where a new index of a folder goes, and makes way for it.
func newPlace(dir string) (string, error) {
	var failed []error
	for _, place := range places(dir) {
		err := os.MkdirAll(place, 0o777)
		if err == nil {
			err = writable(place)
		}
		if err == nil {
			return place, nil
		}
		failed = append(failed, err)
	}
	return "", fmt.Errorf("there is no place for the index: make %s or the user's cache folder writable: %w", dir, errors.Join(failed...))
}

// writable tries whether files can be made in dir.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".photos-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// findFolder returns the folder to search in: the one that is named, or else
// the working folder or the nearest one above it that has an index, or else
// the one that was taken in last.
func findFolder(named string) (string, error) {
	if named != "" {
		return folder(named)
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		for _, place := range places(dir) {
			if _, err := os.Stat(filepath.Join(place, settingsFile)); err == nil {
				return dir, nil
			}
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if dir, ok := recall(); ok {
		return dir, nil
	}
	return "", errors.New("there is no index yet; make one with: photos index DIR")
}

// folder returns the absolute path of a folder that is there.
func folder(name string) (string, error) {
	dir, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s is a file; name the folder that it lies in", name)
	}
	return dir, nil
}

// lastFile holds the path of the folder taken in last.
const lastFile = "last"

// remember notes the folder for [recall], as well as it can.
func remember(dir string) {
	cache, err := cacheDir()
	if err == nil && os.MkdirAll(cache, 0o777) == nil {
		os.WriteFile(filepath.Join(cache, lastFile), []byte(dir+"\n"), 0o666) // -dir does without
	}
}

func recall() (string, bool) {
	cache, err := cacheDir()
	if err != nil {
		return "", false
	}
	data, err := os.ReadFile(filepath.Join(cache, lastFile))
	dir := strings.TrimSuffix(string(data), "\n")
	return dir, err == nil && filepath.IsAbs(dir)
}

// quoted returns an argument as it can be pasted into a shell.
func quoted(arg string) string {
	if strings.ContainsAny(arg, " \t\n'\"\\$`*?[](){}<>|&;#~!") {
		return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	return arg
}
