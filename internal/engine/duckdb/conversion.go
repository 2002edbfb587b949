package duckdb

import (
	"math"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

// conversionFunctions convert between Kusto's types. What cannot be converted
// is null; nothing is an error.
func conversionFunctions() []function {
	return []function{
		{name: "kql_real_text", signature: "d:s", eval: func(r *row, out *result) {
			if r.null(0) {
				out.text("")
				return
			}
			out.text(types.FormatReal(r.real(0)))
		}},
		{name: "kql_datetime_text", signature: "l:s", eval: func(r *row, out *result) {
			if r.null(0) {
				out.text("")
				return
			}
			out.bytes = appendDateTime(out.bytes, r.long(0))
			out.set = true
		}},
		{name: "kql_timespan_text", signature: "l:s", eval: func(r *row, out *result) {
			if r.null(0) {
				out.text("")
				return
			}
			out.text(types.FormatTimeSpan(r.long(0)))
		}},
		{name: "kql_real_json", signature: "d:s", eval: func(r *row, out *result) {
			if !r.null(0) {
				out.text(realJSON(r.real(0)))
			}
		}},
		{name: "kql_text_long", signature: "s:l", eval: func(r *row, out *result) {
			if n, ok := parseLong(r.text(0)); ok {
				out.long(n)
			}
		}},
		{name: "kql_text_int", signature: "s:i", eval: func(r *row, out *result) {
			if n, ok := parseLong(r.text(0)); ok && int64(int32(n)) == n {
				out.int(int32(n))
			}
		}},
		{name: "kql_text_real", signature: "s:d", eval: func(r *row, out *result) {
			if f, ok := parseReal(r.text(0)); ok {
				out.real(f)
			}
		}},
		{name: "kql_text_bool", signature: "s:b", eval: func(r *row, out *result) {
			if b, ok := parseBool(r.text(0)); ok {
				out.bool(b)
			}
		}},
		{name: "kql_text_datetime", signature: "s:l", eval: func(r *row, out *result) {
			if t, ok := parseDateTime(r.text(0)); ok {
				out.long(t)
			}
		}},
		{name: "kql_text_timespan", signature: "s:l", eval: func(r *row, out *result) {
			if t, ok := parseTimeSpan(r.text(0)); ok {
				out.long(t)
			}
		}},
		{name: "kql_text_guid", signature: "s:s", eval: func(r *row, out *result) {
			if g, ok := parseGUID(r.text(0)); ok {
				out.text(g)
			}
		}},
		{name: "kql_text_decimal", signature: "s:s", eval: func(r *row, out *result) {
			if d, ok := parseDecimal(r.text(0)); ok {
				out.text(d)
			}
		}},
		{name: "kql_dynamic_long", signature: "s:l", eval: func(r *row, out *result) {
			if n, ok := dynamicLong(r.json(0)); ok {
				out.long(n)
			}
		}},
		{name: "kql_dynamic_int", signature: "s:i", eval: func(r *row, out *result) {
			if n, ok := dynamicLong(r.json(0)); ok && int64(int32(n)) == n {
				out.int(int32(n))
			}
		}},
		{name: "kql_dynamic_real", signature: "s:d", eval: func(r *row, out *result) {
			if f, ok := dynamicReal(r.json(0)); ok {
				out.real(f)
			}
		}},
		{name: "kql_dynamic_bool", signature: "s:b", eval: func(r *row, out *result) {
			if b, ok := dynamicBool(r.json(0)); ok {
				out.bool(b)
			}
		}},
		{name: "kql_dynamic_datetime", signature: "s:l", eval: func(r *row, out *result) {
			if t, ok := parseDateTime(stringOf(r.json(0))); ok {
				out.long(t)
			}
		}},
		{name: "kql_dynamic_timespan", signature: "s:l", eval: func(r *row, out *result) {
			if t, ok := parseTimeSpan(stringOf(r.json(0))); ok {
				out.long(t)
			}
		}},
		{name: "kql_real_long", signature: "d:l", eval: func(r *row, out *result) {
			if n, ok := realLong(r, 0); ok {
				out.long(n)
			}
		}},
		{name: "kql_real_int", signature: "d:i", eval: func(r *row, out *result) {
			if n, ok := realLong(r, 0); ok && int64(int32(n)) == n {
				out.int(int32(n))
			}
		}},
	}
}

func realLong(r *row, k int) (int64, bool) {
	if r.null(k) {
		return 0, false
	}
	return truncate(r.real(k))
}

// truncate cuts f towards zero, if a long can hold that.
func truncate(f float64) (int64, bool) {
	if !(f > -9.3e18 && f < 9.3e18) || f >= math.MaxInt64 || f < math.MinInt64 {
		return 0, false
	}
	return int64(f), true
}

// stringOf returns the text of a JSON string; ” of anything else.
func stringOf(json string) string {
	if !isString(json) {
		return ""
	}
	return dynamicText(json)
}

func dynamicLong(json string) (int64, bool) {
	switch {
	case isNumber(json):
		if n, err := strconv.ParseInt(json, 10, 64); err == nil {
			return n, true
		}
		f, _ := number(json)
		return truncate(f)
	case isString(json):
		return parseLong(dynamicText(json))
	case isBoolean(json):
		if json == "true" {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func dynamicReal(json string) (float64, bool) {
	switch {
	case isNumber(json):
		return number(json)
	case isString(json):
		return parseReal(dynamicText(json))
	case isBoolean(json):
		if json == "true" {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func dynamicBool(json string) (value, ok bool) {
	switch {
	case isNumber(json):
		f, _ := number(json)
		return f != 0, true
	case isString(json):
		return parseBool(dynamicText(json))
	case isBoolean(json):
		return json == "true", true
	}
	return false, false
}

// parseLong reads a whole number, decimal or hexadecimal.
func parseLong(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsRune(s, '_') {
		return 0, false
	}
	if digits, ok := cutHex(s); ok {
		n, err := strconv.ParseUint(digits, 16, 64)
		return int64(n), err == nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func cutHex(s string) (string, bool) {
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		return s[2:], true
	}
	return "", false
}

// parseReal reads a number, or what tostring prints for those that are none.
func parseReal(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	switch strings.ToLower(s) {
	case "":
		return 0, false
	case "nan":
		return math.NaN(), true
	case "infinity", "+infinity", "inf", "+inf":
		return math.Inf(1), true
	case "-infinity", "-inf":
		return math.Inf(-1), true
	}
	if strings.ContainsAny(s, "_xXpPnN") { // what Go reads, and Kusto does not
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

func parseBool(s string) (value, ok bool) {
	s = strings.TrimSpace(s)
	switch strings.ToLower(s) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	if n, ok := parseLong(s); ok {
		return n != 0, true
	}
	return false, false
}

// parseGUID reads a guid with or without hyphens and braces.
func parseGUID(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if n := len(s); n == 38 && (s[0] == '{' && s[n-1] == '}' || s[0] == '(' && s[n-1] == ')') {
		s = s[1 : n-1]
	}
	switch len(s) {
	case 32:
		s = s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
	case 36:
	default:
		return "", false
	}
	for i := range len(s) {
		c := s[i] | 0x20
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		digit := c >= '0' && c <= '9' && s[i] != c-0x20 || c >= 'a' && c <= 'f'
		if hyphen && s[i] != '-' || !hyphen && !digit {
			return "", false
		}
	}
	return strings.ToLower(s), true
}

// parseDecimal reads a decimal and writes it without needless zeros.
func parseDecimal(s string) (string, bool) {
	s = strings.TrimSpace(s)
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = "-"
		}
		s = s[1:]
	}
	whole, fraction, dotted := strings.Cut(s, ".")
	if whole == "" && fraction == "" || dotted && fraction == "" && whole == "" || !allDigits(whole) || !allDigits(fraction) {
		return "", false
	}
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if len(whole)+len(fraction) > 34 {
		return "", false
	}
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		if whole == "0" {
			sign = ""
		}
		return sign + whole, true
	}
	return sign + whole + "." + fraction, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
