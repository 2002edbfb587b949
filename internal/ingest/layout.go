package ingest

import (
	"strings"
	"sync"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/kql/types"
)

// A layout is the columns of one table as a file has them. A column that is
// not published has the name by which the file first calls it, in whatever
// case others do.
type layout struct {
	listed map[string]types.Column // published, by lower-case name
	id     string                  // the column that names a record, or ""
	names  map[string]string       // those that are not, by lower-case name
	count  evidence.TableCount
	first  int64 // the least TimeGenerated of those stored, in ticks; 0: none has one
	last   int64 // the greatest
}

// layout returns the layout of a table.
func (p *pass) layout(table string) *layout {
	l := p.layouts[table]
	if l == nil {
		l = &layout{listed: listedColumns(table), names: make(map[string]string), count: evidence.TableCount{Table: table}}
		l.id = idColumn(l.listed)
		p.layouts[table] = l
	}
	return l
}

// admit gives the columns of b the names that they have in the file, and
// counts its rows.
func (l *layout) admit(b *engine.Batch) {
	for i := range b.Vectors {
		name := b.Vectors[i].Column.Name
		lower := strings.ToLower(name)
		if _, ok := l.listed[lower]; ok {
			continue
		}
		known, ok := l.names[lower]
		if !ok {
			l.names[lower] = name
		} else if known != name {
			b.Rename(i, known)
		}
	}
	l.tally(b)
}

// tally counts the rows of b, and finds the first and the last.
func (l *layout) tally(b *engine.Batch) {
	l.count.Rows += int64(b.Rows)
	times := &b.Vectors[b.Column(types.Column{Name: timeGenerated, Type: types.DateTime})]
	for i, n := range times.Ints[:b.Rows] {
		if times.Null[i] {
			continue
		}
		if l.first == 0 || n < l.first {
			l.first = n
		}
		l.last = max(l.last, n)
	}
}

// total is how many rows were stored, and when they are of.
func (l *layout) total() evidence.TableCount {
	c := l.count
	if l.first != 0 {
		c.First, c.Last = types.TimeOf(l.first), types.TimeOf(l.last)
	}
	return c
}

// crowded tells whether the file names more columns than the limit.
func (p *pass) crowded() bool {
	for _, l := range p.layouts {
		if len(l.names) > p.in.limits.Columns {
			return true
		}
	}
	return false
}

// pooledBytes is how much memory empty batches may keep. It is for those that go
// round while nothing waits; after a wait there are more.
const pooledBytes = 48 * mib

// A batchPool keeps a few batches that are empty, for their memory. Those of one
// table have their columns in about the same places, so it gives a batch of the
// same table first.
type batchPool struct {
	mu   sync.Mutex
	free []*engine.Batch
	held []int // bytes that each of free keeps
	sum  int   // of held
}

// take returns an empty batch for a table. A nil pool makes a new one.
func (p *batchPool) take(table string) *engine.Batch {
	if p == nil {
		return engine.NewBatch(table)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.free) - 1
	if last < 0 {
		return engine.NewBatch(table)
	}
	at := last
	for i := last; i >= 0; i-- {
		if p.free[i].Table == table {
			at = i
			break
		}
	}
	b := p.free[at]
	p.sum -= p.held[at]
	p.free[at], p.held[at] = p.free[last], p.held[last]
	p.free, p.held = p.free[:last], p.held[:last]
	b.Clear(table)
	return b
}

// give takes a batch that is not needed any more, unless there are enough.
func (p *batchPool) give(b *engine.Batch) {
	held := b.Held()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sum+held <= pooledBytes {
		p.free, p.held = append(p.free, b), append(p.held, held)
		p.sum += held
	}
}
