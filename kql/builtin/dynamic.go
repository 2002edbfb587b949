package builtin

import (
	"slices"

	"github.com/conshelf/conshelf/kql/types"
)

// dynamics are the functions that read or print a dynamic value.
func dynamics() []Function {
	return []Function{
		{
			Name: "extract_json", Signatures: sigs(sig(text, text, text)), Constant: []int{0},
			Doc: "The value at a JSONPath of a JSON text.",
		},
		alias("extractjson", "extract_json"),
		{Name: "dynamic_to_json", Signatures: sigs(sig(text, dynamic)), Doc: "The JSON text of a value, its keys in order."},
		{Name: "treepath", Column: PrefixedArg, Prefix: "tree", Signatures: sigs(sig(dynamic, dynamic)), Doc: "The paths of all leaves."},
		{Name: "zip", Signatures: sigs(sig(dynamic, dynamic, dynamic).variadic()), Doc: "An array of arrays of the elements in step."},
	}
}

// arrays are the functions of dynamic arrays.
func arrays() []Function {
	return []Function{
		{Name: "pack_array", Signatures: sigs(sig(dynamic, anyType).variadic()), Doc: "The array of its arguments."},
		{Name: "array_length", Signatures: sigs(sig(long, dynamic)), Doc: "The number of elements, or null if it is no array."},
		alias("arraylength", "array_length"),
		{Name: "array_concat", Signatures: sigs(sig(dynamic, dynamic).variadic()), Doc: "The elements of all arrays, in order."},
		{Name: "array_slice", Signatures: sigs(sig(dynamic, dynamic, long, long)), Doc: "The elements from an index to another, both included."},
		{Name: "array_split", Signatures: sigs(sig(dynamic, dynamic, long), sig(dynamic, dynamic, dynamic)), Doc: "The array cut at the indexes."},
		{Name: "array_index_of", Signatures: sigs(sig(long, dynamic, anyType, long, long, long).optional(3)), Doc: "The index of the first element equal to a value, or -1."},
		{Name: "array_reverse", Signatures: sigs(sig(dynamic, dynamic)), Doc: "The elements from last to first."},
		{Name: "array_rotate_left", Signatures: sigs(sig(dynamic, dynamic, long)), Doc: "The elements rotated left."},
		{Name: "array_rotate_right", Signatures: sigs(sig(dynamic, dynamic, long)), Doc: "The elements rotated right."},
		{Name: "array_shift_left", Signatures: sigs(sig(dynamic, dynamic, long, anyType).optional(1)), Doc: "The elements moved left, the gap filled."},
		{Name: "array_shift_right", Signatures: sigs(sig(dynamic, dynamic, long, anyType).optional(1)), Doc: "The elements moved right, the gap filled."},
		{Name: "array_sort_asc", Signatures: sorting(), Doc: "The elements from least to greatest; other arrays, and whether nulls are last, may follow. The call of several arrays is the array of them."},
		{Name: "array_sort_desc", Signatures: sorting(), Doc: "The elements from greatest to least; other arrays, and whether nulls are last, may follow. The call of several arrays is the array of them."},
		{Name: "array_sum", Signatures: sigs(sig(double, dynamic)), Doc: "The sum of the elements."},
		{Name: "array_iff", Signatures: sigs(sig(dynamic, dynamic, anyType, anyType)), Doc: "Element by element, the second argument's where the first's is true, else the third's."},
		alias("array_iif", "array_iff"),
		{Name: "strcat_array", Signatures: sigs(sig(text, dynamic, text)), Doc: "The elements as text, with a delimiter between."},
		alias("array_strcat", "strcat_array"),
	}
}

// sorting is the signatures of array_sort_asc and array_sort_desc: Kusto takes
// up to sixteen arrays.
func sorting() []Signature {
	list := sigs(sig(dynamic, dynamic).variadic())
	args := []types.Scalar{dynamic}
	for range 16 {
		list = append(list, sig(dynamic, append(slices.Clone(args), boolean)...))
		args = append(args, dynamic)
	}
	return list
}

// bags are the functions of property bags.
func bags() []Function {
	return []Function{
		{Name: "bag_pack", Signatures: sigs(sig(dynamic, text, anyType).variadic()), Doc: "The bag of keys and values, one after the other."},
		alias("pack", "bag_pack"),
		alias("pack_dictionary", "bag_pack"),
		{Name: "bag_pack_columns", Signatures: sigs(sig(dynamic, anyType).variadic()), Replaced: true, Doc: "The bag of columns by their names."},
		{
			Name: "pack_all", Signatures: sigs(sig(dynamic, boolean).optional(1)),
			Doc: "The bag of all columns by their names; with true, of those that are neither null nor empty. In a plan the flag is first, then names and values, one after the other; pack_all() is bag_pack.",
		},
		{Name: "bag_keys", Signatures: sigs(sig(dynamic, dynamic)), Doc: "The keys, as an array."},
		{Name: "bag_merge", Signatures: sigs(sig(dynamic, dynamic).variadic()), Doc: "The properties of all bags; the first of a key counts."},
		{Name: "bag_has_key", Signatures: sigs(sig(boolean, dynamic, text)), Doc: "True if the bag has the key or path."},
		{Name: "bag_remove_keys", Signatures: sigs(sig(dynamic, dynamic, dynamic)), Doc: "The bag without those keys and paths."},
		{Name: "bag_set_key", Signatures: sigs(sig(dynamic, dynamic, text, anyType)), Doc: "The bag with the key or path set."},
		{Name: "bag_zip", Signatures: sigs(sig(dynamic, dynamic, dynamic)), Doc: "The bag of an array of keys and one of values."},
	}
}

// sets are the functions that take arrays for sets.
func sets() []Function {
	return []Function{
		{Name: "set_union", Signatures: sigs(sig(dynamic, dynamic, dynamic).variadic()), Doc: "The distinct elements of all arrays."},
		{Name: "set_intersect", Signatures: sigs(sig(dynamic, dynamic, dynamic).variadic()), Doc: "The distinct elements that all arrays have."},
		{Name: "set_difference", Signatures: sigs(sig(dynamic, dynamic, dynamic).variadic()), Doc: "The distinct elements of the first array that no other has."},
		{Name: "set_has_element", Signatures: sigs(sig(boolean, dynamic, anyType)), Doc: "True if the array has the element."},
		{Name: "set_equals", Signatures: sigs(sig(boolean, dynamic, dynamic)), Doc: "True if both arrays have the same elements."},
		{Name: "jaccard_index", Signatures: sigs(sig(dynamic, dynamic, dynamic)), Doc: "The size of the intersection by that of the union."},
	}
}
