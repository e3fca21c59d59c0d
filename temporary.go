package imagescope

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
)

// Temporary reports whether a call that ended in err may succeed when it is
// made again: the server answered 429, 408, 425 or, 501 apart, 500 and above;
// the connection could not be made or was cut off; there was no reply
// within LimitOptions.Timeout; the reply was empty, as it is when Ollama fails,
// unless its tokens were spent. All else is not: other statuses, a done
// context, unreadable images, panics, errors that are not known here.
func Temporary(err error) bool {
	var (
		down     *DownError
		panicked *PanicError
		image    *ImageError
		status   *StatusError
		network  *net.OpError
	)
	switch {
	case err == nil, errors.As(err, &down), errors.As(err, &panicked), errors.As(err, &image), errors.Is(err, errTokensSpent):
		return false
	case errors.As(err, &status):
		return temporaryStatus(status.Code)
	case errors.Is(err, ErrCallTimeout), errors.Is(err, ErrEmptyReply):
		return true
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	}
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func temporaryStatus(code int) bool {
	switch code {
	case 0, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented:
		return false
	}
	return code >= 500
}
