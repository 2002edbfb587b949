package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/kql/types"
)

func (a *app) accessDeadCommand() *cobra.Command {
	var f gapFlags
	cmd := &cobra.Command{
		Use:   "dead PATH…",
		Short: "Which enforced policies stop nothing that the others do not stop",
		Long: "dead lists the enforced policies without which every sign-in would be decided as it is, whoever signs in with\n" +
			"whatever: each taken alone, so that of two that do the same both are listed. Policies that only have session\n" +
			"controls stop nothing, and are not judged.",
		Args: needsPolicies,
		RunE: func(_ *cobra.Command, args []string) error {
			space, t, err := a.space(args, &f)
			if err != nil {
				return err
			}
			dead, err := space.Dead()
			if err != nil {
				return err
			}
			l := listing{cols: []types.Column{{Name: "Policy", Type: types.String}, {Name: "Why", Type: types.String}, {Name: "ID", Type: types.String}}}
			for _, d := range dead {
				why := "the others stop all that it stops"
				if d.Empty {
					why = "covers no sign-in"
				}
				l.rows = append(l.rows, texts(d.Policy.Name, why, d.Policy.ID))
			}
			if err := a.list(f.format, l); err != nil {
				return err
			}
			if len(dead) == 0 {
				a.note("%s", noneDead(t))
			}
			return incompleteStatus(t)
		},
	}
	f.register(cmd)
	return cmd
}

// noneDead says what a list without a policy means.
func noneDead(t *condaccess.Tenant) string {
	enforced := func(p *condaccess.Policy) bool {
		return !p.Deleted && p.State != condaccess.Disabled && p.State != condaccess.ReportOnly
	}
	if !slices.ContainsFunc(t.Policies, enforced) {
		return "no policy is enforced: there is none to stop anything"
	}
	return "no policy is dead: each that is enforced, and is judged, stops or may stop what the others do not"
}
