package embedtest_test

import (
	"context"
	"fmt"

	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/embed/embedtest"
)

// In a test, Run does this and reports what is wrong.
func ExampleCases() {
	failed := 0
	for _, c := range embedtest.Cases() {
		if err := c.Check(context.Background(), embed.Words{}); err != nil {
			fmt.Printf("%s: %v (%s)\n", c.Name, err, c.Reason)
			failed++
		}
	}
	fmt.Println("failed:", failed)
	// Output: failed: 0
}
