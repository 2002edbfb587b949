package duckdb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

// dynamicFunctions compare and read dynamic values.
func dynamicFunctions() []function {
	return []function{
		{name: "kql_json_equal", signature: "ss:b", eval: func(r *row, out *result) {
			a, b := r.json(0), r.json(1)
			if a != "null" || b != "null" {
				out.bool(a != "null" && b != "null" && equalJSON(a, b))
			}
		}},
		{name: "kql_json_compare", signature: "ss:l", eval: func(r *row, out *result) {
			if c, ok := compareJSON(r.json(0), r.json(1)); ok {
				out.long(int64(c))
			}
		}},
		{name: "kql_json_in", signature: "ss*:b", eval: func(r *row, out *result) { out.bool(inArrays(r, equalJSON)) }},
		{name: "kql_json_in_fold", signature: "ss*:b", eval: func(r *row, out *result) { out.bool(inArrays(r, equalFold)) }},
		{name: "kql_at", signature: "ss:s", eval: func(r *row, out *result) { out.json(at(r.json(0), r.json(1))) }},
		{name: "kql_gettype", signature: "s:s", eval: func(r *row, out *result) { out.text(dynamicType(r.json(0))) }},
		{name: "kql_extract_json", signature: "ss:s", eval: func(r *row, out *result) { out.text(extractJSON(r.text(0), r.text(1))) }},
		{name: "kql_sorted_json", signature: "s:s", eval: func(r *row, out *result) {
			if r.null(0) {
				out.text("null")
				return
			}
			out.text(sortKeys(r.json(0)))
		}},
		{name: "kql_is_empty", signature: "s:b", eval: func(r *row, out *result) {
			j := r.json(0)
			out.bool(j == "null" || j == `""`)
		}},
	}
}

// inArrays tells whether the first argument equals an element of the others.
func inArrays(r *row, equal func(a, b string) bool) bool {
	if r.null(0) {
		return false
	}
	x := r.json(0)
	for k := 1; k < len(r.args); k++ {
		for _, e := range flatten(nil, r.json(k)) {
			if e != "null" && equal(x, e) {
				return true
			}
		}
	}
	return false
}

func equalFold(a, b string) bool { return strings.EqualFold(dynamicText(a), dynamicText(b)) }

// at is x[k]: an element for a number, a member for a string.
func at(x, k string) string {
	if isString(k) {
		value, ok := member(x, k)
		if !ok {
			return "null"
		}
		return value
	}
	i, err := strconv.Atoi(k)
	if err != nil {
		return "null"
	}
	list := elements(x)
	if i < 0 {
		i += len(list)
	}
	if i < 0 || i >= len(list) {
		return "null"
	}
	return list[i]
}

func dynamicType(json string) string {
	switch {
	case json == "null":
		return "null"
	case isArray(json):
		return "array"
	case isBag(json):
		return "dictionary"
	case isString(json):
		return "string"
	case isBoolean(json):
		return "bool"
	}
	if _, err := strconv.ParseInt(json, 10, 64); err == nil {
		return "long"
	}
	return "double"
}

// extractJSON returns the text of what a JSONPath of members and elements
// leads to in a JSON text; ” if it leads nowhere.
func extractJSON(path, text string) string {
	json, ok := canonical(text)
	if !ok {
		return ""
	}
	rest, ok := strings.CutPrefix(path, "$")
	for ok && rest != "" && json != "null" {
		var step string
		step, rest, ok = jsonPathStep(rest)
		if ok {
			json = at(json, step)
		}
	}
	if !ok {
		return ""
	}
	return dynamicText(json)
}

// jsonPathStep cuts the first step off a path and returns it as a JSON value.
func jsonPathStep(path string) (step, rest string, ok bool) {
	if name, isMember := strings.CutPrefix(path, "."); isMember {
		end := strings.IndexAny(name, ".[")
		if end < 0 {
			end = len(name)
		}
		return quoted(name[:end]), name[end:], end > 0
	}
	inner, isIndex := strings.CutPrefix(path, "[")
	end := strings.IndexByte(inner, ']')
	if !isIndex || end < 0 {
		return "", "", false
	}
	step, rest = inner[:end], inner[end+1:]
	if n := len(step); n >= 2 && (step[0] == '\'' || step[0] == '"') && step[n-1] == step[0] {
		return quoted(step[1 : n-1]), rest, true
	}
	_, err := strconv.Atoi(step)
	return step, rest, err == nil
}

// sortKeys writes a value with the members of every bag in order of their keys.
func sortKeys(json string) string {
	switch {
	case isArray(json):
		list := elements(json)
		for i, e := range list {
			list[i] = sortKeys(e)
		}
		return joinArray(list)
	case isBag(json):
		list := properties(json)
		for i := range list {
			list[i].value = sortKeys(list[i].value)
		}
		slices.SortStableFunc(list, func(a, b property) int { return strings.Compare(a.key, b.key) })
		return joinBag(list)
	}
	return json
}

// bagFunctions are those of property bags.
func bagFunctions() []function {
	return []function{
		{name: "kql_bag_pack", signature: "s*:s", eval: func(r *row, out *result) {
			var list []property
			for k := 0; k+1 < len(r.args); k += 2 {
				list = append(list, property{quoted(r.text(k)), r.json(k + 1)})
			}
			out.text(joinBag(list))
		}},
		{name: "kql_pack_all", signature: "s*:s", eval: func(r *row, out *result) {
			var list []property
			for k := 0; k+1 < len(r.args); k += 2 {
				if v := r.json(k + 1); v != "null" && v != `""` {
					list = append(list, property{quoted(r.text(k)), v})
				}
			}
			out.text(joinBag(list))
		}},
		{name: "kql_bag_keys", signature: "s:s", eval: func(r *row, out *result) {
			if !isBag(r.json(0)) {
				return
			}
			keys := []string{}
			for _, p := range properties(r.json(0)) {
				if !slices.Contains(keys, p.key) {
					keys = append(keys, p.key)
				}
			}
			out.text(joinArray(keys))
		}},
		{name: "kql_bag_merge", signature: "s*:s", eval: func(r *row, out *result) {
			var list []property
			bags := 0
			for k := range r.args {
				if j := r.json(k); isBag(j) {
					bags++
					list = append(list, properties(j)...)
				}
			}
			if bags > 0 {
				out.text(joinBag(list))
			}
		}},
		// The bags of a group, in order; null are left out.
		{name: "kql_make_bag", signature: "Sl:s", eval: func(r *row, out *result) {
			var list []property
			for _, j := range r.list(0) {
				list = append(list, properties(j)...)
			}
			if limit := int(r.long(1)); len(list) > limit {
				list = list[:limit]
			}
			out.text(joinBag(list))
		}},
		{name: "kql_bag_has_key", signature: "ss:b", eval: func(r *row, out *result) {
			if !isBag(r.json(0)) {
				return
			}
			if strings.HasPrefix(r.text(1), "$") {
				out.bool(hasPath(r.json(0), r.text(1)))
				return
			}
			_, found := member(r.json(0), quoted(r.text(1)))
			out.bool(found)
		}},
		{name: "kql_bag_remove_keys", signature: "ss:s", eval: func(r *row, out *result) {
			if !isBag(r.json(0)) || !isArray(r.json(1)) {
				return
			}
			json := r.json(0)
			for _, key := range elements(r.json(1)) {
				json = removePath(json, pathSteps(dynamicText(key)))
			}
			out.text(json)
		}},
		{name: "kql_bag_set_key", signature: "sss:s", eval: func(r *row, out *result) {
			if isBag(r.json(0)) {
				out.text(setPath(r.json(0), pathSteps(r.text(1)), r.json(2)))
			}
		}},
		{name: "kql_bag_zip", signature: "ss:s", eval: func(r *row, out *result) {
			keys, values := elements(r.json(0)), elements(r.json(1))
			if !isArray(r.json(0)) || !isArray(r.json(1)) {
				return
			}
			var list []property
			for i, key := range keys {
				value := "null"
				if i < len(values) {
					value = values[i]
				}
				if isString(key) {
					list = append(list, property{key, value})
				}
			}
			out.text(joinBag(list))
		}},
	}
}

// pathSteps returns the steps of a JSONPath; a text that is none is one key.
func pathSteps(path string) []string {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok || rest == "" {
		return []string{quoted(path)}
	}
	var steps []string
	for rest != "" {
		var step string
		if step, rest, ok = jsonPathStep(rest); !ok {
			return []string{quoted(path)}
		}
		steps = append(steps, step)
	}
	return steps
}

func hasPath(json, path string) bool {
	steps := pathSteps(path)
	for _, step := range steps[:len(steps)-1] {
		json = at(json, step)
	}
	last := steps[len(steps)-1]
	if isString(last) {
		_, found := member(json, last)
		return found
	}
	return at(json, last) != "null"
}

func removePath(json string, steps []string) string {
	var kept []property
	for _, p := range properties(json) {
		switch {
		case p.key != steps[0]:
		case len(steps) == 1:
			continue
		default:
			p.value = removePath(p.value, steps[1:])
		}
		kept = append(kept, p)
	}
	if !isBag(json) {
		return json
	}
	return joinBag(kept)
}

func setPath(json string, steps []string, value string) string {
	list := properties(json)
	if len(steps) > 1 {
		inner, ok := member(json, steps[0])
		if !ok || !isBag(inner) {
			inner = "{}"
		}
		value = setPath(inner, steps[1:], value)
	}
	for i := range list {
		if list[i].key == steps[0] {
			list[i].value = value
			return joinBag(list)
		}
	}
	return joinBag(append(list, property{steps[0], value}))
}

// arrayFunctions are those of dynamic arrays, and of arrays as sets.
func arrayFunctions() []function {
	return []function{
		{name: "kql_pack_array", signature: "s*:s", eval: func(r *row, out *result) {
			var list []string
			for k := range r.args {
				list = append(list, r.json(k))
			}
			out.text(joinArray(list))
		}},
		{name: "kql_array", signature: "Sl:s", eval: func(r *row, out *result) {
			list := r.list(0)
			out.text(joinArray(list[:min(len(list), max(0, int(r.long(1))))]))
		}},
		// The bins of a series: cut, they would look like all.
		{name: "kql_series_bins", signature: "S:s", eval: func(r *row, out *result) {
			list := r.list(0)
			if len(list) > maxRange {
				uncertain("make-series", errLongArray)
			}
			out.text(joinArray(list))
		}},
		// As kql_array, but an array adds its elements.
		{name: "kql_array_of", signature: "Sl:s", eval: func(r *row, out *result) {
			var list []string
			for _, e := range r.list(0) {
				if isArray(e) {
					list = append(list, elements(e)...)
				} else {
					list = append(list, e)
				}
			}
			out.text(joinArray(list[:min(len(list), max(0, int(r.long(1))))]))
		}},
		{name: "kql_array_concat", signature: "s*:s", eval: func(r *row, out *result) {
			var list []string
			for k := range r.args {
				list = append(list, elements(r.json(k))...)
			}
			out.text(joinArray(list))
		}},
		arrayFunction("kql_array_slice", "sll:s", func(r *row, list []string) string {
			from, to := index(r.long(1), len(list)), index(r.long(2), len(list))
			from, to = max(from, 0), min(to, len(list)-1)
			if from > to {
				return "[]"
			}
			return joinArray(list[from : to+1])
		}),
		arrayFunction("kql_array_reverse", "s:s", func(_ *row, list []string) string {
			slices.Reverse(list)
			return joinArray(list)
		}),
		arrayFunction("kql_array_rotate", "sl:s", func(r *row, list []string) string { return joinArray(rotate(list, r.long(1))) }),
		arrayFunction("kql_array_shift", "sls:s", func(r *row, list []string) string { return joinArray(shift(list, r.long(1), r.json(2))) }),
		{name: "kql_array_sort", signature: "bbs*:s", eval: func(r *row, out *result) { out.sortedArrays(r) }},
		arrayFunction("kql_array_split", "ss:s", func(r *row, list []string) string { return split(list, r.json(1)) }),
		{name: "kql_array_index_of", signature: "sslll:l", eval: func(r *row, out *result) {
			if isArray(r.json(0)) {
				out.long(arrayIndexOf(elements(r.json(0)), r.json(1), r.long(2), r.long(3), r.long(4)))
			}
		}},
		{name: "kql_array_sum", signature: "s:d", eval: func(r *row, out *result) {
			if !isArray(r.json(0)) {
				return
			}
			sum := 0.0
			for _, e := range elements(r.json(0)) {
				f, ok := number(e)
				if !ok {
					return
				}
				sum += f
			}
			out.real(sum)
		}},
		{name: "kql_array_iff", signature: "sss:s", eval: func(r *row, out *result) {
			if isArray(r.json(0)) {
				out.text(arrayIff(elements(r.json(0)), r.json(1), r.json(2)))
			}
		}},
		{name: "kql_strcat_array", signature: "ss:s", eval: func(r *row, out *result) {
			var list []string
			for _, e := range elements(r.json(0)) {
				list = append(list, dynamicText(e))
			}
			out.text(strings.Join(list, r.text(1)))
		}},
		{name: "kql_repeat", signature: "sl:s", eval: func(r *row, out *result) {
			if r.null(1) || r.long(1) < 0 {
				return
			}
			if r.long(1) > maxRange {
				uncertain("repeat", errLongArray)
			}
			out.text(joinArray(slices.Repeat([]string{r.json(0)}, int(r.long(1)))))
		}},
		{name: "kql_zip", signature: "s*:s", eval: func(r *row, out *result) { out.text(zip(r)) }},
		{name: "kql_set_union", signature: "s*:s", eval: setFunction(func([]int) bool { return true })},
		{name: "kql_set_intersect", signature: "s*:s", eval: setFunction(func(count []int) bool { return !slices.Contains(count, 0) })},
		{name: "kql_set_difference", signature: "s*:s", eval: setFunction(func(count []int) bool {
			return count[0] > 0 && !slices.ContainsFunc(count[1:], func(n int) bool { return n > 0 })
		})},
		{name: "kql_set_has", signature: "ss:b", eval: func(r *row, out *result) {
			if isArray(r.json(0)) {
				out.bool(slices.ContainsFunc(elements(r.json(0)), func(e string) bool { return equalJSON(e, r.json(1)) }))
			}
		}},
		{name: "kql_set_equals", signature: "ss:b", eval: func(r *row, out *result) {
			if isArray(r.json(0)) && isArray(r.json(1)) {
				a, b := distinct(elements(r.json(0))), distinct(elements(r.json(1)))
				out.bool(len(a) == len(b) && len(distinct(append(a, b...))) == len(b))
			}
		}},
		{name: "kql_jaccard", signature: "ss:s", eval: func(r *row, out *result) {
			if !isArray(r.json(0)) || !isArray(r.json(1)) {
				return
			}
			a, b := distinct(elements(r.json(0))), distinct(elements(r.json(1)))
			union := len(distinct(slices.Concat(a, b)))
			out.text(realJSON(float64(len(a)+len(b)-union) / float64(union)))
		}},
	}
}

// arrayFunction is a function of an array and more; of anything else, and of
// a null among the rest but the last, it is null.
func arrayFunction(name, signature string, f func(r *row, list []string) string) function {
	return function{name: name, signature: signature, eval: func(r *row, out *result) {
		if !isArray(r.json(0)) || len(r.args) > 1 && r.null(1) || name == "kql_array_slice" && r.null(2) {
			return
		}
		out.text(f(r, elements(r.json(0))))
	}}
}

func index(i int64, n int) int {
	if i < 0 {
		i += int64(n)
	}
	return int(max(-1, min(i, int64(n))))
}

// rotate moves every element left by so many places, those at the front to
// the end.
func rotate(list []string, by int64) []string {
	if len(list) == 0 {
		return list
	}
	n := int(by % int64(len(list)))
	if n < 0 {
		n += len(list)
	}
	return slices.Concat(list[n:], list[:n])
}

// shift moves every element left by so many places and fills the gap.
func shift(list []string, by int64, fill string) []string {
	moved := make([]string, len(list))
	for i := range moved {
		from := int64(i) + by
		if from >= 0 && from < int64(len(list)) {
			moved[i] = list[from]
		} else {
			moved[i] = fill
		}
	}
	return moved
}

// split cuts an array at an index, or at each of an array of them.
func split(list []string, indexes string) string {
	cuts := []string{indexes}
	if isArray(indexes) {
		cuts = elements(indexes)
	}
	var parts []string
	start := 0
	for _, cut := range cuts {
		n, err := strconv.ParseInt(cut, 10, 64)
		if err != nil {
			return "null"
		}
		end := max(start, max(0, index(n, len(list))))
		parts = append(parts, joinArray(list[start:end]))
		start = end
	}
	return joinArray(append(parts, joinArray(list[start:])))
}

// arrayIndexOf searches length elements from start on for the so-many-th
// occurrence of a value; a length of -1 is all.
func arrayIndexOf(list []string, value string, start, length, occurrence int64) int64 {
	if start < 0 {
		start = max(0, start+int64(len(list)))
	}
	end := int64(len(list))
	if length >= 0 {
		end = min(end, start+length)
	}
	for i := start; i < end; i++ {
		if !equalJSON(list[i], value) {
			continue
		}
		if occurrence--; occurrence <= 0 {
			return i
		}
	}
	return -1
}

func arrayIff(conditions []string, yes, no string) string {
	pick := func(from string, i int) string {
		if !isArray(from) {
			return from
		}
		if list := elements(from); i < len(list) {
			return list[i]
		}
		return "null"
	}
	list := make([]string, len(conditions))
	for i, c := range conditions {
		truth, ok := dynamicBool(c)
		switch {
		case !ok:
			list[i] = "null"
		case truth:
			list[i] = pick(yes, i)
		default:
			list[i] = pick(no, i)
		}
	}
	return joinArray(list)
}

// zip makes arrays of the elements in step; a shorter array is filled with
// nulls, and what is no array is an array of itself.
func zip(r *row) string {
	arrays := make([][]string, len(r.args))
	longest := 0
	for k := range r.args {
		arrays[k] = elements(r.json(k))
		if !isArray(r.json(k)) {
			arrays[k] = []string{r.json(k)}
		}
		longest = max(longest, len(arrays[k]))
	}
	list := make([]string, longest)
	for i := range list {
		tuple := make([]string, len(arrays))
		for k, a := range arrays {
			tuple[k] = "null"
			if i < len(a) {
				tuple[k] = a[i]
			}
		}
		list[i] = joinArray(tuple)
	}
	return joinArray(list)
}

func distinct(list []string) []string {
	seen := make(map[string]bool, len(list))
	var kept []string
	for _, e := range list {
		if !seen[e] {
			seen[e] = true
			kept = append(kept, e)
		}
	}
	return kept
}

// setFunction lists the distinct elements that keep accepts; it is given how
// often the element stands in each argument.
func setFunction(keep func(count []int) bool) func(r *row, out *result) {
	return func(r *row, out *result) {
		counts := map[string][]int{}
		var all []string
		for k := range r.args {
			if !isArray(r.json(k)) {
				return
			}
			for _, e := range elements(r.json(k)) {
				if counts[e] == nil {
					counts[e] = make([]int, len(r.args))
					all = append(all, e)
				}
				counts[e][k]++
			}
		}
		out.text(joinArray(slices.DeleteFunc(all, func(e string) bool { return !keep(counts[e]) })))
	}
}

// seriesFunctions are those of arrays of numbers.
func seriesFunctions() []function {
	return []function{
		{name: "kql_range", signature: "lll:s", eval: func(r *row, out *result) {
			if r.anyNull() || r.long(2) == 0 {
				return
			}
			out.text(longRange(r.long(0), r.long(1), r.long(2), func(n int64) string { return strconv.FormatInt(n, 10) }))
		}},
		{name: "kql_range_datetime", signature: "lll:s", eval: func(r *row, out *result) {
			if r.anyNull() || r.long(2) == 0 {
				return
			}
			out.text(longRange(r.long(0), r.long(1), r.long(2), func(n int64) string { return quoted(types.FormatDateTime(n)) }))
		}},
		{name: "kql_range_timespan", signature: "lll:s", eval: func(r *row, out *result) {
			if r.anyNull() || r.long(2) == 0 {
				return
			}
			out.text(longRange(r.long(0), r.long(1), r.long(2), func(n int64) string { return quoted(types.FormatTimeSpan(n)) }))
		}},
		{name: "kql_range_real", signature: "ddd:s", eval: func(r *row, out *result) {
			if r.anyNull() || r.real(2) == 0 {
				return
			}
			var list []string
			for i := 0; i < maxRange; i++ {
				f := r.real(0) + float64(i)*r.real(2)
				if r.real(2) > 0 && f > r.real(1) || r.real(2) < 0 && f < r.real(1) {
					break
				}
				list = append(list, realJSON(f))
			}
			out.text(joinArray(list))
		}},
		{name: "kql_series_fill", signature: "ss:s", eval: func(r *row, out *result) {
			if isArray(r.json(0)) {
				out.text(joinArray(fill(elements(r.json(0)), r.text(1))))
			}
		}},
		{name: "kql_series_fill_const", signature: "sss:s", eval: func(r *row, out *result) {
			if !isArray(r.json(0)) {
				return
			}
			list := elements(r.json(0))
			for i, e := range list {
				if equalJSON(e, r.json(2)) {
					list[i] = r.json(1)
				}
			}
			out.text(joinArray(list))
		}},
	}
}

// maxRange is how many values range gives at most.
const maxRange = 1 << 20

// errLongArray is why no longer array is made.
var errLongArray = fmt.Errorf("an array of more than %d values is not known to have an answer", maxRange)

func longRange(from, to, step int64, print func(int64) string) string {
	var list []string
	for n := from; len(list) < maxRange && (step > 0 && n <= to || step < 0 && n >= to); n += step {
		list = append(list, print(n))
		if (n+step > n) != (step > 0) {
			break // past the last long
		}
	}
	return joinArray(list)
}

// fill replaces nulls by the value before, or after.
func fill(list []string, direction string) []string {
	if direction == "backward" {
		slices.Reverse(list)
		defer slices.Reverse(list)
	}
	for i := 1; i < len(list); i++ {
		if list[i] == "null" {
			list[i] = list[i-1]
		}
	}
	return list
}
