package cli

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/gaps"
	"github.com/conshelf/conshelf/kql/types"
)

func (a *app) accessProveCommand() *cobra.Command {
	f := whatIf{facts: provenFacts(), values: make(map[string]*string), lists: make(map[string]*[]string)}
	var g gapFlags
	cmd := &cobra.Command{
		Use:   "prove PATH…",
		Short: "Whether the policies always stop an attacker's sign-ins of a kind",
		Long: "prove answers for all sign-ins that have what the flags say, whatever else there is of them: Stopped is yes and the\n" +
			"policies that stop them, or no and a sign-in that passes, or unknown and a sign-in of which it depends on what was\n" +
			"not exported. With the account of a break-glass user it says whether that user still gets in, and whether from\n" +
			"everywhere.\n\n" + profileHelp(),
		Example: "  conshelf ca prove ./export --profile legacy\n  conshelf ca prove ./export --user breakglass@contoso.com --profile phished",
		Args:    needsPolicies,
		RunE:    func(_ *cobra.Command, args []string) error { return a.prove(args, &f, &g) },
	}
	g.register(cmd)
	cmd.Flags().StringVar(&g.profile, "profile", "", "one attacker only: "+strings.Join(profileNames(), ", "))
	f.registerFacts(cmd)
	return cmd
}

// provenFacts are those of a sign-in but what is satisfied, which is the
// attacker's.
func provenFacts() []whatIfFact {
	return slices.DeleteFunc(whatIfFacts(), func(f whatIfFact) bool { return f.member == "satisfiedControls" })
}

func (a *app) prove(paths []string, f *whatIf, g *gapFlags) error {
	profiles, err := g.profiles()
	if err != nil {
		return err
	}
	q, err := f.read(a)
	if err != nil {
		return err
	}
	if reflect.DeepEqual(q.Principal, condaccess.Principal{Kind: condaccess.User}) {
		q.Principal.Kind = condaccess.UnknownPrincipal // nothing is said of who it is: it may be anyone
	}
	space, t, err := a.space(paths, g)
	if err != nil {
		return err
	}
	l := listing{cols: typedColumns([]string{"Attacker", "Stopped", "By", "Passes", "Why"})}
	for _, p := range profiles {
		proof, err := space.Prove(p, q)
		if errors.Is(err, gaps.ErrNoSituation) && g.profile == "" {
			continue // the question is not about this attacker
		}
		if err != nil {
			return err
		}
		l.rows = append(l.rows, proofCells(p, proof))
	}
	if len(l.rows) == 0 {
		return usagef("no attacker signs in as the flags say")
	}
	if err := a.list(g.format, l); err != nil {
		return err
	}
	return incompleteStatus(t)
}

func proofCells(p gaps.Profile, proof *gaps.Proof) []types.Value {
	var by []string
	for _, policy := range proof.By {
		by = append(by, policyLabel(policy))
	}
	passes := signInText(proof.Witness)
	if proof.Everywhere {
		passes = "every one, such as " + passes
	}
	return texts(p.Name, proof.Stopped.String(), strings.Join(by, "; "), passes, reasonTexts(proof.Unknown))
}

func policyLabel(p *condaccess.Policy) string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}
