package custody

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// A RowChecker compares the rows of a case with what was noted when they were
// stored.
type RowChecker struct {
	rows  io.ReaderAt
	files map[int64]Promise
}

// NewRowChecker compares with the notes in rows of the files that promises were
// made, and kept.
func NewRowChecker(rows io.ReaderAt, kept []Promise) *RowChecker {
	c := &RowChecker{rows: rows, files: make(map[int64]Promise, len(kept))}
	for _, p := range kept {
		c.files[p.Number] = p
	}
	return c
}

// A TableCheck is the comparison of one table. Its rows are given one by one,
// in the order in which they are stored.
type TableCheck struct {
	checker *RowChecker
	table   string
	hasher  *rowHasher
	tell    func(Finding)
	files   map[int64]*fileCheck
	rows    int64
}

type fileCheck struct {
	want   TableRows
	notes  *noteReader
	sum    hash.Hash
	rows   int64
	told   int  // findings of rows
	wasnot bool // no note was made of this file's rows in this table
}

// Table begins the comparison of a table, as it is stored. Tell is called for
// each row that is not as it was.
func (c *RowChecker) Table(table types.Table, tell func(Finding)) *TableCheck {
	return &TableCheck{checker: c, table: table.Name, hasher: newRowHasher(table.Columns), tell: tell, files: make(map[int64]*fileCheck)}
}

// Rows is how many rows were looked at.
func (t *TableCheck) Rows() int64 { return t.rows }

// Row compares the next row.
func (t *TableCheck) Row(o engine.Origin, row []types.Value) {
	t.rows++
	f := t.file(o.File)
	digest := t.hasher.read(o, row)
	_, _ = f.sum.Write(digest[:]) // a hash never fails
	f.rows++
	if f.wasnot {
		return
	}
	for f.notes.ok && f.notes.next.record < o.Record {
		t.row(f, o.File, f.notes.next.record, "is not there any more")
		f.notes.advance()
	}
	if !f.notes.ok || f.notes.next.record > o.Record {
		t.row(f, o.File, o.Record, "was added")
		return
	}
	if [shortDigest]byte(digest[:shortDigest]) != f.notes.next.digest {
		t.row(f, o.File, o.Record, "was changed")
	}
	f.notes.advance()
}

func (t *TableCheck) file(number int64) *fileCheck {
	f, ok := t.files[number]
	if ok {
		return f
	}
	f = &fileCheck{sum: sha256.New(), wasnot: true}
	if p, ok := t.checker.files[number]; ok {
		for i, want := range p.Tables {
			if want.Table == t.table {
				f.want, f.wasnot, f.notes = want, false, newNoteReader(t.checker.rows, p.Rows, i)
			}
		}
	}
	t.files[number] = f
	return f
}

// maxTold is how many rows of a table and file are named one by one.
const maxTold = 100

func (t *TableCheck) row(f *fileCheck, file, record int64, what string) {
	f.told++
	if f.told > maxTold {
		return
	}
	name := ""
	if p, ok := t.checker.files[file]; ok {
		name = " (" + p.Name() + ")"
	}
	where := fmt.Sprintf("record %d", record)
	if record == 0 {
		where = "its own row"
	}
	t.tell(Finding{Kind: KindRow, Subject: fmt.Sprintf("table %s: file %d%s, %s", t.table, file, name, where), Reason: what})
}

// End compares what is known of the table as a whole. Kept is the promises in
// their order.
func (t *TableCheck) End(kept []Promise) {
	seen := make(map[int64]bool, len(kept))
	for _, p := range kept {
		seen[p.Number] = true
		for _, want := range p.Tables {
			if want.Table == t.table {
				t.end(p, want)
			}
		}
	}
	for _, number := range sortedKeys(t.files) {
		if f := t.files[number]; f.wasnot {
			t.tell(Finding{Kind: KindRow, Subject: fmt.Sprintf("table %s: file %d", t.table, number), Reason: t.strange(f, seen[number])})
		}
	}
}

func (t *TableCheck) strange(f *fileCheck, promised bool) string {
	if promised {
		return fmt.Sprintf("%d rows were added: the journal has none of this file in this table", f.rows)
	}
	return fmt.Sprintf("%d rows are of a file that the journal does not know", f.rows)
}

func (t *TableCheck) end(p Promise, want TableRows) {
	f := t.file(p.Number)
	for f.notes.ok {
		t.row(f, p.Number, f.notes.next.record, "is not there any more")
		f.notes.advance()
	}
	subject := fmt.Sprintf("table %s: file %d (%s)", t.table, p.Number, p.Name())
	if f.told > maxTold {
		t.tell(Finding{Kind: KindRow, Subject: subject, Reason: fmt.Sprintf("%d more rows are not as they were", f.told-maxTold)})
	}
	if f.told > 0 {
		return
	}
	switch {
	case f.rows != want.Rows:
		t.tell(Finding{Kind: KindRow, Subject: subject, Reason: fmt.Sprintf("has %d rows, and had %d", f.rows, want.Rows)})
	case sumOf(f.sum) != want.SHA256:
		t.tell(Finding{Kind: KindRow, Subject: subject, Reason: "its rows are not those that were stored"})
	}
}
