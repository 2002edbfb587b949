package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// A memory is a loader that holds rows as they come, and refuses those that
// no engine should have to bear: text that is not UTF-8, dynamic that is not
// JSON, names that differ in case alone.
type memory struct {
	rows   []memoryRow
	about  []memoryRow // of the tables about the evidence itself
	open   bool
	failAt int // the append that fails, from 1
	calls  int
}

type memoryRow struct {
	table  string
	origin engine.Origin
	cells  map[string]types.Value
}

type memoryLoad struct {
	m    *memory
	rows []memoryRow
	done bool
}

func (m *memory) Begin(context.Context) (engine.Load, error) {
	if m.open {
		return nil, errors.New("a load is open")
	}
	m.open = true
	return &memoryLoad{m: m}, nil
}

func (m *memory) Identities(_ context.Context, each func(engine.Identity) error) error {
	for _, r := range m.rows {
		if err := each(r.origin.Identity); err != nil {
			return err
		}
	}
	return nil
}

func (l *memoryLoad) Append(_ context.Context, b *engine.Batch) error {
	l.m.calls++
	if l.m.calls == l.m.failAt {
		return errors.New("the disk is full")
	}
	names := make(map[string]bool)
	for i := range b.Vectors {
		name := b.Vectors[i].Column.Name
		if name == "" || name[0] == '$' || names[strings.ToLower(name)] {
			return fmt.Errorf("%s has the column %q, which is reserved or has a twin", b.Table, name)
		}
		names[strings.ToLower(name)] = true
	}
	for row := range b.Rows {
		cells := make(map[string]types.Value)
		for i := range b.Vectors {
			if v := valueAt(&b.Vectors[i], row); v.Valid && (v.Type != types.String || v.Text != "") {
				if !utf8.ValidString(v.Text) || v.Type == types.Dynamic && !json.Valid([]byte(v.Text)) {
					return fmt.Errorf("%s.%s is %q", b.Table, b.Vectors[i].Column.Name, v.Text)
				}
				cells[b.Vectors[i].Column.Name] = v
			}
		}
		l.rows = append(l.rows, memoryRow{b.Table, b.Origins[row], cells})
	}
	return nil
}

func valueAt(vec *engine.Vector, row int) types.Value {
	v := types.Value{Type: vec.Column.Type, Valid: !vec.Null[row]}
	switch vec.Column.Type {
	case types.Bool, types.Int, types.Long, types.DateTime, types.TimeSpan:
		v.Int = vec.Ints[row]
	case types.Real:
		v.Float = vec.Floats[row]
	case types.String, types.GUID, types.Decimal, types.Dynamic:
		v.Text = string(vec.Text(row))
	case types.Unknown:
		panic("a column has no type")
	}
	return v
}

func (l *memoryLoad) Commit(context.Context) error {
	for _, r := range l.rows {
		if isAbout(r.table) {
			l.m.about = append(l.m.about, r)
			continue
		}
		l.m.rows = append(l.m.rows, r)
	}
	l.done, l.m.open = true, false
	return nil
}

func (l *memoryLoad) Rollback() error {
	if !l.done {
		l.done, l.m.open = true, false
	}
	return nil
}

// identities returns the identities of all rows, sorted.
func (m *memory) identities() []engine.Identity {
	var ids []engine.Identity
	for _, r := range m.rows {
		ids = append(ids, r.origin.Identity)
	}
	slices.SortFunc(ids, func(a, b engine.Identity) int { return slices.Compare(a[:], b[:]) })
	return ids
}
