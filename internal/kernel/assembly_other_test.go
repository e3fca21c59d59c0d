//go:build !amd64

package kernel

func assembly() bool { return false }

func useAssembly(bool) bool { return false }
