package duckdb

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/simulate"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A department is so many sign-ins of people over a month. A large tenant is
// one that was attacked, and quiet ones with other people in other networks.
const (
	departmentSignIns = 50_000
	departmentUsers   = 65
	departmentDays    = 30
)

// multiply makes the case dir/case of so many sign-ins. The department that was
// attacked is loaded from its exports; the rows of the quiet one are read once
// and written many times, in the order of their time, as logs come.
func multiply(b *testing.B, dir string, signIns int) error {
	b.Helper()
	options := simulate.Options{Seed: 1, Users: departmentUsers, Days: departmentDays, SignIns: departmentSignIns}
	home, err := loadDepartment(b, filepath.Join(dir, "case"), filepath.Join(dir, "attacked"), options)
	if err != nil {
		return err
	}
	options.Seed, options.Attacks = 2, []simulate.Attack{}
	quiet, err := loadDepartment(b, filepath.Join(dir, "quiet-case"), filepath.Join(dir, "quiet"), options)
	if err != nil {
		return err
	}
	from, err := Open(b.Context(), Options{Path: filepath.Join(dir, "quiet-case", "evidence.duckdb")})
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	to, err := Open(b.Context(), Options{Path: filepath.Join(dir, "case", "evidence.duckdb"), MemoryLimit: Share(detectLimit)})
	if err != nil {
		return err
	}
	m := multiplier{from: from, to: to, home: home, quiet: quiet}
	for n := range max(0, signIns/departmentSignIns-1) {
		m.departments = append(m.departments, m.department(n+1))
	}
	if err := m.all(b.Context()); err != nil {
		_ = to.Close()
		return err
	}
	return to.Close()
}

func loadDepartment(b *testing.B, dir, exports string, o simulate.Options) (simulate.Tenant, error) {
	b.Helper()
	truth, err := simulate.Write(b.Context(), exports, o)
	if err != nil {
		return simulate.Tenant{}, err
	}
	opener, _ := detectOpener()
	c, err := investigation.Open(b.Context(), dir, opener)
	if err != nil {
		return simulate.Tenant{}, err
	}
	if _, err := c.Ingest(b.Context(), []string{exports}, investigation.IngestOptions{}); err != nil {
		return simulate.Tenant{}, err
	}
	return truth.Tenant, c.Close()
}

// A multiplier writes the rows of one database into another, many times.
type multiplier struct {
	from, to    *Engine
	home, quiet simulate.Tenant
	departments []department
	key         int64
}

// A department names its people and networks its own way.
type department struct {
	names *strings.Replacer // in any text
	old   []string          // what names replaces
	id    string            // begins the ids that tell its records apart
}

// department returns the n-th: people of a domain of its own, in a network of
// its own.
func (m *multiplier) department(n int) department {
	prefix := fmt.Sprintf("%04x", n)
	pairs := []string{m.quiet.ID, m.home.ID, "@" + m.quiet.Domain, "@d" + prefix + "." + m.home.Domain, "2001:db8:", "2001:" + prefix + ":"}
	for _, network := range []string{"192.0.2.", "198.51.100.", "203.0.113."} {
		last := strings.Split(network, ".")[2]
		pairs = append(pairs, network, fmt.Sprintf("%d.%d.%s.", 20+n/200, 20+n%200, last))
	}
	var old []string
	for i := 0; i < len(pairs); i += 2 {
		old = append(old, pairs[i])
	}
	return department{strings.NewReplacer(pairs...), old, prefix}
}

func (m *multiplier) all(ctx context.Context) error {
	tables, err := m.from.Tables(ctx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if ingest.Apart(t.Name) {
			continue
		}
		if err := m.table(ctx, t.Table); err != nil {
			return fmt.Errorf("multiply %s: %w", t.Name, err)
		}
	}
	return nil
}

func (m *multiplier) table(ctx context.Context, t types.Table) error {
	rows, err := m.rows(ctx, t)
	if err != nil {
		return err
	}
	w := rowWriter{m: m, table: t, batch: engine.NewBatch(t.Name)}
	for _, row := range rows {
		for _, d := range m.departments {
			if err := w.write(ctx, row, d); err != nil {
				return err
			}
		}
	}
	return w.end(ctx)
}

// rows are those of a table by their time.
func (m *multiplier) rows(ctx context.Context, t types.Table) ([][]types.Value, error) {
	var rows [][]types.Value
	err := m.from.Query(ctx, &plan.Query{Root: &plan.Scan{Table: t}}, func(row []types.Value) error {
		row = slices.Clone(row)
		for i := range row {
			row[i].Text = strings.Clone(row[i].Text)
		}
		rows = append(rows, row)
		return nil
	})
	if at := t.Column("TimeGenerated"); at >= 0 {
		slices.SortStableFunc(rows, func(a, b []types.Value) int { return int(a[at].Int - b[at].Int) })
	}
	return rows, err
}

// A rowWriter writes rows of one table, a million to a transaction.
type rowWriter struct {
	m     *multiplier
	table types.Table
	batch *engine.Batch
	open  engine.Load
	rows  int
}

func (w *rowWriter) write(ctx context.Context, row []types.Value, d department) error {
	for i, c := range w.table.Columns {
		v := &w.batch.Vectors[w.batch.Column(c)]
		switch {
		case !row[i].Valid && c.Type != types.String:
			v.SetNull()
		case c.Type == types.Real:
			v.SetReal(row[i].Float)
		case c.Type == types.String, c.Type == types.Dynamic, c.Type == types.GUID, c.Type == types.Decimal:
			v.SetText([]byte(d.text(c.Name, row[i].Text)))
		default:
			v.SetInt(row[i].Int)
		}
	}
	w.m.key++
	w.rows++
	w.batch.EndRow(engine.Origin{File: 1, Record: w.m.key, Tenant: w.m.home.ID, Identity: engine.Identity{w.m.key, w.m.key}})
	if !w.batch.Full() {
		return nil
	}
	return w.append(ctx)
}

// text is a text of the quiet department as another has it.
func (d department) text(column, text string) string {
	switch column {
	case "UserId", "CorrelationId", "SessionId", "Id", "OriginalRequestId", "UniqueTokenIdentifier":
		if len(text) == 36 && text[8] == '-' {
			return d.id + text[4:]
		}
	}
	for _, name := range d.old {
		if strings.Contains(text, name) {
			return d.names.Replace(text)
		}
	}
	return text
}

func (w *rowWriter) append(ctx context.Context) (err error) {
	if w.open == nil {
		if w.open, err = w.m.to.Begin(ctx); err != nil {
			return err
		}
	}
	if err := w.open.Append(ctx, w.batch); err != nil {
		return err
	}
	w.batch.Reset()
	if w.rows < 1_000_000 {
		return nil
	}
	w.rows = 0
	open := w.open
	w.open = nil
	return open.Commit(ctx)
}

func (w *rowWriter) end(ctx context.Context) error {
	if w.batch.Rows > 0 {
		if err := w.append(ctx); err != nil {
			return err
		}
	}
	if w.open == nil {
		return nil
	}
	return w.open.Commit(ctx)
}
