package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// A budget is what one query may use besides memory, which is the engine's.
// Zero is no bound.
type budget struct {
	timeout time.Duration
	maxRows int64
}

func (b *budget) register(flags *pflag.FlagSet) {
	flags.DurationVar(&b.timeout, "timeout", 10*time.Minute, "stop a query after this long (0: never)")
	flags.Int64Var(&b.maxRows, "max-rows", 10_000_000, "stop a query that gives more rows (0: any number)")
}

// A budgetError tells which budget stopped a query.
type budgetError struct {
	code string // in a batch: "timeout", "rows", "memory"
	text string
}

func (e *budgetError) Error() string { return e.text }

// run calls query within the budget. A query that goes past it ends with an
// error that has exitBudget; it names the flag.
func (b budget) run(ctx context.Context, memory string, limit int64, query func(ctx context.Context, each rowFunc) error, each rowFunc) error {
	inner, cancel := ctx, context.CancelFunc(func() {})
	if b.timeout > 0 {
		inner, cancel = context.WithTimeout(ctx, b.timeout)
	}
	defer cancel()
	err := watched(inner, limit, func(ctx context.Context) error { return query(ctx, b.counted(each)) })
	if ctx.Err() != nil {
		return err // interrupted: no budget was to blame
	}
	if over := b.over(err, memory); over != nil {
		return &statusError{exitBudget, over}
	}
	return err
}

func (b budget) over(err error, memory string) *budgetError {
	var rows *budgetError
	switch {
	case errors.As(err, &rows):
		return rows
	case errors.Is(err, context.DeadlineExceeded):
		return &budgetError{"timeout", fmt.Sprintf("query stopped after %s, the budget of --timeout; what was printed is not all", b.timeout)}
	case errors.Is(err, engine.ErrMemory):
		return &budgetError{"memory", fmt.Sprintf("query stopped at %s, the budget of --memory; what was printed is not all", memory)}
	}
	return nil
}

// rowFunc receives the rows of a result, each valid during the call only.
type rowFunc func(row []types.Value) error

func (b budget) counted(each rowFunc) rowFunc {
	if b.maxRows <= 0 {
		return each
	}
	var n int64
	return func(row []types.Value) error {
		if n++; n > b.maxRows {
			return &budgetError{"rows", fmt.Sprintf("query stopped at %d rows, the budget of --max-rows; there are more", b.maxRows)}
		}
		return each(row)
	}
}

// spellings lets a flag be called by its other name.
func spellings(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "memory-limit" {
		name = "memory"
	}
	return pflag.NormalizedName(name)
}
