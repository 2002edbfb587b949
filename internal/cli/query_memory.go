package cli

import (
	"bytes"
	"context"
	"os"
	"strconv"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
)

// The engine keeps to its own limit, but what a function builds for one row (a
// list of millions, its text) is memory too. So the whole program is watched
// while a query runs.
const watchPeriod = 5 * time.Millisecond

// watched calls f with a context that ends when the program holds clearly more
// than limit; the error is then engine.ErrMemory.
func watched(ctx context.Context, limit int64, f func(ctx context.Context) error) error {
	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() {
		tick := time.NewTicker(watchPeriod)
		defer tick.Stop()
		for {
			select {
			case <-inner.Done():
				return
			case <-tick.C:
				if held, ok := resident(); !ok {
					return
				} else if held > limit+limit/10 {
					stop(engine.ErrMemory)
					return
				}
			}
		}
	}()
	err := f(inner)
	if err != nil && ctx.Err() == nil && context.Cause(inner) != nil {
		return context.Cause(inner)
	}
	return err
}

// resident returns how much memory the program holds; false: this system does
// not say.
func resident() (int64, bool) {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(data)
	if len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize()), err == nil
}
