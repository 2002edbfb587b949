package baseline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/gaps"
)

// A question is what a check is about: sign-ins of a kind, every one of which
// the policies stop. What it does not name is left open: a sign-in that is
// stopped whatever it is stands for all that it may be.
type question struct {
	who                population
	profile            profile
	clients            []string // each of these; empty is any
	risks              []string // of the sign-in, each of these; empty is any
	app, action        string   // empty both is any resource
	userRisk, flow     string
	platform           string
	elsewhere          bool // from none of the named locations
	breakGlassGetsThru bool // asks of break-glass accounts whether they get in
}

// An answer is what became of a question.
type answer struct {
	verdict Verdict
	witness string
	reasons []string
}

// mostEvaluations is how many sign-ins are evaluated for one question. Where
// they do not suffice, the answer is unknown.
const mostEvaluations = 50_000

// A search looks for a sign-in with a decision that should not be.
type search struct {
	evaluator *condaccess.Evaluator
	atoms     map[dimension][]atom
	bad       condaccess.Decision
	left      int
	unknown   answer // the first sign-in of which it is not known
	result    condaccess.Evaluation
}

// A bench is a tenant made ready for questions. What several questions need is
// worked out once: who differs from whom, of all users, costs the most.
type bench struct {
	tenant *condaccess.Tenant
	facts  *Facts
	ready  map[setup]*prepared
}

// A setup is what a preparation depends on: the check, where it has exemptions
// of its own, and whom it is about.
type setup struct {
	check      string
	who        population
	breakGlass bool
}

// A prepared tenant is one without the exclusions that are exempt.
type prepared struct {
	tenant    *condaccess.Tenant
	evaluator *condaccess.Evaluator
	people    []class
	gaps      *gaps.Space // of these people; nil until it is asked
	perhaps   *prepared   // of those who may belong to the people; nil: all who do are known
}

func newBench(t *condaccess.Tenant, f *Facts) *bench {
	return &bench{t, f, make(map[setup]*prepared)}
}

func (b *bench) prepare(q *question, check string) *prepared {
	key := setup{who: q.who, breakGlass: q.breakGlassGetsThru}
	if _, own := b.facts.Exemptions[check]; own {
		key.check = check
	}
	if p := b.ready[key]; p != nil {
		return p
	}
	p := &prepared{tenant: b.facts.exempt(b.tenant, check)}
	people := classesOf(p.tenant, b.facts, q.who)
	if q.breakGlassGetsThru {
		p.tenant = (&Facts{}).exempt(b.tenant, "")
		people = breakGlassClasses(b.tenant, b.facts)
	}
	p.evaluator = condaccess.NewEvaluator(p.tenant, condaccess.Options{})
	p.people = distinct(p.evaluator, people)
	if perhaps := perhapsOf(p.tenant, b.facts, q); len(perhaps) > 0 {
		p.perhaps = &prepared{tenant: p.tenant, evaluator: p.evaluator, people: distinct(p.evaluator, perhaps)}
	}
	b.ready[key] = p
	return p
}

func (q *question) answer(b *bench, check string) answer {
	p := b.prepare(q, check)
	bad := condaccess.DecisionGrant
	switch {
	case q.breakGlassGetsThru && len(p.people) == 0:
		return answer{reasons: []string{"no break-glass account is declared"}}
	case q.breakGlassGetsThru:
		bad = condaccess.DecisionDeny
	case len(p.tenant.Policies) == 0 && len(p.tenant.Incomplete) == 0:
		return answer{verdict: NotMet, witness: "any sign-in: no policy is enforced"}
	}
	atoms := atomsOf(p.tenant, b.facts.Exemptions[check].Applications)
	out := q.judge(p, atoms, bad)
	if out.verdict == Met && p.perhaps != nil {
		if a := q.judge(p.perhaps, atoms, bad); a.verdict != Met {
			return answer{witness: a.witness, reasons: []string{"who holds a role was not exported"}}
		}
	}
	return out
}

// judge looks for a sign-in with the decision that should not be, and where
// none is found proves that there is none.
func (q *question) judge(p *prepared, atoms map[dimension][]atom, bad condaccess.Decision) answer {
	found := q.search(p, atoms, bad)
	if found.verdict == NotMet || q.breakGlassGetsThru {
		return found
	}
	proved := q.prove(p, atoms[targets]) // a search overlooks what its few values do not make together
	switch {
	case proved.verdict == NotMet:
		return proved
	case len(namedBy(p.tenant).twofold) > mostTwofold:
		return answer{witness: "a member of some of the groups that policies both include and exclude", reasons: []string{"they are too many to combine in every way"}}
	case proved.verdict == Unknown && found.verdict == Unknown:
		return found
	}
	return proved
}

// search looks for a sign-in with the decision that should not be.
func (q *question) search(p *prepared, atoms map[dimension][]atom, bad condaccess.Decision) answer {
	s := &search{evaluator: p.evaluator, atoms: atoms, bad: bad, left: mostEvaluations}
	for _, who := range p.people {
		for _, in := range q.signIns(who.principal) {
			if a := s.find(in, who.label, q.fixed(&in)); a.verdict == NotMet {
				return a
			}
		}
	}
	if len(s.unknown.reasons) > 0 {
		return s.unknown
	}
	return answer{verdict: Met}
}

// orAny returns a list, or one open value for an empty one.
func orAny(list []string) []string {
	if len(list) == 0 {
		return []string{""}
	}
	return list
}

// signIns returns what the question asks of one principal.
func (q *question) signIns(who condaccess.Principal) []condaccess.SignIn {
	var out []condaccess.SignIn
	for _, client := range orAny(q.clients) {
		for _, risk := range orAny(q.risks) {
			out = append(out, q.signIn(who, client, risk))
		}
	}
	return out
}

func (q *question) signIn(who condaccess.Principal, client, risk string) condaccess.SignIn {
	s := condaccess.SignIn{Principal: who, Client: client, Platform: q.platform, Flow: q.flow, SignInRisk: risk, UserRisk: q.userRisk}
	s.Target.ContextsDone = true
	s.Target.UserAction = q.action
	if q.app != "" {
		s.Target.Applications = []string{q.app}
	}
	if q.elsewhere {
		s.Place = nowhere()
	}
	q.profile.apply(&s)
	showsNoDevice(&s)
	return s
}

// showsNoDevice takes the device from a sign-in with a client that cannot be
// asked for it, or with a code that was entered elsewhere.
func showsNoDevice(s *condaccess.SignIn) {
	if s.Client == "other" || s.Client == "exchangeActiveSync" || s.Client == "easSupported" || s.Flow == "deviceCodeFlow" {
		s.Device = condaccess.Device{Registered: condaccess.No}
	}
}

// fixed returns the dimensions that the question settles of a sign-in.
func (q *question) fixed(s *condaccess.SignIn) []dimension {
	var out []dimension
	for _, d := range []struct {
		dimension dimension
		set       bool
	}{
		{targets, q.app != "" || q.action != ""},
		{clients, len(q.clients) > 0},
		{places, q.elsewhere},
		{platforms, q.platform != ""},
		{signInRisks, len(q.risks) > 0},
		{userRisks, q.userRisk != ""},
		{flows, q.flow != ""},
		{devices, s.Device.Registered == condaccess.No},
	} {
		if d.set {
			out = append(out, d.dimension)
		}
	}
	return out
}

// find evaluates a sign-in, and where what is open decides, each that it may be.
func (s *search) find(in condaccess.SignIn, label string, settled []dimension) answer {
	if s.left--; s.left < 0 {
		return s.open(label, []string{fmt.Sprintf("more than %d sign-ins would have to be evaluated", mostEvaluations)})
	}
	s.evaluator.EvaluateInto(&in, &s.result)
	switch s.result.Decision {
	case s.bad:
		return answer{verdict: NotMet, witness: label}
	case condaccess.DecisionUnknown:
	case condaccess.DecisionGrant, condaccess.DecisionDeny:
		return answer{verdict: Met}
	}
	d, reasons := s.undecided(settled)
	if d == none {
		return s.open(label, reasons)
	}
	settled = append(slices.Clone(settled), d)
	for _, a := range s.atoms[d] {
		next := in
		a.set(&next)
		if found := s.find(next, label+", "+a.label, settled); found.verdict == NotMet {
			return found
		}
	}
	return answer{verdict: Met}
}

// open notes a sign-in of which it is not known whether it is stopped.
func (s *search) open(label string, reasons []string) answer {
	if s.unknown.reasons == nil {
		s.unknown = answer{witness: label, reasons: reasons}
	}
	return answer{}
}

// undecided returns the first dimension that decides and is not settled, or
// none and the reasons.
func (s *search) undecided(settled []dimension) (dimension, []string) {
	var reasons []string
	open := make(map[dimension]bool)
	for i := range s.result.Policies {
		for _, r := range s.result.Policies[i].Reasons {
			if d := dimensionOf(r.Condition); d != none && !slices.Contains(settled, d) {
				open[d] = true
			}
			reasons = append(reasons, r.String())
		}
	}
	for _, r := range s.result.Reasons {
		reasons = append(reasons, r.String())
	}
	slices.Sort(reasons)
	for d := targets; d <= flows; d++ {
		if open[d] {
			return d, nil
		}
	}
	return none, slices.Compact(reasons)
}

// distinct returns one class for each way in which the policies treat
// principals, the first of them.
func distinct(e *condaccess.Evaluator, classes []class) []class {
	seen := make(map[string]bool)
	var out []class
	var result condaccess.Evaluation
	for _, c := range classes {
		in := condaccess.SignIn{Principal: c.principal}
		e.EvaluateInto(&in, &result)
		var b strings.Builder
		for i := range result.Policies {
			p := &result.Policies[i]
			fmt.Fprintf(&b, "%v %v %v;", p.Verdict, p.Unmet, p.Reasons)
		}
		if key := b.String(); !seen[key] {
			seen[key] = true
			out = append(out, c)
		}
	}
	return out
}
