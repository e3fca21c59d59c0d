package main

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// measure builds an index and prints a line for each of its settings.
func measure(ctx context.Context, o options, build func(context.Context, options, [][]float32) (built, error), base, queries [][]float32, want []map[int]bool) error {
	before := heap()
	begin := time.Now()
	b, err := build(ctx, o, base)
	if err != nil {
		return err
	}
	l := line{Name: b.name, N: len(base), Threads: o.threads, K: o.k, Build: time.Since(begin).Seconds()}
	l.Bytes = float64(heap()-before) / float64(len(base))
	if b.efs == nil {
		if err := l.time(ctx, o, b, queries, want); err != nil {
			return err
		}
		return l.print()
	}
	for _, ef := range b.efs {
		b.setEf(ef)
		l.Ef = &ef
		if err := l.time(ctx, o, b, queries, want); err != nil {
			return err
		}
		if err := l.print(); err != nil {
			return err
		}
	}
	return nil
}

// heap returns how much memory is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// time fills in what comes of answering the queries.
func (l *line) time(ctx context.Context, o options, b built, queries [][]float32, want []map[int]bool) error {
	found, total := 0, 0
	var ids []int
	for i, q := range queries {
		var err error
		ids, err = b.search(ids[:0], q, o.k)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if want[i][id] {
				found++
			}
		}
		total += min(o.k, l.N)
	}
	l.Recall = float64(found) / float64(total)
	best := time.Duration(1<<63 - 1)
	for range o.rounds {
		if err := ctx.Err(); err != nil {
			return err
		}
		took, each, err := round(o, b, queries)
		if err != nil {
			return err
		}
		if took < best {
			best = took
			slices.Sort(each)
			l.QPS = float64(len(queries)) / took.Seconds()
			l.P50 = float64(each[len(each)/2].Nanoseconds()) / 1e3
			l.P99 = float64(each[len(each)*99/100].Nanoseconds()) / 1e3
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, q := range queries {
		if _, err := b.search(ids[:0], q, o.k); err != nil {
			return err
		}
	}
	runtime.ReadMemStats(&after)
	l.Allocs = float64(after.Mallocs-before.Mallocs) / float64(len(queries))
	return nil
}

// round answers all queries and returns the time that it took, and that of each
// query.
func round(o options, b built, queries [][]float32) (time.Duration, []time.Duration, error) {
	each := make([]time.Duration, len(queries))
	errs := make([]error, o.threads)
	var wg sync.WaitGroup
	begin := time.Now()
	for t := range o.threads {
		wg.Go(func() {
			var found []int
			for i := t; i < len(queries); i += o.threads {
				start := time.Now()
				if found, errs[t] = b.search(found[:0], queries[i], o.k); errs[t] != nil {
					return
				}
				each[i] = time.Since(start)
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	for _, err := range errs {
		if err != nil {
			return 0, nil, err
		}
	}
	return took, each, nil
}
