package investigation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// VerifyOptions say what to compare. The zero value compares all there is.
type VerifyOptions struct {
	NoOriginals bool                  // the files that evidence was read from are not looked at
	Head        evidence.Digest       // a line that the journal must have; '': any will do
	Signers     []ssh.PublicKey       // one of whom must have signed the journal; none: whoever has
	Tell        func(custody.Finding) // called for each thing that is not as it was; nil: not

	archive *custody.Archive // that the case is in; nil: it is on disk
}

// Verify compares a case with its journal: the journal with itself, the files
// of the case, the originals, and each row. It changes nothing. What was found
// is told, and counted.
func Verify(ctx context.Context, dir string, open Opener, o VerifyOptions) (custody.Outcome, error) {
	t := &tally{tell: o.Tell}
	if err := o.verify(ctx, os.DirFS(dir), dir, open, t); err != nil {
		return t.outcome, fmt.Errorf("verify %s: %w", dir, err)
	}
	return t.outcome, nil
}

// A tally counts what is told.
type tally struct {
	outcome custody.Outcome
	tell    func(custody.Finding)
}

func (t *tally) finding(f custody.Finding) {
	if f.Unchecked {
		t.outcome.Unchecked++
	} else {
		t.outcome.Failed++
	}
	if t.tell != nil {
		t.tell(f)
	}
}

// verify compares the case that fsys has; the database, which an engine has to
// open, and the digests of rows are in dir too.
func (o VerifyOptions) verify(ctx context.Context, fsys fs.FS, dir string, open Opener, t *tally) error {
	result := custody.Verify(fsys, custody.Options{Originals: o.originals(dir), Head: o.Head, Signers: o.Signers, Tell: t.finding})
	t.outcome.Checked += result.Checked
	t.outcome.Signatures, t.outcome.Lines, t.outcome.Head = result.Signatures, result.Lines, result.Head
	rows, err := verifyRows(ctx, fsys, dir, open, t.finding)
	t.outcome.Checked += rows
	if err != nil {
		return fmt.Errorf("the rows: %w", err)
	}
	return nil
}

// originals are where the files are that evidence was read from.
func (o VerifyOptions) originals(dir string) custody.Originals {
	switch {
	case o.NoOriginals || o.archive != nil && !o.archive.HasOriginals():
		return nil
	case o.archive != nil:
		return o.archive
	}
	return onDisk{dir}
}

// NoteVerified writes into the journal of the case in dir that it was verified.
// A journal that does not verify is left as it is.
func NoteVerified(dir string, actor custody.Actor, outcome custody.Outcome) error {
	j, err := custody.Open(dir, actor)
	if err != nil {
		return err
	}
	chain := j.Chain()
	if len(chain.Faults) > 0 || len(chain.Lines) == 0 {
		return nil
	}
	_, err = j.Append(custody.Line{Event: custody.CaseVerified, Verified: &outcome})
	return err
}

// verifyRows compares the rows of the database with what was noted when they
// were stored. A database that cannot be read is told, and no error.
func verifyRows(ctx context.Context, fsys fs.FS, dir string, open Opener, tell func(custody.Finding)) (int64, error) {
	data, err := fs.ReadFile(fsys, custody.JournalName)
	if err != nil {
		return 0, nil // that there is no journal has been told
	}
	chain := custody.Read(data)
	if len(chain.Kept()) == 0 {
		return 0, nil
	}
	unread := func(err error) (int64, error) {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		tell(custody.Finding{Kind: custody.KindRow, Subject: database, Reason: "its rows cannot be checked: " + oneLine(err)})
		return 0, nil
	}
	notes, err := os.Open(filepath.Join(dir, custody.RowsName))
	if err != nil {
		return unread(err)
	}
	defer func() { _ = notes.Close() }() // it was only read
	c, err := OpenExisting(ctx, dir, open)
	if err != nil {
		return unread(err)
	}
	rows, err := c.checkRows(ctx, &chain, notes, tell)
	if err = errors.Join(err, c.Close()); err != nil {
		return unread(err)
	}
	return rows, nil
}

// checkRows compares the rows of every table.
func (c *Case) checkRows(ctx context.Context, chain *custody.Chain, notes io.ReaderAt, tell func(custody.Finding)) (int64, error) {
	files, err := c.Files(ctx)
	if err != nil {
		return 0, err
	}
	held, err := heldOf(files)
	if err != nil {
		return 0, err
	}
	kept := chain.KeptOf(held)
	tables, err := c.engine.Tables(ctx)
	if err != nil {
		return 0, fmt.Errorf("list tables: %w", err)
	}
	checker := custody.NewRowChecker(notes, kept)
	var rows int64
	for _, t := range allTables(tables, kept) {
		check := checker.Table(t, tell)
		err := c.engine.Query(ctx, &plan.Query{Root: &plan.Scan{Table: withOrigin(t), Reference: true}}, func(row []types.Value) error {
			n := len(originTypes())
			check.Row(originOf(row[:n]), row[n:])
			return nil
		})
		rows += check.Rows()
		if ctx.Err() != nil {
			return rows, ctx.Err()
		}
		if err != nil {
			tell(custody.Finding{Kind: custody.KindRow, Subject: "table " + t.Name, Reason: "cannot be read: " + oneLine(err)})
			continue
		}
		check.End(kept)
	}
	return rows, nil
}

// heldOf returns the digests of manifest entries by the number of their file.
func heldOf(files []evidence.File) (map[int64]evidence.Digest, error) {
	held := make(map[int64]evidence.Digest, len(files))
	for _, f := range files {
		digest, err := manifestDigest(f)
		if err != nil {
			return nil, err
		}
		held[f.Number] = digest
	}
	return held, nil
}

// allTables are the tables that there are, and those that there should be.
func allTables(infos []engine.TableInfo, kept []custody.Promise) []types.Table {
	tables := make([]types.Table, 0, len(infos))
	for _, info := range infos {
		tables = append(tables, info.Table)
	}
	for _, p := range kept {
		for _, want := range p.Tables {
			if !slices.ContainsFunc(tables, func(t types.Table) bool { return t.Name == want.Table }) {
				tables = append(tables, types.Table{Name: want.Table})
			}
		}
	}
	return tables
}

// originTypes are the columns that say where a row came from.
func originTypes() []types.Column {
	return []types.Column{
		{Name: plan.OriginFile, Type: types.Long},
		{Name: plan.OriginRecord, Type: types.Long},
		{Name: plan.OriginTenant, Type: types.String},
		{Name: plan.OriginKey1, Type: types.Long},
		{Name: plan.OriginKey2, Type: types.Long},
	}
}

func withOrigin(t types.Table) types.Table {
	return types.Table{Name: t.Name, Columns: append(originTypes(), t.Columns...)}
}

func originOf(row []types.Value) engine.Origin {
	return engine.Origin{
		File: row[0].Int, Record: row[1].Int, Tenant: row[2].Text,
		Identity: engine.Identity{row[3].Int, row[4].Int},
	}
}

// onDisk finds originals where they were: as the case stands to them, or else
// under the path that they had; or else where they are when a sealed archive
// was unpacked.
type onDisk struct{ dir string }

// Open opens the original of p; see custody.Originals.
func (d onDisk) Open(p custody.Promise) (io.ReadCloser, string, error) {
	was := filepath.FromSlash(p.Source)
	places := []string{was, filepath.Join(d.dir, "..", filepath.FromSlash(p.ArchiveName()))}
	if p.Relative != "" {
		places = slices.Insert(places, 0, filepath.Join(d.dir, filepath.FromSlash(p.Relative)))
	}
	for _, place := range places {
		f, err := openFile(place)
		if !errors.Is(err, fs.ErrNotExist) {
			return f, place, err
		}
	}
	return nil, was, fs.ErrNotExist
}

func openFile(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// oneLine is an error's first line: an engine may tell more.
func oneLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}
