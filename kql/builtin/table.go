package builtin

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/conshelf/conshelf/kql/types"
)

// table holds every row by name, and all of them sorted.
type table struct {
	byName map[string]Function
	sorted []Function
}

// rows returns the table; it is built once and never changes.
var rows = sync.OnceValue(newTable)

// A Family is functions that belong together, for a reader.
type Family struct {
	Name      string
	Functions []Function
}

// Families returns every row, as they were written down.
func Families() []Family {
	return []Family{
		{"Operators between values", slices.Concat(operators(), textOperators(), listOperators())},
		{"Conversions and conditions", slices.Concat(conversions(), conditions())},
		{"Strings", slices.Concat(texts(), encodings(), parsers())},
		{"Dates and times", slices.Concat(datetimes(), timeUnits())},
		{"Numbers", slices.Concat(numbers(), bits())},
		{"Dynamic values", slices.Concat(dynamics(), arrays(), bags(), sets())},
		{"Addresses", addresses()},
		{"Series", slices.Concat(series(), tuples())},
		{"Places", geography()},
		{"Statistics and units", statistics()},
		{"The query and its service", slices.Concat(environment(), ofTheService())},
		{"Aggregates", slices.Concat(aggregates(), conditionalAggregates(), legacyAggregates())},
		{"Functions of rows in order", windows()},
		{"Plugins", plugins()},
	}
}

func newTable() table {
	var sorted []Function
	for _, f := range Families() {
		sorted = append(sorted, f.Functions...)
	}
	sorted = withChecked(sorted)
	slices.SortFunc(sorted, func(a, b Function) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind))
	})
	byName := make(map[string]Function, len(sorted))
	for _, f := range sorted {
		if _, ok := byName[f.Name]; ok {
			panic(fmt.Sprintf("builtin %s has two rows", f.Name))
		}
		byName[f.Name] = f
	}
	return table{byName: byName, sorted: sorted}
}

// Functions returns every row, aliases included, sorted by name. The caller
// must not change what the rows hold.
func Functions() []Function { return slices.Clone(rows().sorted) }

// Lookup returns the row of that exact name. For an alias it is the row that
// the alias stands for, with the alias's way of naming columns.
func Lookup(name string) (*Function, bool) {
	f, ok := rows().byName[name]
	if !ok {
		return nil, false
	}
	if f.Alias == "" {
		return &f, true
	}
	target, ok := rows().byName[f.Alias]
	if !ok || target.Alias != "" {
		panic(fmt.Sprintf("builtin %s is an alias of %s, which is no row of its own", name, f.Alias))
	}
	if f.Column != NoName {
		target.Column, target.Prefix = f.Column, f.Prefix
	}
	return &target, true
}

// Short names for the types, so that a signature fits on a line.
const (
	anyType = types.Unknown
	boolean = types.Bool
	integer = types.Int
	long    = types.Long
	double  = types.Real
	decimal = types.Decimal
	text    = types.String
	instant = types.DateTime
	span    = types.TimeSpan
	guid    = types.GUID
	dynamic = types.Dynamic
)

// sig is a signature: result and arguments.
func sig(result types.Scalar, args ...types.Scalar) Signature {
	return Signature{Args: args, Result: result}
}

// sigs is the list of signatures of a function.
func sigs(list ...Signature) []Signature { return list }

// optional lets the last n arguments be left out.
func (s Signature) optional(n int) Signature {
	s.Optional = n
	return s
}

// variadic lets the last argument repeat.
func (s Signature) variadic() Signature {
	s.Variadic = true
	return s
}

// common converts the arguments of any type to one.
func (s Signature) common() Signature {
	s.Common, s.Result, s.ResultOf = true, anyType, commonOf
	return s
}

// ofText accepts any scalar where a string stands.
func (s Signature) ofText() Signature {
	s.Text = true
	return s
}

// sameAs gives the result the type of argument i.
func (s Signature) sameAs(i int) Signature {
	s.Result, s.ResultOf = anyType, func(args []types.Scalar) types.Scalar {
		if i < len(args) {
			return args[i]
		}
		return anyType
	}
	return s
}

// commonOf returns the type of the last argument; the binder has converted
// those of a common signature to one type.
func commonOf(args []types.Scalar) types.Scalar { return args[len(args)-1] }

// alias is a row that is another spelling of target.
func alias(name, target string) Function {
	return Function{Name: name, Alias: target, Doc: "Another spelling of " + target + "."}
}
