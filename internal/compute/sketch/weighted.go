package sketch

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Weighted is values in order, each with how much it weighs.
type Weighted struct {
	Values  []Value
	Weights []int64
}

// A Value is the JSON text of a value that has an order: a number, or a
// datetime, whose text is ordered as it is.
type Value string

// digest is the JSON of a tdigest.
type digest struct {
	Pairs [][2]json.RawMessage `json:"tdigest"`
}

// compare orders values: numbers first.
func (v Value) compare(w Value) int {
	switch a, b := v.isText(), w.isText(); {
	case a != b && a:
		return 1
	case a != b:
		return -1
	case a:
		return strings.Compare(string(v), string(w))
	}
	n, errN := strconv.ParseInt(string(v), 10, 64)
	m, errM := strconv.ParseInt(string(w), 10, 64)
	if errN == nil && errM == nil {
		return cmp.Compare(n, m)
	}
	return cmp.Compare(v.real(), w.real())
}

func (v Value) isText() bool { return strings.HasPrefix(string(v), `"`) }

func (v Value) real() float64 {
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

// Weigh returns values in order, those that are equal as one. A value that
// weighs nothing is left out.
func Weigh(values []Value, weights []int64) (Weighted, error) {
	places := make([]int, 0, len(values))
	for i, w := range weights {
		if w > 0 {
			places = append(places, i)
		}
	}
	slices.SortStableFunc(places, func(i, k int) int { return values[i].compare(values[k]) })
	var out Weighted
	for _, i := range places {
		if last := len(out.Values) - 1; last >= 0 && out.Values[last].compare(values[i]) == 0 {
			out.Weights[last] += weights[i]
			continue
		}
		out.Values, out.Weights = append(out.Values, values[i]), append(out.Weights, weights[i])
	}
	if len(out.Values) > Limit {
		return Weighted{}, ErrLimit
	}
	return out, nil
}

// Percentile returns the least value that so many percent of the weight do not
// exceed: the nearest rank. It is false if nothing weighs.
func (w Weighted) Percentile(percent float64) (Value, bool) {
	if len(w.Values) == 0 || !(percent >= 0 && percent <= 100) {
		return "", false
	}
	want := percent / 100 * float64(w.total())
	var sum int64
	for i, weight := range w.Weights {
		if sum += weight; float64(sum) >= want {
			return w.Values[i], true
		}
	}
	return w.Values[len(w.Values)-1], true
}

// Rank returns the weight of the values that are not greater than v, and that
// of all.
func (w Weighted) Rank(v Value) (rank, total int64) {
	for i, x := range w.Values {
		if x.compare(v) <= 0 {
			rank += w.Weights[i]
		}
	}
	return rank, w.total()
}

func (w Weighted) total() int64 {
	var sum int64
	for _, weight := range w.Weights {
		sum += weight
	}
	return sum
}

// JSON returns the sketch of the values.
func (w Weighted) JSON() string {
	var b strings.Builder
	b.WriteString(`{"tdigest":[`)
	for i, v := range w.Values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("[" + string(v) + "," + strconv.FormatInt(w.Weights[i], 10) + "]")
	}
	b.WriteString("]}")
	return b.String()
}

// ReadWeighted reads a sketch that JSON wrote.
func ReadWeighted(sketch string) (Weighted, error) {
	var d digest
	if err := read(sketch, "tdigest", &d); err != nil {
		return Weighted{}, err
	}
	var w Weighted
	for _, pair := range d.Pairs {
		weight, err := strconv.ParseInt(string(pair[1]), 10, 64)
		if err != nil {
			return Weighted{}, ErrForeign
		}
		w.Values, w.Weights = append(w.Values, Value(pair[0])), append(w.Weights, weight)
	}
	return w, nil
}

// MergeWeighted returns the sketch of what several sketches hold together.
func MergeWeighted(sketches []string) (Weighted, error) {
	var all Weighted
	for _, s := range sketches {
		w, err := ReadWeighted(s)
		if err != nil {
			return Weighted{}, err
		}
		all.Values, all.Weights = append(all.Values, w.Values...), append(all.Weights, w.Weights...)
	}
	return Weigh(all.Values, all.Weights)
}
