package ingest

import (
	"bytes"
	"slices"
)

// Envelopes: what a search product puts around an event that it gives back. The
// record is the event; what surrounds it is kept in columns that are no part of
// who the row is.

func envelopeShapes() []shape {
	return []shape{
		{name: "splunk", all: []string{"_raw"}, open: (*mapper).openRaw},
		{name: "splunk", all: []string{"preview", "result"}, open: opened("result")},
		{name: "elastic", all: []string{"_index", "_source"}, open: opened("_source")},
	}
}

// maxEnvelopes bounds how many envelopes are opened, one inside another.
const maxEnvelopes = 3

// unwrap opens the envelopes around a record, and returns the shape of what is
// inside.
func (d *decoder) unwrap(r *record, s *shape) (*shape, string) {
	d.mapper.around = d.mapper.around[:0]
	for range maxEnvelopes {
		if s == nil || s.open == nil {
			return s, ""
		}
		if reason := s.open(d.mapper, r); reason != "" {
			return nil, reason
		}
		d.mapper.tally.enveloped++
		s = d.shape(r)
	}
	return nil, "more envelopes than are opened, one inside another"
}

// opened returns a function that takes the record to be the object in a member.
func opened(name string) func(m *mapper, r *record) string {
	return func(m *mapper, r *record) string {
		return m.openEnvelope(r, m.lookup(r.members, name))
	}
}

// openRaw opens an event of Splunk. The fields that Splunk took from it say
// nothing that it does not say.
func (m *mapper) openRaw(r *record) string {
	for _, mem := range r.members {
		switch string(mem.key) {
		case "_time", "host", "source", "sourcetype", "index":
			m.surround("splunk_"+string(bytes.TrimPrefix(mem.key, []byte("_"))), mem.value)
		}
	}
	return m.openEnvelope(r, m.lookup(r.members, "_raw"))
}

// surround notes a value of an envelope, to be kept beside the row.
func (m *mapper) surround(name string, v value) {
	v.raw = bytes.Clone(v.raw)
	m.around = append(m.around, member{key: []byte(name), value: v})
}

// openEnvelope makes the object that v is, or is the text of, the record.
func (m *mapper) openEnvelope(r *record, v value) string {
	raw := bytes.Clone(v.raw)
	if v.kind != kindObject {
		raw = bytes.TrimSpace(bytes.Clone(m.text(v)))
	}
	s := scan{data: raw, maxDepth: m.limits.Depth}
	if len(raw) == 0 || raw[0] != '{' || s.object(0) != len(raw) {
		return "the event inside its envelope is not an object of JSON: export the events as JSON"
	}
	r.members = slices.Clone(s.members)
	return ""
}

// keepAround keeps what surrounded the record.
func (m *mapper) keepAround() {
	for _, mem := range m.around {
		m.beside(string(mem.key), mem.value)
	}
}
