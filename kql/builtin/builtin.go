// Package builtin is what is known about KQL's functions, operators,
// aggregates and plugins, as a table of facts: names, signatures, how a
// result column is named, and where Kusto surprises. The binder, the
// documentation and completion read the same rows. What a function does is
// said by each dialect, which maps every row or refuses it.
package builtin

import "github.com/conshelf/conshelf/kql/types"

// A Kind is where a builtin may stand.
type Kind int

// The kinds.
const (
	Scalar    Kind = iota // a function of one row
	Infix                 // a binary operator of one row, named by its symbol: "==", "has", "!in~"
	Aggregate             // summarize and make-series
	Window                // needs serialized rows: prev, next, row_number
	Plugin                // evaluate
)

// A Result computes the type of a call from the types of its arguments.
type Result func(args []types.Scalar) types.Scalar

// A Signature is one way to call a builtin. The binder converts each argument
// to the type here, so a dialect meets no other.
type Signature struct {
	Args     []types.Scalar // Unknown: any type, passed as it is
	Optional int            // how many of the last Args may be left out
	Variadic bool           // the last of Args repeats
	Result   types.Scalar   // Unknown: ResultOf tells
	ResultOf Result         // nil if Result is set
	// Common tells that the arguments whose type is Unknown here are converted
	// to one type, which is the result's: the branches of iff.
	Common bool
	// Text tells that any scalar may stand where a String does, and is
	// converted by tostring.
	Text bool
}

// A Function is one row of the table.
type Function struct {
	Name       string
	Kind       Kind
	Signatures []Signature
	// Checked are further ways to call it that Microsoft's binder takes, and of
	// which no documentation says the answer: a query with one is looked at, and
	// not run.
	Checked []Signature
	// Column is how the binder names a result column of this call that has no
	// name of its own.
	Column NameRule
	// Prefix is what PrefixedArg puts first; empty: Name.
	Prefix string
	// Tuple are the columns that a call gives where columns are computed, by
	// the ends of their names. The call itself is a dynamic array of them. Nil:
	// it gives one value.
	Tuple []types.Column
	// Constant names the arguments, by index, that must be constants.
	Constant []int
	// Alias is the name of the function that this one is another spelling of.
	Alias string
	// Replaced tells that binding leaves no call of this function in a plan:
	// now and ago become constants, column_ifexists becomes the column.
	Replaced bool
	Doc      string
	// Traps say where Kusto differs from what a reader of SQL expects. Each
	// has a test.
	Traps []string
}

// A NameRule says how a result column that was given no name is called.
type NameRule int

// The rules; Microsoft's binder applies them.
const (
	NoName       NameRule = iota // Column1, Column2, …
	FirstArg                     // as its first argument: tostring(a) → a
	PrefixedArg                  // prefix and first argument: sum(b) → sum_b, count() → count_
	FirstArgOnly                 // as its first argument, no prefix: take_any(a) → a
	PrefixedArgs                 // prefix and first two arguments: covariance(x, y) → covariance_x_y
)

// Placed tells whether a function gives another value for each row, whatever
// its arguments are.
func Placed(name string) bool { return name == "rand" || name == "new_guid" }
