package dataset_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
)

func ExampleRead() {
	dir, err := os.MkdirTemp("", "visdial")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{
		"Search_Space_val_50k.json":     `["unlabeled2017/1.jpg", "unlabeled2017/2.jpg"]`,
		"VisDial_v1.0_queries_val.json": `[{"img": "unlabeled2017/2.jpg", "dialog": ["a bedroom", "is it tidy? yes"]}]`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
	d, err := dataset.Read("visdial", dir, "val")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(d.Gallery), "images")
	fmt.Printf("%q\n", d.Queries[0].Texts)
	fmt.Println(d.Queries[0].Target())
	// Output:
	// 2 images
	// ["a bedroom" "is it tidy? yes"]
	// unlabeled2017/2.jpg
}
