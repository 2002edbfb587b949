package builtin

import "slices"

// looseArguments says which arguments of a function Microsoft's binder takes
// whatever scalar they are, though its documentation names one type.
func looseArguments() map[string][]int {
	return map[string][]int{
		"around": {0, 1, 2}, "array_strcat": {1}, "bin_at": {0, 1, 2}, "dynamic_to_json": {0}, "geo_h3cell_children": {1}, "geo_h3cell_parent": {1},
		"geo_h3cell_rings": {1}, "geo_line_to_s2cells": {1}, "geo_polygon_to_h3cells": {1}, "hash_combine": {0, 1, 2}, "indexof_regex": {0, 1},
		"isascii": {0}, "isutf8": {0}, "make_datetime": {0}, "pack_all": {0}, "parse_command_line": {0}, "range": {0, 1, 2}, "regex_quote": {0},
		"split": {0}, "strcat_array": {1}, "strcmp": {0, 1}, "substring": {0}, "to_utf8": {0}, "tolower": {0}, "toupper": {0},
		"unicode_codepoints_from_string": {0},
	}
}

// shorterCalls are ways to call a function with fewer or more arguments than
// its documentation names.
func shorterCalls() map[string][]Signature {
	return map[string][]Signature{
		"bin":               sigs(sig(instant, instant, instant)),
		"hash_many":         sigs(sig(long, anyType)),
		"make_timespan":     sigs(sig(span, anyType), sig(span, double, double, double, double, double)),
		"parse_user_agent":  sigs(sig(dynamic, text)),
		"series_fill_const": sigs(sig(dynamic, dynamic)),
	}
}

// withChecked returns the rows with the calls that are only looked at.
func withChecked(list []Function) []Function {
	loose, shorter := looseArguments(), shorterCalls()
	list = slices.Clone(list)
	for i := range list {
		f := &list[i]
		f.Checked = append(f.Checked, shorter[f.Name]...)
		for _, s := range f.Signatures {
			f.Checked = append(f.Checked, s.loosened(loose[f.Name])...)
		}
	}
	return list
}

// loosened returns the signature with any type at some arguments; nothing if
// there are none.
func (s Signature) loosened(at []int) []Signature {
	if len(at) == 0 {
		return nil
	}
	s.Args = slices.Clone(s.Args)
	for _, i := range at {
		if i < len(s.Args) {
			s.Args[i] = anyType
		}
	}
	return sigs(s)
}
