package imagescope_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imagescope/imagescope"
)

// named is a model that replies with its name, or fails.
func named(name string, fail error) imagescope.Reasoner {
	return imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: name, Model: name}, fail
	})
}

func TestFallback(t *testing.T) {
	unreadable := &imagescope.ImageError{ID: "x", Err: errBroken}
	panics := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) { panic("boom") })
	tests := []struct {
		name   string
		models []imagescope.Reasoner
		opts   *imagescope.FallbackOptions
		want   string // the model that answered; "" for an error
		is     error
	}{
		{"the first", []imagescope.Reasoner{named("a", nil), named("b", nil)}, nil, "a", nil},
		{"the second", []imagescope.Reasoner{named("a", errBroken), named("b", nil)}, nil, "b", nil},
		{"the third, after a panic and nothing", []imagescope.Reasoner{panics, named("", nil), named("c", nil)}, nil, "c", nil},
		{"no model in the first place", []imagescope.Reasoner{nil, named("b", nil)}, nil, "b", nil},
		{"none", []imagescope.Reasoner{named("a", errors.New("down")), named("b", errBroken)}, nil, "", errBroken},
		{"an image that nobody can read", []imagescope.Reasoner{named("a", unreadable), named("b", nil)}, nil, "", unreadable},
		{"one's own choice", []imagescope.Reasoner{named("a", errBroken), named("b", nil)}, &imagescope.FallbackOptions{On: imagescope.Temporary}, "", errBroken},
	}
	for _, tt := range tests {
		resp, err := imagescope.Fallback(tt.models[0], tt.opts, tt.models[1:]...).Reason(t.Context(), imagescope.Request{})
		if (err == nil) != (tt.want != "") || !errors.Is(err, tt.is) || err == nil && resp.Model != tt.want {
			t.Errorf("%s: model %q, %v; want %q, %v", tt.name, resp.Model, err, tt.want, tt.is)
		}
	}
}

func TestFallbackHeedsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := imagescope.ReasonerFunc(func(ctx context.Context, _ imagescope.Request) (imagescope.Response, error) {
			return imagescope.Response{}, wait(ctx)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		asked := 0
		second := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
			asked++
			return imagescope.Response{Text: "yes"}, nil
		})
		if _, err := imagescope.Fallback(hangs, nil, second).Reason(ctx, imagescope.Request{}); !errors.Is(err, context.DeadlineExceeded) || asked > 0 {
			t.Errorf("a done context: %v, and the second model was asked %d times", err, asked)
		}
		limited := imagescope.Limit(hangs, &imagescope.LimitOptions{Timeout: time.Second})
		if _, err := imagescope.Fallback(limited, nil, second).Reason(t.Context(), imagescope.Request{}); err != nil || asked != 1 {
			t.Errorf("a model that hangs within a timeout: %v, and the second model was asked %d times", err, asked)
		}
	})
}

func TestRoute(t *testing.T) {
	models := map[imagescope.Task]imagescope.Reasoner{imagescope.TaskCompare: named("strong", nil)}
	r := imagescope.Route(named("plain", nil), models)
	models[imagescope.TaskVerify] = nil // the map was copied
	for task, want := range map[imagescope.Task]string{imagescope.TaskCompare: "strong", imagescope.TaskVerify: "plain", "": "plain"} {
		if resp, err := r.Reason(t.Context(), imagescope.Request{Task: task}); err != nil || resp.Model != want {
			t.Errorf("task %q went to %q, %v, want %q", task, resp.Model, err, want)
		}
	}
}
