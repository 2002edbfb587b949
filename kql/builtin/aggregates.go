package builtin

import "github.com/conshelf/conshelf/kql/types"

func aggregate(name, doc string, signatures []Signature, traps ...string) Function {
	return Function{Name: name, Kind: Aggregate, Column: PrefixedArg, Signatures: signatures, Doc: doc, Traps: traps}
}

// prefixed gives a row another column prefix.
func (f Function) prefixed(prefix string) Function {
	f.Prefix = prefix
	return f
}

// sums is the signatures of an aggregate that keeps the type of a quantity;
// further are the arguments after it.
func sums(further ...types.Scalar) []Signature {
	var list []Signature
	for _, t := range []types.Scalar{long, double, decimal, span} {
		list = append(list, sig(t, append([]types.Scalar{t}, further...)...))
	}
	return list
}

// means is the signatures of avg: a timespan and a datetime have a mean, a
// number's is real.
func means(further ...types.Scalar) []Signature {
	list := []Signature{
		sig(double, append([]types.Scalar{double}, further...)...), sig(decimal, append([]types.Scalar{decimal}, further...)...),
		sig(span, append([]types.Scalar{span}, further...)...), sig(instant, append([]types.Scalar{instant}, further...)...),
	}
	return list
}

// extremes is the signatures of min and max.
func extremes(further ...types.Scalar) []Signature {
	return sigs(sig(anyType, append([]types.Scalar{anyType}, further...)...).sameAs(0))
}

// reals is the signatures of an aggregate of reals.
func reals(further ...types.Scalar) []Signature {
	return sigs(sig(double, append([]types.Scalar{double}, further...)...))
}

// aggregates are the aggregates without a condition.
func aggregates() []Function {
	return []Function{
		{
			Name: "count", Kind: Aggregate, Column: PrefixedArg, Signatures: sigs(sig(long, anyType).optional(1)),
			Doc: "The number of rows.", Traps: []string{"count(x) counts nulls too"},
		},
		aggregate("sum", "The sum.", sums(), "0 of no rows; long wraps round at 64 bits"),
		aggregate("avg", "The mean.", means(), "NaN of no rows", "nulls are not counted"),
		aggregate("min", "The least value.", extremes(), "null of no rows", "NaN if any value is NaN"),
		aggregate("max", "The greatest value.", extremes(), "null of no rows", "NaN if any value is NaN"),
		aggregate("dcount", "The number of distinct values; the accuracy has no effect here, it is exact.",
			sigs(sig(long, anyType, long).optional(1)), "nulls are not counted, '' is"),
		aggregate("count_distinct", "The number of distinct values, exactly.", sigs(sig(long, anyType).variadic())),
		aggregate("make_list", "The values in input order, as an array.", sigs(sig(dynamic, anyType, long).optional(1)),
			"nulls are left out, except dynamic ones", "[] of no rows").prefixed("list"),
		aggregate("make_list_with_nulls", "The values in input order, nulls too, as an array.", sigs(sig(dynamic, anyType))).prefixed("list"),
		aggregate("make_set", "The distinct values, first seen first, as an array.", sigs(sig(dynamic, anyType, long).optional(1)),
			"an array adds its elements", "nulls are left out", "[] of no rows").prefixed("set"),
		aggregate("make_bag", "The properties of all bags.", sigs(sig(dynamic, dynamic, long).optional(1)), "the first value of a key counts").prefixed("bag"),
		aggregate("buildschema", "The least schema that admits all values.", sigs(sig(dynamic, dynamic))).prefixed("schema"),
		{
			Name: "arg_max", Kind: Aggregate, Signatures: sigs(sig(anyType, anyType, anyType).optional(1).variadic().sameAs(0)), Column: FirstArgOnly,
			Doc:   "Columns of the row in which the first argument is greatest. In a plan each column is a call of its own, with By.",
			Traps: []string{"a null of the first argument is passed over, unless all are null", "which of equal rows is not said; here it is the first"},
		},
		{
			Name: "arg_min", Kind: Aggregate, Signatures: sigs(sig(anyType, anyType, anyType).optional(1).variadic().sameAs(0)), Column: FirstArgOnly,
			Doc:   "Columns of the row in which the first argument is least. In a plan each column is a call of its own, with By.",
			Traps: []string{"a null of the first argument is passed over, unless all are null"},
		},
		{
			Name: "take_any", Kind: Aggregate, Signatures: sigs(sig(anyType, anyType).sameAs(0).variadic()), Column: FirstArgOnly,
			Doc: "Some value that is not null, if there is one. In a plan each column is a call of its own.",
		},
		aggregate("percentile", "The value that a percentage of values do not exceed.", percentileSignatures(double),
			"the nearest rank, not a value between two"),
		aggregate("percentiles", "The values of several percentages; in a plan, each is a percentile.", percentileSignatures(double)).replaced(),
		aggregate("percentiles_array", "The values of several percentages, as an array.",
			sigs(sig(dynamic, anyType, dynamic), sig(dynamic, anyType, double).variadic())).prefixed("percentiles"),
		aggregate("percentilew", "The value that a percentage of weighted values do not exceed.",
			sigs(sig(anyType, anyType, long, double).sameAs(0))).prefixed("percentile"),
		aggregate("percentilesw", "The values of several percentages of weighted values; in a plan, each is a percentilew.",
			sigs(sig(anyType, anyType, long, double).sameAs(0).variadic())).replaced(),
		aggregate("percentilesw_array", "The values of several percentages of weighted values, as an array.",
			sigs(sig(dynamic, anyType, long, dynamic), sig(dynamic, anyType, long, double).variadic())).prefixed("percentiles"),
		aggregate("stdev", "The standard deviation of a sample.", reals(), "0 of no rows"),
		aggregate("stdevp", "The standard deviation of a population.", reals()),
		aggregate("variance", "The variance of a sample.", reals(), "0 of no rows"),
		aggregate("variancep", "The variance of a population.", reals()),
		aggregate("covariance", "The covariance of two samples.", reals(double)).ofTwo(),
		aggregate("covariancep", "The covariance of two populations.", reals(double)).ofTwo(),
		aggregate("hll", "An estimate of distinct values that can be merged.", sigs(sig(dynamic, anyType, long).optional(1))),
		aggregate("hll_merge", "Merges estimates of distinct values.", sigs(sig(dynamic, dynamic))),
		aggregate("tdigest", "An estimate of percentiles that can be merged.", sigs(sig(dynamic, anyType, long).optional(1))),
		aggregate("tdigest_merge", "Merges estimates of percentiles.", sigs(sig(dynamic, dynamic))),
		{Name: "binary_all_and", Kind: Aggregate, Column: FirstArgOnly, Signatures: sigs(sig(long, long)), Doc: "The bits that all values have."},
		{Name: "binary_all_or", Kind: Aggregate, Column: FirstArgOnly, Signatures: sigs(sig(long, long)), Doc: "The bits that any value has."},
		{Name: "binary_all_xor", Kind: Aggregate, Column: FirstArgOnly, Signatures: sigs(sig(long, long)), Doc: "The bits that an odd number of values have."},
	}
}

func percentileSignatures(rank types.Scalar) []Signature {
	return sigs(sig(anyType, anyType, rank).sameAs(0).variadic())
}

// ofTwo names a row's column by two arguments.
func (f Function) ofTwo() Function {
	f.Column = PrefixedArgs
	return f
}

// replaced marks a row whose calls binding leaves in no plan.
func (f Function) replaced() Function {
	f.Replaced = true
	return f
}

// conditionalAggregates count only the rows for which their condition, an
// argument, is true.
func conditionalAggregates() []Function {
	return []Function{
		{
			Name: "countif", Kind: Aggregate, Column: PrefixedArg, Signatures: sigs(sig(long, boolean)),
			Doc: "The number of rows for which the condition is true.",
		},
		aggregate("sumif", "The sum of the rows that meet the condition.", sums(boolean)),
		aggregate("avgif", "The mean of the rows that meet the condition.", means(boolean)),
		aggregate("minif", "The least value of the rows that meet the condition.", extremes(boolean)),
		aggregate("maxif", "The greatest value of the rows that meet the condition.", extremes(boolean)),
		aggregate("dcountif", "The number of distinct values of the rows that meet the condition.", sigs(sig(long, anyType, boolean, long).optional(1))),
		aggregate("count_distinctif", "The number of distinct values of the rows that meet the condition, exactly.", sigs(sig(long, anyType, boolean))),
		aggregate("make_list_if", "The values of the rows that meet the condition, as an array.", sigs(sig(dynamic, anyType, boolean, long).optional(1))).prefixed("list"),
		aggregate("make_set_if", "The distinct values of the rows that meet the condition, as an array.", sigs(sig(dynamic, anyType, boolean, long).optional(1))).prefixed("set"),
		aggregate("make_bag_if", "The properties of the bags that meet the condition.", sigs(sig(dynamic, dynamic, boolean, long).optional(1))).prefixed("bag"),
		{
			Name: "take_anyif", Kind: Aggregate, Column: FirstArgOnly, Signatures: extremes(boolean),
			Doc: "Some value of the rows that meet the condition.",
		},
		aggregate("stdevif", "The standard deviation of a sample of the rows that meet the condition.", reals(boolean)),
		aggregate("varianceif", "The variance of a sample of the rows that meet the condition.", reals(boolean)),
		aggregate("variancepif", "The variance of a population of the rows that meet the condition.", reals(boolean)),
		aggregate("stdevpif", "The standard deviation of a population of the rows that meet the condition.", reals(boolean)),
		aggregate("covarianceif", "The covariance of the rows that meet the condition.", reals(double, boolean)).ofTwo(),
		aggregate("covariancepif", "The covariance of a population of the rows that meet the condition.", reals(double, boolean)).ofTwo(),
		aggregate("hll_if", "An estimate of distinct values of the rows that meet the condition.", sigs(sig(dynamic, anyType, boolean, long).optional(1))),
	}
}

// legacyAggregates are old spellings. They name their columns in their own
// way, and makelist and makeset keep 128 values if no size is given, which the
// binder writes out.
func legacyAggregates() []Function {
	list := []Function{
		alias("makelist", "make_list"), alias("makeset", "make_set"),
		alias("make_dictionary", "make_bag"),
		alias("argmax", "arg_max"), alias("argmin", "arg_min"),
		alias("any", "take_any"), alias("anyif", "take_anyif"),
	}
	for i := range list {
		f := &list[i]
		f.Kind = Aggregate
		switch f.Name {
		case "any", "anyif":
			f.Column, f.Prefix = PrefixedArg, f.Name
		case "argmax":
			f.Column, f.Prefix = PrefixedArg, "max"
		case "argmin":
			f.Column, f.Prefix = PrefixedArg, "min"
		case "makelist", "makeset":
			f.Traps = []string{"128 values are kept if no size is given"}
		}
	}
	return list
}

// windows need rows in a fixed order.
func windows() []Function {
	fallback := sigs(sig(anyType, anyType, long, anyType).optional(2).sameAs(0))
	return []Function{
		{Name: "prev", Kind: Window, Constant: []int{1, 2}, Signatures: fallback, Doc: "The value of an earlier row, or the third argument."},
		{Name: "next", Kind: Window, Constant: []int{1, 2}, Signatures: fallback, Doc: "The value of a later row, or the third argument."},
		{Name: "row_number", Kind: Window, Signatures: sigs(sig(long, long, boolean).optional(2)), Doc: "The number of the row, from 1 or the first argument; it starts again where the second is true."},
		{Name: "row_cumsum", Kind: Window, Signatures: lastOptional(sums(boolean)), Doc: "The sum up to the row; it starts again where the second argument is true."},
		{Name: "row_rank_dense", Kind: Window, Signatures: sigs(sig(long, anyType, boolean).optional(1)), Doc: "The rank of the value, without gaps."},
		{Name: "row_rank_min", Kind: Window, Signatures: sigs(sig(long, anyType, boolean).optional(1)), Doc: "The rank of the value, with gaps after equals."},
		{Name: "row_window_session", Kind: Window, Signatures: sigs(sig(instant, instant, span, span, boolean).optional(1)), Doc: "The start of the session that the row belongs to."},
	}
}

// lastOptional lets the last argument of every signature be left out.
func lastOptional(list []Signature) []Signature {
	for i := range list {
		list[i].Optional = 1
	}
	return list
}
