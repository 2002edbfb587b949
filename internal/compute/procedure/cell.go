package procedure

import (
	"fmt"
	"strconv"

	"github.com/conshelf/conshelf/kql/types"
)

// ParseCell reads a value of type t from the text that a cell is exchanged as:
// a number in decimal, ticks for a time, a bool as true or false, and every
// other type as its own text.
func ParseCell(t types.Scalar, text string) (types.Value, error) {
	v := types.Value{Type: t, Valid: true}
	var err error
	switch t {
	case types.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		v = types.NewBool(b)
	case types.Int, types.Long, types.DateTime, types.TimeSpan:
		v.Int, err = strconv.ParseInt(text, 10, 64)
	case types.Real:
		v.Float, err = strconv.ParseFloat(text, 64)
	case types.String, types.Decimal, types.GUID, types.Dynamic, types.Unknown:
		v.Text = text
	default:
		panic("cell of type " + t.String())
	}
	if err != nil {
		return types.Value{}, fmt.Errorf("read a cell of type %s: %w", t, err)
	}
	return v, nil
}

// AppendCell appends the text of a value that is not null, as ParseCell reads
// it.
func AppendCell(b []byte, v types.Value) []byte {
	switch v.Type {
	case types.Bool:
		return strconv.AppendBool(b, v.Int != 0)
	case types.Int, types.Long, types.DateTime, types.TimeSpan:
		return strconv.AppendInt(b, v.Int, 10)
	case types.Real:
		return strconv.AppendFloat(b, v.Float, 'g', -1, 64)
	case types.String, types.Decimal, types.GUID, types.Dynamic, types.Unknown:
		return append(b, v.Text...)
	}
	panic("cell of type " + v.Type.String())
}

// same tells two values of one type apart: null is the same as null, and NaN
// as NaN.
type same struct {
	null bool
	text string
}

// keyOf returns what two values that are the same have in common.
func keyOf(v types.Value) same {
	if !v.Valid {
		return same{null: true}
	}
	return same{text: string(AppendCell(nil, v))}
}

// rowKey returns what two rows that are the same in some columns have in
// common.
func rowKey(row []types.Value, columns []int) string {
	var b []byte
	for _, i := range columns {
		k := keyOf(row[i])
		if k.null {
			b = append(b, '-')
			continue
		}
		b = strconv.AppendInt(b, int64(len(k.text)), 10)
		b = append(b, ':')
		b = append(b, k.text...)
	}
	return string(b)
}
