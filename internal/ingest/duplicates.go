package ingest

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
)

// DuplicateTable has a row for each record whose like was held already: where
// it was found, and the table and id of the row that stands for it. A record
// that several exports hold is one row, and has come from all of them. Of a
// file with the same bytes as another the manifest says so, and no records are
// listed.
const DuplicateTable = "Duplicate_CL"

// duplicate notes that the record of a row is in a table already.
func (p *pass) duplicate(rows *engine.Batch, row int) error {
	if p.duplicates == nil {
		p.duplicates = engine.NewBatch(DuplicateTable)
	}
	b, record := p.duplicates, rows.Origins[row].Record
	setLong(b, "File", p.file.Number)
	setString(b, "Name", p.file.Name())
	setLong(b, "Record", record)
	setString(b, "Table", rows.Table)
	setString(b, "Id", textAt(rows, p.layout(rows.Table).id, row))
	b.EndRow(engine.Origin{File: p.file.Number, Record: record})
	if !b.Full() {
		return nil
	}
	return p.listDuplicates()
}

// textAt returns a row's text in the column called name, or "".
func textAt(rows *engine.Batch, name string, row int) string {
	for i := range rows.Vectors {
		if vec := &rows.Vectors[i]; vec.Column.Name == name && row < len(vec.Ends) {
			return string(vec.Text(row))
		}
	}
	return ""
}

// listDuplicates hands over the duplicates that were noted.
func (p *pass) listDuplicates() error {
	b := p.duplicates
	p.duplicates = nil
	if b == nil || b.Rows == 0 {
		return nil
	}
	return p.deposit.append(b, func(*engine.Batch) {})
}

// isAbout tells whether a table, in any case, is about the evidence and not of
// it.
func isAbout(table string) bool {
	return slices.ContainsFunc([]string{ManifestTable, QuarantineTable, DuplicateTable}, func(about string) bool {
		return strings.EqualFold(about, table)
	})
}
