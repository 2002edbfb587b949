package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/kql/types"
)

// A whatIf is a sign-in as flags say it.
type whatIf struct {
	accessFlags
	signIn, format string
	trusted        []string
	facts          []whatIfFact
	values         map[string]*string
	lists          map[string]*[]string
}

// A whatIfFact is a flag that says something of the sign-in.
type whatIfFact struct {
	flag, member, help string
	list               bool
}

func whatIfFacts() []whatIfFact {
	return []whatIfFact{
		{"user", "userId", "object id or user principal name", false},
		{"service-principal", "servicePrincipalId", "object id of a service principal, instead of a user", false},
		{"user-type", "userType", "Member or Guest", false},
		{"guest-type", "guestOrExternalUserTypes", "kind of guest, such as b2bCollaborationGuest", false},
		{"home-tenant", "homeTenantId", "home tenant of a guest", false},
		{"group", "groups", "all the groups that the user is in, by id", true},
		{"role", "roles", "all the roles that the user holds, by template id", true},
		{"app", "applications", "application id of the resource", true},
		{"user-action", "userAction", "registerSecurityInformation or registerOrJoinDevices, instead of --app", false},
		{"auth-context", "authenticationContext", "authentication context, such as c1", false},
		{"client", "clientAppType", "browser, mobileAppsAndDesktopClients, exchangeActiveSync or other", false},
		{"platform", "devicePlatform", "windows, macOS, linux, iOS, android, or any other name", false},
		{"ip", "ipAddress", "address that the sign-in comes from", false},
		{"country", "country", "country of the address, in two letters", false},
		{"sign-in-risk", "signInRiskLevel", "none, low, medium or high", false},
		{"user-risk", "userRiskLevel", "none, low, medium or high", false},
		{"insider-risk", "insiderRiskLevel", "none, minor, moderate or elevated", false},
		{"service-principal-risk", "servicePrincipalRiskLevel", "none, low, medium or high", false},
		{"flow", "authenticationFlow", "none, deviceCodeFlow or authenticationTransfer", false},
		{"satisfied", "satisfiedControls", "all the controls that are satisfied, such as mfa", true},
	}
}

func (a *app) accessWhatIfCommand() *cobra.Command {
	f := whatIf{facts: whatIfFacts(), values: make(map[string]*string), lists: make(map[string]*[]string)}
	cmd := &cobra.Command{
		Use:   "whatif PATH…",
		Short: "What the policies in these files make of one sign-in",
		Long: "whatif reads an export's files, or directories of them: policies, named locations, authentication strengths, users,\n" +
			"groups, role assignments, whatever they are called. The sign-in is what the flags say, and for the rest what the\n" +
			"file of --sign-in says: a record of a sign-in log or a request of the What If API. What neither says is not known.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && !f.emit {
				return usagef("%s needs the files of the policies", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.whatIf(args, &f) },
	}
	f.register(cmd)
	f.registerFacts(cmd)
	flags := cmd.Flags()
	flags.StringSliceVar(&f.trusted, "mfa-trusted-ip", nil, "trusted addresses of the multifactor service, which no export has, or none")
	flags.StringVarP(&f.format, "output", "o", "table", strings.Join(formats(), ", ")+"; json is the line that evaluate writes")
	return cmd
}

// registerFacts adds the flags that say something of the sign-in.
func (f *whatIf) registerFacts(cmd *cobra.Command) {
	flags := cmd.Flags()
	for _, fact := range f.facts {
		if fact.list {
			f.lists[fact.member] = flags.StringSlice(fact.flag, nil, fact.help)
		} else {
			f.values[fact.member] = flags.String(fact.flag, "", fact.help)
		}
	}
	flags.StringVar(&f.signIn, "sign-in", "", "JSON file of the sign-in, or - for standard input")
}

// read returns the sign-in. A flag that is not understood is the caller's
// mistake; a value of a file that is not is noted.
func (f *whatIf) read(a *app) (*condaccess.SignIn, error) {
	said := make(map[string]any)
	for member, value := range f.values {
		if *value != "" {
			said[member] = *value
		}
	}
	for member, list := range f.lists {
		if len(*list) > 0 {
			said[member] = *list
		}
	}
	text, err := json.Marshal(said)
	if err != nil {
		return nil, fmt.Errorf("read flags: %w", err)
	}
	_, problems, err := condaccess.ReadSignIn(text)
	if err != nil || len(problems) > 0 {
		return nil, usagef("%s", f.named(strings.Join(problems, "; ")))
	}
	texts := [][]byte{text}
	if f.signIn != "" {
		data, err := a.readAllOf(f.signIn)
		if err != nil {
			return nil, fmt.Errorf("read sign-in: %w", err)
		}
		texts = append(texts, data)
	}
	s, problems, err := condaccess.ReadSignIn(texts...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.signIn, err)
	}
	for _, p := range problems {
		a.note("%s: %s", f.signIn, p)
	}
	return s, nil
}

// named puts the flags' names in place of the members'.
func (f *whatIf) named(problem string) string {
	for _, fact := range f.facts {
		problem = strings.ReplaceAll(problem, fact.member+" is", "--"+fact.flag+" is")
	}
	return strings.TrimSuffix(problem, "; it counts as not given")
}

func (a *app) whatIf(paths []string, f *whatIf) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	s, err := f.read(a)
	if err != nil {
		return err
	}
	if f.emit {
		return a.printRequest(s)
	}
	if s.NotReached != "" {
		a.note("%s: %s; what follows is what these policies would have made of it", f.signIn, s.NotReached)
	}
	t, err := a.loadTenant(paths, f.trusted)
	if err != nil {
		return err
	}
	e := condaccess.NewEvaluator(t, o).Evaluate(s)
	if err := a.printEvaluation(f.format, s, &e); err != nil {
		return err
	}
	if len(t.Incomplete) > 0 {
		return silent{exitSkipped}
	}
	return nil
}

func (a *app) printRequest(s *condaccess.SignIn) error {
	body, lost, err := condaccess.EvaluateRequest(s)
	if err != nil {
		return usagef("--emit-evaluate-requests: %w", err)
	}
	for _, what := range lost {
		a.note("the request cannot say %s", what)
	}
	_, err = fmt.Fprintf(a.out, "%s\n", body)
	return err
}

func (a *app) printEvaluation(format string, s *condaccess.SignIn, e *condaccess.Evaluation) error {
	switch format {
	case "json":
		id, err := json.Marshal(s.ID)
		if err != nil {
			return fmt.Errorf("write evaluation: %w", err)
		}
		line, err := condaccess.MarshalEvaluation(id, e, nil)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "%s\n", line)
		return err
	case "table":
		printLine(a.out, "decision: "+e.Decision.String())
		for _, r := range e.Reasons {
			printLine(a.out, "  "+r.String())
		}
		names := e.Session.Names()
		if e.SessionOpen {
			names = append(names, "and what policies add of which it is unknown whether they apply")
		}
		if len(names) > 0 {
			printLine(a.out, "session: "+strings.Join(names, ", "))
		}
		printLine(a.out, "")
	}
	return a.list(format, evaluationListing(e))
}

func evaluationListing(e *condaccess.Evaluation) listing {
	l := listing{cols: []types.Column{
		{Name: "Policy", Type: types.String},
		{Name: "State", Type: types.String},
		{Name: "Verdict", Type: types.String},
		{Name: "Result", Type: types.String},
		{Name: "Controls", Type: types.String},
		{Name: "Why", Type: types.String},
		{Name: "ID", Type: types.String},
	}}
	for i := range e.Policies {
		r := &e.Policies[i]
		name := r.Policy.Name
		if name == "" {
			name = r.Policy.ID
		}
		l.rows = append(l.rows, texts(name, r.Policy.State.String(), r.Verdict.String(), string(r.Result), controlsText(r), whyText(r), r.Policy.ID))
	}
	return l
}

// controlsText says what a policy asks for, and of each whether it is there.
func controlsText(r *condaccess.PolicyResult) string {
	var out []string
	for _, c := range r.Grant.Controls {
		text := c.Control.Name()
		if c.Control.Kind != condaccess.Block {
			text += " " + c.Satisfied.String()
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// whyText says what rules a policy out, or why that is not known.
func whyText(r *condaccess.PolicyResult) string {
	if len(r.Unmet) > 0 {
		return "not met: " + join(r.Unmet)
	}
	out := make([]string, len(r.Reasons))
	for i, reason := range r.Reasons {
		out[i] = reason.String()
	}
	return strings.Join(out, "; ")
}
