package modeltest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/imagescope/imagescope"
)

// asStatus makes a bad request what imagescope.NewReasoner makes of it.
func asStatus(err error) error {
	if bad := (*badRequest)(nil); errors.As(err, &bad) {
		return &imagescope.StatusError{Code: http.StatusBadRequest, Err: fmt.Errorf("modeltest: %w", bad.error)}
	}
	return err
}

// tooMany is what a refused request is told.
const tooMany = "rate limit reached: too many requests at once"

// asError returns the error of a fault that leaves no reply, nil for others.
func (f fault) asError(retryAfter time.Duration) error {
	switch f {
	case rateLimit:
		return &imagescope.StatusError{Code: http.StatusTooManyRequests, RetryAfter: retryAfter, Err: errors.New("modeltest: " + tooMany)}
	case serverError:
		return &imagescope.StatusError{Code: http.StatusInternalServerError, Err: errors.New("modeltest: the body is empty")}
	case cut:
		return &imagescope.StatusError{Err: fmt.Errorf("modeltest: the connection was cut: %w", io.ErrUnexpectedEOF)}
	}
	return nil
}
