package cli

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/types"
)

// survey says what each file is: its format, the tables that it feeds, its
// records, and when they are of. Nothing is loaded and no case is made.
func (a *app) survey(ctx context.Context, paths []string, f loadFlags, asJSON bool) error {
	options, err := a.options(f)
	if err != nil {
		return err
	}
	bar := newProgress(a.err, terminalWidth(a.err) > 0 && !a.quiet, "looking", investigation.TotalSize(paths))
	options.Progress = bar.at
	result, err := investigation.Survey(ctx, a.caseDir, paths, options)
	bar.clear()
	for _, p := range result.Problems {
		printLine(a.err, oneLine(p.String()))
	}
	if err != nil {
		return err
	}
	if asJSON {
		err = printFiles(a.out, result.Files, true, 0)
	} else {
		err = printSurvey(a.out, result.Files, terminalWidth(a.out))
	}
	if err != nil {
		return err
	}
	return a.skipped(result)
}

// printSurvey prints a line for each file and each of its tables.
func printSurvey(w io.Writer, files []evidence.File, width int) error {
	rows, err := newRowWriter("table", w, textColumns("FORMAT", "TABLE", "RECORDS", "FIRST", "LAST", "FILE"), width)
	if err != nil {
		return err
	}
	for _, f := range files {
		for _, row := range surveyed(f) {
			if err := rows.row(row); err != nil {
				return err
			}
		}
	}
	return rows.close()
}

func surveyed(f evidence.File) [][]types.Value {
	format := f.Format
	if format == "" {
		format = "not recognised"
	}
	var list [][]types.Value
	for _, t := range f.Tables {
		list = append(list, texts(format, t.Table, strconv.FormatInt(t.Rows, 10), when(t.First), when(t.Last), f.Name()))
	}
	if rest := f.Counts.Read - f.Counts.Stored; rest > 0 || len(list) == 0 {
		list = append(list, texts(format, "", remaining(f.Counts), "", "", f.Name()))
	}
	return list
}

// remaining says what becomes of the records that no table takes.
func remaining(c evidence.Counts) string {
	var parts []string
	if c.Duplicate > 0 {
		parts = append(parts, strconv.FormatInt(c.Duplicate, 10)+" duplicate")
	}
	if c.Quarantined > 0 {
		parts = append(parts, strconv.FormatInt(c.Quarantined, 10)+" quarantined")
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, ", ")
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
