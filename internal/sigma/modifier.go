package sigma

import (
	"math"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/kql/diag"
)

// modifiers say how a field's values are to be understood.
type modifiers struct {
	all, not, cased bool
	before, after   bool // anything may stand there
	transforms      []string
	regex           bool
	flags           string // of the regular expression
	cidr, exists    bool
	fieldRef        bool
	expand          bool   // a value may be a placeholder
	op              string // of KQL
	part            string // of a time
}

// comparisons are the modifiers that compare numbers, and KQL's operators.
func comparisons() map[string]string {
	return map[string]string{"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
}

func timeParts() []string { return []string{"minute", "hour", "day", "week", "month", "year"} }

// modifiers reads the modifiers of a field. Ok is false if one cannot be
// carried out, which is then said.
func (d *Document) modifiers(e doctree.Entry, words []string) (m modifiers, ok bool) {
	for _, word := range words {
		word = strings.ToLower(word)
		if !m.add(word) {
			d.Diagnostics.Errorf(e.At, diag.Unsupported, "the modifier %s is not known", word)
			return m, false
		}
	}
	if wrong := m.conflict(); wrong != "" {
		d.errorf(&doctree.Node{At: e.At}, "%s", wrong)
		return m, false
	}
	return m, true
}

// add takes one modifier.
func (m *modifiers) add(word string) bool {
	switch word {
	case "all":
		m.all = true
	case "neq":
		m.not = true
	case "cased":
		m.cased = true
	case "contains":
		m.before, m.after = true, true
	case "startswith":
		m.after = true
	case "endswith":
		m.before = true
	case "wide", "utf16le", "utf16be", "utf16", "base64", "base64offset", "windash":
		m.transforms = append(m.transforms, word)
	case "expand":
		m.expand = true
	case "re":
		m.regex = true
	case "i", "ignorecase", "m", "multiline", "s", "dotall":
		if !m.regex {
			return false
		}
		m.flags += map[string]string{"ignorecase": "i", "multiline": "m", "dotall": "s"}[word]
		if len(word) == 1 {
			m.flags += word
		}
	case "cidr":
		m.cidr = true
	case "exists":
		m.exists = true
	case "fieldref":
		m.fieldRef = true
	case "lt", "lte", "gt", "gte":
		m.op = comparisons()[word]
	default:
		if !slices.Contains(timeParts(), word) {
			return false
		}
		m.part = word
	}
	return true
}

// conflict says which modifiers cannot stand together.
func (m *modifiers) conflict() string {
	kinds := 0
	for _, is := range []bool{m.regex, m.cidr, m.exists, m.fieldRef, m.op != "" || m.part != ""} {
		if is {
			kinds++
		}
	}
	texts := m.before || m.after || m.cased
	switch {
	case m.expand && (kinds > 0 || len(m.transforms) > 0 || m.before || m.after || m.all):
		return "expand asks for one of a list: it stands alone, or with cased or neq"
	case kinds > 1, kinds == 1 && len(m.transforms) > 0, kinds == 1 && texts && !m.fieldRef:
		return "the modifiers cannot stand together"
	case slices.Contains(m.transforms, "base64offset") && (!m.before || !m.after):
		return "base64offset gives a part of a text: it needs contains"
	}
	if i := slices.IndexFunc(m.transforms, func(t string) bool { return strings.HasPrefix(t, "utf16") || t == "wide" }); i >= 0 {
		if i+1 == len(m.transforms) || !strings.HasPrefix(m.transforms[i+1], "base64") {
			return "the bytes of " + m.transforms[i] + " are no text of a log: it needs base64 or base64offset after it"
		}
	}
	return ""
}

// negated returns the node, or what is true where it is not.
func (m *modifiers) negated(n node) node {
	if m.not {
		return notOf{n}
	}
	return n
}

// checks returns the checks of which a value must pass one.
func (m *modifiers) checks(d *Document, v *doctree.Node) []check {
	text, ok := v.Scalar()
	switch {
	case v.Kind == doctree.Null && m.bare():
		return []check{missing{}}
	case v.Kind == doctree.Null:
		d.errorf(v, "null cannot be combined with a modifier")
		return nil
	case !ok:
		d.errorf(v, "%s where a value is wanted", v.Kind)
		return nil
	case m.regex:
		return m.regexCheck(d, v, text)
	case m.cidr:
		return cidrCheck(d, v, text)
	case m.exists:
		return existsCheck(d, v)
	case m.fieldRef:
		return []check{sameAs{field: text, before: m.before, after: m.after, cased: m.cased}}
	case m.op != "" || m.part != "":
		return m.numberCheck(d, v, text)
	}
	if m.expand {
		if name, ok := placeholder(text); ok {
			return []check{ofList{name: name, cased: m.cased}}
		}
		switch part := placeholderWithin.FindString(text); part {
		case "":
		case text:
			d.Diagnostics.Errorf(v.At, diag.Unsupported, "the placeholder %s has a name that no list can have", part)
			return nil
		default:
			d.Diagnostics.Errorf(v.At, diag.Unsupported, "the placeholder %s is a part of a value: only a whole value is looked up in a list", part)
			return nil
		}
	}
	return m.textChecks(d, v, text)
}

var (
	placeholderWithin = regexp.MustCompile(`%[^%]+%`)
	placeholderName   = regexp.MustCompile(`^%([\p{L}\p{N}_.-]+)%$`)
)

// placeholder returns the name of the list that a value stands for: the value
// is that name between percent signs.
func placeholder(text string) (name string, ok bool) {
	m := placeholderName.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return m[1], true
}

func (m *modifiers) regexCheck(d *Document, v *doctree.Node, text string) []check {
	if m.flags != "" {
		text = "(?" + m.flags + ")" + text
	}
	if _, err := syntax.Parse(text, syntax.Perl); err != nil {
		d.Diagnostics.Errorf(v.At, diag.Unsupported, "a regular expression that Kusto does not have: %v", err)
		return nil
	}
	return []check{matches{text}}
}

func cidrCheck(d *Document, v *doctree.Node, text string) []check {
	network, err := netip.ParsePrefix(text)
	if err != nil {
		d.errorf(v, "%q is not a network", text)
		return nil
	}
	return []check{inside{network.Masked()}}
}

func existsCheck(d *Document, v *doctree.Node) []check {
	switch {
	case v.Kind == doctree.Bool && v.Text == "true":
		return []check{present{}}
	case v.Kind == doctree.Bool:
		return []check{missing{}}
	}
	d.errorf(v, "exists is true or false")
	return nil
}

func (m *modifiers) numberCheck(d *Document, v *doctree.Node, text string) []check {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(number, 0) || math.IsNaN(number) || m.part != "" && number != math.Trunc(number) {
		d.errorf(v, "%q is not a number", text)
		return nil
	}
	op := m.op
	if op == "" {
		op = "=="
	}
	return []check{compares{part: m.part, op: op, number: strconv.FormatFloat(number, 'f', -1, 64)}}
}

// textChecks returns a check for each text that the transforms make of one.
func (m *modifiers) textChecks(d *Document, v *doctree.Node, text string) []check {
	patterns := []pattern{parsePattern(text)}
	for _, name := range m.transforms {
		var err error
		if patterns, err = transform(name, patterns); err != nil {
			d.errorf(v, "%v", err)
			return nil
		}
	}
	var checks []check
	for _, p := range patterns {
		checks = append(checks, like{p.within(m.before, m.after), m.cased})
	}
	return checks
}

// bare tells whether the modifiers change nothing about a value.
func (m *modifiers) bare() bool {
	return len(m.transforms) == 0 && !m.cased && !m.before && !m.after && !m.regex && !m.cidr && !m.exists && !m.fieldRef && m.op == "" && m.part == ""
}
