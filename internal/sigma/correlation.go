package sigma

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/kql/diag"
)

// A correlation is a number of events, or of rules, within a time.
type correlation struct {
	kind     string
	rules    []string
	groupBy  []string
	span     time.Duration
	compare  []comparison
	value    []string // the fields whose values are counted or added; nil: events are
	percent  float64
	aliases  map[string]map[string]string // alias to rule to field
	generate bool
	at       diag.Span
}

// A comparison is one part of the condition of a correlation.
type comparison struct {
	op     string // of KQL
	number string
}

// text returns the condition on x.
func (c *correlation) text(x string) string {
	parts := make([]string, len(c.compare))
	for i, one := range c.compare {
		parts[i] = x + " " + one.op + " " + one.number
	}
	return strings.Join(parts, " and ")
}

func (d *Document) readCorrelation(n *doctree.Node) {
	c := &correlation{at: n.At, aliases: make(map[string]map[string]string)}
	d.correlation = c
	for _, e := range n.Entries {
		switch e.Key {
		case "type":
			c.kind = d.text(e.Value)
		case "rules":
			c.rules = d.texts(e.Value)
		case "group-by":
			c.groupBy = d.texts(e.Value)
		case "timespan":
			c.span = d.timespan(e.Value)
		case "condition":
			d.correlationCondition(c, e.Value)
		case "aliases":
			d.aliases(c, e.Value)
		case "generate":
			c.generate = e.Value.Kind == doctree.Bool && e.Value.Text == "true"
		default:
			d.Diagnostics.Errorf(e.At, diag.BadRule, "a correlation has no key %s", e.Key)
		}
	}
	d.checkCorrelation(c, n)
}

var timespanPattern = regexp.MustCompile(`^([0-9]{1,6})([smhd])$`)

func (d *Document) timespan(n *doctree.Node) time.Duration {
	m := timespanPattern.FindStringSubmatch(d.text(n))
	if m == nil {
		d.errorf(n, "timespan is a number and one of s, m, h, d")
		return 0
	}
	count, _ := strconv.Atoi(m[1]) // the pattern lets nothing else through
	unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[m[2]]
	span := time.Duration(count) * unit
	if span <= 0 || span > 13*24*time.Hour {
		d.Diagnostics.Errorf(n.At, diag.Unsupported, "a timespan of %s: a rule looks back 14 days at most", d.text(n))
	}
	return span
}

func (d *Document) correlationCondition(c *correlation, n *doctree.Node) {
	if n.Kind != doctree.Map {
		d.Diagnostics.Errorf(n.At, diag.Unsupported, "a condition that joins rules with and, or and not is not answered: name the rules of a temporal correlation under rules")
		return
	}
	operators := map[string]string{"eq": "==", "neq": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
	for _, e := range n.Entries {
		switch {
		case e.Key == "field":
			c.value = d.texts(e.Value)
		case e.Key == "percentile":
			c.percent = d.number(e.Value)
		case operators[e.Key] != "":
			c.compare = append(c.compare, comparison{operators[e.Key], strconv.FormatFloat(d.number(e.Value), 'f', -1, 64)})
		default:
			d.Diagnostics.Errorf(e.At, diag.BadRule, "a correlation's condition has no key %s", e.Key)
		}
	}
}

func (d *Document) number(n *doctree.Node) float64 {
	number, err := strconv.ParseFloat(d.text(n), 64)
	if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
		d.errorf(n, "%q is not a number", d.text(n))
		return 0
	}
	return number
}

func (d *Document) aliases(c *correlation, n *doctree.Node) {
	for _, alias := range n.Entries {
		c.aliases[alias.Key] = make(map[string]string)
		for _, e := range alias.Value.Entries {
			c.aliases[alias.Key][e.Key] = d.text(e.Value)
		}
	}
}

// checkCorrelation says what the type of a correlation wants and lacks.
func (d *Document) checkCorrelation(c *correlation, n *doctree.Node) {
	wants := func(ok bool, format string, args ...any) {
		if !ok {
			d.errorf(n, format, args...)
		}
	}
	wants(len(c.rules) > 0, "the correlation names no rules")
	wants(n.Has("timespan"), "the correlation has no timespan")
	switch c.kind {
	case "event_count":
		wants(len(c.compare) > 0, "the correlation has no condition")
		wants(c.value == nil, "a correlation of type event_count counts events: it has no field")
	case "value_count", "value_sum", "value_avg", "value_percentile":
		wants(len(c.compare) > 0, "the correlation has no condition")
		wants(len(c.value) > 0, "a correlation of type %s needs a field in its condition", c.kind)
		wants(c.kind == "value_count" || len(c.value) == 1, "a correlation of type %s needs one field", c.kind)
		wants(c.kind != "value_percentile" || n.Value("condition").Has("percentile") && c.percent >= 0 && c.percent <= 100,
			"a correlation of type value_percentile needs a percentile from 0 to 100 in its condition")
	case "temporal", "temporal_ordered":
		wants(len(c.compare) == 0 && c.value == nil, "a correlation of type %s asks for each of its rules: it has no condition", c.kind)
	default:
		d.errorf(n, "a correlation is of type event_count, value_count, value_sum, value_avg, value_percentile, temporal or temporal_ordered, not %q", c.kind)
	}
}

// fieldOf returns the field of a rule that a name of the correlation means.
func (c *correlation) fieldOf(name, rule string, d *Document) string {
	of, aliased := c.aliases[name]
	if !aliased {
		return name
	}
	for _, key := range []string{rule, d.name, d.id} {
		if field := of[key]; field != "" {
			return field
		}
	}
	return name
}

// valueOf returns the value that is counted: empty where a field is not there.
func (c *correlation) valueOf(w *writer, rule string, d *Document) string {
	parts := make([]string, len(c.value))
	for i, field := range c.value {
		parts[i] = first(w.expressions(c.fieldOf(field, rule, d), c.at))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	none := make([]string, len(parts))
	for i, x := range parts {
		none[i] = "isempty(" + x + ")"
	}
	return "iff(" + strings.Join(none, " and ") + `, "", strcat_delim("\n", ` + strings.Join(parts, ", ") + "))"
}
