package weaviate

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

const (
	upsertBatch = 200  // entries that go to the server at once
	deleteBatch = 1000 // IDs that do
)

// quorum asks for a majority of the replicas, in writing and in Get.
var quorum = url.Values{"consistency_level": {"QUORUM"}}

// Upsert adds or replaces entries; see [imagescope.VectorIndex].
func (ix *Index) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	if err := ix.upsert(ctx, entries); err != nil {
		return fmt.Errorf("weaviate: upsert %d entries: %w", len(entries), err)
	}
	return nil
}

func (ix *Index) upsert(ctx context.Context, entries []imagescope.Entry) error {
	if err := ctx.Err(); err != nil || len(entries) == 0 {
		return err
	}
	if err := ix.prepare(ctx, entries); err != nil {
		return err
	}
	for chunk := range slices.Chunk(contract.Last(entries), upsertBatch) {
		if err := ix.put(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

func (ix *Index) put(ctx context.Context, entries []imagescope.Entry) error {
	var body struct {
		Objects []object `json:"objects"`
	}
	for _, e := range entries {
		o, err := ix.objectOf(e)
		if err != nil {
			return err
		}
		body.Objects = append(body.Objects, o)
	}
	var stored []struct {
		Result struct {
			Errors *complaints `json:"errors"`
		} `json:"result"`
	}
	if err := ix.call(ctx, http.MethodPost, "batch/objects", quorum, body, &stored); err != nil {
		return err
	}
	if len(stored) != len(entries) {
		return fmt.Errorf("the server tells of %d entries of %d", len(stored), len(entries))
	}
	refused := 0
	var first error
	for i, s := range stored {
		if s.Result.Errors == nil || len(s.Result.Errors.Error) == 0 {
			continue
		}
		if refused++; first == nil {
			first = fmt.Errorf("entry %q: %s", entries[i].ID, s.Result.Errors)
		}
	}
	if first != nil {
		return fmt.Errorf("the server refused %d of %d entries, the first: %w", refused, len(entries), first)
	}
	return nil
}

// Delete removes entries; see [imagescope.VectorIndex].
func (ix *Index) Delete(ctx context.Context, ids ...string) error {
	if err := ix.delete(ctx, ids); err != nil {
		return fmt.Errorf("weaviate: delete %d entries: %w", len(ids), err)
	}
	return nil
}

func (ix *Index) delete(ctx context.Context, ids []string) error {
	if err := ctx.Err(); err != nil || len(ids) == 0 {
		return err
	}
	if c, err := ix.look(ctx); err != nil || c.dim == 0 {
		return err
	}
	for chunk := range slices.Chunk(ids, deleteBatch) {
		if err := ix.remove(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

func (ix *Index) remove(ctx context.Context, ids []string) error {
	body := map[string]any{
		"match": map[string]any{
			"class": ix.opts.Class,
			"where": map[string]any{"path": []string{"id"}, "operator": "ContainsAny", "valueTextArray": uuids(ids)},
		},
		"output": "minimal",
	}
	var done struct {
		Results struct {
			Matches, Successful, Failed int
		} `json:"results"`
	}
	if err := ix.call(ctx, http.MethodDelete, "batch/objects", quorum, body, &done); err != nil {
		return err
	}
	if r := done.Results; r.Failed > 0 || r.Successful < r.Matches {
		return fmt.Errorf("the server removed %d of %d entries", r.Successful, r.Matches)
	}
	return nil
}
