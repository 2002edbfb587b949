package procedure

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/conshelf/conshelf/kql/types"
)

// rollingPercentile computes a percentile of the values in each bin and the
// bins before it. A row is the value, the index and the dimensions. Arguments:
// percentile, size of a bin, how many bins are in a window.
func rollingPercentile(c *call) ([][]types.Value, error) {
	rank, size, bins := c.value(0).Float, c.number(1), int(c.number(2))
	if size <= 0 || bins <= 0 || !(rank >= 0 && rank <= 100) {
		return nil, errors.New("the percentile is from 0 to 100, and the bins are more than none")
	}
	groups := readBins(c.in, size)
	type result struct {
		bin int64
		row []types.Value
	}
	var found []result
	for _, g := range groups {
		for i, b := range g.bins {
			if i > 0 && b.at != g.bins[i-1].at+size {
				return nil, errors.New("a bin has no rows, and what Kusto then gives is not documented")
			}
			var window []types.Value
			for _, other := range g.bins[max(0, i-bins+1) : i+1] {
				window = append(window, other.values...)
			}
			row := append([]types.Value{{Type: c.out[0].Type, Valid: true, Int: b.at}}, g.dims...)
			found = append(found, result{b.at, append(row, percentile(window, rank))})
		}
	}
	slices.SortStableFunc(found, func(a, b result) int { return cmp.Compare(a.bin, b.bin) })
	rows := make([][]types.Value, len(found))
	for i, f := range found {
		rows[i] = f.row
	}
	return rows, nil
}

// A binned is the values of one combination of dimensions, by bin.
type binned struct {
	dims []types.Value
	bins []*bin // in order
}

type bin struct {
	at     int64
	values []types.Value
}

func readBins(in Table, size int64) []*binned {
	var list []*binned
	for _, rows := range byDimensions(in) {
		g := &binned{dims: rows[0][2:]}
		bins := map[int64]*bin{}
		for _, row := range rows {
			at := floorDiv(row[1].Int, size) * size
			b, ok := bins[at]
			if !ok {
				b = &bin{at: at}
				bins[at] = b
				g.bins = append(g.bins, b)
			}
			b.values = append(b.values, row[0])
		}
		slices.SortFunc(g.bins, func(a, b *bin) int { return cmp.Compare(a.at, b.at) })
		list = append(list, g)
	}
	return list
}

// percentile returns the value that so many per cent of the values do not
// exceed: the nearest rank.
func percentile(values []types.Value, rank float64) types.Value {
	sorted := slices.Clone(values)
	slices.SortFunc(sorted, compareNaN)
	i := int(math.Ceil(rank/100*float64(len(sorted)))) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}
