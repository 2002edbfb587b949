package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/gaps"
	"github.com/conshelf/conshelf/internal/condaccess/generate"
	"github.com/conshelf/conshelf/internal/condaccess/replay"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/investigation"
)

// generateFlags are the flags of ca generate.
type generateFlags struct {
	templates, users, groups, countries, addresses []string
	incident                                       string
	replay                                         bool
	tenant                                         tenantFlag
}

// A generated policy is one with what it would do.
type generated struct {
	generate.Document
	Replay     *replay.Result `json:"replay,omitempty"`
	BreakGlass []getsIn       `json:"breakGlass"`
	// Closes is what an attacker cannot do any more, by attacker: rows of gaps, and
	// what they weigh. Without sign-ins of a case it has none.
	Closes map[string]gaps.Weight `json:"closes,omitempty"`
}

// getsIn says whether a break-glass account still gets in with the policy
// enforced beside those there are: yes, no or unknown.
type getsIn struct {
	ID     string `json:"id"`
	GetsIn string `json:"getsIn"`
}

func templateNames() []string {
	var out []string
	for _, t := range generate.Templates() {
		out = append(out, t.Name)
	}
	return out
}

func (a *app) accessGenerateCommand() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use:   "generate [PATH…]",
		Short: "Write policies that harden the tenant, in report-only mode, with what each would do",
		Long: "generate writes a JSON line for each template: the policy and the named location that Graph takes, the request that\n" +
			"undoes it, and, as if it were enforced beside the policies of PATH: whether the break-glass accounts still get in, what\n" +
			"each attacker cannot do any more: rows of gaps, people of the directory and, with --replay, the case's sign-ins that\n" +
			"the attacker could repeat and then could not, and whose they are; and what it alone makes of those. Nothing is sent.\n" +
			"A policy that leaves out no break-glass account is not written.",
		Example: "  conshelf ca generate ./export --template malicious-addresses --replay --case ./case --break-glass-user ID",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.generatePolicies(cmd.Context(), args, &f) },
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.templates, "template", nil, strings.Join(templateNames(), ", "))
	flags.StringSliceVar(&f.users, "break-glass-user", nil, "object id of a user whom every policy leaves out")
	flags.StringSliceVar(&f.groups, "break-glass-group", nil, "object id of a group that every policy leaves out")
	flags.StringSliceVar(&f.countries, "country", nil, "country from which people sign in, in two letters, for geofence")
	flags.StringSliceVar(&f.addresses, "address", nil, "address of an attacker, beside those of the case")
	flags.BoolVar(&f.replay, "replay", false, "replay each policy on the case's sign-ins, and take the attacker's addresses from it")
	flags.StringVar(&f.incident, "incident", "", "only this incident's sign-ins are the attacker's")
	f.tenant.add(cmd)
	return cmd
}

func (f *generateFlags) chosen() ([]generate.Template, error) {
	var out []generate.Template
	all := generate.Templates()
	for _, name := range f.templates {
		i := slices.IndexFunc(all, func(t generate.Template) bool { return t.Name == name })
		if i < 0 {
			return nil, usagef("--template %s: want some of %s", name, strings.Join(templateNames(), ", "))
		}
		out = append(out, all[i])
	}
	if len(out) == 0 {
		return nil, usagef("--template: want some of %s", strings.Join(templateNames(), ", "))
	}
	return out, nil
}

func (f *generateFlags) input() (*generate.Input, error) {
	in := &generate.Input{BreakGlassUsers: f.users, BreakGlassGroups: f.groups, Countries: f.countries}
	for _, text := range f.addresses {
		ip, err := netip.ParseAddr(text)
		if err != nil {
			return nil, usagef("--address %s: is no address", text)
		}
		in.Addresses = append(in.Addresses, ip)
	}
	return in, nil
}

func (a *app) generatePolicies(ctx context.Context, paths []string, f *generateFlags) (err error) {
	templates, err := f.chosen()
	if err != nil {
		return err
	}
	in, err := f.input()
	if err != nil {
		return err
	}
	var c *investigation.Case
	var uses *gaps.Uses
	var malicious map[evidence.Origin]bool
	var tenant string
	if f.replay {
		if c, err = a.openExisting(ctx, a.caseDir); err != nil {
			return err
		}
		defer func() { err = firstError(err, c.Close()) }()
		if tenant, err = oneTenant(ctx, c, f.tenant); err != nil {
			return err
		}
		if malicious, err = a.attackerRecords(ctx, c, f.incident); err != nil {
			return err
		}
		if in.Addresses, err = a.attackerAddresses(ctx, c, tenant, malicious, in.Addresses); err != nil {
			return err
		}
		l, err := a.surroundings(ctx, c, paths)
		if err != nil {
			return err
		}
		if uses, err = a.usesOf(ctx, c, tenant, l.Tenant()); err != nil {
			return err
		}
	}
	for _, t := range templates {
		d, err := t.Write(in)
		if err != nil {
			return err
		}
		g := generated{Document: d}
		if err := a.prospects(ctx, c, uses, &g, paths, in); err != nil {
			return err
		}
		if c != nil {
			if err := a.replayGenerated(ctx, c, tenant, &g, malicious); err != nil {
				return err
			}
		}
		line, err := json.Marshal(&g)
		if err != nil {
			return fmt.Errorf("write policy: %w", err)
		}
		if _, err := fmt.Fprintf(a.out, "%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

// attackerAddresses adds the addresses from which the attacker's sign-ins came.
func (a *app) attackerAddresses(ctx context.Context, c *investigation.Case, tenant string, malicious map[evidence.Origin]bool, out []netip.Addr) ([]netip.Addr, error) {
	_, err := c.SignIns(ctx, investigation.SignInOptions{Attackers: malicious, Only: true, Tenant: tenant}, func(_ evidence.Origin, rec *replay.Record) error {
		if rec != nil && rec.SignIn.Place.IP.IsValid() && !slices.Contains(out, rec.SignIn.Place.IP) {
			out = append(out, rec.SignIn.Place.IP)
		}
		return nil
	})
	return out, err
}

// enforced reads a generated policy into l as one that is enforced.
func (g *generated) enforced(l *condaccess.Loader) error {
	for _, text := range []json.RawMessage{g.Policy, g.Location} {
		if len(text) == 0 {
			continue
		}
		if err := l.Read("generated", text); err != nil {
			return err
		}
	}
	return nil
}

// surroundings reads what a policy would stand beside: the files of paths, and
// what the case holds of the configuration besides. There may be no case.
func (a *app) surroundings(ctx context.Context, c *investigation.Case, paths []string) (*condaccess.Loader, error) {
	l := &condaccess.Loader{}
	files, err := policyFiles(paths)
	if err != nil {
		return nil, err
	}
	if c == nil {
		for _, f := range files {
			if err := l.Read(f.Name, f.Text); err != nil {
				a.note("%v", err)
			}
		}
		return l, nil
	}
	problems, err := c.ReadConfiguration(ctx, l, files)
	for _, problem := range problems {
		a.note("%v", problem)
	}
	return l, err
}

// prospects says what the policy does beside those there are.
func (a *app) prospects(ctx context.Context, c *investigation.Case, uses *gaps.Uses, g *generated, paths []string, in *generate.Input) error {
	l, err := a.surroundings(ctx, c, paths)
	if err != nil {
		return err
	}
	if err := g.enforced(l); err != nil {
		return err
	}
	t := l.Tenant()
	last := len(t.Policies) - 1
	enforceLast(t)
	space, err := a.spaceOf(t, condaccess.Options{}, &gapFlags{})
	if err != nil {
		return err
	}
	if err := g.proveIn(space, in); err != nil {
		return err
	}
	if uses != nil {
		space.Weigh(uses)
	}
	g.Closes = make(map[string]gaps.Weight)
	for _, p := range gaps.Profiles() {
		change, err := space.Compare(p, func(i int) bool { return i < last }, func(int) bool { return true }, 0)
		if err != nil {
			return err
		}
		g.Closes[p.Name] = change.ClosedWeight
	}
	return nil
}

// enforceLast takes the last policy, which was generated, as enforced.
func enforceLast(t *condaccess.Tenant) {
	p := *t.Policies[len(t.Policies)-1]
	p.State = condaccess.Enabled
	t.Policies[len(t.Policies)-1] = &p
}

// proveIn asks whether the break-glass accounts get in with every factor that a
// person has, from a device that is not managed.
func (g *generated) proveIn(space *gaps.Space, in *generate.Input) error {
	owner := gaps.Profiles()[slices.IndexFunc(gaps.Profiles(), func(p gaps.Profile) bool { return p.Name == "phished" })]
	ask := func(id string, p condaccess.Principal) error {
		proof, err := space.Prove(owner, &condaccess.SignIn{Principal: p})
		if err != nil {
			return err
		}
		g.BreakGlass = append(g.BreakGlass, getsIn{id, proof.Stopped.Not().String()})
		return nil
	}
	for _, id := range in.BreakGlassUsers {
		if err := ask(id, condaccess.Principal{Kind: condaccess.User, ID: id}); err != nil {
			return err
		}
	}
	for _, id := range in.BreakGlassGroups {
		p := condaccess.Principal{Kind: condaccess.User, ID: "a member of " + id, Groups: []string{id}, GroupsKnown: true, RolesKnown: true, GuestKnown: true}
		if err := ask(id, p); err != nil {
			return err
		}
	}
	return nil
}

// replayGenerated says what the policy alone makes of the case's sign-ins.
func (a *app) replayGenerated(ctx context.Context, c *investigation.Case, tenant string, g *generated, malicious map[evidence.Origin]bool) error {
	var files []investigation.PolicyFile
	for _, text := range []json.RawMessage{g.Policy, g.Location} {
		if len(text) > 0 {
			files = append(files, investigation.PolicyFile{Name: "generated", Text: text})
		}
	}
	var l condaccess.Loader
	problems, err := c.ReadConfiguration(ctx, &l, files)
	if err != nil {
		return err
	}
	for _, problem := range problems {
		a.note("%v", problem)
	}
	t := l.Tenant()
	enforceLast(t)
	r := replay.New(condaccess.NewEvaluator(t, condaccess.Options{}))
	at, users := replay.Apart([]*condaccess.Tenant{t}, nil)
	if err := a.replayCase(ctx, c, r, investigation.SignInOptions{Attackers: malicious, Tenant: tenant, Moments: at, Users: users}); err != nil {
		return err
	}
	result := r.Result()
	g.Replay = &result
	return nil
}
