package simulate

import (
	"context"
	"slices"
)

// A record is one record of one export.
type record interface {
	when() instant
	write(x *exports)
}

// A stream is what someone or something does, in order of time. It makes its
// records as they are asked for.
type stream interface {
	// next is when the next record is, or never.
	next() instant
	// write writes that record and moves on.
	write(x *exports)
}

// A script is a stream whose records are made a day at a time.
type script struct {
	records []record
	at      int
	day     int
	days    int
	refill  func(day int) []record // nil: there is no more than records
}

// newScript returns a script that asks refill for each day's records.
func newScript(days int, refill func(day int) []record) *script {
	s := &script{days: days, refill: refill}
	s.fill()
	return s
}

// recorded returns a script of records, in order of time.
func recorded(records []record) *script {
	sortRecords(records)
	return &script{records: records}
}

func sortRecords(records []record) {
	slices.SortStableFunc(records, func(a, b record) int {
		switch {
		case a.when() < b.when():
			return -1
		case a.when() > b.when():
			return 1
		}
		return 0
	})
}

func (s *script) fill() {
	for s.at == len(s.records) && s.refill != nil && s.day < s.days {
		s.records, s.at = s.refill(s.day), 0
		sortRecords(s.records)
		s.day++
	}
}

func (s *script) next() instant {
	if s.at == len(s.records) {
		return never
	}
	return s.records[s.at].when()
}

func (s *script) write(x *exports) {
	s.records[s.at].write(x)
	s.at++
	s.fill()
}

// A queue merges streams in order of time. It holds one entry for each stream,
// whatever number of records they have.
type queue struct {
	entries []entry
}

type entry struct {
	at    instant
	order int // of streams with the same instant
	s     stream
}

func newQueue(streams []stream) *queue {
	q := &queue{}
	for i, s := range streams {
		if at := s.next(); at != never {
			q.entries = append(q.entries, entry{at, i, s})
		}
	}
	for i := len(q.entries)/2 - 1; i >= 0; i-- {
		q.sink(i)
	}
	return q
}

func (e *entry) before(f *entry) bool {
	return e.at < f.at || e.at == f.at && e.order < f.order
}

func (q *queue) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(q.entries); child++ {
			if q.entries[child].before(&q.entries[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		q.entries[i], q.entries[least] = q.entries[least], q.entries[i]
		i = least
	}
}

// step lets the earliest stream write one record.
func (q *queue) step(x *exports) {
	first := &q.entries[0]
	first.s.write(x)
	first.at = first.s.next()
	if first.at == never {
		last := len(q.entries) - 1
		q.entries[0] = q.entries[last]
		q.entries = q.entries[:last]
	}
	q.sink(0)
}

// run writes everything that happens in w.
func run(ctx context.Context, w *world, x *exports) error {
	q := newQueue(w.streams())
	for n := 0; len(q.entries) > 0 && x.err == nil; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if q.entries[0].at >= w.end {
			break
		}
		q.step(x)
	}
	writeVerdicts(x, w.verdicts())
	return nil
}

func (w *world) streams() []stream {
	var list []stream
	for i := range w.users {
		list = append(list, newPerson(w, &w.users[i]))
	}
	list = append(list, newScript(w.o.Days, w.administration))
	for i := range w.services {
		list = append(list, newScript(w.o.Days, func(day int) []record { return w.serve(&w.services[i], day) }))
	}
	list = append(list, newScript(w.o.Days, w.operations))
	for _, l := range w.lookAlikes {
		list = append(list, recorded(l.records))
	}
	for _, s := range w.strikes {
		list = append(list, recorded(s.records))
	}
	return list
}
