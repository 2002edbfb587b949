package ingest

import (
	"strings"

	"github.com/conshelf/conshelf/internal/schema"
)

// Events of Defender XDR. Its streaming API writes records such as Azure's
// diagnostic settings do, whose category is a table's name after this prefix;
// an event's time is its Timestamp, the record's when it was received.

const huntingPrefix = "AdvancedHunting-"

func huntingMapping() *mapping {
	return &mapping{
		name: "hunting",
		special: map[string]func(m *mapper, v value){
			"time":       func(m *mapper, v value) { m.give("_TimeReceived", v) },
			"tenantid":   func(m *mapper, v value) { m.of(v) },
			"category":   func(*mapper, value) {},
			"properties": func(m *mapper, v value) { m.inner = v },
		},
	}
}

// huntingTable returns the table that a category names.
func huntingTable(category string) (string, bool) {
	if len(category) < len(huntingPrefix) || !strings.EqualFold(category[:len(huntingPrefix)], huntingPrefix) {
		return "", false
	}
	table, ok := schema.Lookup(category[len(huntingPrefix):])
	return table.Name, ok && schema.Hunting(table.Name)
}

func (d *diagnostics) huntingRow(m *mapper, r *record, table string) {
	m.begin(table)
	m.put(d.hunting, r.members, 0)
	m.put(d.event, m.properties(), 1)
}

// oneTime fills, in a row of Defender XDR, whichever of Timestamp and
// TimeGenerated the record does not have: advanced hunting has the first, a
// workspace the second, and both are when the event was recorded.
func (m *mapper) oneTime() {
	t := m.row
	stamp := t.column(timestamp)
	from, to := stamp, t.time
	if t.set(t.time) {
		from, to = t.time, stamp
	}
	if t.set(to) || !t.set(from) {
		return
	}
	t.batch.Vectors[to].SetInt(t.batch.Vectors[from].Ints[t.batch.Rows])
	m.tally.oneTime++
}
