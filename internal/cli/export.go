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
	"github.com/conshelf/conshelf/internal/report"
)

// exports are the forms that a report can be written in for other programs.
func exports() map[string]func(io.Writer, report.Document) error {
	return map[string]func(io.Writer, report.Document) error{
		"json": report.JSON, "markdown": report.Markdown, "html": report.HTML, "stix": exchange.STIX, "navigator": exchange.Navigator,
	}
}

func exportNames() []string { return []string{"stix", "navigator", "json", "markdown", "html"} }

func (a *app) exportCommand() *cobra.Command {
	var incidents []string
	cmd := &cobra.Command{
		Use:   "export stix|navigator|json|markdown|html",
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
			return a.export(cmd.Context(), args[0], incidents)
		},
	}
	cmd.Flags().StringArrayVar(&incidents, "incident", nil, "only this incident, by its id or the beginning of it (may be repeated)")
	return cmd
}

func (a *app) export(ctx context.Context, form string, ids []string) (err error) {
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	doc, stale, err := c.Report(ctx)
	if err != nil {
		return err
	}
	if stale != "" {
		a.note("%s", stale)
	}
	if len(ids) > 0 {
		doc.Incidents = slices.DeleteFunc(doc.Incidents, func(s report.IncidentSection) bool { return !begins(s.Incident.ID, ids) })
		if len(doc.Incidents) == 0 {
			return usagef("--incident %s: the last investigation has none of that id", strings.Join(ids, ", "))
		}
	}
	w := bufio.NewWriter(a.out)
	if err := exports()[form](w, doc); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", form, err)
	}
	return nil
}

// begins tells whether an id begins with one of those that were asked for.
func begins(id string, asked []string) bool {
	return slices.ContainsFunc(asked, func(prefix string) bool { return prefix != "" && strings.HasPrefix(id, prefix) })
}
