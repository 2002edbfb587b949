package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/kql/types"
)

// A listing is rows to print, under columns.
type listing struct {
	cols []types.Column
	rows [][]types.Value
}

// wantFormat refuses a format that is none of the rows' and none of others,
// before anything is done.
func wantFormat(format string, others ...string) error {
	all := append(others, formats()...)
	if slices.Contains(all, format) {
		return nil
	}
	return usagef("-o %s: want one of %s", format, strings.Join(all, ", "))
}

// printJSON prints a value as people read it.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func (a *app) list(format string, l listing) error {
	out, err := a.rows(format, l.cols)
	if err != nil {
		return err
	}
	for _, row := range l.rows {
		if err := out.row(row); err != nil {
			return err
		}
	}
	return out.close()
}

// rows prints rows, with each time in the zone that is asked for beside it.
func (a *app) rows(format string, cols []types.Column) (rowWriter, error) {
	zone, err := a.zone()
	if err != nil {
		return nil, err
	}
	if zone == nil {
		return newRowWriter(format, a.out, cols, terminalWidth(a.out))
	}
	inner, err := newRowWriter(format, a.out, zonedColumns(cols, zone), terminalWidth(a.out))
	return &zoned{rowWriter: inner, cols: cols, zone: zone}, err
}

// inUTC says of a page that its times are UTC, where another zone is asked for.
func (a *app) inUTC() {
	if a.timeZone != "" {
		a.note("times are UTC: --tz adds a column to tables, and this is none")
	}
}

// A field is a column of a listing, and what it has of an item.
type field[T any] struct {
	name string
	kind types.Scalar
	of   func(item T) types.Value
}

// textField and numberField are of these kinds, timeField of a time, which may
// not be known.
func textField[T any](name string, of func(T) string) field[T] {
	return field[T]{name, types.String, func(item T) types.Value { return types.NewString(of(item)) }}
}

func numberField[T any](name string, of func(T) int64) field[T] {
	return field[T]{name, types.Long, func(item T) types.Value { return types.NewLong(of(item)) }}
}

func timeField[T any](name string, of func(T) time.Time) field[T] {
	return field[T]{name, types.DateTime, func(item T) types.Value { return instant(of(item)) }}
}

// valueField is of a kind that is not always known.
func valueField[T any](name string, kind types.Scalar, of func(T) types.Value) field[T] {
	return field[T]{name, kind, of}
}

func listingOf[T any](items []T, fields ...field[T]) listing {
	var l listing
	for _, f := range fields {
		l.cols = append(l.cols, types.Column{Name: f.name, Type: f.kind})
	}
	for _, item := range items {
		row := make([]types.Value, len(fields))
		for i, f := range fields {
			row[i] = f.of(item)
		}
		l.rows = append(l.rows, row)
	}
	return l
}

func instant(t time.Time) types.Value {
	if t.IsZero() {
		return types.Null(types.DateTime)
	}
	return types.NewDateTime(types.TicksOf(t))
}
