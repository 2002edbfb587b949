package ingest

import (
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
)

// A parcel is records of a file that stand one after another, on their way to
// a decoder and back. Where parcels end depends on the text alone.
type parcel struct {
	pass    *pass
	buffer  *buffer // that the records are in; nil: they have memory of their own
	records []record
	members []member // of all records
	made    *made
	done    chan struct{} // receives when made is set
}

// What a parcel holds at most, unless it is of one record.
const (
	parcelRecords = 4096
	parcelMembers = 1 << 16
)

// Workers decode parcels, each on a goroutine of its own, until they are
// dismissed.
type workers struct {
	parcels chan *parcel
	free    chan *parcel
	done    sync.WaitGroup
	count   int
}

func newWorkers(count int) *workers {
	if count <= 0 {
		count = runtime.GOMAXPROCS(0)
	}
	ws := &workers{parcels: make(chan *parcel, count), free: make(chan *parcel, 2*count+2), count: count}
	for range count {
		ws.done.Go(ws.work)
	}
	return ws
}

func (ws *workers) work() {
	var d *decoder
	for pc := range ws.parcels {
		if d == nil || d.pass != pc.pass {
			d = newDecoder(pc.pass)
		}
		d.decode(pc)
		if pc.buffer != nil {
			pc.buffer.release()
		}
		pc.done <- struct{}{}
	}
}

func (ws *workers) dismiss() {
	close(ws.parcels)
	ws.done.Wait()
}

// take returns an empty parcel.
func (ws *workers) take() *parcel {
	select {
	case pc := <-ws.free:
		return pc
	default:
		return &parcel{done: make(chan struct{}, 1)}
	}
}

// give takes back a parcel that is not needed any more. One that a long record
// made large is not kept.
func (ws *workers) give(pc *parcel) {
	if cap(pc.members) > 4*parcelMembers {
		return
	}
	clear(pc.records)
	clear(pc.members)
	*pc = parcel{records: pc.records[:0], members: pc.members[:0], done: pc.done}
	select {
	case ws.free <- pc:
	default:
	}
}

// filled returns the parcel that is being filled.
func (p *pass) filled() *parcel {
	if p.parcel == nil {
		p.parcel = p.in.workers.take()
		p.parcel.pass = p
	}
	return p.parcel
}

// room returns memory of the parcel, of which nothing is used yet.
func (pc *parcel) room() []member { return pc.members[len(pc.members):] }

// add takes members over, and returns them where they are now: they may have
// been put into the parcel's room already.
func (pc *parcel) add(members []member) []member {
	from := len(pc.members)
	to := from + len(members)
	if len(members) > 0 && to <= cap(pc.members) && &pc.members[:to][from] == &members[0] {
		pc.members = pc.members[:to]
	} else {
		pc.members = append(pc.members, members...)
	}
	return pc.members[from:to:to]
}

// gather puts a record into the parcel that is being filled.
func (p *pass) gather(r *record) error {
	pc := p.filled()
	if r.raw == nil {
		r.members = owned(r.members)
	}
	r.members = pc.add(r.members)
	pc.records = append(pc.records, *r)
	if len(pc.records) == parcelRecords || len(pc.members) >= parcelMembers {
		p.send()
	}
	return p.takeOver(p.in.workers.count + 1)
}

// owned copies members that are valid only until the next record is read: those
// of records that are no stretch of text.
func owned(members []member) []member {
	size := 0
	for i := range members {
		size += len(members[i].raw)
	}
	text := make([]byte, 0, size)
	list := slices.Clone(members)
	for i := range list {
		from := len(text)
		text = append(text, list[i].raw...)
		list[i].raw = text[from:len(text):len(text)]
	}
	return list
}

// send has the workers decode the parcel.
func (p *pass) send() {
	pc := p.parcel
	if pc == nil || len(pc.records) == 0 {
		return
	}
	p.parcel = nil
	if p.window != nil && p.window.buffer != nil {
		pc.buffer = p.window.buffer
		pc.buffer.hold()
	}
	p.sent = append(p.sent, pc)
	p.in.workers.parcels <- pc
}

// takeOver takes over what the workers have made, until no more than left
// parcels are with them.
func (p *pass) takeOver(left int) error {
	for len(p.sent) > 0 {
		pc := p.sent[0]
		if len(p.sent) > left {
			<-pc.done
		} else {
			select {
			case <-pc.done:
			default:
				return nil
			}
		}
		p.sent = p.sent[1:]
		if err := p.accept(pc); err != nil {
			return err
		}
		p.in.workers.give(pc)
	}
	return nil
}

// dismiss waits for the parcels of a pass that ends early.
func (p *pass) dismiss() {
	for _, pc := range p.sent {
		<-pc.done
	}
	p.sent = nil
}

// accept takes over what was made of one parcel.
func (p *pass) accept(pc *parcel) error {
	m := pc.made
	p.file.Counts.Read += int64(len(pc.records)) + m.tally.inside
	p.file.Counts.Quarantined += m.quarantined
	for _, r := range m.rejects {
		p.reject(r)
	}
	for _, name := range m.formats {
		if !slices.Contains(p.formats, name) {
			p.formats = append(p.formats, name)
		}
	}
	p.tally.add(&m.tally)
	p.clock.add(&m.clock)
	for _, heading := range m.drifted {
		if len(p.drifted) < maxDrifted && !slices.Contains(p.drifted, heading) {
			p.drifted = append(p.drifted, heading)
		}
	}
	for _, b := range m.batches {
		if err := p.store(b, m.lesser[b]); err != nil {
			return err
		}
	}
	return nil
}

// reject lists a reject, up to the bounds.
func (p *pass) reject(r evidence.Reject) {
	if len(p.rejects) >= p.in.limits.Rejects {
		return
	}
	if p.rejectRaw += len(r.Raw); p.rejectRaw > rejectRawTotal {
		r.Raw = ""
	}
	r.File = p.file.Number
	p.rejects = append(p.rejects, r)
}

// store adds those rows whose like is not held. Of the lesser ones no other
// copy may be held either.
func (p *pass) store(b *engine.Batch, lesser []int) error {
	keep := p.in.keep[:0]
	for i := range b.Origins {
		o := &b.Origins[i]
		if len(lesser) > 0 && lesser[0] == i {
			lesser = lesser[1:]
			named, err := p.in.seen.names(o.Identity)
			if err != nil {
				return err
			}
			if named {
				p.file.Counts.Duplicate++
				p.tally.lesser++
				if err := p.duplicate(b, i); err != nil {
					return err
				}
				continue
			}
		}
		isNew, sameID, err := p.in.seen.add(o.Identity)
		if err != nil {
			return err
		}
		if !isNew {
			p.file.Counts.Duplicate++
			if err := p.duplicate(b, i); err != nil {
				return err
			}
			continue
		}
		if sameID {
			p.tally.sameID++
		}
		keep = append(keep, i)
		p.house(o)
	}
	p.in.keep = keep
	p.file.Counts.Stored += int64(len(keep))
	p.in.progress.Rows += int64(len(keep))
	if len(keep) < b.Rows {
		b.Keep(keep)
	}
	if b.Rows == 0 {
		p.in.batches.give(b)
		return nil
	}
	p.layout(b.Table).admit(b)
	return p.deposit.append(b, p.in.batches.give)
}

// house gives a row that names no tenant the one that the file says it is of.
func (p *pass) house(o *engine.Origin) {
	if o.Tenant == "" {
		p.homeless++
		o.Tenant = p.facts.tenant
		return
	}
	if !p.tenants[o.Tenant] {
		p.tenants[strings.Clone(o.Tenant)] = true
	}
}
