package builtin

import "github.com/conshelf/conshelf/kql/types"

func conversion(name string, to types.Scalar, doc string, traps ...string) Function {
	return Function{Name: name, Signatures: sigs(sig(to, anyType)), Column: FirstArg, Doc: doc, Traps: traps}
}

// conversions are the functions to<type>. They take any type, and give null
// for what has no value of theirs.
func conversions() []Function {
	return []Function{
		conversion("tostring", text, "Converts a value to text; null to ''.",
			"tostring(true) is 'True', tostring(dynamic(true)) is 'true'",
			"a dynamic string loses its quotes"),
		conversion("tolong", long, "Converts a value to long, or to null if it is not a whole number.",
			"SQL CAST fails on bad input; Kusto returns null", "tolong(1d) is a number of ticks"),
		conversion("toint", integer, "Converts a value to int, or to null if it is not a whole number.",
			"toint('12.5') is null, toint(dynamic(1.5)) is 1"),
		conversion("toreal", double, "Converts a value to real, or to null if it is not a number."),
		conversion("todecimal", decimal, "Converts a value to decimal, or to null if it is not a number."),
		conversion("tobool", boolean, "Converts a value to bool, or to null if it is neither.",
			"tobool('yes') is null, tobool('1') is true"),
		conversion("todatetime", instant, "Converts a value to datetime, or to null if it is not one.",
			"an offset is applied: the result is UTC", "a month comes before its day: 13-01-2022 is null"),
		conversion("totimespan", span, "Converts a value to timespan, or to null if it is not one."),
		conversion("toguid", guid, "Converts a value to guid, or to null if it is not one."),
		{
			Name: "todynamic", Column: FirstArg, Signatures: sigs(sig(dynamic, text), sig(dynamic, dynamic)),
			Doc:   "Reads a JSON text; a text that is not JSON becomes a dynamic string.",
			Traps: []string{"parse_json('') is null", "parse_json of a dynamic value is that value"},
		},
		alias("parse_json", "todynamic"),
		alias("parsejson", "todynamic"),
		alias("todouble", "toreal"),
		alias("toboolean", "tobool"),
		alias("toobject", "todynamic"),
		alias("totime", "totimespan"),
	}
}

// conditions choose between values, or ask whether there is one.
func conditions() []Function {
	one := sigs(sig(boolean, anyType))
	return []Function{
		{Name: "not", Signatures: sigs(sig(boolean, boolean)), Doc: "The opposite; null of null."},
		{
			Name: "iff", Signatures: sigs(sig(anyType, boolean, anyType, anyType).common()),
			Doc:   "The second argument if the first is true, else the third.",
			Traps: []string{"a null condition chooses the third argument"},
		},
		alias("iif", "iff"),
		{
			Name: "case", Signatures: sigs(sig(anyType, boolean, anyType, anyType).common().variadic()),
			Doc:   "The value after the first condition that is true, or the last argument.",
			Traps: []string{"a null condition is passed over"},
		},
		{
			Name: "coalesce", Signatures: sigs(sig(anyType, anyType).common().variadic()),
			Doc:   "The first argument that is not null; of strings, not empty.",
			Traps: []string{"an empty string is passed over"},
		},
		{Name: "isnull", Signatures: one, Doc: "True if the value is null; never true of a string."},
		{Name: "isnotnull", Signatures: one, Doc: "True if the value is not null; always true of a string."},
		{Name: "isempty", Signatures: one, Doc: "True if the value is null or ''."},
		{Name: "isnotempty", Signatures: one, Doc: "True if the value is neither null nor ''."},
		alias("notnull", "isnotnull"),
		alias("notempty", "isnotempty"),
		{Name: "max_of", Signatures: sigs(sig(anyType, anyType).common().variadic()), Doc: "The greatest argument; nulls are passed over."},
		{Name: "min_of", Signatures: sigs(sig(anyType, anyType).common().variadic()), Doc: "The least argument; nulls are passed over."},
		{
			Name: "column_ifexists", Signatures: sigs(sig(anyType, text, anyType).sameAs(1)), Constant: []int{0}, Replaced: true, Column: FirstArg,
			Doc: "The column of that name if there is one, else the second argument.",
		},
		alias("columnifexists", "column_ifexists"),
		{Name: "toscalar", Signatures: sigs(sig(anyType, anyType)), Replaced: true, Doc: "The first column of a query's first row, or null."},
		{Name: "gettype", Column: PrefixedArg, Prefix: "type", Signatures: sigs(sig(text, anyType)), Doc: "The name of the value's type.", Traps: []string{"the type of a bag is 'dictionary'"}},
		{Name: "assert", Signatures: sigs(sig(boolean, boolean, text)), Constant: []int{1}, Doc: "Fails the query with a message unless the condition is true."},
	}
}
