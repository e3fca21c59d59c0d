package pgvector_test

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/pgvector"
)

// It is compiled and not run: it needs a server.
func Example() {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	ix, err := pgvector.Open(ctx, pool, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	// As imagescope.Config.Index, or by itself:
	err = ix.Upsert(ctx,
		imagescope.Entry{ID: "dog.jpg", Vector: []float32{0.9, 0.1}, Meta: map[string]string{"year": "2021"}},
		imagescope.Entry{ID: "cat.jpg", Vector: []float32{0.2, 0.8}, Meta: map[string]string{"year": "2019"}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	recent := imagescope.Filter{Where: []imagescope.Condition{imagescope.Between("year", "2020", "")}}
	found, err := ix.Search(ctx, []float32{0, 1}, 10, recent)
	fmt.Println(found, err)
}
