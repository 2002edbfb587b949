package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/types"
)

// mostUnpacked is what one packed file may unpack to unless a flag says more.
const mostUnpacked = "20GiB"

// A loadFlags is the flags of commands that load evidence.
type loadFlags struct {
	tenant   string
	unpacked string // a size; empty: mostUnpacked
}

func (f *loadFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.tenant, "tenant", "", "tenant id of records that name none")
	cmd.Flags().StringVar(&f.unpacked, "max-unpacked", mostUnpacked, "what one packed file, with all that is in it, may unpack to")
}

// options are how the flags say to load.
func (a *app) options(f loadFlags) (investigation.IngestOptions, error) {
	most, err := parseSize(cmp.Or(f.unpacked, mostUnpacked))
	if err != nil {
		return investigation.IngestOptions{}, usagef("--max-unpacked %s: %w", f.unpacked, err)
	}
	return investigation.IngestOptions{Stdin: a.in, Tenant: f.tenant, Unpacked: most}, nil
}

func (a *app) ingestCommand() *cobra.Command {
	var asJSON, dryRun bool
	var f loadFlags
	cmd := &cobra.Command{
		Use:        "ingest PATH...",
		SuggestFor: []string{"import", "load"},
		Short:      "Load exports into the case: files, directories, archives, - for standard input",
		Long: "ingest recognises each file by its content and loads its records into Log Analytics tables. For every file\n" +
			"it prints what became of its records: read = stored + duplicate + quarantined. Originals are never written,\n" +
			"and the case itself is never read as evidence. With --dry-run it says what each file is and loads nothing.",
		Example: "  conshelf ingest ./export --case ./case\n  conshelf ingest ./export --dry-run\n  zcat signins.json.gz | conshelf ingest -",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("ingest wants a file, a directory or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.wantFiles(args); err != nil {
				return err
			}
			if dryRun {
				return a.survey(cmd.Context(), args, f, asJSON)
			}
			return a.ingest(cmd.Context(), args, f, asJSON)
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what each file is, and load nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the counts as JSON, an object a file and line")
	return cmd
}

func (a *app) ingest(ctx context.Context, paths []string, f loadFlags, asJSON bool) (err error) {
	options, err := a.options(f)
	if err != nil {
		return err
	}
	memory, err := a.memoryLimit()
	if err != nil {
		return err
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(duckdb.LoadOwn(memory)))
	c, err := investigation.Open(ctx, a.caseDir, a.opener(false, duckdb.LoadShare))
	if err != nil {
		return err
	}
	c.As(actor())
	defer func() { err = firstError(err, c.Close()) }()
	result, err := a.load(ctx, c, paths, options)
	if err != nil && len(result.Files) == 0 {
		return err
	}
	if printErr := printFiles(a.out, result.Files, asJSON, terminalWidth(a.out)); err == nil {
		err = printErr
	}
	if err != nil {
		return err
	}
	return a.skipped(result)
}

// wantFiles refuses paths under which there is no file, before a case is made
// of nothing.
func (a *app) wantFiles(paths []string) error {
	there, missing := investigation.Anything(paths)
	if there || len(paths) == 0 {
		return nil
	}
	if len(missing) == 0 {
		return usagef("no file in %s", strings.Join(paths, ", "))
	}
	for _, p := range missing {
		printLine(a.err, oneLine(p.String()))
	}
	return silent{exitError}
}

// load ingests paths with progress, and says on standard error what was wrong
// with each file.
func (a *app) load(ctx context.Context, c *investigation.Case, paths []string, o investigation.IngestOptions) (investigation.Loaded, error) {
	if len(paths) == 0 {
		return investigation.Loaded{}, nil
	}
	bar := newProgress(a.err, terminalWidth(a.err) > 0 && !a.quiet, "reading", investigation.TotalSize(paths))
	o.Progress = bar.at
	result, err := c.Ingest(ctx, paths, o)
	bar.clear()
	for _, p := range result.Problems {
		printLine(a.err, oneLine(p.String()))
	}
	if !a.quiet {
		a.notes(result.Files)
	}
	if errors.Is(err, context.Canceled) {
		printLine(a.err, "files that were not read are not in the case: the same command loads them")
	}
	return result, err
}

// notes prints what was decided, replaced or not seen in reading the files.
// What is said of several files is said once.
func (a *app) notes(files []evidence.File) {
	var order []string
	of := make(map[string][]string)
	for _, f := range files {
		for _, note := range slices.Concat(f.Losses, f.Notes) {
			if of[note] == nil {
				order = append(order, note)
			}
			of[note] = append(of[note], f.Name())
		}
	}
	for _, note := range order {
		names := of[note][0]
		if n := len(of[note]) - 1; n > 0 {
			names += fmt.Sprintf(" and %d more", n)
		}
		printLine(a.err, oneLine("note: "+names+": "+note))
	}
}

// skipped is the error of a load that left something out; every such thing
// has been printed.
func (a *app) skipped(result investigation.Loaded) error {
	if len(result.Problems) == 0 {
		return nil
	}
	for _, f := range result.Files {
		if f.SHA256 != "" || f.Member != "" {
			return silent{exitSkipped}
		}
	}
	return silent{exitError} // not one file could be opened
}

func printFiles(w io.Writer, files []evidence.File, asJSON bool, width int) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		for _, f := range files {
			f.Acquired = nil // evidence list has it; this is of the file alone
			if err := encoder.Encode(f); err != nil {
				return fmt.Errorf("print counts: %w", err)
			}
		}
		return nil
	}
	cols := append(columnsOf(types.Long, "READ", "STORED", "DUPLICATE", "QUARANTINED"), textColumns("FORMAT", "FILE")...)
	rows, err := newRowWriter("table", w, cols, width)
	if err != nil {
		return err
	}
	var total evidence.Counts
	for _, f := range files {
		total = total.Add(f.Counts)
		if err := rows.row(append(counts(f.Counts), texts(f.Format, f.Name())...)); err != nil {
			return err
		}
	}
	if err := rows.row(append(counts(total), texts("", plural(len(files), "file"))...)); err != nil {
		return err
	}
	return rows.close()
}

func counts(c evidence.Counts) []types.Value {
	return []types.Value{types.NewLong(c.Read), types.NewLong(c.Stored), types.NewLong(c.Duplicate), types.NewLong(c.Quarantined)}
}

func textColumns(names ...string) []types.Column { return columnsOf(types.String, names...) }

func columnsOf(scalar types.Scalar, names ...string) []types.Column {
	cols := make([]types.Column, len(names))
	for i, n := range names {
		cols[i] = types.Column{Name: n, Type: scalar}
	}
	return cols
}

func texts(values ...string) []types.Value {
	out := make([]types.Value, len(values))
	for i, v := range values {
		out[i] = types.NewString(v)
	}
	return out
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
