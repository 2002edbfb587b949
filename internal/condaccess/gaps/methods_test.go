package gaps

import (
	"slices"
	"strings"
	"testing"
)

// TestLackingMethods holds the sets of methods that satisfy no combination to
// all sets that there are: none satisfies one, and each of the largest is there.
func TestLackingMethods(t *testing.T) {
	methods := []string{"password", "sms", "voice", "fido2", "federatedSingleFactor"}
	combinations := []string{"fido2", "password,sms", "password,voice", "federatedSingleFactor,sms", "password,softwareOath"}
	whole := func(set []string) bool {
		return slices.ContainsFunc(combinations, func(c string) bool { return len(except(strings.Split(c, ","), set)) == 0 })
	}
	got := lackingMethods(methods, combinations)
	for _, set := range got {
		if whole(set) {
			t.Errorf("%v satisfies a combination", set)
		}
	}
	for bits := range 1 << len(methods) {
		var set []string
		largest := true
		for i, m := range methods {
			if bits>>i&1 == 1 {
				set = append(set, m)
			}
		}
		for _, m := range except(methods, set) {
			largest = largest && whole(append(slices.Clone(set), m))
		}
		if whole(set) || !largest {
			continue
		}
		if !slices.ContainsFunc(got, func(g []string) bool { return slices.Equal(g, set) }) {
			t.Errorf("%v is not among %v", set, got)
		}
	}
}
