package index_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/tmc/langchaingo/schema"
	"github.com/tmc/langchaingo/vectorstores"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// arc returns entries "0", "1" ... that lie ever farther from (1, 0).
func arc(n int) []imagescope.Entry {
	entries := make([]imagescope.Entry, n)
	for i := range entries {
		sin, cos := math.Sincos(float64(i) / 100)
		entries[i] = imagescope.Entry{
			ID: fmt.Sprint(i), Vector: []float32{float32(cos), float32(sin)},
			Caption: fmt.Sprintf("picture %d", i), Meta: map[string]string{"year": fmt.Sprint(2000 + i), "odd": fmt.Sprint(i % 2)},
		}
	}
	return entries
}

func filled(t *testing.T, store vectorstores.VectorStore, opts *index.LangchainOptions, entries ...imagescope.Entry) *index.Langchain {
	t.Helper()
	l := index.NewLangchain(store, opts)
	if err := l.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	return l
}

func ids(matches []imagescope.Match) []string {
	var ids []string
	for _, m := range matches {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestLangchainSearch(t *testing.T) {
	odd := func(f imagescope.Filter) (any, error) {
		if len(f.Where) == 1 && f.Where[0].Key == "odd" {
			return map[string]string{"odd": f.Where[0].Values[0]}, nil
		}
		return nil, nil
	}
	where := func(c ...imagescope.Condition) imagescope.Filter { return imagescope.Filter{Where: c} }
	tie := imagescope.Entry{ID: "-1", Vector: []float32{2, 0}}
	tests := []struct {
		name   string
		opts   index.LangchainOptions
		more   []imagescope.Entry // upserted after arc(10)
		k      int
		filter imagescope.Filter
		want   []string
		asked  []int
	}{
		{"nearest", index.LangchainOptions{}, nil, 3, imagescope.Filter{}, []string{"0", "1", "2"}, []int{3}},
		{"all", index.LangchainOptions{}, nil, 11, imagescope.Filter{}, strings.Fields("0 1 2 3 4 5 6 7 8 9"), []int{11}},
		{"no k", index.LangchainOptions{}, nil, 0, imagescope.Filter{}, nil, nil},
		{"huge k", index.LangchainOptions{}, nil, math.MaxInt, imagescope.Filter{Except: []string{"3"}}, strings.Fields("0 1 2 4 5 6 7 8 9"), []int{index.DefaultMaxFetch}},
		{"except", index.LangchainOptions{}, nil, 3, imagescope.Filter{Except: []string{"0", "2"}}, []string{"1", "3", "4"}, []int{5}},
		{"except an unknown one", index.LangchainOptions{}, nil, 2, imagescope.Filter{Except: []string{"sea"}}, []string{"0", "1"}, []int{3}},
		{"only none", index.LangchainOptions{}, nil, 3, imagescope.Filter{Only: []string{}}, nil, nil},
		{"ties by ID", index.LangchainOptions{}, []imagescope.Entry{tie}, 2, imagescope.Filter{}, []string{"-1", "0"}, []int{2}},
		{"duplicates", index.LangchainOptions{}, append(arc(3), arc(3)...), 4, imagescope.Filter{}, []string{"0", "1", "2", "3"}, []int{4, 8}},
		{"duplicates of one excepted", index.LangchainOptions{}, arc(1), 2, imagescope.Filter{Except: []string{"0"}}, []string{"1", "2"}, []int{3, 6}},
		{"the store's filter", index.LangchainOptions{Filters: odd}, nil, 2, where(imagescope.Is("odd", "1")), []string{"1", "3"}, []int{2}},
		{"a filter the store has no value for", index.LangchainOptions{Filters: odd}, nil, 2, where(imagescope.Between("year", "2007", "")), []string{"7", "8"}, []int{2, 4, 8, 16}},
		{"only some", index.LangchainOptions{Filters: odd}, nil, 2, imagescope.Filter{Only: []string{"4", "1"}}, []string{"1", "4"}, []int{2, 4, 8}},
		{"up to the bound", index.LangchainOptions{MaxFetch: 9, Filters: odd}, nil, 1, where(imagescope.Is("year", "2008")), []string{"8"}, []int{1, 2, 4, 8, 9}},
	}
	for _, tt := range tests {
		store := new(memoryStore)
		l := filled(t, store, &tt.opts, arc(10)...)
		if err := l.Upsert(t.Context(), tt.more...); err != nil {
			t.Fatal(err)
		}
		got, err := l.Search(t.Context(), []float32{1, 0}, tt.k, tt.filter)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if d := cmp.Diff(tt.want, ids(got)); d != "" {
			t.Errorf("%s: want is -, got is +\n%s", tt.name, d)
		}
		if d := cmp.Diff(tt.asked, store.asked); d != "" {
			t.Errorf("%s: documents asked for: want is -, got is +\n%s", tt.name, d)
		}
	}
}

// TestLangchainAsFlat compares with Flat: for vectors of length 1 the cosine
// is the inner product.
func TestLangchainAsFlat(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func() []float32 {
		v, sum := make([]float32, 8), 0.0
		for i := range v {
			v[i] = float32(r.NormFloat64())
			sum += float64(v[i]) * float64(v[i])
		}
		for i := range v {
			v[i] /= float32(math.Sqrt(sum))
		}
		return v
	}
	entries := arc(200)
	for i := range entries {
		entries[i].Vector = random()
	}
	entries[7].Meta, entries[8].Caption, entries[9].Meta = nil, "", map[string]string{"a \"key\"": "é\n"}
	flat := new(index.Flat)
	if err := flat.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	l := filled(t, new(memoryStore), &index.LangchainOptions{BatchSize: 7}, entries...)
	var wg sync.WaitGroup
	for range 20 {
		query := random()
		wg.Go(func() {
			f := imagescope.Filter{Except: []string{"3", "5"}}
			want, err := flat.Search(t.Context(), query, 198, f)
			if err != nil {
				t.Error(err)
			}
			got, err := l.Search(t.Context(), query, 198, f)
			if err != nil {
				t.Error(err)
			}
			if d := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-5)); d != "" {
				t.Errorf("want is -, got is +\n%s", d)
			}
		})
	}
	wg.Wait()
}

func TestLangchainDocuments(t *testing.T) {
	a := imagescope.Entry{ID: "a", Vector: []float32{1}, Caption: "old"}
	b := imagescope.Entry{ID: "b", Vector: []float32{2}, Caption: "a sea", Meta: map[string]string{"year": "2019"}}
	aa := imagescope.Entry{ID: "a", Vector: []float32{3}, Caption: "new"}
	every := func(imagescope.Filter) (any, error) { return nil, nil }
	for name, tt := range map[string]struct {
		opts index.LangchainOptions
		want []storedDocument
	}{
		"plain": {index.LangchainOptions{}, []storedDocument{
			{Text: "new", Metadata: `{"imagescope_id":"a","imagescope_meta":"null"}`},
			{Text: "a sea", Metadata: `{"imagescope_id":"b","imagescope_meta":"{\"year\":\"2019\"}"}`},
		}},
		"filters": {index.LangchainOptions{Filters: every}, []storedDocument{
			{Text: "new", Metadata: `{"imagescope_id":"a","imagescope_meta":"null"}`},
			{Text: "a sea", Metadata: `{"imagescope_id":"b","imagescope_meta":"{\"year\":\"2019\"}","year":"2019"}`},
		}},
	} {
		store := new(memoryStore)
		filled(t, store, &tt.opts, a, b, aa)
		aa.Vector[0] = 4 // what a store keeps is its own
		if d := cmp.Diff(tt.want, store.stored, cmpopts.IgnoreFields(storedDocument{}, "ID", "vector"), cmpopts.IgnoreUnexported(storedDocument{})); d != "" {
			t.Errorf("%s: want is -, got is +\n%s", name, d)
		}
		if got := store.stored[0].vector[0]; got != 3 {
			t.Errorf("%s: vector of a: %v, want 3", name, got)
		}
		aa.Vector[0] = 3
	}
}

func TestLangchainCalls(t *testing.T) {
	store := new(memoryStore)
	l := filled(t, store, &index.LangchainOptions{
		BatchSize: 4,
		Options:   []vectorstores.Option{vectorstores.WithNameSpace("album"), vectorstores.WithFilters("own")},
		Filters:   func(f imagescope.Filter) (any, error) { return f, nil },
	}, arc(10)...)
	if d := cmp.Diff([]int{4, 4, 2}, store.batches); d != "" {
		t.Errorf("batches: want is -, got is +\n%s", d)
	}
	f := imagescope.Filter{Except: []string{"1"}, Where: []imagescope.Condition{imagescope.Is("odd", "1")}}
	for _, f := range []imagescope.Filter{{}, f} {
		if _, err := l.Search(t.Context(), []float32{1, 0}, 1, f); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]any{"own", f, f}, store.filters); d != "" {
		t.Errorf("filters: want is -, got is +\n%s", d)
	}
	if d := cmp.Diff([]string{"album", "album", "album", "album", "album", "album"}, store.spaces); d != "" {
		t.Errorf("name spaces: want is -, got is +\n%s", d)
	}
}

func TestLangchainContextEmbedder(t *testing.T) {
	l := filled(t, &memoryStore{own: index.ContextEmbedder{}, deaf: true}, nil, arc(5)...)
	got, err := l.Search(t.Context(), arc(5)[4].Vector, 2, imagescope.Filter{})
	if d := cmp.Diff([]string{"4", "3"}, ids(got)); err != nil || d != "" {
		t.Errorf("error %v; want is -, got is +\n%s", err, d)
	}
	if _, err := (index.ContextEmbedder{}).EmbedQuery(t.Context(), "sea"); err == nil {
		t.Error("EmbedQuery outside a call of Langchain: no error")
	}
	if _, err := (index.ContextEmbedder{}).EmbedDocuments(t.Context(), nil); err == nil {
		t.Error("EmbedDocuments outside a call of Langchain: no error")
	}
}

func TestLangchainRefuses(t *testing.T) {
	where := imagescope.Filter{Where: []imagescope.Condition{imagescope.Is("year", "2019")}}
	refused := errors.New("no such filter")
	failing := func(imagescope.Filter) (any, error) { return nil, refused }
	entry := func(id string, v []float32, meta ...string) func(*index.Langchain) error {
		e := imagescope.Entry{ID: id, Vector: v}
		for _, key := range meta {
			e.Meta = map[string]string{key: "x"}
		}
		return func(l *index.Langchain) error { return l.Upsert(context.Background(), e) }
	}
	search := func(v []float32, k int, f imagescope.Filter) func(*index.Langchain) error {
		return func(l *index.Langchain) error {
			_, err := l.Search(context.Background(), v, k, f)
			return err
		}
	}
	nan := float32(math.NaN())
	for name, tt := range map[string]struct {
		opts index.LangchainOptions
		call func(*index.Langchain) error
		is   error
		text string
	}{
		"delete":              {index.LangchainOptions{}, func(l *index.Langchain) error { return l.Delete(context.Background(), "0") }, index.ErrUnsupported, "delete"},
		"get":                 {index.LangchainOptions{}, func(l *index.Langchain) error { _, err := l.Get(context.Background(), "0"); return err }, index.ErrUnsupported, `get "0"`},
		"where":               {index.LangchainOptions{}, search([]float32{1, 0}, 1, where), index.ErrUnsupported, "LangchainOptions.Filters"},
		"only":                {index.LangchainOptions{}, search([]float32{1, 0}, 1, imagescope.Filter{Only: []string{"1"}}), index.ErrUnsupported, "LangchainOptions.Filters"},
		"filters fails":       {index.LangchainOptions{Filters: failing}, search([]float32{1, 0}, 1, where), refused, "filter"},
		"filter without key":  {index.LangchainOptions{}, search([]float32{1, 0}, 1, imagescope.Filter{Where: make([]imagescope.Condition, 1)}), nil, "no key"},
		"more than the bound": {index.LangchainOptions{MaxFetch: 4}, search([]float32{1, 0}, 5, imagescope.Filter{}), index.ErrUnsupported, "MaxFetch"},
		"query too long":      {index.LangchainOptions{}, search([]float32{1, 0, 0}, 1, imagescope.Filter{}), imagescope.ErrDimension, "query"},
		"query of NaN":        {index.LangchainOptions{}, search([]float32{1, nan}, 1, imagescope.Filter{}), imagescope.ErrNotFinite, "query"},
		"vector too long":     {index.LangchainOptions{}, entry("x", []float32{1, 0, 0}), imagescope.ErrDimension, `"x"`},
		"vector of NaN":       {index.LangchainOptions{}, entry("x", []float32{1, nan}), imagescope.ErrNotFinite, `"x"`},
		"no ID":               {index.LangchainOptions{}, entry("", []float32{1, 0}), nil, "no ID"},
		"ID not UTF-8":        {index.LangchainOptions{}, entry("a\xff", []float32{1, 0}), nil, "not UTF-8"},
		"key not UTF-8":       {index.LangchainOptions{}, entry("a", []float32{1, 0}, "\xff"), nil, "not UTF-8"},
		"key taken":           {index.LangchainOptions{Filters: failing}, entry("a", []float32{1, 0}, index.LangchainID), nil, "is taken"},
	} {
		store := new(memoryStore)
		l := filled(t, store, &tt.opts, arc(5)...)
		err := tt.call(l)
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: error %v; want %v with %q", name, err, tt.is, tt.text)
		}
		if len(store.stored) != 5 {
			t.Errorf("%s: %d documents are stored, want 5", name, len(store.stored))
		}
	}
	l := index.NewLangchain(new(memoryStore), &index.LangchainOptions{Dimension: 3})
	if err := l.Upsert(t.Context(), arc(1)...); !errors.Is(err, imagescope.ErrDimension) {
		t.Errorf("upsert of another length than Dimension: %v", err)
	}
	if err := errors.Join(l.Delete(t.Context()), l.Upsert(t.Context())); err != nil {
		t.Errorf("nothing to do: %v", err)
	}
}

// strangers embeds texts by their length, as if it were a model.
type strangers struct{}

func (strangers) EmbedDocuments(_ context.Context, texts []string) ([][]float32, error) {
	rows := make([][]float32, len(texts))
	for i, text := range texts {
		rows[i] = []float32{1, float32(len(text))}
	}
	return rows, nil
}

func (strangers) EmbedQuery(_ context.Context, text string) ([]float32, error) {
	return []float32{1, float32(len(text))}, nil
}

// TestLangchainWicked has what stores of langchaingo do, or may do.
func TestLangchainWicked(t *testing.T) {
	down := errors.New("connection refused")
	change := func(f func(*schema.Document)) func([]schema.Document, error) ([]schema.Document, error) {
		return func(docs []schema.Document, err error) ([]schema.Document, error) {
			f(&docs[1])
			return docs, err
		}
	}
	type found = []schema.Document
	for name, tt := range map[string]struct {
		add    func([]string, error) ([]string, error)
		search func(found, error) (found, error)
		own    bool
		cuts   bool
		is     error
		text   string
	}{
		"fewer IDs":        {add: func(ids []string, err error) ([]string, error) { return ids[1:], err }, text: "2 IDs for 3 documents"},
		"no IDs":           {add: func([]string, error) ([]string, error) { return nil, nil }, text: "0 IDs for 3 documents"},
		"add fails":        {add: func([]string, error) ([]string, error) { return nil, down }, is: down, text: "entries 0 to 2 of 3"},
		"add panics":       {add: func([]string, error) ([]string, error) { panic(down) }, is: down, text: "the store panicked"},
		"search fails":     {search: func(docs found, _ error) (found, error) { return docs, down }, is: down, text: "search"},
		"search panics":    {search: func(found, error) (found, error) { panic("index out of range") }, text: "the store panicked: index out of range"},
		"NaN":              {search: change(func(d *schema.Document) { d.Score = float32(math.NaN()) }), is: imagescope.ErrNotFinite, text: `"1"`},
		"infinite":         {search: change(func(d *schema.Document) { d.Score = float32(math.Inf(1)) }), is: imagescope.ErrNotFinite, text: `"1"`},
		"ID a number":      {search: change(func(d *schema.Document) { d.Metadata[index.LangchainID] = 1.0 }), text: index.LangchainID},
		"no metadata":      {search: change(func(d *schema.Document) { d.Metadata = nil }), text: index.LangchainID},
		"meta an object":   {search: change(func(d *schema.Document) { d.Metadata[index.LangchainMeta] = map[string]any{} }), text: index.LangchainMeta},
		"meta cut":         {search: change(func(d *schema.Document) { d.Metadata[index.LangchainMeta] = `{"year":` }), text: index.LangchainMeta},
		"meta not of text": {search: change(func(d *schema.Document) { d.Metadata[index.LangchainMeta] = `{"year":1}` }), text: index.LangchainMeta},
		"cuts texts":       {cuts: true, text: "4 vectors where 3"},
		"own embedder":     {own: true, is: index.ErrUnsupported, text: "ContextEmbedder"},
	} {
		store := faultyStore{&memoryStore{own: strangers{}, deaf: tt.own, cuts: tt.cuts}, tt.add, tt.search}
		l := index.NewLangchain(store, nil)
		err := l.Upsert(t.Context(), arc(3)...)
		if adds := tt.search == nil; adds != (err != nil) {
			t.Errorf("%s: Upsert: %v", name, err)
		}
		if err == nil || tt.own {
			_, err = l.Search(t.Context(), []float32{1, 0}, 3, imagescope.Filter{})
		}
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: error %v; want %v with %q", name, err, tt.is, tt.text)
		}
	}
}

// TestLangchainCancelled has a store that heeds no context.
func TestLangchainCancelled(t *testing.T) {
	for name, call := range map[string]func(context.Context, *index.Langchain) error{
		"upsert": func(ctx context.Context, l *index.Langchain) error { return l.Upsert(ctx, arc(3)...) },
		"delete": func(ctx context.Context, l *index.Langchain) error { return l.Delete(ctx, "0") },
		"get":    func(ctx context.Context, l *index.Langchain) error { _, err := l.Get(ctx, "0"); return err },
		"search": func(ctx context.Context, l *index.Langchain) error {
			_, err := l.Search(ctx, []float32{1, 0}, 1, imagescope.Filter{})
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		store := new(memoryStore)
		l := filled(t, faultyStore{store,
			func(ids []string, err error) ([]string, error) {
				if len(store.batches) > 1 {
					cancel()
				}
				return ids, err
			},
			func(docs []schema.Document, err error) ([]schema.Document, error) { cancel(); return docs, err },
		}, &index.LangchainOptions{BatchSize: 3}, arc(3)...)
		if name == "delete" || name == "get" {
			cancel()
		}
		for _, when := range []string{"during", "before"} {
			if err := call(ctx, l); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, cancelled %s the call: %v", name, when, err)
			}
		}
		if n := len(store.asked) + len(store.batches); n > 2 {
			t.Errorf("%s: %d calls of the store", name, n)
		}
	}
}
