package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/indicator"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/types"
)

// A huntFlags is the flags of hunt.
type huntFlags struct {
	scope    scopeFlags
	subjects subjectFlags
	lists    []string
	depth    int
	crowd    int64
	format   string
}

func (a *app) huntCommand() *cobra.Command {
	var f huntFlags
	cmd := &cobra.Command{
		Use:   "hunt",
		Short: "From an address, account or list of indicators to everything that it touched",
		Long: "hunt looks for indicators in all logs, and goes on from what it finds: from an address or a client to the accounts that\n" +
			"succeeded with it and their sessions, from a session to all its addresses and clients. It says of each what led there and where\n" +
			"it stopped, and why. Lists of indicators are CSV (columns value, type, description, or one value a line), STIX 2.1 bundles and\n" +
			"MISP events; what of them no log has, is named.",
		Example: "  conshelf hunt --ip 203.0.113.7 --case ./case\n  conshelf hunt --user adele@contoso.com --depth 2\n  conshelf hunt --ioc feed.json -o jsonl",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.hunt(cmd.Context(), f) },
	}
	f.scope.add(cmd)
	f.subjects.add(cmd, "set out from")
	cmd.Flags().StringArrayVar(&f.lists, "ioc", nil, "set out from the indicators of this file: CSV, STIX 2.1 or MISP (may be repeated)")
	cmd.Flags().IntVar(&f.depth, "depth", investigation.DefaultDepth, "how many steps to go")
	cmd.Flags().Int64Var(&f.crowd, "crowd", investigation.DefaultCrowd, "how many accounts may share an address or a client that still leads on")
	cmd.Flags().StringVarP(&f.format, "output", "o", "text", "text, "+strings.Join(formats(), ", "))
	return cmd
}

func (a *app) hunt(ctx context.Context, f huntFlags) (err error) {
	if err := wantFormat(f.format, "text"); err != nil {
		return err
	}
	if f.depth < 1 || f.crowd < 1 {
		return usagef("--depth and --crowd want a number above zero")
	}
	o := investigation.HuntOptions{Depth: f.depth, Crowd: f.crowd}
	if o.Seeds, err = f.subjects.indicators(); err != nil {
		return err
	}
	skipped := 0
	for _, path := range f.lists {
		list, err := readIndicators(path)
		if err != nil {
			return err
		}
		o.Seeds = append(o.Seeds, list.Indicators...)
		for _, s := range list.Skipped {
			printLine(a.err, fmt.Sprintf("%s: %s: not looked for: %s", path, s.Where, s.Reason))
		}
		skipped += len(list.Skipped)
	}
	if len(o.Seeds) == 0 {
		return usagef("hunt wants something to set out from: --user, --ip, --app, --session, --agent, --device, --resource, --domain or --ioc FILE")
	}
	c, scope, err := a.openScope(ctx, f.scope)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	o.Scope = scope
	h, err := c.Hunt(ctx, o)
	if err != nil {
		return err
	}
	if err := a.printHunt(f.format, h); err != nil {
		return err
	}
	if len(h.Tenants) > 0 && f.format != "text" {
		a.note("%s", toldOf(h.Tenants))
	}
	for _, left := range h.Left {
		a.note("not looked at: %s", left)
	}
	if skipped > 0 {
		return silent{exitSkipped}
	}
	return nil
}

func readIndicators(path string) (indicator.List, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return indicator.List{}, usagef("--ioc: %w", err)
	}
	list, err := indicator.Read(data)
	if err != nil {
		return indicator.List{}, fmt.Errorf("--ioc %s: %w", path, err)
	}
	return list, nil
}

func (a *app) printHunt(format string, h investigation.Hunt) error {
	switch format {
	case "text":
		a.inUTC()
		return a.printTrail(h)
	case "json":
		return a.printJSON(h)
	}
	return a.list(format, huntListing(h))
}

// printTrail prints each step under the one that led to it.
func (a *app) printTrail(h investigation.Hunt) error {
	var p page
	p.told(h.Tenants)
	missed := make(map[string][]string)
	for n, s := range h.Steps {
		if s.From < 0 && s.Records == 0 {
			missed[s.Tenant] = append(missed[s.Tenant], s.Indicator.String())
			continue
		}
		if s.From < 0 {
			p.trail(h.Steps, n)
		}
	}
	for _, tenant := range slices.Sorted(maps.Keys(missed)) {
		p.line("%s in no record%s", plural(len(missed[tenant]), "indicator"), inTenant(tenant))
		p.line("  %s", some(missed[tenant]))
	}
	if len(h.Tried) > 0 {
		p.title(plural(len(h.Tried), "account") + " tried without success")
		rows := make([][]string, 0, len(h.Tried))
		for _, t := range h.Tried {
			rows = append(rows, []string{fmt.Sprint(t.Failures), stamp(t.First), stamp(t.Last), t.Value, tenantName(t.Tenant)})
		}
		p.table(rows)
	}
	if users := reached(h.Steps); len(users) > 0 {
		p.title(plural(len(users), "account") + " reached: " + strings.Join(users, ", "))
	}
	_, err := a.out.Write([]byte(p.b.String()))
	return err
}

// some names a few of a list, and counts the others.
func some(list []string) string {
	const few = 20
	if len(list) <= few {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more, which -o jsonl names", strings.Join(list[:few], ", "), len(list)-few)
}

func (p *page) trail(steps []investigation.Step, n int) {
	s := steps[n]
	indent := strings.Repeat("  ", s.Depth)
	in := ""
	if s.From < 0 {
		in = inTenant(s.Tenant)
	}
	p.line("%s%s%s: %s from %s to %s", indent, s.Indicator, in, plural(int(s.Records), "record"), stamp(s.First), stamp(s.Last))
	if s.From >= 0 {
		p.line("%s  because: %s", indent, s.Why)
	}
	if s.Stopped != "" {
		p.line("%s  stopped: %s", indent, s.Stopped)
	}
	for m := n + 1; m < len(steps); m++ {
		if steps[m].From == n {
			p.trail(steps, m)
		}
	}
}

// reached returns the accounts that were come to.
func reached(steps []investigation.Step) []string {
	var users []string
	for _, s := range steps {
		if s.Indicator.Kind == activity.User && s.Records > 0 {
			name := s.Indicator.Value
			if s.Tenant != "" {
				name += " (" + tenantName(s.Tenant) + ")"
			}
			users = append(users, name)
		}
	}
	return users
}

func huntListing(h investigation.Hunt) listing {
	type step struct {
		investigation.Step
		number int
	}
	steps := make([]step, len(h.Steps))
	for n, s := range h.Steps {
		steps[n] = step{s, n}
	}
	return listingOf(steps,
		numberField("Step", func(s step) int64 { return int64(s.number) }),
		valueField("From", types.Long, func(s step) types.Value {
			if s.From < 0 {
				return types.Null(types.Long)
			}
			return types.NewLong(int64(s.From))
		}),
		numberField("Depth", func(s step) int64 { return int64(s.Depth) }),
		textField("Kind", func(s step) string { return string(s.Indicator.Kind) }),
		textField("Value", func(s step) string { return s.Indicator.Value }),
		numberField("Records", func(s step) int64 { return s.Records }),
		numberField("Failed", func(s step) int64 { return s.Failed }),
		timeField("First", func(s step) time.Time { return s.First }),
		timeField("Last", func(s step) time.Time { return s.Last }),
		textField("Why", func(s step) string { return s.Why }),
		textField("Stopped", func(s step) string { return s.Stopped }),
		textField("Query", func(s step) string { return s.Query }),
		textField("Tenant", func(s step) string { return s.Tenant }),
	)
}
