package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/kql/types"
)

// Tables about the evidence itself. They are committed with the rows of the
// file that they are about, so that a file is in whole, with its manifest
// entry and its rejects, or not at all.
const (
	// ManifestTable has a row for each file, as evidence.File in JSON in the
	// column Manifest, and the parts that people ask for as columns.
	ManifestTable = "Evidence_CL"
	// QuarantineTable has a row for each record that was not understood.
	QuarantineTable = "Quarantine_CL"
)

// ManifestColumn is the column of ManifestTable that holds the whole entry.
const ManifestColumn = "Manifest"

// Apart tells whether a table is about the evidence, and no part of it: a
// manifest, what was not understood, what a collector did long after the events
// that it collected.
func Apart(table string) bool {
	switch table {
	case ManifestTable, QuarantineTable, DuplicateTable, CollectorTable:
		return true
	}
	return false
}

// recordFile appends what became of a file to its load.
func recordFile(ctx context.Context, load engine.Load, f evidence.File, rejects []evidence.Reject) error {
	entry, err := manifestRow(f)
	if err != nil {
		return err
	}
	if err := load.Append(ctx, entry); err != nil {
		return fmt.Errorf("store manifest: %w", err)
	}
	batch := engine.NewBatch(QuarantineTable)
	for _, r := range rejects {
		quarantineRow(batch, f, r)
		if !batch.Full() {
			continue
		}
		if err := load.Append(ctx, batch); err != nil {
			return fmt.Errorf("store quarantine: %w", err)
		}
		batch.Reset()
	}
	if batch.Rows == 0 {
		return nil
	}
	if err := load.Append(ctx, batch); err != nil {
		return fmt.Errorf("store quarantine: %w", err)
	}
	return nil
}

func manifestRow(f evidence.File) (*engine.Batch, error) {
	whole, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write manifest of %s: %w", f.Name(), err)
	}
	b := engine.NewBatch(ManifestTable)
	setLong(b, "File", f.Number)
	setString(b, "Name", f.Name())
	setString(b, "SHA256", string(f.SHA256))
	setLong(b, "Size", f.Size)
	setString(b, "Format", f.Format)
	setString(b, "Tenant", f.Tenant)
	setLong(b, "RecordsRead", f.Counts.Read)
	setLong(b, "RecordsStored", f.Counts.Stored)
	setLong(b, "RecordsDuplicate", f.Counts.Duplicate)
	setLong(b, "RecordsQuarantined", f.Counts.Quarantined)
	setString(b, "Problem", f.Problem)
	if a := f.Acquired; a != nil {
		setString(b, "Source", a.Source)
		setTime(b, "SourceModified", a.Modified)
		setTime(b, "Acquired", a.At)
		setString(b, "AcquiredBy", a.User+"@"+a.Host)
		setString(b, "AcquiredWith", a.Version)
	}
	b.Vectors[b.Column(types.Column{Name: ManifestColumn, Type: types.Dynamic})].SetText(whole)
	b.EndRow(engine.Origin{File: f.Number})
	return b, nil
}

// ReadManifest reads the file of a batch that has one row of the manifest.
func ReadManifest(b *engine.Batch, f *evidence.File) error {
	for i := range b.Vectors {
		if v := &b.Vectors[i]; v.Column.Name == ManifestColumn {
			if err := json.Unmarshal(v.Text(0), f); err != nil {
				return fmt.Errorf("manifest entry: %w", err)
			}
			return nil
		}
	}
	return errors.New("manifest entry: there is none")
}

func quarantineRow(b *engine.Batch, f evidence.File, r evidence.Reject) {
	setLong(b, "File", r.File)
	setString(b, "Name", f.Name())
	setLong(b, "Record", r.Record)
	setLong(b, "Offset", r.Offset)
	setString(b, "Reason", r.Reason)
	setString(b, "RawData", r.Raw)
	b.EndRow(engine.Origin{File: r.File}) // what could not be read is no record of a log
}

func setLong(b *engine.Batch, column string, n int64) {
	i := b.Column(types.Column{Name: column, Type: types.Long})
	b.Vectors[i].SetInt(n)
}

func setTime(b *engine.Batch, column string, t time.Time) {
	i := b.Column(types.Column{Name: column, Type: types.DateTime})
	if t.IsZero() {
		b.Vectors[i].SetNull()
		return
	}
	b.Vectors[i].SetInt(types.TicksOf(t))
}

func setString(b *engine.Batch, column, s string) {
	i := b.Column(types.Column{Name: column, Type: types.String})
	b.Vectors[i].SetText([]byte(s))
}
