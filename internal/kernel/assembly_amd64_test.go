package kernel

func assembly() bool { return avx2 && f16c }

// useAssembly sets whether the assembly is used and returns what was set.
func useAssembly(use bool) (before bool) {
	before = avx2
	avx2, f16c = use, use
	return before
}
