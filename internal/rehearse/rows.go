package rehearse

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/types"
)

// loadTable appends the rows of one file.
func loadTable(ctx context.Context, e engine.Loader, table string, file int64, text string) error {
	published, ok := schema.Lookup(table)
	if !ok {
		return fmt.Errorf("%s.jsonl: there is no table %s", table, table)
	}
	batch := engine.NewBatch(table)
	record := int64(0)
	for line := range strings.Lines(text) {
		record++
		if err := addRow(batch, published, line); err != nil {
			return fmt.Errorf("%s.jsonl:%d: %w", table, record, err)
		}
		batch.EndRow(engine.Origin{File: file, Record: record, Identity: engine.Identity{file, record}})
	}
	into, err := e.Begin(ctx)
	if err != nil {
		return fmt.Errorf("load %s: %w", table, err)
	}
	if err := into.Append(ctx, batch); err != nil {
		_ = into.Rollback() // the load is lost either way
		return fmt.Errorf("load %s: %w", table, err)
	}
	if err := into.Commit(ctx); err != nil {
		return fmt.Errorf("load %s: %w", table, err)
	}
	return nil
}

func addRow(b *engine.Batch, published types.Table, line string) error {
	var row map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &row); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(row)) {
		column, err := columnOf(published, name)
		if err != nil {
			return err
		}
		if string(row[name]) == "null" {
			continue
		}
		if err := setValue(&b.Vectors[b.Column(column)], row[name]); err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
	}
	return nil
}

// columnOf returns the column that a name means: a published one, or after a
// plus sign one that is not. Loading an export keeps such a one as dynamic.
func columnOf(published types.Table, name string) (types.Column, error) {
	extra, more := strings.CutPrefix(name, "+")
	i := published.Column(extra)
	switch {
	case more && i >= 0:
		return types.Column{}, fmt.Errorf("column %s is published: it has no plus sign", extra)
	case more:
		return types.Column{Name: extra, Type: types.Dynamic}, nil
	case i < 0:
		return types.Column{}, fmt.Errorf("no column %s", name)
	}
	return published.Columns[i], nil
}

func setValue(v *engine.Vector, value json.RawMessage) error {
	switch v.Column.Type {
	case types.Dynamic:
		var compact bytes.Buffer
		if err := json.Compact(&compact, value); err != nil {
			return err
		}
		v.SetText(compact.Bytes())
	case types.DateTime:
		var at time.Time
		if err := json.Unmarshal(value, &at); err != nil {
			return err
		}
		v.SetInt(types.TicksOf(at))
	case types.String, types.GUID, types.Decimal:
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return err
		}
		v.SetText([]byte(text))
	case types.Bool:
		var is bool
		if json.Unmarshal(value, &is) == nil {
			v.SetInt(map[bool]int64{true: 1}[is])
			return nil
		}
		return setNumber(v, value)
	case types.Int, types.Long:
		return setNumber(v, value)
	case types.Real:
		var x float64
		if err := json.Unmarshal(value, &x); err != nil {
			return err
		}
		v.SetReal(x)
	case types.TimeSpan, types.Unknown:
		return fmt.Errorf("type %s", v.Column.Type)
	}
	return nil
}

func setNumber(v *engine.Vector, value json.RawMessage) error {
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return err
	}
	v.SetInt(n)
	return nil
}
