package duckdb

import "github.com/conshelf/conshelf/internal/compute/decimal"

// decimalFunctions are those of decimals, which are kept as text. What has no
// answer that is documented fails the query.
func decimalFunctions() []function {
	list := []function{
		{name: "kql_decimal_compare", signature: "ss:l", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.long(int64(must(decimal.Compare(r.text(0), r.text(1)))))
			}
		}},
		{name: "kql_decimal_key", signature: "s:s", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.text(decimal.Key(r.text(0)))
			}
		}},
		{name: "kql_decimal_sum", signature: "S:s", eval: func(r *row, out *result) {
			if !r.null(0) {
				out.text(must(decimal.Sum(r.list(0))))
			}
		}},
	}
	for name, f := range map[string]func(x, y string) (string, error){
		"kql_decimal_add": decimal.Add, "kql_decimal_subtract": decimal.Subtract, "kql_decimal_multiply": decimal.Multiply,
		"kql_decimal_modulo": decimal.Modulo,
	} {
		list = append(list, function{name: name, signature: "ss:s", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.text(must(f(r.text(0), r.text(1))))
			}
		}})
	}
	return list
}
