package types

// A Value is one scalar value, or null. The zero Value is the null of no
// type. Values are comparable with == only where both are scalars of one type
// and not Real.
type Value struct {
	Type  Scalar
	Valid bool    // false: null. A String is always valid.
	Int   int64   // Bool (0, 1), Int, Long, DateTime and TimeSpan in ticks
	Float float64 // Real
	Text  string  // String, Decimal, GUID (lower case), Dynamic (JSON text)
}

// Null returns the null of type t; for String, which has none, ”.
func Null(t Scalar) Value { return Value{Type: t, Valid: t == String} }

// NewBool returns a bool value.
func NewBool(b bool) Value {
	v := Value{Type: Bool, Valid: true}
	if b {
		v.Int = 1
	}
	return v
}

// NewLong returns a long value.
func NewLong(n int64) Value { return Value{Type: Long, Valid: true, Int: n} }

// NewInt returns an int value.
func NewInt(n int32) Value { return Value{Type: Int, Valid: true, Int: int64(n)} }

// NewReal returns a real value.
func NewReal(f float64) Value { return Value{Type: Real, Valid: true, Float: f} }

// NewString returns a string value.
func NewString(s string) Value { return Value{Type: String, Valid: true, Text: s} }

// NewDateTime returns the datetime of that many ticks since 0001-01-01.
func NewDateTime(ticks int64) Value { return Value{Type: DateTime, Valid: true, Int: ticks} }

// NewTimeSpan returns the timespan of that many ticks.
func NewTimeSpan(ticks int64) Value { return Value{Type: TimeSpan, Valid: true, Int: ticks} }

// NewDynamic returns the dynamic value of a JSON text, which must be valid.
func NewDynamic(json string) Value { return Value{Type: Dynamic, Valid: true, Text: json} }
