// Command asm writes the assembly of package kernel and its declarations in
// Go. It is a module of its own, so that no user of the library needs avo.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	files, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// generate returns the generated files by their path from this folder.
func generate() (map[string][]byte, error) {
	g := gen{build.NewContext()}
	g.float32s()
	g.int8s()
	g.halves()
	file, err := g.Result()
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	if err := pass.Compile.Execute(file); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	cfg := printer.Config{Name: "internal/kernel/asm", Pkg: "kernel"}
	files := map[string][]byte{}
	for name, p := range map[string]printer.Printer{
		"../kernel_amd64.s": printer.NewGoAsm(cfg),
		"../stubs_amd64.go": printer.NewStubs(cfg),
	} {
		if files[name], err = p.Print(file); err != nil {
			return nil, fmt.Errorf("print %s: %w", name, err)
		}
	}
	return files, nil
}
