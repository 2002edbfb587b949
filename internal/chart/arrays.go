package chart

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/conshelf/conshelf/kql/types"
)

var errNoArray = errors.New("no array")

// isTimes tells whether a dynamic value is an array of times.
func isTimes(v types.Value) bool {
	times, err := times(v)
	return err == nil && len(times) > 0
}

// times reads an array of datetime.
func times(v types.Value) ([]float64, error) {
	var texts []string
	if err := json.Unmarshal([]byte(v.Text), &texts); err != nil {
		return nil, errNoArray
	}
	out := make([]float64, len(texts))
	for i, text := range texts {
		ticks, ok := types.ParseDateTime(text)
		if !ok {
			return nil, errNoArray
		}
		out[i] = float64(ticks)
	}
	return out, nil
}

// numbers reads an array of numbers; an element that is null is nil.
func numbers(v types.Value) ([]*float64, error) {
	var out []*float64
	if !v.Valid || json.Unmarshal([]byte(v.Text), &out) != nil {
		return nil, errNoArray
	}
	return out, nil
}

func arrayPoints(x, y types.Value, name string) ([]Point, error) {
	values, err := numbers(y)
	if err != nil {
		return nil, fmt.Errorf("column %s is not of arrays of numbers", name)
	}
	places, err := times(x)
	if err != nil {
		if places, err = plain(x); err != nil {
			return nil, errors.New("the column of places is not of arrays of times or numbers")
		}
	}
	if len(places) != len(values) {
		return nil, fmt.Errorf("column %s has %d values for %d places", name, len(values), len(places))
	}
	points := make([]Point, len(values))
	for i, v := range values {
		points[i] = Point{X: places[i], Gap: v == nil}
		if v != nil {
			points[i].Y = *v
		}
	}
	return points, nil
}

func plain(v types.Value) ([]float64, error) {
	list, err := numbers(v)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(list))
	for i, n := range list {
		if n == nil {
			return nil, errNoArray
		}
		out[i] = *n
	}
	return out, nil
}
