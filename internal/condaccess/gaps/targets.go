package gaps

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// The applications that no policy names: of Microsoft's and of others. The first
// has the form of an id, and so may be in any bundle.
const (
	anyMicrosoftApplication = "ffffffff-ffff-4fff-bfff-ffffffffffff"
	anyApplication          = "an application that no policy names"
)

// User actions are asked for instead of applications.
const (
	registerSecurityInfo = "urn:user:registersecurityinfo"
	registerDevice       = "urn:user:registerdevice"
)

// resources returns what can be asked for: each application that a policy, a
// bundle or the directory names, any other, each of them with each
// authentication context, and the user actions.
func resources(t *condaccess.Tenant) []atom {
	named := namedBy(t)
	ids := slices.Concat([]string{anyApplication, anyMicrosoftApplication}, named.applications, condaccess.PublishedApplications())
	label := map[string]string{anyApplication: "any application that no policy names", anyMicrosoftApplication: "any application of Microsoft's that no policy names"}
	for i := range t.Directory.ServicePrincipals {
		p := &t.Directory.ServicePrincipals[i]
		if p.AppID != "" {
			ids = append(ids, p.AppID)
			label[strings.ToLower(p.AppID)] = p.Name
		}
	}
	var apps []string
	seen := make(map[string]bool)
	for _, id := range ids {
		if key := strings.ToLower(id); !seen[key] {
			seen[key] = true
			apps = append(apps, id)
		}
	}
	var out []atom
	for _, context := range append([]string{""}, named.contexts...) {
		for _, id := range apps {
			out = append(out, resource(id, labelled(label, id), context))
		}
	}
	for _, action := range []string{registerSecurityInfo, registerDevice} {
		target := condaccess.Target{UserAction: action, ContextsDone: true}
		out = append(out, atom{label: action, put: func(s *condaccess.SignIn) { s.Target = target }, key: targetKey(&target)})
	}
	return out
}

func labelled(label map[string]string, id string) string {
	for _, key := range []string{id, strings.ToLower(id)} {
		if l := label[key]; l != "" {
			return l
		}
	}
	if name := condaccess.ApplicationName(id); name != "" {
		return name
	}
	return id
}

func resource(id, label, context string) atom {
	target := condaccess.Target{Applications: []string{id}, ContextsDone: true}
	if context != "" {
		target.Contexts = []string{context}
		label += " with " + context
	}
	return atom{label: label, put: func(s *condaccess.SignIn) { s.Target = target }, key: targetKey(&target)}
}
