package builtin

import "github.com/conshelf/conshelf/kql/types"

// scalarTypes are the types that have an equality of their own.
func scalarTypes() []types.Scalar {
	return []types.Scalar{boolean, long, double, decimal, text, instant, span, guid}
}

// equality is the signatures of == and !=: one type on both sides, or a
// dynamic value and anything.
func equality() []Signature {
	var list []Signature
	for _, t := range scalarTypes() {
		list = append(list, sig(boolean, t, t))
	}
	return append(list, sig(boolean, dynamic, anyType), sig(boolean, anyType, dynamic))
}

// ordering is the signatures of the operators that order.
func ordering() []Signature {
	list := []Signature{}
	for _, t := range scalarTypes() {
		list = append(list, sig(boolean, t, t))
	}
	for _, t := range []types.Scalar{long, double, decimal, text} {
		list = append(list, sig(boolean, dynamic, t), sig(boolean, t, dynamic))
	}
	return append(list, sig(boolean, dynamic, dynamic))
}

// arithmetic is the signatures that every operator on numbers has.
func arithmetic() []Signature {
	return sigs(sig(long, long, long), sig(double, double, double), sig(decimal, decimal, decimal))
}

func infix(name, doc string, signatures []Signature, traps ...string) Function {
	return Function{Name: name, Kind: Infix, Signatures: signatures, Doc: doc, Traps: traps}
}

// operators are the logical, comparing and arithmetic operators.
func operators() []Function {
	logic := sigs(sig(boolean, boolean, boolean))
	return []Function{
		infix("and", "True if both sides are.", logic),
		infix("or", "True if either side is.", logic),
		infix("==", "True if both sides are equal, letter for letter.", equality(),
			"null == x is false, not null, unless x is null too",
			"real(nan) == real(nan) is false",
			"a string and a number compare as text"),
		infix("!=", "True if the sides differ.", equality(),
			"null != x is true, so the row is kept",
			"real(nan) != real(nan) is true"),
		infix("<", "True if the left side is less.", ordering(), "null if a side is null"),
		infix("<=", "True if the left side is not greater.", ordering(), "null if a side is null"),
		infix(">", "True if the left side is greater.", ordering(), "null if a side is null"),
		infix(">=", "True if the left side is not less.", ordering(), "null if a side is null"),
		infix("+", "The sum; a datetime moved by a timespan.", append(arithmetic(),
			sig(instant, instant, span), sig(instant, span, instant), sig(span, span, span)),
			"long wraps round at 64 bits", "int + int is long"),
		infix("-", "The difference; of two datetimes, a timespan.", append(arithmetic(),
			sig(instant, instant, span), sig(span, instant, instant), sig(span, span, span)),
			"long wraps round at 64 bits"),
		infix("*", "The product.", append(arithmetic(),
			sig(span, span, long), sig(span, long, span), sig(span, span, double), sig(span, double, span)),
			"long wraps round at 64 bits"),
		infix("/", "The quotient; of two timespans, a real.", append(arithmetic(),
			sig(double, span, span), sig(span, span, long), sig(span, span, double)),
			"long / long cuts towards zero", "long / 0 is null, real / 0 is infinity"),
		infix("%", "The remainder, never negative.", append(arithmetic(), sig(span, span, span)),
			"-7 % 3 is 2: the remainder is Euclidean"),
		{
			Name: "neg", Doc: "The negative, written as a minus in front.",
			Signatures: sigs(sig(long, long), sig(double, double), sig(decimal, decimal), sig(span, span)),
		},
		infix("between", "True if the value is between two others, both included.", betweenSignatures(),
			"the upper bound of a datetime may be a timespan, added to the lower bound"),
		infix("!between", "True if the value is outside two others.", betweenSignatures()),
	}
}

func betweenSignatures() []Signature {
	var list []Signature
	for _, t := range []types.Scalar{long, double, decimal, instant, span, text} {
		list = append(list, sig(boolean, t, t, t))
	}
	return append(list, sig(boolean, dynamic, long, long), sig(boolean, dynamic, double, double))
}

// textOperators search in a string.
func textOperators() []Function {
	both := sigs(sig(boolean, text, text))
	list := []Function{
		infix("=~", "True if both sides are equal, whatever their case.", both,
			"the case of a letter is ordinal, not of a language"),
		infix("!~", "True if the sides differ in more than case.", both),
		infix("matches regex", "True if the regular expression matches anywhere.", both,
			`\d and \w are Unicode classes`, "case-sensitive unless (?i) is given"),
	}
	for _, op := range []struct{ name, doc, trap string }{
		{"has", "True if the right side is a whole term of the left, whatever its case", "an underscore ends a term"},
		{"contains", "True if the right side is anywhere in the left, whatever its case", "no pattern: % and _ are themselves"},
		{"startswith", "True if the left side starts with the right, whatever its case", ""},
		{"endswith", "True if the left side ends with the right, whatever its case", ""},
		{"hasprefix", "True if a term of the left side starts with the right, whatever its case", ""},
		{"hassuffix", "True if a term of the left side ends with the right, whatever its case", ""},
	} {
		list = append(list, caseForms(op.name, op.doc, op.trap)...)
	}
	return append(list, operatorAlias("containscs", "contains_cs"), operatorAlias("notcontains", "!contains"),
		operatorAlias("!containscs", "!contains_cs"), operatorAlias("<>", "!="))
}

func operatorAlias(name, target string) Function {
	f := alias(name, target)
	f.Kind = Infix
	return f
}

// caseForms are the four forms of an operator on text: x, !x, x_cs and !x_cs.
func caseForms(name, doc, trap string) []Function {
	both := sigs(sig(boolean, text, text))
	var traps []string
	if trap != "" {
		traps = []string{trap}
	}
	return []Function{
		infix(name, doc+".", both, traps...),
		infix("!"+name, "Not "+name+".", both),
		infix(name+"_cs", "As "+name+", with the case of every letter.", both, traps...),
		infix("!"+name+"_cs", "Not "+name+"_cs.", both),
	}
}

// listOperators compare with each value of a list: their arguments are the
// value and the elements. An element that is dynamic is an array of values.
func listOperators() []Function {
	values := sigs(sig(boolean, anyType, anyType).variadic())
	terms := sigs(sig(boolean, text, anyType).variadic())
	return []Function{
		infix("in", "True if the value is one of the list, letter for letter.", values,
			"a dynamic element is an array, flattened however deep"),
		infix("!in", "True if the value is not one of the list.", values, "null !in (…) is true"),
		infix("in~", "True if the value is one of the list, whatever its case.", values),
		infix("!in~", "True if the value is not one of the list, whatever its case.", values),
		infix("has_any", "True if any of the list is a term of the value.", terms),
		infix("has_all", "True if all of the list are terms of the value.", terms),
	}
}
