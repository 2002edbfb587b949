package builtin

import (
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/kql/types"
)

func TestRowsAreWhole(t *testing.T) {
	for _, f := range Functions() {
		if f.Doc == "" || !strings.HasSuffix(f.Doc, ".") {
			t.Errorf("%s: doc %q is not a sentence", f.Name, f.Doc)
		}
		if f.Alias != "" {
			continue
		}
		if len(f.Signatures) == 0 {
			t.Errorf("%s has no signature", f.Name)
		}
		for _, s := range f.Signatures {
			if s.Optional > len(s.Args) {
				t.Errorf("%s: %d of %d arguments are optional", f.Name, s.Optional, len(s.Args))
			}
			if s.Variadic && len(s.Args) == 0 {
				t.Errorf("%s: nothing repeats", f.Name)
			}
			if s.Result != types.Unknown && s.ResultOf != nil {
				t.Errorf("%s: two results", f.Name)
			}
		}
	}
}

func TestFunctionsAreSorted(t *testing.T) {
	if !slices.IsSortedFunc(Functions(), func(a, b Function) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("Functions is not sorted by name")
	}
}

func TestLookup(t *testing.T) {
	tests := []struct {
		name, want, prefix string
		column             NameRule
	}{
		{"iif", "iff", "", NoName},
		{"parse_json", "todynamic", "", FirstArg},
		{"any", "take_any", "any", PrefixedArg},
		{"take_any", "take_any", "", FirstArgOnly},
		{"make_set", "make_set", "set", PrefixedArg},
		{"makeset", "make_set", "set", PrefixedArg},
		{"<>", "!=", "", NoName},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, ok := Lookup(test.name)
			if !ok || f.Name != test.want || f.Prefix != test.prefix || f.Column != test.column {
				t.Errorf("Lookup(%q) = %+v, %v; want %s named by %v with %q", test.name, f, ok, test.want, test.column, test.prefix)
			}
		})
	}
	if _, ok := Lookup("Iff"); ok {
		t.Error("Lookup(Iff) found a row; names have their own case")
	}
}

func TestEveryAliasHasARow(t *testing.T) {
	for _, f := range Functions() {
		if _, ok := Lookup(f.Name); !ok {
			t.Errorf("Lookup(%q) found nothing", f.Name)
		}
	}
}
