package duckdb

import (
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/compute/sketch"
)

// sketchFunctions are those of hll and tdigest, and of percentages of values
// that weigh. What is no sketch of ours fails the query.
func sketchFunctions() []function {
	return []function{
		{name: "kql_hll", signature: "S:s", eval: func(r *row, out *result) { out.text(must(sketch.Distinct(r.list(0)))) }},
		{name: "kql_hll_merge_all", signature: "S:s", eval: func(r *row, out *result) { out.text(must(sketch.MergeDistinct(r.list(0)))) }},
		{name: "kql_hll_merge", signature: "s*:s", eval: func(r *row, out *result) { out.text(must(sketch.MergeDistinct(r.given()))) }},
		{name: "kql_hll_count", signature: "s:l", eval: func(r *row, out *result) {
			if !r.null(0) {
				out.long(int64(must(sketch.CountDistinct(r.text(0)))))
			}
		}},
		{name: "kql_tdigest", signature: "S:s", eval: func(r *row, out *result) { out.text(weighed(r.list(0)).JSON()) }},
		{name: "kql_tdigest_merge_all", signature: "S:s", eval: func(r *row, out *result) {
			out.text(must(sketch.MergeWeighted(r.list(0))).JSON())
		}},
		{name: "kql_tdigest_merge", signature: "s*:s", eval: func(r *row, out *result) {
			out.text(must(sketch.MergeWeighted(r.given())).JSON())
		}},
		{name: "kql_tdigest_percentile", signature: "ss:s", eval: func(r *row, out *result) {
			if !r.null(0) {
				out.percentile(must(sketch.ReadWeighted(r.text(0))), r.text(1))
			}
		}},
		{name: "kql_tdigest_percentiles", signature: "ss:s", eval: func(r *row, out *result) {
			if !r.null(0) {
				out.percentiles(must(sketch.ReadWeighted(r.text(0))), r.text(1))
			}
		}},
		{name: "kql_tdigest_rank", signature: "ssb:d", eval: func(r *row, out *result) {
			if r.null(0) || r.null(1) {
				return
			}
			rank, total := must(sketch.ReadWeighted(r.text(0))).Rank(sketch.Value(r.text(1)))
			switch {
			case !r.bool(2):
				out.real(float64(rank))
			case total > 0:
				out.real(100 * float64(rank) / float64(total))
			}
		}},
		{name: "kql_percentile_weighted", signature: "Ss:s", eval: func(r *row, out *result) { out.percentile(weighed(r.list(0)), r.text(1)) }},
		{name: "kql_percentiles", signature: "Ss:s", eval: func(r *row, out *result) { out.percentiles(weighed(r.list(0)), r.text(1)) }},
	}
}

// must returns a value, or fails the query.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// given returns the arguments that are not null.
func (r *row) given() []string {
	list := make([]string, 0, len(r.args))
	for k := range r.args {
		if !r.null(k) {
			list = append(list, r.text(k))
		}
	}
	return list
}

// weighed reads values, each behind its weight and a space.
func weighed(list []string) sketch.Weighted {
	values, weights := make([]sketch.Value, len(list)), make([]int64, len(list))
	for i, text := range list {
		weight, value, _ := strings.Cut(text, " ")
		values[i], weights[i] = sketch.Value(strings.Clone(value)), must(strconv.ParseInt(weight, 10, 64))
	}
	return must(sketch.Weigh(values, weights))
}

func (w *result) percentile(of sketch.Weighted, rank string) {
	if v, ok := of.Percentile(must(strconv.ParseFloat(rank, 64))); ok {
		w.text(string(v))
	}
}

func (w *result) percentiles(of sketch.Weighted, ranks string) {
	var list []string
	for rank := range strings.FieldsSeq(ranks) {
		v, ok := of.Percentile(must(strconv.ParseFloat(rank, 64)))
		if !ok {
			return // there are no values
		}
		list = append(list, string(v))
	}
	w.text(joinArray(list))
}
