package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/investigation"
)

// A coverageFlags is the flags of evidence coverage.
type coverageFlags struct {
	by, format string
	times      spanFlags
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
	f.times.add(cmd)
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
	w, err := f.times.inside(ctx, c)
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
		return a.printJSON(s)
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

func tableListing(s coverage.Statement) listing {
	type table = coverage.Table
	return listingOf(s.Tables,
		textField("Table", func(t table) string { return t.Name }),
		textField("Tenant", func(t table) string { return t.Tenant }),
		numberField("Rows", func(t table) int64 { return t.Rows }),
		numberField("Accounts", func(t table) int64 { return t.Users }),
		timeField("First", func(t table) time.Time { return t.First }),
		timeField("Last", func(t table) time.Time { return t.Last }),
		numberField("Holes", func(t table) int64 { return int64(len(t.Holes)) }),
	)
}

func hourListing(s coverage.Statement) listing {
	type tableHour struct {
		coverage.Hour
		table, tenant string
	}
	var hours []tableHour
	for _, t := range s.Tables {
		for _, h := range t.Hours {
			hours = append(hours, tableHour{h, t.Name, t.Tenant})
		}
	}
	return listingOf(hours,
		textField("Table", func(h tableHour) string { return h.table }),
		textField("Tenant", func(h tableHour) string { return h.tenant }),
		timeField("Hour", func(h tableHour) time.Time { return h.Start }),
		numberField("Rows", func(h tableHour) int64 { return h.Rows }),
	)
}

func accountListing(accounts []coverage.Account) listing {
	type account = coverage.Account
	return listingOf(accounts,
		textField("Table", func(a account) string { return a.Table }),
		textField("Tenant", func(a account) string { return a.Tenant }),
		textField("Account", func(a account) string { return a.Name }),
		numberField("Rows", func(a account) int64 { return a.Rows }),
		timeField("First", func(a account) time.Time { return a.First }),
		timeField("Last", func(a account) time.Time { return a.Last }),
	)
}

func gapListing(gaps []incident.Gap) listing {
	type gap = incident.Gap
	return listingOf(gaps,
		textField("Kind", func(g gap) string { return string(g.Kind) }),
		textField("Subject", func(g gap) string { return g.Subject }),
		textField("Tenant", func(g gap) string { return g.Tenant }),
		timeField("From", func(g gap) time.Time { return g.Window.From }),
		timeField("To", func(g gap) time.Time { return g.Window.To }),
		textField("Reason", func(g gap) string { return g.Reason }),
		textField("Consequence", func(g gap) string { return g.Consequence }),
	)
}
