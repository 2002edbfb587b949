package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/matrix"
	"github.com/conshelf/conshelf/internal/rule"
)

// navigator is the format of ATT&CK's Navigator.
const navigator = "navigator"

func (a *app) rulesCoverageCommand() *cobra.Command {
	var format, version string
	var f sourceFlags
	cmd := &cobra.Command{
		Use:   "coverage [DIR]",
		Short: "Which techniques of ATT&CK the rules look for, in which tables, and what a case could have shown",
		Long: "coverage sets the rules against ATT&CK's matrix. With --case it says for each technique whether the evidence of the\n" +
			"case could have shown it: a technique whose rules had nothing to look at was not looked for. That a technique has\n" +
			"a rule never means that every use of it is found.",
		Example: "  conshelf rules coverage --case ./case\n" +
			"  conshelf rules coverage ./my-rules -o navigator --attack-version 18 > layer.json",
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if version != attack.Version && version != attack.VersionEarlier {
				return usagef("--attack-version %s: want %s or %s", version, attack.Version, attack.VersionEarlier)
			}
			return a.ruleCoverage(cmd.Context(), args, &f, format, version, caseNamed(cmd))
		},
	}
	f.registerFunctions(cmd)
	cmd.Flags().StringVarP(&format, "output", "o", "table", strings.Join(append(formats(), navigator), ", "))
	cmd.Flags().StringVar(&version, "attack-version", attack.Version, "version of ATT&CK whose ids a layer has: "+attack.Version+", or "+attack.VersionEarlier+" as Sentinel")
	return cmd
}

func (a *app) ruleCoverage(ctx context.Context, args []string, f *sourceFlags, format, version string, withCase bool) error {
	set, err := a.ruleSet(args, f)
	if err != nil {
		return err
	}
	fed, err := a.caseTables(ctx, withCase)
	if err != nil {
		return err
	}
	var all []matrix.Rule
	for _, r := range set.rules {
		all = append(all, inMatrix(r, fed))
	}
	cells, unlabelled := matrix.Cells(all)
	if format == navigator {
		err = a.printLayer(cells, version)
	} else {
		err = a.printCells(cells, format, withCase)
	}
	if err != nil {
		return err
	}
	if len(unlabelled) > 0 {
		a.note("rules that name no technique: %s", strings.Join(unlabelled, ", "))
	}
	return set.broken(a.err)
}

// inMatrix returns a rule as the matrix knows it. Fed holds the tables of the
// case that have rows; nil: there is no case.
func inMatrix(r *rule.Compiled, fed map[string]bool) matrix.Rule {
	m := matrix.Rule{Name: r.Name, Tactics: r.Tactics, Techniques: r.Techniques, Tables: tablesRead(r)}
	if fed == nil {
		return m
	}
	for _, table := range m.Tables {
		if !fed[table] {
			m.Missing = append(m.Missing, table)
		}
	}
	switch {
	case r.Query == nil:
		m.Sight = matrix.Broken
	case len(m.Missing) == 0:
		m.Sight = matrix.Full
	case len(m.Missing) < len(m.Tables):
		m.Sight = matrix.Partial
	default:
		m.Sight = matrix.Blind
	}
	return m
}

func (a *app) printLayer(cells []matrix.Cell, version string) error {
	data, without, err := matrix.Layer(cells, "conshelf analytics rules", version)
	if err != nil {
		return err
	}
	if len(without) > 0 {
		a.note("ATT&CK %s has no %s: left out", version, join(without))
	}
	_, err = a.out.Write(data)
	return err
}

func (a *app) printCells(cells []matrix.Cell, format string, withCase bool) error {
	names := []string{"Tactic", "Technique", "Earlier", "Name", "Rules", "Tables"}
	if withCase {
		names = append(names, "Sight", "Missing")
	}
	l := listing{cols: textColumns(names...)}
	for _, c := range cells {
		was := string(c.Earlier)
		if c.Earlier == c.Technique {
			was = ""
		}
		row := []string{string(c.Tactic), string(c.Technique), was, c.Name, strings.Join(c.Rules, "; "), strings.Join(c.Tables, ", ")}
		if withCase {
			row = append(row, c.Sight.String(), strings.Join(c.Missing, ", "))
		}
		l.rows = append(l.rows, texts(row...))
	}
	return a.list(format, l)
}
