package duckdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// A writer holds rows of one table until they are many, and then stores them. A
// statement for each batch would cost more than its rows.
type writer struct {
	table     *storedTable
	columns   map[types.Column]int // in the table, by a batch's column
	statement bindings.PreparedStatement
	held      []held
	size      int // memory that they take
	scratch   scratch
}

func newWriter(t *storedTable) *writer {
	return &writer{table: t, columns: make(map[types.Column]int)}
}

// fits tells whether the table has every column of b.
func (w *writer) fits(b *engine.Batch) bool {
	for i := range b.Vectors {
		c := b.Vectors[i].Column
		if _, ok := w.columns[c]; ok {
			continue
		}
		at := w.table.column(stored(c).Name)
		if at < 0 || w.table.columns[at].Type != c.Type {
			return false
		}
		w.columns[c] = at
	}
	return true
}

// hold takes the rows of b, whose columns the table has, as they will be stored.
// The witness, if there is one, sees them.
func (w *writer) hold(b *engine.Batch, witness engine.Witness) error {
	vectors := make([]*engine.Vector, len(w.table.columns))
	for i := range b.Vectors {
		v := &b.Vectors[i]
		if err := w.scratch.clean(v); err != nil {
			return fmt.Errorf("column %s: %w", v.Column.Name, err)
		}
		vectors[w.columns[v.Column]] = v
	}
	if witness != nil {
		if err := witness(w.table.table(), vectors, b.Origins); err != nil {
			return err
		}
	}
	w.held = append(w.held, held{b, vectors})
	w.size += b.Held()
	return nil
}

// store stores the rows that are held, and returns their batches.
func (w *writer) store(ctx context.Context, c *connection, f *feeder) ([]*engine.Batch, error) {
	now := &feed{table: w.table, held: w.held}
	f.now = now
	defer func() { f.now = nil }()
	defer now.pins.Unpin()
	if w.statement.Ptr == nil {
		insert := "INSERT INTO " + w.table.from() + " SELECT * FROM " + feedFunction + "()"
		if bindings.Prepare(c.handle, insert, &w.statement) == bindings.StateError {
			return nil, errors.New(bindings.PrepareError(w.statement))
		}
	}
	if err := c.complete(ctx, w.statement); err != nil {
		return nil, err
	}
	var free []*engine.Batch
	for _, h := range w.held {
		free = append(free, h.batch)
	}
	w.held, w.size = w.held[:0], 0
	return free, nil
}

// discard frees the writer without storing what it still holds.
func (w *writer) discard() {
	bindings.DestroyPrepare(&w.statement)
	w.statement.Ptr = nil
}

// scratch is memory that is used again from vector to vector.
type scratch struct {
	vector       engine.Vector
	starts, ends []uint32
	status       []uint8
}

// clean rewrites the values of v that cannot be stored as they are.
func (s *scratch) clean(v *engine.Vector) error {
	switch v.Column.Type {
	case types.Int:
		for _, n := range v.Ints {
			if int64(int32(n)) != n {
				return fmt.Errorf("%d is no int", n)
			}
		}
	case types.String:
		if !validTexts(v) {
			s.rewrite(v, func(b []byte) ([]byte, bool) { return bytes.ToValidUTF8(b, []byte("\uFFFD")), true })
		}
	case types.GUID:
		s.rewrite(v, func(b []byte) ([]byte, bool) {
			g, ok := parseGUID(string(b))
			return []byte(g), ok
		})
	case types.Decimal:
		s.rewrite(v, func(b []byte) ([]byte, bool) {
			d, ok := parseDecimal(string(b))
			return []byte(d), ok
		})
	case types.Dynamic:
		if !s.canonical(v) {
			s.rewrite(v, func(b []byte) ([]byte, bool) {
				json := parseJSON(string(bytes.ToValidUTF8(b, []byte("\uFFFD"))))
				return []byte(json), json != "null"
			})
		}
	case types.Bool, types.Long, types.Real, types.DateTime, types.TimeSpan:
	case types.Unknown:
		return errors.New("it has no type")
	}
	return nil
}

// validTexts tells whether every value is UTF-8.
func validTexts(v *engine.Vector) bool {
	if !utf8.Valid(v.Bytes) {
		return false
	}
	// No value may start within a character of the value before.
	for _, start := range v.Starts {
		if int(start) < len(v.Bytes) && !utf8.RuneStart(v.Bytes[start]) {
			return false
		}
	}
	return true
}

// canonical tells whether every value is canonical JSON other than null, or
// marked null.
func (s *scratch) canonical(v *engine.Vector) bool {
	s.texts(v)
	if len(s.ends) > cap(s.status) {
		s.status = make([]uint8, len(v.Ends))
	}
	s.status = s.status[:len(s.ends)]
	checkJSON(v.Bytes, s.starts, s.ends, s.status)
	for i, status := range s.status {
		if status != canonicalJSON || string(v.Bytes[s.starts[i]:s.ends[i]]) == "null" {
			return false
		}
	}
	return validTexts(v)
}

// texts finds the texts of v's values that are not null, each once.
func (s *scratch) texts(v *engine.Vector) {
	s.starts, s.ends = s.starts[:0], s.ends[:0]
	seen := uint32(0)
	for i, start := range v.Starts {
		if v.Null[i] || start < seen {
			continue
		}
		seen = v.Ends[i]
		s.starts, s.ends = append(s.starts, start), append(s.ends, seen)
	}
}

// rewrite maps every value of v; one that f refuses becomes null.
func (s *scratch) rewrite(v *engine.Vector, f func([]byte) ([]byte, bool)) {
	w := &s.vector
	*w = engine.Vector{Column: v.Column, Null: w.Null[:0], Starts: w.Starts[:0], Ends: w.Ends[:0], Bytes: w.Bytes[:0]}
	for i := range v.Null {
		if v.Null[i] {
			w.SetNull()
			continue
		}
		if b, ok := f(v.Text(i)); ok {
			w.SetText(b)
		} else {
			w.SetNull()
		}
	}
	*w, *v = *v, *w
}
