package sqlgen

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// textForms are the functions of strings.
func textForms() map[string]callForm {
	return map[string]callForm{
		"strcat": func(g *generator, s scope, c *plan.Call) string {
			return "concat(" + strings.Join(g.texts(s, c.Args), ", ") + ")"
		},
		"strcat_delim": func(g *generator, s scope, c *plan.Call) string {
			return "concat_ws(" + strings.Join(g.texts(s, c.Args), ", ") + ")"
		},
		"strlen":      fn("length"),
		"string_size": fn("strlen"),
		"tolower":     fn("lower"),
		"toupper":     fn("kql_fold"),
		"substring": func(g *generator, s scope, c *plan.Call) string {
			return "kql_substring(" + g.expr(s, c.Args[0]) + ", " + g.expr(s, c.Args[1]) + g.orNull(s, c, 2) + ")"
		},
		"split": func(g *generator, s scope, c *plan.Call) string {
			args := g.exprs(s, c.Args)
			if len(args) == 3 {
				return "kql_split_at(" + strings.Join(args, ", ") + ")"
			}
			return "kql_split(" + strings.Join(args, ", ") + ")"
		},
		"indexof": func(g *generator, s scope, c *plan.Call) string {
			return "kql_indexof(" + g.expr(s, c.Args[0]) + ", " + g.expr(s, c.Args[1]) + g.defaults(s, c, 2, 0, -1, 1) + ")"
		},
		"replace_string": fn("replace"),
		"replace_strings": func(g *generator, s scope, c *plan.Call) string {
			return "kql_replace_strings(" + g.expr(s, c.Args[0]) + ", " + g.expr(s, c.Args[1]) + ", " + g.dynamic(s, c.Args[2]) + ")"
		},
		"reverse": fn("kql_reverse"),
		"repeat": func(g *generator, s scope, c *plan.Call) string {
			return "kql_repeat(" + g.dynamic(s, c.Args[0]) + ", " + g.expr(s, c.Args[1]) + ")"
		},
		"strrep": func(g *generator, s scope, c *plan.Call) string {
			delimiter := "''"
			if len(c.Args) == 3 {
				delimiter = g.expr(s, c.Args[2])
			}
			return "kql_strrep(" + g.expr(s, c.Args[0]) + ", " + g.expr(s, c.Args[1]) + ", " + delimiter + ")"
		},
		"strcmp": fn("kql_strcmp"), "isascii": fn("kql_isascii"), "isutf8": fn("kql_valid_text"),
		"translate": format("kql_translate(%[3]s, %[1]s, %[2]s)"), "regex_quote": fn("kql_regex_quote"),
		"format_bytes": func(g *generator, s scope, c *plan.Call) string {
			unit := "''"
			if len(c.Args) == 3 {
				unit = g.expr(s, c.Args[2])
			}
			return "kql_format_bytes(" + g.expr(s, c.Args[0]) + g.defaults(s, c, 1, 0) + ", " + unit + ")"
		},
		"unicode_codepoints_from_string": fn("kql_codepoints"),
		"unicode_codepoints_to_string": func(g *generator, s scope, c *plan.Call) string {
			return "kql_from_codepoints(" + strings.Join(g.dynamics(s, c.Args), ", ") + ")"
		},
		"has_any_index":          fn("kql_has_any_index"),
		"base64_decode_tostring": fn("kql_base64_decode"), "base64_encode_tostring": fn("kql_base64_encode"),
		"base64_decode_toarray": fn("kql_base64_decode_array"),
		"url_encode":            fn("kql_url_encode"), "url_encode_component": fn("kql_url_encode_component"), "url_decode": fn("kql_url_decode"),
		"hash_md5": fn("kql_md5"), "hash_sha1": fn("kql_sha1"), "hash_sha256": fn("kql_sha256"),
		"hash": hashForm, "hash_xxhash64": hashForm,
		"parse_url": fn("kql_parse_url"), "parse_urlquery": fn("kql_parse_urlquery"), "parse_path": fn("kql_parse_path"),
		"parse_csv": fn("kql_parse_csv"), "parse_version": fn("kql_version"),
		"parse_command_line": func(g *generator, s scope, c *plan.Call) string {
			if kind, ok := constText(c, 1); !ok || !strings.EqualFold(kind, "windows") {
				return g.refuse(c.Func, "only the type windows is known", "", c.At)
			}
			return "kql_parse_command_line(" + g.expr(s, c.Args[0]) + ")"
		},
	}
}

// hashForm hashes the text of a string; what the hash of another type is of is
// not documented.
func hashForm(g *generator, s scope, c *plan.Call) string {
	function := "kql_hash("
	switch c.Args[0].Type() {
	case types.String:
	case types.DateTime:
		function = "kql_hash_long("
	case types.Unknown, types.Bool, types.Int, types.Long, types.Real, types.Decimal, types.TimeSpan, types.GUID, types.Dynamic:
		return g.refuse(c.Func+" of a "+c.Args[0].Type().String(), "the bytes that Kusto hashes are not documented", "hash its tostring(…)", c.At)
	}
	hash := function + g.expr(s, c.Args[0]) + ")"
	if len(c.Args) == 2 {
		return "kql_modulo(" + hash + ", " + g.expr(s, c.Args[1]) + ")"
	}
	return hash
}

// orNull writes argument i, or null if it is left out.
func (g *generator) orNull(s scope, c *plan.Call, i int) string {
	if i < len(c.Args) {
		return ", " + g.expr(s, c.Args[i])
	}
	return ", CAST(NULL AS BIGINT)"
}

// timeForms are the functions of datetime and timespan.
func timeForms() map[string]callForm {
	forms := map[string]callForm{
		"bin": byType(map[types.Scalar]callForm{
			types.Long: fn("kql_bin"), types.DateTime: fn("kql_bin"), types.TimeSpan: fn("kql_bin"), types.Real: fn("kql_bin_real"),
		}),
		"bin_at": byType(map[types.Scalar]callForm{
			types.Long:     format("kql_add(kql_bin(kql_subtract(%[1]s, %[3]s), %[2]s), %[3]s)"),
			types.DateTime: format("kql_add_time(kql_bin(%[1]s - %[3]s, %[2]s), %[3]s)"),
			types.TimeSpan: format("kql_add(kql_bin(kql_subtract(%[1]s, %[3]s), %[2]s), %[3]s)"),
			types.Real:     format("(kql_bin_real(%[1]s - %[3]s, %[2]s) + %[3]s)"),
		}),
		"datetime_add": func(g *generator, s scope, c *plan.Call) string {
			return "kql_date_add(" + g.unit(c, addUnits) + ", " + g.expr(s, c.Args[1]) + ", " + g.expr(s, c.Args[2]) + ")"
		},
		"datetime_diff": func(g *generator, s scope, c *plan.Call) string {
			return "kql_date_diff(" + g.unit(c, addUnits) + ", " + g.expr(s, c.Args[1]) + ", " + g.expr(s, c.Args[2]) + ")"
		},
		"datetime_part": func(g *generator, s scope, c *plan.Call) string {
			return "CAST(kql_date_part(" + g.unit(c, partUnits) + ", " + g.expr(s, c.Args[1]) + ") AS INTEGER)"
		},
		"format_datetime": func(g *generator, s scope, c *plan.Call) string {
			return g.formatTime(s, c, "kql_format_datetime", "yMdHhmsfFt")
		},
		"format_timespan": func(g *generator, s scope, c *plan.Call) string {
			return g.formatTime(s, c, "kql_format_timespan", "dHhmsfF")
		},
		"make_datetime": makeDateTime,
		"make_timespan": makeTimeSpan,
		"hourofday":     part("hour"), "dayofmonth": part("day"), "dayofyear": part("dayofyear"), "monthofyear": part("month"),
		"week_of_year": part("week_of_year"), "getyear": part("year"),
		"dayofweek": func(g *generator, s scope, c *plan.Call) string {
			day := literalLong(types.TicksPerDay)
			return fmt.Sprintf("((%s // %s + 1) %% 7 * %s)", g.expr(s, c.Args[0]), day, day)
		},
	}
	for _, unit := range []string{"day", "week", "month", "year"} {
		for _, edge := range []string{"start", "end"} {
			forms[edge+"of"+unit] = func(g *generator, s scope, c *plan.Call) string {
				return "kql_" + edge + "_of('" + unit + "', " + g.expr(s, c.Args[0]) + g.defaults(s, c, 1, 0) + ")"
			}
		}
	}
	for unit, ticks := range map[string][2]string{
		"seconds": {"1e7", "10000000, 1"}, "milliseconds": {"1e4", "10000, 1"}, "microseconds": {"1e1", "10, 1"}, "nanoseconds": {"1e-2", "1, 100"},
	} {
		forms["unixtime_"+unit+"_todatetime"] = func(g *generator, s scope, c *plan.Call) string {
			if c.Args[0].Type().Integral() { // a real has not all digits of a long
				return "kql_unixtime_long(" + g.expr(s, c.Args[0]) + ", " + ticks[1] + ")"
			}
			return "kql_unixtime(" + g.expr(s, c.Args[0]) + ", " + ticks[0] + ")"
		}
	}
	return forms
}

func part(name string) callForm {
	return format("CAST(kql_date_part('" + name + "', %s) AS INTEGER)")
}

// addUnits and partUnits are the units as a query may write them, separated by
// spaces.
const (
	addUnits  = " year quarter month week day hour minute second millisecond microsecond nanosecond "
	partUnits = " year quarter month week_of_year day dayofyear hour minute second millisecond microsecond nanosecond "
)

// unit writes the unit that the first argument names.
func (g *generator) unit(c *plan.Call, known string) string {
	name, ok := constText(c, 0)
	name = strings.ToLower(strings.TrimSpace(name))
	if !ok || name == "" || !strings.Contains(known, " "+name+" ") {
		return g.refuse(c.Func, "it has no unit "+Quote(name), "the units are"+strings.TrimRight(known, " "), c.At)
	}
	return Quote(name)
}

// formatTime refuses a format with a letter that is not documented.
func (g *generator) formatTime(s scope, c *plan.Call, function, letters string) string {
	text, ok := constText(c, 1)
	if !ok {
		return g.refuse(c.Func, "its format is not a constant", "", c.At)
	}
	for _, r := range text {
		if !strings.ContainsRune(letters+" /-:,._[]TZ", r) {
			return g.refuse(c.Func, fmt.Sprintf("its format has %q, which is not documented", r), "", c.At)
		}
	}
	if letters := undocumentedRun(text, strings.Contains(letters, "M")); letters != "" {
		return g.refuse(c.Func, fmt.Sprintf("its format has %q, which is not documented", letters), "", c.At)
	}
	return function + "(" + g.expr(s, c.Args[0]) + ", " + g.literalText(text) + ")"
}

// undocumentedRun returns the first run of one letter in a format that is longer
// or shorter than those that Kusto documents, or "". Days of a date have two
// digits, those of a timespan up to eight.
func undocumentedRun(format string, date bool) string {
	for i := 0; i < len(format); {
		n := 1
		for i+n < len(format) && format[i+n] == format[i] {
			n++
		}
		documented := true
		switch format[i] {
		case 'y':
			documented = n == 1 || n == 2 || n == 4
		case 'M', 'H', 'h', 'm', 's':
			documented = n <= 2
		case 'd':
			documented = n <= 2 || n <= 8 && !date
		case 't':
			documented = n == 2
		case 'f', 'F':
			documented = n <= 7
		}
		if !documented {
			return format[i : i+n]
		}
		i += n
	}
	return ""
}

func makeDateTime(g *generator, s scope, c *plan.Call) string {
	if len(c.Args) == 1 {
		return g.datetime(s, c.Args[0])
	}
	args := g.exprs(s, c.Args)
	for len(args) < 6 {
		args = append(args, "0")
	}
	return "kql_make_datetime(" + strings.Join(args, ", ") + ")"
}

// makeTimeSpan takes hours, minutes and seconds, or days before them.
func makeTimeSpan(g *generator, s scope, c *plan.Call) string {
	args := g.exprs(s, c.Args)
	if len(args) < 4 {
		args = append([]string{"0"}, args...)
	}
	if len(args) < 4 {
		args = append(args, "0")
	}
	return "kql_make_timespan(" + strings.Join(args, ", ") + ")"
}

// numberForms are the functions of numbers and their bits.
func numberForms() map[string]callForm {
	forms := map[string]callForm{
		"abs": byResult(map[types.Scalar]callForm{
			types.Long: format("kql_absolute(%s)"), types.TimeSpan: format("kql_absolute(%s)"), types.Real: fn("abs"),
		}),
		"sign": byResult(map[types.Scalar]callForm{
			types.Long: format("CAST(sign(%s) AS BIGINT)"), types.Real: format("CAST(sign(%s) AS DOUBLE)"),
		}),
		"round": byResult(map[types.Scalar]callForm{types.Real: func(g *generator, s scope, c *plan.Call) string {
			return "kql_round(" + g.expr(s, c.Args[0]) + g.defaults(s, c, 1, 0) + ")"
		}}),
		"ceiling": fn("ceil"),
		"pow":     fn("kql_pow"), "atan2": fn("kql_atan2"), "pi": format("pi()"),
		"isnan":    format("(coalesce(isnan(%s), false))"),
		"isinf":    format("(coalesce(isinf(%s), false))"),
		"isfinite": format("(coalesce(isfinite(%s), false))"),
		"tohex": func(g *generator, s scope, c *plan.Call) string {
			return "kql_tohex(" + g.expr(s, c.Args[0]) + g.defaults(s, c, 1, 0) + ")"
		},
		"range":      rangeForm,
		"binary_and": format("(%s & %s)"), "binary_or": format("(%s | %s)"), "binary_xor": format("xor(%s, %s)"), "binary_not": format("(~ %s)"),
		"binary_shift_left": fn("kql_shift_left"), "binary_shift_right": fn("kql_shift_right"), "bitset_count_ones": fn("kql_count_ones"),
	}
	for _, name := range []string{
		"acos", "asin", "atan", "cos", "cot", "sin", "tan", "degrees", "radians", "exp", "exp10", "exp2", "log", "log10", "log2", "sqrt", "gamma", "loggamma",
	} {
		forms[name] = fn("kql_" + name)
	}
	return forms
}

// rangeForm writes range(from, to[, step]).
func rangeForm(g *generator, s scope, c *plan.Call) string {
	function, step := "kql_range", literalLong(1)
	switch c.Args[0].Type() {
	case types.Real:
		function, step = "kql_range_real", "1.0"
	case types.DateTime:
		function, step = "kql_range_datetime", literalLong(types.TicksPerHour)
	case types.TimeSpan:
		function, step = "kql_range_timespan", literalLong(types.TicksPerHour)
	case types.Int, types.Long:
	case types.Unknown, types.Bool, types.Decimal, types.String, types.GUID, types.Dynamic:
		return g.refuse("range of a "+c.Args[0].Type().String(), "it has no steps", "", c.At)
	}
	args := g.exprs(s, c.Args)
	if len(args) < 3 {
		args = append(args, step)
	}
	return function + "(" + strings.Join(args, ", ") + ")"
}

// dynamicForms are the functions of dynamic values.
func dynamicForms() map[string]callForm {
	forms := map[string]callForm{
		"extract_json": fn("kql_extract_json"), "dynamic_to_json": fn("kql_sorted_json"),
		"pack_array": allDynamic("kql_pack_array"), "array_length": fn("kql_array_length"), "array_concat": fn("kql_array_concat"),
		"array_slice": fn("kql_array_slice"), "array_reverse": fn("kql_array_reverse"),
		"array_split": func(g *generator, s scope, c *plan.Call) string {
			return "kql_array_split(" + g.expr(s, c.Args[0]) + ", " + g.dynamic(s, c.Args[1]) + ")"
		},
		"array_index_of": func(g *generator, s scope, c *plan.Call) string {
			return "kql_array_index_of(" + g.expr(s, c.Args[0]) + ", " + g.dynamic(s, c.Args[1]) + g.defaults(s, c, 2, 0, -1, 1) + ")"
		},
		"array_rotate_left":  format("kql_array_rotate(%s, %s)"),
		"array_rotate_right": format("kql_array_rotate(%s, kql_subtract(0, %s))"),
		"array_shift_left":   shiftForm("%s"), "array_shift_right": shiftForm("kql_subtract(0, %s)"),
		"array_sort_asc": sortForm("false"), "array_sort_desc": sortForm("true"),
		"array_sum": fn("kql_array_sum"),
		"array_iff": allDynamic("kql_array_iff"), "strcat_array": fn("kql_strcat_array"), "zip": fn("kql_zip"),
		"bag_pack": func(g *generator, s scope, c *plan.Call) string { return g.packed("kql_bag_pack", s, c.Args) },
		"pack_all": func(g *generator, s scope, c *plan.Call) string {
			if flag, ok := c.Args[0].(*plan.Const); !ok || flag.Value.Int == 0 {
				return g.packed("kql_bag_pack", s, c.Args[1:])
			}
			return g.packed("kql_pack_all", s, c.Args[1:])
		},
		"bag_keys": fn("kql_bag_keys"), "bag_merge": fn("kql_bag_merge"), "bag_has_key": fn("kql_bag_has_key"),
		"bag_remove_keys": fn("kql_bag_remove_keys"), "bag_zip": fn("kql_bag_zip"),
		"bag_set_key": func(g *generator, s scope, c *plan.Call) string {
			return "kql_bag_set_key(" + g.expr(s, c.Args[0]) + ", " + g.expr(s, c.Args[1]) + ", " + g.dynamic(s, c.Args[2]) + ")"
		},
		"set_union": fn("kql_set_union"), "set_intersect": fn("kql_set_intersect"), "set_difference": fn("kql_set_difference"),
		"set_has_element": allDynamic("kql_set_has"), "set_equals": fn("kql_set_equals"), "jaccard_index": fn("kql_jaccard"),
		"series_fill_forward":  fillForm("forward"),
		"series_fill_backward": fillForm("backward"),
		"series_fill_const": func(g *generator, s scope, c *plan.Call) string {
			missing := "CAST(NULL AS VARCHAR)"
			if len(c.Args) == 3 {
				missing = g.dynamic(s, c.Args[2])
			}
			return "kql_series_fill_const(" + g.expr(s, c.Args[0]) + ", " + g.dynamic(s, c.Args[1]) + ", " + missing + ")"
		},
	}
	return forms
}

// allDynamic writes a call with every argument as a dynamic value.
func allDynamic(function string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		return function + "(" + strings.Join(g.dynamics(s, c.Args), ", ") + ")"
	}
}

func shiftForm(by string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		fill := "CAST(NULL AS VARCHAR)"
		if len(c.Args) == 3 {
			fill = g.dynamic(s, c.Args[2])
		}
		return "kql_array_shift(" + g.expr(s, c.Args[0]) + ", " + fmt.Sprintf(by, g.expr(s, c.Args[1])) + ", " + fill + ")"
	}
}

// fillForm fills nulls; another value to fill is refused.
func fillForm(direction string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		if len(c.Args) > 1 {
			return g.refuse(c.Func, "a placeholder other than null has no form here", "", c.At)
		}
		return "kql_series_fill(" + g.expr(s, c.Args[0]) + ", '" + direction + "')"
	}
}

// packed writes keys as text and values as dynamic.
func (g *generator) packed(function string, s scope, args []plan.Expr) string {
	list := make([]string, len(args))
	for i, a := range args {
		if i%2 == 0 {
			list[i] = g.text(s, a)
		} else {
			list[i] = g.dynamic(s, a)
		}
	}
	return function + "(" + strings.Join(list, ", ") + ")"
}

// addressForms are the functions of IP addresses and of places on earth.
func addressForms() map[string]callForm {
	return map[string]callForm{
		"ipv4_is_private": fn("kql_ipv4_is_private"), "ipv4_is_in_range": fn("kql_ipv4_in_range"), "ipv6_is_in_range": fn("kql_ipv6_in_range"),
		"ipv4_is_in_any_range": anyOf("kql_ipv4_in_any"), "ipv6_is_in_any_range": anyOf("kql_ipv6_in_any"),
		"ipv4_is_match": matched("kql_ipv4_compare", 32), "ipv6_is_match": matched("kql_ipv6_compare", 128),
		"ipv4_compare": compared("kql_ipv4_compare", 32), "ipv6_compare": compared("kql_ipv6_compare", 128),
		"ipv4_netmask_suffix": fn("kql_ipv4_suffix"), "ipv4_range_to_cidr_list": fn("kql_ipv4_cidrs"),
		"parse_ipv4": format("kql_parse_ipv4(%s, 32)"), "parse_ipv4_mask": fn("kql_parse_ipv4"),
		"parse_ipv6": format("kql_parse_ipv6(%s, 128)"), "parse_ipv6_mask": fn("kql_parse_ipv6"),
		"format_ipv4": func(g *generator, s scope, c *plan.Call) string {
			return "kql_format_ipv4(" + g.text(s, c.Args[0]) + g.defaults(s, c, 1, 32) + ", false)"
		},
		"format_ipv4_mask": func(g *generator, s scope, c *plan.Call) string {
			return "kql_format_ipv4(" + g.text(s, c.Args[0]) + g.defaults(s, c, 1, 32) + ", true)"
		},
		"has_ipv4": anyOf("kql_has_ipv4"), "has_any_ipv4": anyOf("kql_has_ipv4"),
		"has_ipv4_prefix": anyOf("kql_has_ipv4_prefix"), "has_any_ipv4_prefix": anyOf("kql_has_ipv4_prefix"),
		"geo_distance_2points": fn("kql_distance"),
	}
}

// anyOf writes a call with its further arguments as one list.
func anyOf(function string) callForm {
	return func(g *generator, s scope, c *plan.Call) string { return g.hasTerms(s, c, function) }
}

func compared(function string, most int64) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		return function + "(" + g.expr(s, c.Args[0]) + ", " + g.expr(s, c.Args[1]) + g.defaults(s, c, 2, most) + ")"
	}
}

func matched(function string, most int64) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		return "(" + compared(function, most)(g, s, c) + " = 0)"
	}
}

// originForms are the functions that plan.WithOrigins calls.
func originForms() map[string]callForm {
	return map[string]callForm{
		plan.OriginFunc:       fn("kql_origin"),
		plan.OriginsMergeFunc: fn("kql_merge_origins"),
	}
}
