// Package sketch keeps what hll and tdigest keep of a group of rows: which
// values are distinct, and how values weigh. Kusto's own forms are estimates of
// which the inner form is not documented; ours are exact, are JSON, and name
// themselves, so that another is told from them. They hold a bounded number of
// values and say so when there are more.
package sketch

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limit is how many distinct values a sketch holds.
const Limit = 1 << 20

// The errors of sketches.
var (
	ErrForeign = errors.New("a value is no hll or tdigest of this query; Kusto's own form of one is not documented")
	ErrLimit   = fmt.Errorf("an hll or tdigest has more than %d distinct values", Limit)
)

// distinct is the JSON of an hll.
type distinct struct {
	Values []json.RawMessage `json:"hll"`
}

// Distinct returns the sketch of values, each the JSON text of one. They may
// repeat.
func Distinct(values []string) (string, error) {
	values = slices.Clone(values)
	slices.Sort(values)
	values = slices.Compact(values)
	if len(values) > Limit {
		return "", ErrLimit
	}
	return `{"hll":[` + strings.Join(values, ",") + `]}`, nil
}

// MergeDistinct returns the sketch of what several sketches hold together.
func MergeDistinct(sketches []string) (string, error) {
	var all []string
	for _, s := range sketches {
		values, err := readDistinct(s)
		if err != nil {
			return "", err
		}
		for _, v := range values {
			all = append(all, string(v))
		}
	}
	return Distinct(all)
}

// CountDistinct returns how many distinct values a sketch holds.
func CountDistinct(sketch string) (int, error) {
	values, err := readDistinct(sketch)
	return len(values), err
}

func readDistinct(sketch string) ([]json.RawMessage, error) {
	var d distinct
	if err := read(sketch, "hll", &d); err != nil {
		return nil, err
	}
	return d.Values, nil
}

// read reads a sketch that names itself.
func read(sketch, name string, into any) error {
	if !strings.HasPrefix(sketch, `{"`+name+`":[`) {
		return ErrForeign
	}
	d := json.NewDecoder(strings.NewReader(sketch))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return ErrForeign
	}
	return nil
}
