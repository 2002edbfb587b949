package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/types"
)

// A queryFlags is the flags of query and kql check.
type queryFlags struct {
	file       string
	format     string
	vocabulary string
	tenant     string
	from, to   string
}

func (a *app) queryCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:     "query 'KQL'",
		Aliases: []string{"q"},
		Short:   "Run a KQL query over the case",
		Example: "  conshelf query 'SigninLogs | summarize count() by UserPrincipalName | top 10 by count_'\n" +
			"  conshelf query -f hunt.kql -o csv > hunt.csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			name, text, err := a.queryText(args, f.file)
			if err != nil {
				return err
			}
			return a.query(cmd.Context(), name, text, f)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVarP(&f.format, "output", "o", "table", strings.Join(formats(), ", "))
	cmd.Flags().StringVar(&f.tenant, "tenant", "", "only this tenant's rows")
	cmd.Flags().StringVar(&f.from, "from", "", "first TimeGenerated: RFC 3339, a date, or -7d before the evidence's end")
	cmd.Flags().StringVar(&f.to, "to", "", "end of TimeGenerated, exclusive")
	return cmd
}

func (f *queryFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.file, "file", "f", "", "read the query from a file (- for standard input)")
	cmd.Flags().StringVar(&f.vocabulary, "vocabulary", "", "names that the query uses: guide, or none for Log Analytics' own")
}

// queryText returns the query that the arguments name, and what to call it.
func (a *app) queryText(args []string, file string) (name, text string, err error) {
	switch {
	case file != "" && len(args) > 0:
		return "", "", usagef("a query on the command line and -f %s: give one", file)
	case file == "-":
		data, err := io.ReadAll(a.in)
		if err != nil {
			return "", "", fmt.Errorf("read query: %w", err)
		}
		return "stdin", string(data), nil
	case file != "":
		data, err := os.ReadFile(file)
		if err != nil {
			return "", "", fmt.Errorf("read query: %w", err)
		}
		return file, string(data), nil
	case len(args) == 1:
		return "query", args[0], nil
	}
	return "", "", usagef("want one query in quotes, or -f FILE")
}

func (a *app) query(ctx context.Context, name, text string, f queryFlags) (err error) {
	zone, err := a.zone()
	if err != nil {
		return err
	}
	if _, err := newRowWriter(f.format, io.Discard, nil, 0); err != nil {
		return err
	}
	c, err := investigation.OpenExisting(ctx, a.caseDir, a.open(true))
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	_, end, err := c.Span(ctx)
	if err != nil {
		return err
	}
	w, err := window(timeFlag(f.from), timeFlag(f.to), end)
	if err != nil {
		return err
	}
	q, list, err := c.Compile(ctx, text, investigation.CompileOptions{Vocabulary: f.vocabulary, Window: w, Tenant: f.tenant})
	if err != nil {
		return err
	}
	a.diagnose(name, text, list)
	if q == nil {
		return silent{exitError}
	}
	cols := q.Root.Columns()
	rows, err := a.rows(f.format, cols, zone)
	if err != nil {
		return err
	}
	if err := c.Query(ctx, q, rows.row); err != nil {
		return explain(name, text, err)
	}
	return rows.close()
}

func (a *app) rows(format string, cols []types.Column, zone *time.Location) (rowWriter, error) {
	if zone == nil {
		return newRowWriter(format, a.out, cols, terminalWidth(a.out))
	}
	inner, err := newRowWriter(format, a.out, zonedColumns(cols, zone), terminalWidth(a.out))
	return &zoned{rowWriter: inner, cols: cols, zone: zone}, err
}

func (a *app) zone() (*time.Location, error) {
	if a.timeZone == "" {
		return nil, nil
	}
	zone, err := time.LoadLocation(a.timeZone)
	if err != nil {
		return nil, usagef("--tz %s: no such time zone; write it as in Europe/Berlin", a.timeZone)
	}
	return zone, nil
}

// diagnose prints diagnostics on standard error: errors always, the rest
// unless quiet.
func (a *app) diagnose(name, text string, list diag.List) {
	for _, d := range list {
		if d.Severity == diag.Error || !a.quiet {
			printText(a.err, d.Format(name, text))
		}
	}
}
