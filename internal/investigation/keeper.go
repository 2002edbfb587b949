package investigation

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/ingest"
)

// spoolDir is where a case keeps what came by standard input.
const spoolDir = "stdin"

// A keeper keeps the custody of a case: it writes the journal. A session is
// opened in it by the first load and closed with the case.
type keeper struct {
	dir   string
	actor custody.Actor
	seen  seen
	// Both are of the session that is open; nil: none is.
	journal *custody.Journal
	rows    *custody.RowFile
}

// A seen is how a case was before the engine opened it to be written to.
type seen struct {
	head  evidence.Digest   // of the journal
	found []custody.Finding // how its database was not as the journal says
	// unsettled tells that the engine may change the database by opening it,
	// because the last session left a log, or did not end, or there was none.
	unsettled bool
}

// look looks at the case. The engine must not be open.
func (k *keeper) look() error {
	j, err := custody.Open(k.dir, k.actor)
	if err != nil {
		return err
	}
	chain := j.Chain()
	if len(chain.Lines) == 0 {
		return nil
	}
	k.seen = seen{head: chain.Head(), unsettled: chain.Session() > 0}
	if chain.Session() == 0 {
		k.seen.found = chain.Strayed(os.DirFS(k.dir))
	}
	if _, err := os.Stat(filepath.Join(k.dir, databaseLog)); err == nil {
		k.seen.unsettled = true
	}
	return nil
}

// databaseLog is where the engine keeps what is committed and not yet in the
// database.
const databaseLog = database + ".wal"

// begin opens a session. One that did not end is resumed: what became of its
// promises is told first. The engine must be open to be written to, so that
// nobody else has it.
func (k *keeper) begin(files func() ([]evidence.File, error)) error {
	if k.rows != nil {
		return nil
	}
	var err error
	if k.journal, err = custody.Open(k.dir, k.actor); err != nil {
		return err
	}
	chain := k.journal.Chain()
	if len(chain.Lines) == 0 {
		if _, err := k.journal.Append(custody.Line{Event: custody.CaseCreated}); err != nil {
			return err
		}
	}
	opened := custody.Line{Event: custody.CaseOpened}
	if chain.Head() == k.seen.head {
		opened.Found = k.seen.found
	}
	if err := k.resume(chain, files); err != nil {
		return err
	}
	rows, err := custody.OpenRows(k.dir, chain.RowsEnd())
	if err != nil {
		return err
	}
	if _, err := k.journal.Append(opened); err != nil {
		return errors.Join(err, rows.Close())
	}
	k.rows = rows
	return nil
}

// settle opens a session for what the engine has changed by being opened.
func (k *keeper) settle(files func() ([]evidence.File, error)) error {
	if !k.seen.unsettled {
		return nil
	}
	return k.begin(files)
}

// resume says what became of the promises of a session that did not end, and
// of files in the case that no line knows.
func (k *keeper) resume(chain custody.Chain, files func() ([]evidence.File, error)) error {
	list, err := files()
	if err != nil {
		return err
	}
	held, err := heldOf(list)
	if err != nil {
		return err
	}
	session := chain.Session()
	resumed := chain.Resume(session, held)
	if session == 0 && len(resumed.Unseen) == 0 {
		return nil
	}
	if err := k.tidy(); err != nil {
		return err
	}
	_, err = k.journal.Append(custody.Line{Event: custody.CaseResumed, Resumed: resumed})
	return err
}

// tidy removes what a session that did not end has left half written.
func (k *keeper) tidy() error {
	parts, err := filepath.Glob(filepath.Join(k.dir, spoolDir, "*"+evidence.PartSuffix))
	if err != nil {
		return err
	}
	for _, part := range parts {
		err = errors.Join(err, os.Remove(part))
	}
	return err
}

// end closes the session, with an inventory of the case. The engine must be
// closed. A session that did not end, of whoever, is not ours to close.
func (k *keeper) end() error {
	if k.rows == nil {
		return nil
	}
	err := k.rows.Close()
	k.rows = nil
	if err != nil {
		return err
	}
	inventory, err := custody.TakeInventory(os.DirFS(k.dir), true)
	if err != nil {
		return fmt.Errorf("take the inventory: %w", err)
	}
	_, err = k.journal.Append(custody.Line{Event: custody.CaseClosed, Inventory: inventory})
	return err
}

// manifestDigest is the digest of a file's entry in the manifest.
func manifestDigest(f evidence.File) (evidence.Digest, error) {
	entry, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("manifest entry of %s: %w", f.Name(), err)
	}
	return custody.Sum(entry), nil
}

// promise is the line about a file that is about to be committed.
func (k *keeper) promise(f evidence.File, tables []custody.TableRows, rows custody.Region) (custody.Line, error) {
	digest, err := manifestDigest(f)
	if err != nil {
		return custody.Line{}, err
	}
	p := &custody.Promise{
		Number: f.Number, Path: f.Path, Member: f.Member, Size: f.Size, SHA256: f.SHA256, Archive: f.Archive, Problem: f.Problem,
		Manifest: digest, Tables: tables, Rows: rows,
	}
	if a := f.Acquired; a != nil {
		p.Source, p.Relative, p.Inside = k.place(*a)
	}
	event := custody.FileIngested
	if ingest.IsReference(f) {
		event = custody.ReferenceAdded
	}
	return k.journal.Append(custody.Line{Event: event, File: p})
}

// place is where a file was, as an absolute path and from the case; of a file
// in the case its name there.
func (k *keeper) place(a evidence.Acquisition) (source, relative string, inside bool) {
	dir, err := filepath.Abs(k.dir)
	if err != nil {
		return a.Source, "", false
	}
	from, err := filepath.Rel(dir, filepath.FromSlash(a.Source))
	if err != nil || a.Source == "" {
		return a.Source, "", false
	}
	from = filepath.ToSlash(from)
	if a.Inside {
		return from, "", true
	}
	return a.Source, from, false
}

// A witnessed is an engine whose loads are noted in the journal.
type witnessed struct {
	engine.Engine
	keeper *keeper
	files  func() ([]evidence.File, error)
}

// Begin opens a load that is noted; see engine.Loader.
func (w witnessed) Begin(ctx context.Context) (engine.Load, error) {
	if err := w.keeper.begin(w.files); err != nil {
		return nil, err
	}
	load, err := w.Engine.Begin(ctx)
	if err != nil {
		return nil, err
	}
	shows, ok := load.(engine.Witnessed)
	if !ok {
		return nil, errors.Join(errors.New("the engine does not show what it stores"), load.Rollback())
	}
	notes := w.keeper.rows.Begin()
	shows.Witness(notes.Stored)
	return &witnessedLoad{Load: load, keeper: w.keeper, notes: notes}, nil
}

// A witnessedLoad writes a line before it commits.
type witnessedLoad struct {
	engine.Load
	keeper *keeper
	notes  *custody.RowNotes
	file   evidence.File // whose manifest entry was appended
}

// Append adds rows; see engine.Load.
func (l *witnessedLoad) Append(ctx context.Context, b *engine.Batch) error {
	if b.Table == ingest.ManifestTable && b.Rows == 1 {
		if err := ingest.ReadManifest(b, &l.file); err != nil {
			return err
		}
	}
	return l.Load.Append(ctx, b)
}

// Commit promises the rows and makes them visible; see engine.Load.
func (l *witnessedLoad) Commit(ctx context.Context) error {
	tables, rows, err := l.notes.Finish()
	if err != nil {
		return errors.Join(err, l.Rollback())
	}
	line, err := l.keeper.promise(l.file, tables, rows)
	if err != nil {
		return errors.Join(err, l.Rollback())
	}
	if err := l.Load.Commit(ctx); err != nil {
		_, failed := l.keeper.journal.Append(custody.Line{Event: custody.LoadFailed, Failed: line.Number})
		return errors.Join(err, failed)
	}
	return nil
}

// Rollback forgets the rows; see engine.Load.
func (l *witnessedLoad) Rollback() error {
	return cmp.Or(l.Load.Rollback(), l.notes.Discard())
}

// As says who works on the case from now on, for its journal.
func (c *Case) As(actor custody.Actor) { c.keeper.actor = actor }

// store is where evidence goes.
func (c *Case) store() engine.Loader {
	return witnessed{c.engine, c.keeper, c.manifest}
}

// manifest returns the files of the case to the keeper, which has no context
// when the case is closed.
func (c *Case) manifest() ([]evidence.File, error) { return c.Files(context.Background()) }

// reportFiles are the files that a report consists of.
func reportFiles() []string { return []string{"report.html", "report.md", reportJSON} }

// reportJSON is the report as data.
const reportJSON = "report.json"

// noteReport promises files of a report, and what is kept with it, which are
// written but not in place.
func (k *keeper) noteReport(files map[string][]byte) error {
	j, err := custody.Open(k.dir, k.actor)
	if err != nil {
		return err
	}
	inventory, err := custody.TakeInventory(os.DirFS(k.dir), false)
	if err != nil {
		return fmt.Errorf("take the inventory: %w", err)
	}
	inventory.Replace(files)
	_, err = j.Append(custody.Line{Event: custody.ReportWritten, Inventory: inventory})
	return err
}

// finishReport puts the files of a report in place that was promised by a run
// that did not end.
func (k *keeper) finishReport() error {
	j, err := custody.Open(k.dir, k.actor)
	if err != nil {
		return err
	}
	fsys := os.DirFS(k.dir)
	chain := j.Chain()
	for _, name := range replaceable() {
		next := name + custody.PendingSuffix
		if _, err := fs.Stat(fsys, next); err != nil {
			continue
		}
		path := filepath.Join(k.dir, next)
		if !chain.Promised(fsys, name, next) {
			if err := os.Remove(path); err != nil {
				return err
			}
			continue
		}
		if err := os.Rename(path, strings.TrimSuffix(path, custody.PendingSuffix)); err != nil {
			return err
		}
	}
	return nil
}
