package duckdb

import "slices"

// sortedArrays sorts an array, or several by the order of the first: an array of
// arrays. The first two arguments say whether the order descends, and whether
// nulls are last. An array that is not as long as the first is null.
func (w *result) sortedArrays(r *row) {
	if !isArray(r.json(2)) {
		return
	}
	first := elements(r.json(2))
	places := sortedPlaces(first, r.bool(0), r.bool(1))
	if len(r.args) == 3 {
		w.text(joinArray(placed(first, places)))
		return
	}
	arrays := make([]string, 0, len(r.args)-2)
	for k := 2; k < len(r.args); k++ {
		list := elements(r.json(k))
		if !isArray(r.json(k)) || len(list) != len(first) {
			arrays = append(arrays, "null")
			continue
		}
		arrays = append(arrays, joinArray(placed(list, places)))
	}
	w.text(joinArray(arrays))
}

// placed returns the elements at those places.
func placed(list []string, places []int) []string {
	out := make([]string, len(places))
	for i, p := range places {
		out[i] = list[p]
	}
	return out
}

// sortedPlaces returns the places of elements in their order: numbers, strings
// and all others. Elements that are equal stay in order.
func sortedPlaces(list []string, descending, nullsLast bool) []int {
	places := make([]int, len(list))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(i, k int) int {
		a, b := list[i], list[k]
		if x, y := sortRank(a, nullsLast), sortRank(b, nullsLast); x != y || a == "null" {
			return x - y
		}
		c, _ := compareJSON(a, b)
		if descending {
			return -c
		}
		return c
	})
	return places
}

func sortRank(s string, nullsLast bool) int {
	switch {
	case s == "null" && nullsLast:
		return 3
	case s == "null":
		return -1
	case isNumber(s):
		return 0
	case isString(s):
		return 1
	}
	return 2
}
