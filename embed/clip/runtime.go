package clip

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// ErrNoRuntime means that the shared library of ONNX Runtime could not be
// loaded.
var ErrNoRuntime = errors.New("ONNX Runtime could not be loaded: install its shared library, version 1.24 or later (libonnxruntime.so of a release of ONNX Runtime, or out of the npm package onnxruntime-node), and give its path as Options.Library")

// The process has one ONNX Runtime, and keeps it.
var (
	startMu sync.Mutex
	started bool
	loaded  string // the library
)

// start loads ONNX Runtime, unless that is done.
func start(library string) error {
	startMu.Lock()
	defer startMu.Unlock()
	if started {
		if library != "" && library != loaded {
			return fmt.Errorf("Options.Library is %s, but the process has loaded %s and can load one only", library, loaded)
		}
		return nil
	}
	if library == "" {
		library = systemLibrary()
	}
	ort.SetSharedLibraryPath(library)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return fmt.Errorf("%w (%s: %w)", ErrNoRuntime, library, err)
	}
	started, loaded = true, library
	return nil
}

// systemLibrary is what the system's loader is asked for.
func systemLibrary() string {
	switch runtime.GOOS {
	case "darwin":
		return "libonnxruntime.dylib"
	case "windows":
		return "onnxruntime.dll"
	}
	return "libonnxruntime.so"
}
