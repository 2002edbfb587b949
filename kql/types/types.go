// Package types holds Kusto's scalar types, their values, and the schemas of
// tables. A value prints as Kusto prints it.
package types

import "fmt"

// A Scalar is one of Kusto's scalar data types.
type Scalar int

// The zero Scalar is Unknown: the type of an expression that did not bind.
const (
	Unknown Scalar = iota
	Bool
	Int      // 32 bits, signed
	Long     // 64 bits, signed; arithmetic wraps
	Real     // IEEE 754 double
	Decimal  // 128 bits
	String   // never null: '' is its nothing
	DateTime // ticks of 100 ns since 0001-01-01, UTC
	TimeSpan // ticks of 100 ns
	GUID
	Dynamic // any JSON value
)

var scalarNames = [...]string{"unknown", "bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic"}

func (s Scalar) String() string {
	if s < 0 || int(s) >= len(scalarNames) {
		panic(fmt.Sprintf("scalar %d", int(s)))
	}
	return scalarNames[s]
}

// ParseScalar returns the type that KQL's type keyword names, aliases
// included (double, date, time, boolean, uuid, …).
func ParseScalar(keyword string) (Scalar, bool) {
	switch keyword {
	case "bool", "boolean":
		return Bool, true
	case "int", "int32":
		return Int, true
	case "long", "int64":
		return Long, true
	case "real", "double":
		return Real, true
	case "decimal":
		return Decimal, true
	case "string":
		return String, true
	case "datetime", "date":
		return DateTime, true
	case "timespan", "time":
		return TimeSpan, true
	case "guid", "uuid", "uniqueid":
		return GUID, true
	case "dynamic":
		return Dynamic, true
	}
	return Unknown, false
}

// Numeric tells whether s takes part in arithmetic with numbers.
func (s Scalar) Numeric() bool { return s == Int || s == Long || s == Real || s == Decimal }

// Integral tells whether s is a whole number.
func (s Scalar) Integral() bool { return s == Int || s == Long }

// A Column is a named, typed column. Names are case-sensitive.
type Column struct {
	Name string
	Type Scalar
}

// A Table is a name and its columns, in order.
type Table struct {
	Name    string
	Columns []Column
	// Apart tells that the table is about the evidence, and no part of it: no
	// pattern stands for it, it is read where it is named.
	Apart bool
}

// Column returns the index of the column called name, or -1.
func (t Table) Column(name string) int {
	for i, c := range t.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// A Catalog tells which tables there are. Implementations do not change while
// a query is compiled against them.
type Catalog interface {
	// Table returns the table of exactly that name.
	Table(name string) (Table, bool)
	// Tables returns the names of all tables, sorted.
	Tables() []string
}
