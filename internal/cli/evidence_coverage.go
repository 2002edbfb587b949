package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/types"
)

// A coverageFlags is the flags of evidence coverage.
type coverageFlags struct {
	by, format string
	from, to   string
}

// views are what evidence coverage can be listed by.
func views() []string { return []string{"table", "hour", "account", "gap"} }

func (a *app) coverageCommand() *cobra.Command {
	var f coverageFlags
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "What was collected, from when to when, and what is missing",
		Long: "coverage measures the evidence: of each table when it has rows, where it has none though its own rhythm lets expect\n" +
			"some, which files end where an export is cut, what collectors say they did not capture, and what a permission, a\n" +
			"licence or a filter hid. Without --by it prints the tables and the gaps; as JSON, the whole statement.",
		Example: "  conshelf evidence coverage --case ./case\n  conshelf evidence coverage --by account -o csv",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.coverage(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.by, "by", "", "list only: "+strings.Join(views(), ", "))
	cmd.Flags().StringVar(&f.from, "from", "", "start of the window to look at: RFC 3339, a date, or -7d before the evidence's end")
	cmd.Flags().StringVar(&f.to, "to", "", "end of the window, exclusive")
	cmd.Flags().StringVarP(&f.format, "output", "o", "table", strings.Join(formats(), ", "))
	return cmd
}

func (a *app) coverage(ctx context.Context, f coverageFlags) (err error) {
	if f.by != "" && !slices.Contains(views(), f.by) {
		return usagef("--by %s: want one of %s", f.by, strings.Join(views(), ", "))
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
	if f.by == "account" {
		accounts, err := c.Accounts(ctx, w)
		if err != nil {
			return err
		}
		return a.list(f.format, accountListing(accounts))
	}
	s, err := c.Coverage(ctx, w)
	if err != nil {
		return err
	}
	return a.printCoverage(f, s)
}

func (a *app) printCoverage(f coverageFlags, s coverage.Statement) error {
	switch f.by {
	case "table":
		return a.list(f.format, tableListing(s))
	case "hour":
		return a.list(f.format, hourListing(s))
	case "gap":
		return a.list(f.format, gapListing(s.Gaps))
	}
	if f.format == "json" {
		e := json.NewEncoder(a.out)
		e.SetIndent("", "  ")
		return e.Encode(s)
	}
	if err := a.list(f.format, tableListing(s)); err != nil {
		return err
	}
	if f.format != "table" {
		return a.list(f.format, gapListing(s.Gaps))
	}
	return a.printGaps(s.Gaps)
}

// printGaps prints each gap as a paragraph.
func (a *app) printGaps(gaps []incident.Gap) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n", plural(len(gaps), "gap"))
	for _, g := range gaps {
		fmt.Fprintf(&b, "\n%s: %s\n", g.Kind, escape.Line(strings.TrimSpace(g.Subject+" "+g.Tenant)))
		if !g.Window.From.IsZero() && !g.Window.To.IsZero() {
			fmt.Fprintf(&b, "  from %s to %s\n", g.Window.From.Format(time.RFC3339), g.Window.To.Format(time.RFC3339))
		}
		fmt.Fprintf(&b, "  %s\n  %s\n", escape.Line(g.Reason), escape.Line(g.Consequence))
	}
	_, err := fmt.Fprint(a.out, b.String())
	return err
}

// A listing is rows to print, under columns.
type listing struct {
	cols []types.Column
	rows [][]types.Value
}

func (a *app) list(format string, l listing) error {
	out, err := newRowWriter(format, a.out, l.cols, terminalWidth(a.out))
	if err != nil {
		return err
	}
	for _, row := range l.rows {
		if err := out.row(row); err != nil {
			return err
		}
	}
	return out.close()
}

func tableListing(s coverage.Statement) listing {
	l := listing{cols: []types.Column{
		{Name: "Table", Type: types.String},
		{Name: "Tenant", Type: types.String},
		{Name: "Rows", Type: types.Long},
		{Name: "Accounts", Type: types.Long},
		{Name: "First", Type: types.DateTime},
		{Name: "Last", Type: types.DateTime},
		{Name: "Holes", Type: types.Long},
	}}
	for _, t := range s.Tables {
		l.rows = append(l.rows, []types.Value{
			types.NewString(t.Name), types.NewString(t.Tenant), types.NewLong(t.Rows), types.NewLong(t.Users),
			types.NewDateTime(types.TicksOf(t.First)), types.NewDateTime(types.TicksOf(t.Last)), types.NewLong(int64(len(t.Holes))),
		})
	}
	return l
}

func hourListing(s coverage.Statement) listing {
	l := listing{cols: []types.Column{
		{Name: "Table", Type: types.String},
		{Name: "Tenant", Type: types.String},
		{Name: "Hour", Type: types.DateTime},
		{Name: "Rows", Type: types.Long},
	}}
	for _, t := range s.Tables {
		for _, h := range t.Hours {
			l.rows = append(l.rows, []types.Value{
				types.NewString(t.Name), types.NewString(t.Tenant), types.NewDateTime(types.TicksOf(h.Start)), types.NewLong(h.Rows),
			})
		}
	}
	return l
}

func accountListing(accounts []coverage.Account) listing {
	l := listing{cols: []types.Column{
		{Name: "Table", Type: types.String},
		{Name: "Tenant", Type: types.String},
		{Name: "Account", Type: types.String},
		{Name: "Rows", Type: types.Long},
		{Name: "First", Type: types.DateTime},
		{Name: "Last", Type: types.DateTime},
	}}
	for _, c := range accounts {
		l.rows = append(l.rows, []types.Value{
			types.NewString(c.Table), types.NewString(c.Tenant), types.NewString(c.Name), types.NewLong(c.Rows),
			types.NewDateTime(types.TicksOf(c.First)), types.NewDateTime(types.TicksOf(c.Last)),
		})
	}
	return l
}

func gapListing(gaps []incident.Gap) listing {
	l := listing{cols: []types.Column{
		{Name: "Kind", Type: types.String},
		{Name: "Subject", Type: types.String},
		{Name: "Tenant", Type: types.String},
		{Name: "From", Type: types.DateTime},
		{Name: "To", Type: types.DateTime},
		{Name: "Reason", Type: types.String},
		{Name: "Consequence", Type: types.String},
	}}
	for _, g := range gaps {
		l.rows = append(l.rows, []types.Value{
			types.NewString(string(g.Kind)), types.NewString(g.Subject), types.NewString(g.Tenant), instant(g.Window.From), instant(g.Window.To),
			types.NewString(g.Reason), types.NewString(g.Consequence),
		})
	}
	return l
}

func instant(t time.Time) types.Value {
	if t.IsZero() {
		return types.Null(types.DateTime)
	}
	return types.NewDateTime(types.TicksOf(t))
}
