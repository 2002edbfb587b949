package detect

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// alerts returns the alerts of one run. Over is all of the rule's time.
func (s *scene) alerts(r *rule.Compiled, t engine.Share, run step, over span, result table) []incident.Alert {
	count := int64(len(result.rows))
	if result.cut {
		count++ // more than any threshold
	}
	if !r.Trigger.Met(count) {
		return nil
	}
	m := match{rule: r, share: t, run: run, over: over, columns: result.columns, limit: s.options.Origins}
	if len(result.rows) == 0 {
		return []incident.Alert{finished(m.blank())}
	}
	var alerts []incident.Alert
	for _, row := range result.rows {
		alerts = append(alerts, m.alert(row))
	}
	if r.Grouping == rule.SingleAlert {
		alerts = []incident.Alert{single(alerts, s.options.Origins)}
	}
	for i := range alerts {
		alerts[i] = finished(alerts[i])
	}
	return alerts
}

// A match makes alerts of the rows of one run.
type match struct {
	rule    *rule.Compiled
	share   engine.Share
	run     step
	over    span
	columns []types.Column
	limit   int // of the origins that an alert lists
}

// blank returns the alert of a run, as far as no row is needed for it.
func (m *match) blank() incident.Alert {
	return incident.Alert{
		Rule: incident.Rule{ID: m.rule.ID, Name: m.rule.Name}, Severity: m.rule.Severity, Tactics: m.rule.Tactics, Techniques: m.rule.Techniques,
		Tenant: m.share.Tenant, Description: m.rule.Description,
		First: types.TimeOf(max(m.run.from, m.over.from)), Last: types.TimeOf(min(m.run.to, m.over.to)),
	}
}

// alert returns the alert of one row.
func (m *match) alert(row []types.Value) incident.Alert {
	a := m.blank()
	a.First, a.Last = m.times(row, a.First, a.Last)
	a.Entities = m.entities(row)
	a.Details = m.details(row)
	a.Origins, a.OriginCount = m.origins(row)
	m.override(&a, row)
	return a
}

// value returns the row's value of the column of that name.
func (m *match) value(row []types.Value, name string) (types.Value, bool) {
	i := slices.IndexFunc(m.columns, func(c types.Column) bool { return c.Name == name })
	if i < 0 {
		return types.Value{}, false
	}
	return row[i], true
}

func (m *match) text(row []types.Value, name string) string {
	v, _ := m.value(row, name)
	return v.String()
}

// details returns the custom details that are not called as their column is,
// then the row's columns.
func (m *match) details(row []types.Value) []incident.Detail {
	var details []incident.Detail
	for _, d := range m.rule.Details {
		if d.Name != d.Column {
			details = append(details, incident.Detail{Name: d.Name, Value: m.text(row, d.Column)})
		}
	}
	for i, c := range m.columns {
		if !slices.ContainsFunc(details, func(d incident.Detail) bool { return d.Name == c.Name }) {
			details = append(details, incident.Detail{Name: c.Name, Value: row[i].String()})
		}
	}
	return details
}

// override takes from the row what the rule says is there.
func (m *match) override(a *incident.Alert, row []types.Value) {
	o := m.rule.Override
	if o.Description != "" {
		a.Description = rule.Fill(o.Description, func(column string) string { return m.text(row, column) })
	}
	if severity, ok := severityOf(m.text(row, o.SeverityColumn)); ok {
		a.Severity = severity
	}
	if tactics := tacticsOf(m.text(row, o.TacticsColumn)); len(tactics) > 0 {
		a.Tactics = tactics
	}
}

// severityOf reads a severity in any case.
func severityOf(text string) (incident.Severity, bool) {
	for _, s := range []incident.Severity{incident.Informational, incident.Low, incident.Medium, incident.High} {
		if strings.EqualFold(text, s.String()) {
			return s, true
		}
	}
	return incident.Unrated, false
}

// tacticsOf reads the tactics that a text lists, as JSON or with commas.
func tacticsOf(text string) []incident.Tactic {
	var tactics []incident.Tactic
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if t := incident.Tactic(word); attack.Order(t) > 0 && !slices.Contains(tactics, t) {
			tactics = append(tactics, t)
		}
	}
	return tactics
}

// origins reads the two columns that WithOrigins appended. Their count has a
// record as often as the query multiplied it; a list below the limit has each
// record once, and is exact.
func (m *match) origins(row []types.Value) ([]evidence.Origin, int64) {
	n := len(row)
	var pairs [][2]int64
	if err := json.Unmarshal([]byte(row[n-2].Text), &pairs); err != nil {
		panic("detect: column " + plan.OriginsColumn + ": " + row[n-2].Text)
	}
	list := make([]evidence.Origin, len(pairs))
	for i, p := range pairs {
		list[i] = evidence.Origin{File: p[0], Record: p[1]}
	}
	slices.SortFunc(list, compareOrigins)
	if len(list) < m.limit && row[n-1].Valid {
		return list, int64(len(list))
	}
	return list, max(row[n-1].Int, int64(len(list)))
}

// finished returns the alert with what follows from the rest of it.
func finished(a incident.Alert) incident.Alert {
	a.Entities = compacted(a.Entities)
	var b strings.Builder
	fmt.Fprintf(&b, "%q %q %s %s", a.Rule.ID, a.Tenant, stamp(a.First), stamp(a.Last))
	for _, e := range a.Entities {
		fmt.Fprintf(&b, " %q", e.Type)
		for _, i := range e.Identifiers {
			fmt.Fprintf(&b, " %q=%q", i.Name, i.Value)
		}
	}
	for _, d := range a.Details {
		fmt.Fprintf(&b, " %q:%q", d.Name, d.Value)
	}
	sum := sha256.Sum256([]byte(b.String()))
	a.ID = hex.EncodeToString(sum[:8])
	return a
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func compacted(entities []incident.Entity) []incident.Entity {
	slices.SortFunc(entities, incident.CompareEntities)
	return slices.CompactFunc(entities, func(a, b incident.Entity) bool { return incident.CompareEntities(a, b) == 0 })
}

// maxValues is how many values of a column one alert for many rows shows.
const maxValues = 20

// single returns one alert for all rows of a run.
func single(alerts []incident.Alert, limit int) incident.Alert {
	slices.SortFunc(alerts, compareAlerts)
	one := alerts[0]
	for i := range one.Details {
		var values []string
		for _, a := range alerts {
			if v := a.Details[i].Value; v != "" && !slices.Contains(values, v) && len(values) < maxValues {
				values = append(values, v)
			}
		}
		one.Details[i].Value = strings.Join(values, ", ")
	}
	for _, a := range alerts[1:] {
		one = united(one, a, limit)
	}
	return one
}

// united returns a with what b adds to its time, its entities and its origins.
func united(a, b incident.Alert, limit int) incident.Alert {
	if b.First.Before(a.First) {
		a.First = b.First
	}
	if b.Last.After(a.Last) {
		a.Last = b.Last
	}
	a.Severity = max(a.Severity, b.Severity)
	a.Entities = compacted(slices.Concat(a.Entities, b.Entities))
	known := a.OriginCount == int64(len(a.Origins)) && b.OriginCount == int64(len(b.Origins))
	all := slices.Concat(a.Origins, b.Origins)
	slices.SortFunc(all, compareOrigins)
	all = slices.Compact(all)
	a.OriginCount = max(a.OriginCount, b.OriginCount, int64(len(all)))
	if known {
		a.OriginCount = int64(len(all))
	}
	a.Origins = all[:min(len(all), limit)]
	return a
}

func compareOrigins(a, b evidence.Origin) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Record, b.Record))
}

func compareAlerts(a, b incident.Alert) int {
	return cmp.Or(a.First.Compare(b.First), a.Last.Compare(b.Last), cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.Tenant, b.Tenant),
		slices.CompareFunc(a.Entities, b.Entities, incident.CompareEntities), slices.CompareFunc(a.Details, b.Details, compareDetails),
		slices.CompareFunc(a.Origins, b.Origins, compareOrigins))
}

func compareDetails(a, b incident.Detail) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
}
