package sqlgen

import (
	"math"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

// Identifier quotes a name for SQL.
func Identifier(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Quote writes a text as an SQL literal. A text with a NUL byte has none.
func Quote(text string) string {
	return `'` + strings.ReplaceAll(text, `'`, `''`) + `'`
}

// literalText writes a text as a literal, or as a parameter if it has no literal.
func (g *generator) literalText(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if !strings.Contains(text, "\x00") {
		return Quote(text)
	}
	g.args = append(g.args, text)
	return "CAST($" + strconv.Itoa(len(g.args)) + " AS VARCHAR)"
}

// literal writes a value.
func (g *generator) literal(v types.Value) string {
	if !v.Valid {
		return "CAST(NULL AS " + sqlType(v.Type) + ")"
	}
	switch v.Type {
	case types.Bool:
		return strconv.FormatBool(v.Int != 0)
	case types.Int:
		return "CAST(" + strconv.FormatInt(v.Int, 10) + " AS INTEGER)"
	case types.Long, types.DateTime, types.TimeSpan:
		return literalLong(v.Int)
	case types.Real:
		return literalReal(v.Float)
	case types.String, types.GUID, types.Decimal:
		return g.literalText(v.Text)
	case types.Dynamic:
		return "kql_parse_json(" + g.literalText(v.Text) + ")"
	case types.Unknown:
		return "CAST(NULL AS VARCHAR)"
	}
	panic("literal of type " + v.Type.String())
}

func literalLong(n int64) string {
	if n == math.MinInt64 {
		return "CAST('-9223372036854775808' AS BIGINT)"
	}
	return "CAST(" + strconv.FormatInt(n, 10) + " AS BIGINT)"
}

func literalReal(f float64) string {
	return "CAST('" + strconv.FormatFloat(f, 'g', -1, 64) + "' AS DOUBLE)"
}

// sqlType returns the SQL type that holds values of type t.
func sqlType(t types.Scalar) string {
	switch t {
	case types.Bool:
		return "BOOLEAN"
	case types.Int:
		return "INTEGER"
	case types.Long, types.DateTime, types.TimeSpan:
		return "BIGINT"
	case types.Real:
		return "DOUBLE"
	case types.String, types.GUID, types.Decimal, types.Dynamic, types.Unknown:
		return "VARCHAR"
	}
	panic("SQL type of " + t.String())
}
