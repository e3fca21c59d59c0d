package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// settings is how the photos of a folder were taken in. They lie in a file
// beside the index and hold for the next time; it has no URLs and no keys.
type settings struct {
	Model    string `json:"model"`              // that captions, as -model has it
	Embed    string `json:"embed"`              // that makes the vectors, as -embed has it
	Captions string `json:"captions,omitempty"` // file of the user's captions, an absolute path
}

const (
	settingsFile    = "photos.json"
	settingsVersion = 1       // changes when old files cannot be read any more
	maxSettings     = 1 << 20 // bytes of the file
)

// settingsText is what the file holds.
type settingsText struct {
	Version int `json:"version"`
	settings
}

// readSettings reads the settings of the index in place. The error wraps
// [fs.ErrNotExist] where there are none.
func readSettings(place string) (settings, error) {
	f, err := os.Open(filepath.Join(place, settingsFile))
	if err != nil {
		return settings{}, err
	}
	defer f.Close()
	var text settingsText
	err = json.NewDecoder(io.LimitReader(f, maxSettings)).Decode(&text)
	switch {
	case err != nil:
		return settings{}, fmt.Errorf("%s is damaged: %w", settingsFile, err)
	case text.Version != settingsVersion:
		return settings{}, fmt.Errorf("%s is of version %d, and this program reads %d", settingsFile, text.Version, settingsVersion)
	case text.Model == "" || text.Embed == "":
		return settings{}, fmt.Errorf("%s is damaged: it does not say what the index was made with", settingsFile)
	}
	return text.settings, nil
}

// write writes the settings beside the index in place, whole or not at all.
func (s settings) write(place string) error {
	text, err := json.Marshal(settingsText{settingsVersion, s})
	if err != nil {
		return err
	}
	path := filepath.Join(place, settingsFile)
	f, err := os.Create(path + newExt)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+newExt, path)
}
