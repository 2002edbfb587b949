package ingest

import "strings"

// A signInKind is which of the four logs a sign-in belongs to. Exports of the
// portal say so in the file's name alone.
type signInKind int

const (
	undecidedSignIn signInKind = iota // a user's, interactive or not
	interactiveSignIn
	nonInteractiveSignIn
	undecidedApplication // an application's, with a managed identity or not
	applicationSignIn
	managedIdentitySignIn
)

// table is where sign-ins of the kind go. One that is undecided goes where it
// is looked at most: the file's notes say so, and what the kind would tell is
// null.
func (k signInKind) table() string {
	switch k {
	case undecidedSignIn, interactiveSignIn:
		return "SigninLogs"
	case nonInteractiveSignIn:
		return "AADNonInteractiveUserSignInLogs"
	case undecidedApplication, applicationSignIn:
		return "AADServicePrincipalSignInLogs"
	case managedIdentitySignIn:
		return "AADManagedIdentitySignInLogs"
	}
	panic("ingest: unknown kind of sign-in")
}

// category is what the log calls itself, or "" if which log it is has not been
// decided.
func (k signInKind) category() string {
	switch k {
	case undecidedSignIn, undecidedApplication:
		return ""
	case interactiveSignIn:
		return "SignInLogs"
	case nonInteractiveSignIn:
		return "NonInteractiveUserSignInLogs"
	case applicationSignIn:
		return "ServicePrincipalSignInLogs"
	case managedIdentitySignIn:
		return "ManagedIdentitySignInLogs"
	}
	panic("ingest: unknown kind of sign-in")
}

// among returns the kind of a sign-in that is an application's, or a user's, in
// a file that is named as one of kind k. A name that cannot be right says
// nothing.
func (k signInKind) among(application bool) signInKind {
	switch k {
	case interactiveSignIn, nonInteractiveSignIn:
		if application {
			return undecidedApplication
		}
		return k
	case applicationSignIn, managedIdentitySignIn:
		return k
	case undecidedSignIn, undecidedApplication:
	}
	if application {
		return undecidedApplication
	}
	return undecidedSignIn
}

// signInKind notes the kind of the sign-in in its row.
func (m *mapper) signInKind(k signInKind) {
	switch k {
	case undecidedSignIn:
		m.tally.undecided++
	case undecidedApplication:
		m.tally.undecidedApplication++
	case interactiveSignIn, nonInteractiveSignIn, applicationSignIn, managedIdentitySignIn:
		m.give("Category", m.literal(k.category()))
	}
}

// namedKind returns what the file's name says of the sign-ins in it; if that
// says nothing, what the folders say that it is in, the nearest first.
func (m *mapper) namedKind() signInKind {
	segments := strings.FieldsFunc(m.path, func(c rune) bool { return c == '/' || c == '!' || c == '\\' })
	for i := len(segments) - 1; i >= 0; i-- {
		if k := segmentKind(segments[i]); k != undecidedSignIn {
			return k
		}
	}
	return undecidedSignIn
}

// segmentKind returns what one name of a path, in lower case, says.
func segmentKind(name string) signInKind {
	name = strings.NewReplacer("-", "", "_", "", " ", "").Replace(name)
	rest := strings.ReplaceAll(name, "noninteractive", "")
	found := make(map[signInKind]bool)
	found[nonInteractiveSignIn] = rest != name
	found[interactiveSignIn] = strings.Contains(rest, "interactive")
	found[managedIdentitySignIn] = strings.Contains(name, "msisignin") || strings.Contains(name, "managedidentit") || name == "msi"
	found[applicationSignIn] = strings.Contains(name, "applicationsignin") || strings.Contains(name, "serviceprincipal") || name == "sp"
	kind := undecidedSignIn
	for _, k := range []signInKind{interactiveSignIn, nonInteractiveSignIn, managedIdentitySignIn, applicationSignIn} {
		switch {
		case !found[k]:
		case kind != undecidedSignIn:
			return undecidedSignIn // it names two
		default:
			kind = k
		}
	}
	return kind
}
