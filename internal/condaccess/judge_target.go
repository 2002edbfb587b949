package condaccess

import "strings"

// An audience is a resource that a token is asked for, as policies see it.
type audience struct {
	id         string
	number     int // in the index of resources, or -1
	yes, maybe bundleSet
	bundle     bundleSet // the resource is not said, but that it is one of these
	open       bool      // the resource is not said
	outside    bool
	partly     bool
	umbrella   bool
	baseline   bool // asked for with baseline scopes only
	object     *ServicePrincipal
}

// The resources that baseline scopes belong to, and that scopes lead to.
const (
	microsoftGraph  = "00000003-0000-0000-c000-000000000000"
	directoryGraph  = "00000002-0000-0000-c000-000000000000"
	exchangeOnline  = "00000002-0000-0ff1-ce00-000000000000"
	sharePoint      = "00000003-0000-0ff1-ce00-000000000000"
	microsoftTeams  = "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe"
	anyApplication  = "All"
	offlineAccess   = "offline_access"
	openIDScope     = "openid"
	scopeNamePrefix = "https://graph.microsoft.com/"
)

// audiences appends what a token is asked for.
func (e *Evaluator) audiences(t *Target, out []audience) []audience {
	ids := t.Applications
	if len(ids) == 0 && t.ScopesKnown {
		return append(out, e.scopeAudiences(t)...)
	}
	for _, id := range ids {
		if umbrella(id) && t.ScopesKnown {
			out = append(out, e.scopeAudiences(t)...)
			continue
		}
		out = append(out, e.audience(id))
	}
	return out
}

func umbrella(id string) bool {
	id = fold(id)
	return id == microsoftGraph || id == directoryGraph
}

func (e *Evaluator) audience(id string) audience {
	b := e.x.bundles
	if bundle := b.named(id); bundle != 0 && !guid(id) {
		return audience{id: id, number: -1, yes: bundle, bundle: bundle}
	}
	if strings.EqualFold(id, anyApplication) {
		return audience{id: id, number: -1, maybe: b.all(), open: true}
	}
	a := audience{id: id, number: e.x.apps.find(id), outside: b.outside[fold(id)], partly: b.partly[fold(id)], umbrella: umbrella(id), object: e.membership.byApp[fold(id)]}
	a.yes, a.maybe = b.of(id)
	return a
}

// scopeAudiences returns the resources that the scopes of a request lead to.
func (e *Evaluator) scopeAudiences(t *Target) []audience {
	var out []audience
	baseline := false
	for _, scope := range t.Scopes {
		scope = strings.TrimPrefix(fold(scope), scopeNamePrefix)
		resource, _, _ := strings.Cut(scope, ".")
		switch {
		case baselineScope(scope):
			baseline = true
			if scope == openIDScope && t.Confidential == Yes && t.Client != "" {
				out = append(out, e.audience(t.Client)) // an ID token is for the client itself
			}
			continue
		case resource == "files" || resource == "sites" || resource == "lists":
			resource = sharePoint
		case strings.HasPrefix(resource, "mail") || resource == "calendars" || resource == "contacts" || resource == "ews" || resource == "imap" || resource == "smtp" || resource == "pop":
			resource = exchangeOnline
		case strings.HasPrefix(resource, "team") || strings.HasPrefix(resource, "channel") || strings.HasPrefix(resource, "chat"):
			resource = microsoftTeams
		default:
			resource = microsoftGraph
		}
		out = append(out, e.audience(resource))
	}
	if baseline || len(t.Scopes) == 0 {
		a := e.audience(directoryGraph)
		a.baseline = true
		out = append(out, a)
	}
	return out
}

// baselineScope tells whether a scope is of those that are granted for a look
// at the directory.
func baselineScope(scope string) bool {
	switch scope {
	case "email", offlineAccess, openIDScope, "profile", "user.read", "user.read.all", "user.readbasic.all", "people.read", "people.read.all",
		"groupmember.read.all", "member.read.hidden":
		return true
	}
	return false
}

// target tells whether the policy is for what is asked for.
func (j *judge) target(c *compiled) Truth {
	a, t := &c.p.Conditions.Applications, &j.s.Target
	out := j.applications(c)
	if out != Yes && len(a.UserActions) > 0 {
		out = out.Or(j.actions(a, t))
	}
	if out != Yes && len(a.Contexts) > 0 {
		out = out.Or(j.contexts(a, t))
	}
	return out
}

func (j *judge) actions(a *Applications, t *Target) Truth {
	switch {
	case t.UserAction != "":
		return truth(contains(a.UserActions, t.UserAction))
	case len(j.apps) > 0 || t.ContextOnly:
		return No // a request is for one or the other
	}
	return j.because(UserActionNotGiven, ConditionUserActions, "")
}

func (j *judge) contexts(a *Applications, t *Target) Truth {
	for _, c := range t.Contexts {
		if contains(a.Contexts, c) {
			return Yes
		}
	}
	if t.ContextsDone {
		return No
	}
	return j.because(ContextNotGiven, ConditionContext, "")
}

// applications tells whether any of the resources is in and not out.
func (j *judge) applications(c *compiled) Truth {
	a, t := &c.p.Conditions.Applications, &j.s.Target
	if len(a.Include) == 0 && a.Filter == nil {
		return No
	}
	switch {
	case len(j.apps) > 0:
	case t.UserAction != "":
		return truth(c.apps.all) // all resources are all user actions too
	case t.ContextOnly:
		if !c.apps.all {
			return No
		}
		return j.undocumented(ContextAndAllResources, ConditionApplication, "")
	default:
		return j.anyApplication(c)
	}
	out := No
	for i := range j.apps {
		if out = out.Or(j.application(c, &j.apps[i])); out == Yes {
			return Yes
		}
		if t.Derived && j.apps[i].umbrella && !c.apps.all {
			// Forms signs in to the directory, and policies for Forms and for Exchange apply.
			out = out.Or(j.because(AudiencesNotRecorded, ConditionApplication, j.apps[i].id))
		}
	}
	return out
}

// anyApplication answers where the resource is not said.
func (j *judge) anyApplication(c *compiled) Truth {
	if c.apps.all && c.notApps.empty && c.p.Conditions.Applications.Filter == nil {
		return Yes
	}
	return j.because(ApplicationNotGiven, ConditionApplication, "")
}

func (j *judge) application(c *compiled, a *audience) Truth {
	if t, settled := j.baseline(c, a); settled {
		return t
	}
	in := j.inApps(&c.apps, a)
	out := No
	if !c.notApps.empty {
		out = j.inApps(&c.notApps, a)
	}
	if f := c.p.Conditions.Applications.Filter; f != nil {
		m := j.attributes(f, a.object, ConditionApplication)
		if f.Exclude {
			out = out.Or(m)
		} else {
			in = in.Or(m)
		}
	}
	in = in.And(out.Not())
	if (a.outside || a.partly && c.bound) && in != No {
		return in.And(j.undocumented(OutsideConditionalAccess, ConditionApplication, a.id))
	}
	return in
}

// baseline answers for requests that policies for all resources with exclusions
// did not reach before: see ScopeModel.
func (j *judge) baseline(c *compiled, a *audience) (Truth, bool) {
	t := &j.s.Target
	umbrellaOnly := a.umbrella && !t.ScopesKnown
	if !a.baseline && !umbrellaOnly || !c.apps.all || c.notApps.empty || a.number >= 0 && c.notApps.ids.has(a.number) {
		return Unsure, false
	}
	legacy := No
	if umbrellaOnly || t.Confidential == Yes && t.Client != "" && j.inApps(&c.notApps, new(j.e.audience(t.Client))) != Yes {
		legacy = Unsure // a client that keeps secrets had to be excluded itself
	}
	var model Truth
	switch j.e.options.Scopes {
	case ScopesUnknown:
	case ScopesLegacy:
		model = legacy
	case ScopesEnforced:
		model = Yes
		if umbrellaOnly && j.inApps(&c.notApps, new(j.e.audience(directoryGraph))) != No {
			model = Unsure // it may be for the directory only, which is excluded
		}
	}
	if model == Unsure {
		j.because(BaselineScopes, ConditionApplication, a.id)
	}
	return model, true
}

// inApps tells whether a list of a policy holds a resource.
func (j *judge) inApps(s *appSet, a *audience) Truth {
	switch {
	case s.all, a.number >= 0 && s.ids.has(a.number), s.bundles&a.yes != 0:
		return Yes
	case a.open && (!s.ids.empty() || s.bundles != 0):
		return j.because(ApplicationNotGiven, ConditionApplication, "")
	case a.bundle != 0:
		return j.bundleInApps(s, a)
	case s.bundles&a.maybe != 0:
		return j.because(BundleMembership, ConditionApplication, a.id)
	case len(s.words) > 0:
		return j.because(NameNotKnown, ConditionApplication, s.words[0])
	}
	return No
}

// bundleInApps answers for one application of a bundle, which one is not said.
func (j *judge) bundleInApps(s *appSet, a *audience) Truth {
	for n, id := range j.e.x.apps.ids {
		if !s.ids.has(n) {
			continue
		}
		if yes, maybe := j.e.x.bundles.of(id); (yes|maybe)&a.bundle != 0 {
			return j.because(ApplicationNotGiven, ConditionApplication, id)
		}
	}
	// The What If tools compare groups by their names.
	if id := j.e.x.bundles.common(s.bundles, a.bundle); id != "" && j.e.options.Assume == AssumeNothing {
		return j.because(ApplicationNotGiven, ConditionApplication, id)
	}
	if len(s.words) > 0 {
		return j.because(NameNotKnown, ConditionApplication, s.words[0])
	}
	return No
}
