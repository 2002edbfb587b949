package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/exchange"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/report"
	"github.com/conshelf/conshelf/kql/plan"
)

// An exportForm is a form that a report can be written in.
type exportForm struct {
	name  string
	write func(io.Writer, report.Document) error
}

func exportForms() []exportForm {
	return []exportForm{
		{"stix", exchange.STIX},
		{"navigator", exchange.Navigator},
		{"json", report.JSON},
		{"markdown", report.Markdown},
		{"html", report.HTML},
	}
}

func exportNames() []string {
	var names []string
	for _, f := range exportForms() {
		names = append(names, f.name)
	}
	return names
}

// An exportFlags is the flags of export.
type exportFlags struct {
	incidents []string
	tenant    tenantFlag
}

func (a *app) exportCommand() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export " + strings.Join(exportNames(), "|"),
		Short: "Write what the last investigation found in the form of another program",
		Long: "export writes the last investigation's findings to standard output: stix is a STIX 2.1 bundle, navigator a layer 4.5 of\n" +
			"ATT&CK Navigator; json, markdown and html are the report. For Timesketch see conshelf timeline -o timesketch.",
		Example: "  conshelf export stix --case ./case > incidents.stix.json\n  conshelf export navigator --incident d5f2 > layer.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(exportNames(), args[0]) {
				return usagef("export wants one of %s", strings.Join(exportNames(), ", "))
			}
			return nil
		},
		ValidArgs: exportNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			forms := exportForms()
			at := slices.IndexFunc(forms, func(e exportForm) bool { return e.name == args[0] })
			return a.export(cmd.Context(), forms[at], f)
		},
	}
	cmd.Flags().StringArrayVar(&f.incidents, "incident", nil, "only this incident, by its id or the beginning of it (may be repeated)")
	f.tenant.add(cmd)
	return cmd
}

func (a *app) export(ctx context.Context, form exportForm, f exportFlags) (err error) {
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	tenant, err := c.Tenant(ctx, string(f.tenant))
	if err != nil {
		return err
	}
	doc, stale, err := c.Report(ctx)
	if err != nil {
		return err
	}
	if stale != "" {
		a.note("%s", stale)
	}
	if tenant == "" && len(doc.Tenants) > 1 {
		a.note("%s", toldOf(whose(doc)))
	}
	choice := chosen(tenant, f.incidents)
	if choice.Name != "" {
		doc = report.Select(doc, choice)
	}
	var told []incident.Incident
	for _, s := range doc.Incidents {
		told = append(told, s.Incident)
	}
	if missing := notAmong(told, f.incidents); len(missing) > 0 {
		return noIncident(missing, tenant)
	}
	w := bufio.NewWriter(a.out)
	if err := form.write(w, doc); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", form.name, err)
	}
	return nil
}

// whose are the tenants that a report tells, and with them what is of none.
func whose(doc report.Document) []string {
	if !doc.Tenantless() {
		return doc.Tenants
	}
	return append(slices.Clone(doc.Tenants), plan.Tenantless)
}

// chosen is the part of a report that a tenant and ids of incidents name.
func chosen(tenant string, ids []string) report.Choice {
	var c report.Choice
	var names []string
	if tenant != "" {
		c.Tenant = func(t string) bool { return ofTenant(t, tenant) }
		names = append(names, tenantName(tenant))
	}
	if len(ids) > 0 {
		c.Incident = func(id string) bool { return begins(id, ids) }
		names = append(names, "incident "+strings.Join(ids, ", "))
	}
	c.Name = strings.Join(names, " and ")
	return c
}

// begins tells whether an id begins with one of those that were asked for.
func begins(id string, asked []string) bool {
	return slices.ContainsFunc(asked, func(prefix string) bool { return prefix != "" && strings.HasPrefix(id, prefix) })
}
