package builtin

// numbers are the functions of numbers.
func numbers() []Function {
	list := []Function{
		{Name: "abs", Column: FirstArg, Signatures: sigs(sig(long, long), sig(double, double), sig(decimal, decimal), sig(span, span)), Doc: "The absolute value."},
		{Name: "sign", Signatures: sigs(sig(long, long), sig(double, double)), Doc: "-1, 0 or 1."},
		{Name: "round", Column: FirstArg, Signatures: sigs(sig(double, double, long).optional(1), sig(decimal, decimal, long).optional(1)), Doc: "Rounds to that many digits."},
		{Name: "ceiling", Column: FirstArg, Signatures: sigs(sig(double, double)), Doc: "The least whole number that is not less."},
		{Name: "pow", Column: FirstArg, Signatures: sigs(sig(double, double, double)), Doc: "The first argument to the power of the second."},
		{Name: "atan2", Column: FirstArg, Signatures: sigs(sig(double, double, double)), Doc: "The angle of the point (second, first)."},
		{Name: "pi", Signatures: sigs(sig(double)), Doc: "The number pi."},
		{Name: "rand", Signatures: sigs(sig(double, long).optional(1)), Doc: "A number that looks random: from 0 up to 1, or one of that many whole numbers.", Traps: placed()},
		{Name: "isnan", Signatures: sigs(sig(boolean, double)), Doc: "True if the value is not a number."},
		{Name: "isinf", Signatures: sigs(sig(boolean, double)), Doc: "True if the value is infinite."},
		{Name: "isfinite", Signatures: sigs(sig(boolean, double)), Doc: "True if the value is a finite number."},
		{Name: "tohex", Column: FirstArg, Signatures: sigs(sig(text, long, long).optional(1)), Doc: "The number in hexadecimal, with at least that many digits."},
		{
			Name: "range", Signatures: sigs(
				sig(dynamic, long, long, long).optional(1), sig(dynamic, double, double, double).optional(1),
				sig(dynamic, instant, instant, span).optional(1), sig(dynamic, span, span, span).optional(1)),
			Doc: "The array from a value to another by steps; both ends belong to it.",
		},
	}
	for _, f := range []struct{ name, doc string }{
		{"acos", "arc cosine"},
		{"asin", "arc sine"},
		{"atan", "arc tangent"},
		{"cos", "cosine"},
		{"cot", "cotangent"},
		{"sin", "sine"},
		{"tan", "tangent"},
		{"degrees", "angle in degrees"},
		{"radians", "angle in radians"},
		{"exp", "power of e"},
		{"exp10", "power of 10"},
		{"exp2", "power of 2"},
		{"log", "natural logarithm"},
		{"log10", "logarithm to base 10"},
		{"log2", "logarithm to base 2"},
		{"sqrt", "square root"},
		{"gamma", "gamma function"},
		{"loggamma", "logarithm of the gamma function"},
	} {
		row := Function{Name: f.name, Column: FirstArg, Signatures: sigs(sig(double, double)), Doc: "The " + f.doc + "."}
		if f.name == "cot" || f.name == "degrees" || f.name == "radians" {
			row.Column = NoName
		}
		list = append(list, row)
	}
	return list
}

// bits are the functions of the bits of a long.
func bits() []Function {
	two := sigs(sig(long, long, long))
	return []Function{
		{Name: "binary_and", Column: FirstArg, Signatures: two, Doc: "The bits that both have."},
		{Name: "binary_or", Column: FirstArg, Signatures: two, Doc: "The bits that either has."},
		{Name: "binary_xor", Column: FirstArg, Signatures: two, Doc: "The bits that one has."},
		{Name: "binary_not", Column: FirstArg, Signatures: sigs(sig(long, long)), Doc: "The bits it does not have."},
		{Name: "binary_shift_left", Column: FirstArg, Signatures: two, Doc: "The bits moved left."},
		{Name: "binary_shift_right", Column: FirstArg, Signatures: two, Doc: "The bits moved right."},
		{Name: "bitset_count_ones", Column: FirstArg, Signatures: sigs(sig(long, long)), Doc: "The number of bits set."},
	}
}
