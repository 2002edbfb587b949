package ingest

import (
	"bytes"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
)

// A decoder makes rows of the records of one file. What it makes of a parcel
// depends on that parcel and on the facts of the file alone, never on what it
// has decoded before: so any number of decoders makes the same rows as one.
type decoder struct {
	pass      *pass // only what does not change while the file is read
	in        *Ingester
	mapper    *mapper
	librarian *librarian
	last      *shape // of records with lastMarks
	lastMarks marks
	tenants   map[string]string // the same text for the same tenant
	made      *made
}

// made is what a decoder made of a parcel.
type made struct {
	batches     []*engine.Batch // those of one table in the order of its rows
	rejects     []evidence.Reject
	quarantined int64
	formats     []string // in the order of their first records
	tally       tally
	clock       clock
	drifted     []string
	lesser      map[*engine.Batch][]int // rows of which another copy says more, in rising order
}

func newDecoder(p *pass) *decoder {
	d := &decoder{
		pass: p, in: p.in, tenants: make(map[string]string), librarian: newLibrarian(),
		mapper: newMapper(p.in.limits, p.in.recogniser.marks, p.file.Name(), p.facts.order),
	}
	d.mapper.batches = p.in.batches
	d.mapper.narrow = p.facts.narrow
	return d
}

// decode makes rows of the records of a parcel.
func (d *decoder) decode(pc *parcel) {
	d.made = &made{}
	d.mapper.restart()
	for i := range pc.records {
		d.record(&pc.records[i])
	}
	for _, t := range d.mapper.inOrder() {
		d.handOver(t)
	}
	d.made.tally, d.made.clock, d.made.drifted = d.mapper.tally, d.mapper.clock, d.mapper.drifted
	pc.made = d.made
}

// record makes a row of one record.
func (d *decoder) record(r *record) {
	if r.fault != "" {
		d.reject(r, r.fault)
		return
	}
	d.mapper.bound()
	d.mapper.places.first = nil
	s, reason := d.unwrap(r, d.shape(r))
	switch {
	case reason != "":
		d.reject(r, reason)
		return
	case s == nil:
		d.reject(r, strange(r))
		return
	case s.refusal != "":
		d.reject(r, s.refusal)
		return
	}
	if !slices.Contains(d.made.formats, s.name) {
		d.made.formats = append(d.made.formats, s.name)
	}
	if reason := s.row(d.mapper, r); reason != "" {
		d.reject(r, reason)
		return
	}
	d.mapper.keepAround()
	d.mapper.finish(s.timed)
	d.store(r)
	if s.inside.member != "" {
		d.inside(r, s.inside)
	}
}

// inside makes rows of the records that a member of a record holds. They are
// records of their own, from the same place and of the same tenant. What is not
// one stays in the member alone.
func (d *decoder) inside(r *record, n nesting) {
	m := d.mapper
	tenant := bytes.Clone(m.tenant)
	for _, v := range m.elements(m.lookup(r.members, n.member)) {
		inner := record{number: r.number, offset: r.offset, raw: v.raw}
		s := scan{data: v.raw, maxDepth: m.limits.Depth}
		if v.kind != kindObject || s.object(0) != len(v.raw) {
			m.tally.notInside++
			continue
		}
		inner.members = s.members
		of := d.in.recogniser.shape(m.marksOf(&inner))
		if of == nil || of.name != n.format {
			m.tally.notInside++
			continue
		}
		if reason := of.row(m, &inner); reason != "" {
			panic("ingest: a record inside another is refused: " + reason)
		}
		if len(m.tenant) == 0 {
			m.tenant = append(m.tenant, tenant...)
		}
		m.tally.inside++
		m.keepAround()
		m.finish(of.timed)
		d.store(&inner)
	}
}

// shape returns the shape of a record, or nil.
func (d *decoder) shape(r *record) *shape {
	if d.pass.fixed != nil {
		return d.pass.fixed
	}
	k := d.mapper.marksOf(r)
	if d.last == nil || k != d.lastMarks {
		d.last, d.lastMarks = d.in.recogniser.shape(k), k
	}
	if d.last == nil {
		return d.librarian.shape(d.in.recogniser, d.mapper, r)
	}
	return d.last
}

// store completes the row that the mapper has built.
func (d *decoder) store(r *record) {
	m := d.mapper
	var id engine.Identity
	id, m.hash = m.row.identity(m.hash)
	b := m.row.batch
	if m.lesser {
		d.lesser(b)
	}
	b.EndRow(engine.Origin{File: d.pass.file.Number, Record: r.number, Tenant: d.tenantOf(m.tenant), Identity: id})
	if b.Full() || b.Rows%64 == 0 && m.row.size() > batchBytes {
		d.handOver(m.row)
		m.row.turn()
	}
}

// lesser notes that another copy of the row that b ends in says more.
func (d *decoder) lesser(b *engine.Batch) {
	if d.made.lesser == nil {
		d.made.lesser = make(map[*engine.Batch][]int)
	}
	d.made.lesser[b] = append(d.made.lesser[b], b.Rows)
}

// tenantOf returns the tenant of a row, or ” if it has none.
func (d *decoder) tenantOf(b []byte) string {
	if tenant, ok := d.tenants[string(b)]; ok {
		return tenant
	}
	if len(d.tenants) > maxKeys {
		clear(d.tenants)
	}
	tenant := string(b)
	d.tenants[tenant] = tenant
	return tenant
}

// handOver gives away the rows of a table.
func (d *decoder) handOver(t *rows) {
	if t.batch != nil && t.batch.Rows > 0 {
		d.made.batches = append(d.made.batches, t.batch)
	}
}

// reject quarantines a record.
func (d *decoder) reject(r *record, reason string) {
	d.made.quarantined++
	if d.mapper.row != nil {
		d.mapper.row.batch.DropRow()
	}
	if len(d.made.rejects) < d.in.limits.Rejects {
		reject := rejected(r, reason)
		reject.File = d.pass.file.Number
		d.made.rejects = append(d.made.rejects, reject)
	}
}

// rejected is the reject of a record.
func rejected(r *record, reason string) evidence.Reject {
	raw := r.raw
	if raw == nil && len(r.members) > 0 {
		raw = appendRecord(nil, r.members)
	}
	raw = raw[:min(len(raw), rejectRaw)]
	return evidence.Reject{Record: r.number, Offset: r.offset, Reason: reason, Raw: strings.ToValidUTF8(string(raw), replacement)}
}
