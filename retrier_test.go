package imagescope_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imagescope/imagescope"
)

// A client of one's own gets the patience that Reasoners have: the Limiter
// within the Retrier, one of each for a server.
func ExampleRetrier() {
	retrier := imagescope.NewRetrier(&imagescope.RetryOptions{FirstWait: time.Millisecond})
	limiter := imagescope.NewLimiter(&imagescope.LimitOptions{InFlight: 4, CallsPerMinute: 600})
	tries := 0
	post := func(context.Context) (*http.Response, error) { // stands for a request
		if tries++; tries == 1 {
			return &http.Response{StatusCode: http.StatusTooManyRequests}, nil
		}
		return &http.Response{StatusCode: http.StatusOK}, nil
	}
	embed := func(ctx context.Context, text string) error {
		return retrier.Do(ctx, func(ctx context.Context) error {
			return limiter.Do(ctx, len(text)/4, func(ctx context.Context) (int, error) {
				resp, err := post(ctx)
				switch {
				case err != nil:
					return 0, imagescope.NewStatusError(nil, err)
				case resp.StatusCode != http.StatusOK:
					return 0, imagescope.NewStatusError(resp, errors.New("the server is busy"))
				}
				return len(text) / 4, nil
			})
		})
	}
	fmt.Println(embed(context.Background(), "a red car"), "after", tries, "tries")
	// Output: <nil> after 2 tries
}

// TestRetrierHeedsRetryAfter has a refusal ask for a wait that is longer than
// those of the Retrier.
func TestRetrierHeedsRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := imagescope.NewRetrier(nil)
		start, tries := time.Now(), 0
		err := r.Do(t.Context(), func(context.Context) error {
			if tries++; tries > 1 {
				return nil
			}
			resp := &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"20"}}}
			return imagescope.NewStatusError(resp, errors.New("busy"))
		})
		if took := time.Since(start); err != nil || tries != 2 || took < 20*time.Second || took > 22*time.Second {
			t.Errorf("Do = %v after %d tries and %v; want nil after 2 and 20 to 22 s", err, tries, took)
		}
	})
}

// TestRetrierDown has calls that failed shut out those that follow, until Rest
// is over.
func TestRetrierDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := imagescope.NewRetrier(&imagescope.RetryOptions{Attempts: 2, Rest: time.Minute})
		calls := 0
		broken := func(context.Context) error { calls++; return imagescope.NewStatusError(nil, errors.New("cut off")) }
		var status *imagescope.StatusError
		if err := r.Do(t.Context(), broken); !errors.As(err, &status) || calls != 2 {
			t.Errorf("Do = %v after %d calls; want a StatusError after 2", err, calls)
		}
		var down *imagescope.DownError
		if err := r.Do(t.Context(), broken); !errors.As(err, &down) || calls != 2 {
			t.Errorf("Do = %v after %d calls; want a DownError and no further call", err, calls)
		}
		time.Sleep(time.Minute + time.Second)
		if err := r.Do(t.Context(), func(context.Context) error { return nil }); err != nil {
			t.Errorf("Do = %v after the rest", err)
		}
	})
}

// TestLimiterTokens has what a call has taken beyond what was expected hold up
// the next.
func TestLimiterTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := imagescope.NewLimiter(&imagescope.LimitOptions{TokensPerMinute: 600})
		start := time.Now()
		for range 2 {
			if err := l.Do(t.Context(), 10, func(context.Context) (int, error) { return 310, nil }); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took < 20*time.Second || took > 40*time.Second {
			t.Errorf("the second call began after %v; 310 tokens of 600 a minute were taken", took)
		}
	})
}
