package gaps

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A deviceKind is what a profile's device is, as controls see it.
type deviceKind int

const (
	noDevice   deviceKind = iota // none is shown
	unmanaged                    // neither compliant nor hybrid, registered or not
	compliant                    // compliant, not hybrid
	hybrid                       // hybrid, not compliant
	fullDevice                   // both
)

func deviceKinds() []deviceKind {
	return []deviceKind{noDevice, unmanaged, compliant, hybrid, fullDevice}
}

func (k deviceKind) compliant() condaccess.Truth { return truth(k == compliant || k == fullDevice) }
func (k deviceKind) hybrid() condaccess.Truth    { return truth(k == hybrid || k == fullDevice) }

func truth(b bool) condaccess.Truth {
	if b {
		return condaccess.Yes
	}
	return condaccess.No
}

// maxDevices is how many devices a universe holds. Filters that tell more apart
// are refused.
const maxDevices = 200000

// separator is in no rule: between two pieces of a value it makes no third.
const separator = "\x1f"

// devicesOf returns the devices of a kind that filters tell apart.
func devicesOf(t *condaccess.Tenant, kind deviceKind) ([]atom, error) {
	unregistered := atom{label: "an unregistered device", put: func(s *condaccess.SignIn) { s.Device = condaccess.Device{Registered: condaccess.No} }}
	switch kind {
	case noDevice:
		return []atom{unregistered}, nil
	case unmanaged, compliant, hybrid, fullDevice:
	}
	attributes, err := attributesOf(t, kind)
	if err != nil {
		return nil, err
	}
	var out []atom
	if kind == unmanaged {
		out = append(out, unregistered)
	}
	combine(attributes, func(values map[string][]string) {
		for _, managed := range []condaccess.Truth{condaccess.No, condaccess.Yes} {
			d := condaccess.Device{Registered: condaccess.Yes, Attributes: values, Managed: managed}
			out = append(out, atom{label: deviceLabel(values), put: func(s *condaccess.SignIn) { s.Device = d }})
		}
	})
	return out, nil
}

// An attribute has values that stand for all it can have; nil is null.
type attribute struct {
	name   string
	values [][]string
}

func attributesOf(t *condaccess.Tenant, kind deviceKind) ([]attribute, error) {
	rules := make(map[string][]*condaccess.CompareExpr)
	for _, p := range t.Policies {
		if f := p.Conditions.DeviceFilter; f != nil && f.Expr != nil {
			compared(f.Expr, rules)
		}
	}
	out := kind.attributes()
	delete(rules, "iscompliant")
	delete(rules, "trusttype")
	var names []string
	for name := range rules {
		names = append(names, name)
	}
	slices.Sort(names)
	product := len(out[0].values) * len(out[1].values)
	for _, name := range names {
		values, err := valuesOf(name, rules[name])
		if err != nil {
			return nil, err
		}
		if product *= len(values); product > maxDevices {
			return nil, fmt.Errorf("the device filters tell more than %d devices apart", maxDevices)
		}
		out = append(out, attribute{name, values})
	}
	return out, nil
}

// attributes returns what a device of the kind has in the two attributes that
// make it one.
func (k deviceKind) attributes() []attribute {
	managed := [][]string{{"true"}}
	if k.compliant() == condaccess.No {
		managed = [][]string{nil, {"false"}}
	}
	joined := [][]string{{"ServerAD"}}
	if k.hybrid() == condaccess.No {
		joined = [][]string{nil, {"AzureAD"}, {"Workplace"}}
	}
	return []attribute{{"iscompliant", managed}, {"trusttype", joined}}
}

// compared gathers the comparisons of a rule by attribute.
func compared(e condaccess.Expr, into map[string][]*condaccess.CompareExpr) {
	switch e := e.(type) {
	case *condaccess.AndExpr:
		compared(e.X, into)
		compared(e.Y, into)
	case *condaccess.OrExpr:
		compared(e.X, into)
		compared(e.Y, into)
	case *condaccess.NotExpr:
		compared(e.X, into)
	case *condaccess.CompareExpr:
		into[e.Attribute] = append(into[e.Attribute], e)
	default:
		panic(e)
	}
}

// maxParts is how many values of -contains a universe holds each set of.
const maxParts = 8

// valuesOf returns values that stand for all that an attribute can have. A value
// is told from others by which it equals, the longest beginning, the longest end
// and the parts that rules name, and so is one of these.
func valuesOf(name string, rules []*condaccess.CompareExpr) ([][]string, error) {
	var whole, starts, ends, parts []string
	for _, r := range rules {
		switch r.Op {
		case condaccess.OpEq, condaccess.OpNe, condaccess.OpIn, condaccess.OpNotIn:
			whole = append(whole, r.Values...)
		case condaccess.OpStartsWith, condaccess.OpNotStartsWith:
			starts = append(starts, r.Values...)
		case condaccess.OpEndsWith, condaccess.OpNotEndsWith:
			ends = append(ends, r.Values...)
		case condaccess.OpContains, condaccess.OpNotContains:
			parts = append(parts, r.Values...)
		}
	}
	if name == "physicalids" || name == "systemlabels" {
		return collections(name, slices.Concat(whole, parts), len(starts)+len(ends) > 0)
	}
	parts = unique(parts)
	if len(parts) > maxParts {
		return nil, fmt.Errorf("the device filters look for more than %d parts of %s", maxParts, name)
	}
	out := [][]string{nil}
	for _, v := range unique(whole) {
		out = append(out, []string{v})
	}
	for _, start := range append([]string{""}, unique(starts)...) {
		for _, end := range append([]string{""}, unique(ends)...) {
			for subset := range 1 << len(parts) {
				out = append(out, []string{start + separator + chosen(parts, subset) + end})
			}
		}
	}
	return out, nil
}

// collections returns sets of the elements that rules name.
func collections(name string, elements []string, pieces bool) ([][]string, error) {
	elements = unique(elements)
	if pieces || len(elements) > maxParts {
		return nil, fmt.Errorf("the device filters look for pieces, or for more than %d elements, of %s", maxParts, name)
	}
	var out [][]string
	for subset := range 1 << len(elements) {
		var has []string
		for i, e := range elements {
			if subset&(1<<i) != 0 {
				has = append(has, e)
			}
		}
		out = append(out, has)
	}
	return append(out, []string{separator}), nil
}

func chosen(parts []string, subset int) string {
	var b strings.Builder
	for i, p := range parts {
		if subset&(1<<i) != 0 {
			b.WriteString(p + separator)
		}
	}
	return b.String()
}

func unique(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.ToLower(v)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// combine calls f with every combination of values.
func combine(attributes []attribute, f func(map[string][]string)) {
	at := make([]int, len(attributes))
	for {
		values := make(map[string][]string, len(attributes))
		for i, a := range attributes {
			values[a.name] = a.values[at[i]]
		}
		f(values)
		i := len(at) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < len(attributes[i].values) {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

// deviceLabel says what a device has, where it has something.
func deviceLabel(values map[string][]string) string {
	var names []string
	for name, v := range values {
		if len(v) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = name + "=" + strings.ReplaceAll(strings.Join(values[name], ","), separator, "…")
	}
	if len(names) == 0 {
		return "a registered device"
	}
	return "a device with " + strings.Join(names, ", ")
}
