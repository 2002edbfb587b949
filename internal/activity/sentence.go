package activity

import (
	"path"
	"strings"
)

// Sentence says in one sentence what was done, without the time. It adds
// nothing to what the log says; what it has no words for it quotes.
func (a Activity) Sentence() string {
	switch {
	case a.Action == "Sign-in":
		return a.signIn()
	case a.ActorType == "Product":
		return join(a.Action, about(a), parenthesis(a.Detail)) + "."
	}
	return a.deed()
}

// signIn says who signed in to what, with what and from where.
func (a Activity) signIn() string {
	who := named(a.Actor, a.ActorID)
	if a.ActorType == "Application" {
		who = "The application " + who
	}
	how := join(to(a.Target), with(a), a.from(), on(a.Device))
	switch a.Result {
	case Success:
		if a.Source == "AADNonInteractiveUserSignInLogs" {
			return join("A token of", who, "was used", how) + "."
		}
		return join(who, "signed in", how) + "."
	case Interrupted:
		return join(who, "was asked for more when signing in", how) + reason(a.Reason) + "."
	case Failure:
		return join(who, "failed to sign in", how) + reason(a.Reason) + "."
	case Unknown:
	}
	return join(who, "tried to sign in", how) + "; the log does not say with what result."
}

// deed says who did what to what.
func (a Activity) deed() string {
	who := named(a.Actor, a.ActorID)
	words, known := verbs[strings.ToLower(a.Action)]
	if !known {
		words = "did " + quoted(a.Action) + " to {}"
	}
	target := shortened(a)
	if target == "" {
		words = strings.TrimSpace(strings.NewReplacer(" to {}", "", " of {}", "", " in {}", "", " from {}", "", " on {}", "", " for {}", "", "{}", "").Replace(words))
	}
	sentence := join(who, strings.Replace(words, "{}", target, 1), parenthesis(a.Detail), a.from())
	switch a.Result {
	case Success, Unknown:
		return sentence + "."
	case Failure, Interrupted:
	}
	return sentence + ", which failed" + reason(a.Reason) + "."
}

// shortened is the target as people call it: of a resource its last name.
func shortened(a Activity) string {
	target := a.Target
	if strings.HasPrefix(target, "/subscriptions/") && strings.Count(target, "/") > 3 {
		return path.Base(target)
	}
	if target == "" {
		target = a.TargetID
	}
	return target
}

func named(name, id string) string {
	switch {
	case name != "":
		return name
	case id != "":
		return id
	}
	return "Somebody whom the log does not name"
}

func to(target string) string {
	if target == "" {
		return ""
	}
	return "to " + target
}

func with(a Activity) string {
	if a.App == "" || a.ActorType == "Application" {
		return ""
	}
	return "with " + a.App
}

func (a Activity) from() string {
	if a.IPAddress == "" {
		return ""
	}
	var place []string
	for _, part := range []string{a.City, a.Country} {
		if part != "" {
			place = append(place, part)
		}
	}
	return join("from", a.IPAddress, parenthesis(strings.Join(place, ", ")))
}

func on(device string) string {
	if device == "" {
		return ""
	}
	return "on " + device
}

func about(a Activity) string {
	if target := named(a.Target, a.TargetID); a.Target != "" || a.TargetID != "" {
		return join("about", target, a.from())
	}
	return a.from()
}

func reason(text string) string {
	if text == "" {
		return ""
	}
	return ": " + strings.TrimSuffix(text, ".")
}

func parenthesis(text string) string {
	if text == "" {
		return ""
	}
	return "(" + text + ")"
}

func quoted(text string) string { return "“" + text + "”" }

// join joins those words that there are.
func join(words ...string) string {
	var there []string
	for _, w := range words {
		if w != "" {
			there = append(there, w)
		}
	}
	return strings.Join(there, " ")
}
