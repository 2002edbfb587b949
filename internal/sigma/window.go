package sigma

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/syntax"
)

// A correlation looks at windows: one ends at each event, and holds the events
// of the same group that are no older than the timespan. No window is missed
// for where a clock would cut it, and an event has one window, so that what is
// less than a number is as well defined as what is more.
//
//	events ──windows──▶ ends of those that meet the condition ──bursts──▶ rows

// correlate returns the query of a correlation.
func (c *compiler) correlate(d *Document, list *diag.List) *Query {
	if list.HasErrors() {
		return nil
	}
	p := &plan{compiler: c, list: list, tables: make(map[string]bool)}
	ends, events := p.ends(d, 0)
	if list.HasErrors() {
		return nil
	}
	for _, of := range p.named {
		c.used[of] = true
	}
	const run = 24 * time.Hour
	q := d.query()
	q.Frequency, q.Period = run, run+p.lookback
	if q.Period > 14*24*time.Hour {
		q.Frequency, q.Period = 14*24*time.Hour-p.lookback, 14*24*time.Hour
	}
	q.KQL = strings.Join(p.lets, "\n") + "\n" + d.correlation.bursts(ends, events, q.Frequency)
	for name := range p.tables {
		q.Tables = append(q.Tables, name)
	}
	slices.Sort(q.Tables)
	q.Entities = d.correlation.entities()
	return q
}

// A plan is a correlation's query as it is written, let after let.
type plan struct {
	*compiler
	list     *diag.List
	lets     []string
	tables   map[string]bool
	lookback time.Duration
	named    []*Document // that give no alerts of their own
}

// maxChain bounds correlations of correlations.
const maxChain = 5

// let gives an expression a name that no other has.
func (p *plan) let(what, expression string) string {
	name := fmt.Sprintf("%s%d", what, len(p.lets)+1)
	p.lets = append(p.lets, "let "+name+" = "+expression+";")
	return name
}

// ends returns the name of the ends of windows that meet the condition of a
// correlation, TimeGenerated and the columns that it groups by, and the name of
// the events that it looks at.
func (p *plan) ends(d *Document, depth int) (ends, events string) {
	corr := d.correlation
	var streams []string
	deepest := time.Duration(0)
	for _, name := range corr.rules {
		before := p.lookback
		p.lookback = 0
		streams = append(streams, p.stream(d, name, depth))
		deepest = max(deepest, p.lookback)
		p.lookback = before
	}
	p.lookback = max(p.lookback, deepest+corr.span)
	if p.list.HasErrors() {
		return "", ""
	}
	events = p.let("Events", "union "+strings.Join(streams, ",\n  "))
	if corr.kind == "temporal_ordered" {
		return p.ordered(corr, events), events
	}
	if at, ok := corr.atLeast(); ok {
		return p.let("Ends", corr.counted(events, at)), events
	}
	return p.let("Ends", corr.joined(events)), events
}

// stream returns the events of a rule that a correlation names.
func (p *plan) stream(d *Document, name string, depth int) string {
	of := p.find(name)
	corr := d.correlation
	switch {
	case of == nil:
		p.list.Errorf(corr.at, diag.BadRule, "no rule is called %s", name)
	case of.Diagnostics.HasErrors():
		p.list.Errorf(corr.at, diag.BadRule, "the rule %s, which the correlation names, has errors", name)
	case depth >= maxChain:
		p.list.Errorf(corr.at, diag.BadRule, "the correlation names itself, or correlations nest more than %d deep", maxChain)
	case of.correlation != nil:
		p.names(of, corr)
		return p.chained(d, of, name, depth)
	default:
		p.names(of, corr)
		tables, _ := tablesOf(of.source) // of has no errors
		for _, t := range tables {
			p.tables[t.name] = true
		}
		return p.projected(of, name, corr, p.list)
	}
	return ""
}

// names keeps that a correlation uses a rule.
func (p *plan) names(of *Document, corr *correlation) {
	if !corr.generate {
		p.named = append(p.named, of)
	}
}

// chained returns the ends of another correlation's windows as events.
func (p *plan) chained(d, of *Document, name string, depth int) string {
	corr := d.correlation
	if corr.value != nil {
		p.list.Errorf(corr.at, diag.Unsupported, "a correlation of type %s cannot count the values of the correlation %s", corr.kind, name)
		return ""
	}
	ends, _ := p.ends(of, depth+1)
	columns := []string{"TimeGenerated", "SigmaRule = " + syntax.Quote(name)}
	if len(corr.groupBy) == 0 {
		columns = append(columns, everything+` = ""`)
	}
	for _, key := range corr.groupBy {
		field := corr.fieldOf(key, name, of)
		if !slices.Contains(of.correlation.groupBy, field) {
			p.list.Errorf(corr.at, diag.UnknownName, "the correlation %s does not group by %s", name, field)
		}
		columns = append(columns, keyColumn(key)+" = "+keyColumn(field))
	}
	return "(" + ends + " | project " + strings.Join(columns, ", ") + ")"
}

// keys returns the columns that the correlation groups by.
func (c *correlation) keys() []string {
	if len(c.groupBy) == 0 {
		return []string{everything}
	}
	var keys []string
	for _, field := range c.groupBy {
		keys = append(keys, keyColumn(field))
	}
	return keys
}

// atLeast returns how many events must be in a window, if that is all that the
// correlation asks.
func (c *correlation) atLeast() (events int, ok bool) {
	if c.kind != "event_count" || len(c.compare) != 1 {
		return 0, false
	}
	if _, err := fmt.Sscanf(c.compare[0].number, "%d", &events); err != nil || fmt.Sprint(events) != c.compare[0].number {
		return 0, false
	}
	switch c.compare[0].op {
	case ">":
		events++
	case ">=":
	default:
		return 0, false
	}
	return events, events > 0 && events < 1_000_000
}

// counted returns the ends of windows with at least that many events: those
// whose event that many before is no older than the timespan.
func (c *correlation) counted(events string, least int) string {
	keys := c.keys()
	order := make([]string, len(keys))
	same := make([]string, len(keys))
	for i, k := range keys {
		order[i] = k + " asc, "
		same[i] = fmt.Sprintf("prev(%s, %d) == %s and ", k, least-1, k)
	}
	if least == 1 {
		return events + "\n| distinct " + strings.Join(append([]string{"TimeGenerated"}, keys...), ", ")
	}
	return fmt.Sprintf(`%s
| sort by %sTimeGenerated asc
| extend Full = %sisnotnull(prev(TimeGenerated, %d)) and TimeGenerated - prev(TimeGenerated, %d) <= %s
| where Full
| distinct %s`, events, strings.Join(order, ""), strings.Join(same, ""), least-1, least-1, timespan(c.span), strings.Join(append([]string{"TimeGenerated"}, keys...), ", "))
}

// timespan writes a duration as KQL does.
func timespan(d time.Duration) string { return fmt.Sprintf("%ds", int64(d/time.Second)) }

// joined returns the ends of windows that meet the condition, each joined with
// the events in it. Events and ends meet in buckets as long as the timespan:
// a window reaches into its end's bucket and the one before.
func (c *correlation) joined(events string) string {
	keys := c.keys()
	by := strings.Join(append([]string{"End"}, keys...), ", ")
	return fmt.Sprintf(`%s
| distinct TimeGenerated%s
| project-rename End = TimeGenerated
| extend Bucket = bin(End, %s)
| join kind=inner (%s
  | mv-expand Later = pack_array(0, 1) to typeof(long)
  | extend Bucket = bin(TimeGenerated, %s) + Later * %s) on Bucket%s
| where TimeGenerated between ((End - %s) .. End)
| summarize SigmaMeasure = %s by %s
| where %s
| project-rename TimeGenerated = End
| project TimeGenerated%s`, events, listed(keys), timespan(c.span), events, timespan(c.span), timespan(c.span), listed(keys),
		timespan(c.span), c.measure(), by, c.met(), listed(keys))
}

// listed returns names after others.
func listed(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return ", " + strings.Join(names, ", ")
}

// measure returns what is compared of a window.
func (c *correlation) measure() string {
	switch c.kind {
	case "event_count":
		return "count()"
	case "value_count":
		return "count_distinctif(SigmaValue, isnotempty(SigmaValue))"
	case "value_sum":
		return "sum(todouble(SigmaValue))"
	case "value_avg":
		return "avg(todouble(SigmaValue))"
	case "value_percentile":
		return fmt.Sprintf("percentile(todouble(SigmaValue), %v)", c.percent)
	case "temporal":
		return "count_distinct(SigmaRule)"
	}
	panic("sigma: correlation " + c.kind)
}

// met returns the condition on what was measured. A window without a value has
// no mean, which is then like no number.
func (c *correlation) met() string {
	switch c.kind {
	case "temporal":
		return fmt.Sprintf("SigmaMeasure == %d", len(unique(c.rules)))
	case "value_avg", "value_percentile":
		return "isfinite(SigmaMeasure) and " + c.text("SigmaMeasure")
	}
	return c.text("SigmaMeasure")
}

func unique(names []string) []string {
	sorted := slices.Sorted(slices.Values(names))
	return slices.Compact(sorted)
}

// ordered returns the ends of windows in which the rules matched in their
// order: from each match of the last rule back to the latest of the one before
// that is not after it, and so on, all within the timespan.
func (p *plan) ordered(c *correlation, events string) string {
	keys := c.keys()
	last := len(c.rules) - 1
	at := p.let("Ends", fmt.Sprintf("%s\n| where SigmaRule == %s\n| distinct TimeGenerated%s\n| project End = TimeGenerated, At = TimeGenerated%s",
		events, syntax.Quote(c.rules[last]), listed(keys), listed(keys)))
	for i := last - 1; i >= 0; i-- {
		at = p.let("Ends", fmt.Sprintf(`%s
| extend Bucket = bin(End, %s)
| join kind=inner (%s
  | where SigmaRule == %s
  | mv-expand Later = pack_array(0, 1) to typeof(long)
  | extend Bucket = bin(TimeGenerated, %s) + Later * %s) on Bucket%s
| where TimeGenerated <= At and TimeGenerated >= End - %s
| summarize At = max(TimeGenerated) by %s`, at, timespan(c.span), events, syntax.Quote(c.rules[i]), timespan(c.span), timespan(c.span), listed(keys),
			timespan(c.span), strings.Join(append([]string{"End"}, keys...), ", ")))
	}
	return p.let("Ends", at+"\n| project TimeGenerated = End"+listed(keys))
}

// bursts returns the rows of a correlation: one for each group and each run of
// windows that follow one another within the timespan, with the events in them.
func (c *correlation) bursts(ends, events string, frequency time.Duration) string {
	keys := c.keys()
	order, other := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		order[i], other[i] = k+" asc, ", fmt.Sprintf(" and %s == prev(%s)", k, k)
	}
	return fmt.Sprintf(`%s
| where TimeGenerated >= ago(%s)
| sort by %sTimeGenerated asc
| extend Burst = row_cumsum(iff(TimeGenerated - prev(TimeGenerated) <= %s%s, 0, 1))
| summarize Begin = min(TimeGenerated) - %s, EndTime = max(TimeGenerated) by Burst%s
| join kind=inner (%s) on %s
| where TimeGenerated between (Begin .. EndTime)
| summarize StartTime = min(TimeGenerated), Events = count(), Rules = make_set(SigmaRule) by EndTime%s
| extend TimeGenerated = EndTime
`, ends, timespan(frequency), strings.Join(order, ""), timespan(c.span), strings.Join(other, ""),
		timespan(c.span), listed(keys), events, strings.Join(keys, ", "), listed(keys))
}

// entities returns the entities that the fields grouped by name.
func (c *correlation) entities() []Entity {
	known := map[string]Entity{
		"userprincipalname": {Type: "Account", Identifier: "FullName"}, "user": {Type: "Account", Identifier: "FullName"},
		"username": {Type: "Account", Identifier: "FullName"}, "userid": {Type: "Account", Identifier: "FullName"},
		"caller": {Type: "Account", Identifier: "FullName"}, "actor": {Type: "Account", Identifier: "FullName"},
		"ipaddress": {Type: "IP", Identifier: "Address"}, "calleripaddress": {Type: "IP", Identifier: "Address"},
		"callerip": {Type: "IP", Identifier: "Address"}, "sourceip": {Type: "IP", Identifier: "Address"}, "clientip": {Type: "IP", Identifier: "Address"},
	}
	var all []Entity
	for _, field := range c.groupBy {
		names := append([]string{field}, fieldsOf(c.aliases[field])...)
		for _, name := range names {
			if e, ok := known[strings.ToLower(spellings(name)[0])]; ok {
				e.Column = keyColumn(field)
				all = append(all, e)
				break
			}
		}
	}
	return all
}

// fieldsOf returns what an alias stands for, sorted.
func fieldsOf(alias map[string]string) []string {
	var fields []string
	for _, field := range alias {
		fields = append(fields, field)
	}
	return unique(fields)
}
