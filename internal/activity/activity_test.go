package activity

import (
	"strings"
	"testing"

	"github.com/conshelf/conshelf/kql/syntax"
)

func TestSentence(t *testing.T) {
	tests := map[string]Activity{
		"adele@contoso.com signed in to Exchange with Outlook from 192.0.2.7 (Oslo, NO) on LAP-1.": {
			Action: "Sign-in", Result: Success, Actor: "adele@contoso.com", Target: "Exchange", App: "Outlook", IPAddress: "192.0.2.7", City: "Oslo", Country: "NO", Device: "LAP-1",
		},
		"adele@contoso.com failed to sign in: 50126 Wrong.":                          {Action: "Sign-in", Result: Failure, Actor: "adele@contoso.com", Reason: "50126 Wrong."},
		"adele@contoso.com was asked for more when signing in: 50074.":               {Action: "Sign-in", Result: Interrupted, Actor: "adele@contoso.com", Reason: "50074"},
		"adele@contoso.com tried to sign in; the log does not say with what result.": {Action: "Sign-in", Result: Unknown, Actor: "adele@contoso.com"},
		"The application Sync signed in to Graph.":                                   {Action: "Sign-in", Result: Success, Actor: "Sync", ActorType: "Application", App: "Sync", Target: "Graph"},
		"A token of adele@contoso.com was used to Graph.":                            {Source: "AADNonInteractiveUserSignInLogs", Action: "Sign-in", Result: Success, Actor: "adele@contoso.com", Target: "Graph"},
		"bob@contoso.com reset the password of adele@contoso.com from 192.0.2.7.":    {Action: "Reset user password", Result: Success, Actor: "bob@contoso.com", Target: "adele@contoso.com", IPAddress: "192.0.2.7"},
		"bob@contoso.com reset the password, which failed: no rights.":               {Action: "Reset user password", Result: Failure, Actor: "bob@contoso.com", Reason: "no rights"},
		"bob@contoso.com did “Do a thing” to X (y).":                                 {Action: "Do a thing", Result: Success, Actor: "bob@contoso.com", Target: "X", Detail: "y"},
		"Somebody whom the log does not name changed the key vault kv1.":             {Action: "MICROSOFT.KEYVAULT/VAULTS/WRITE", Result: Success, Target: "/subscriptions/1/resourcegroups/rg/providers/microsoft.keyvault/vaults/kv1"},
		"Risk detected: leakedCredentials about adele@contoso.com (high, atRisk).":   {Action: "Risk detected: leakedCredentials", ActorType: "Product", Result: Success, Target: "adele@contoso.com", Detail: "high, atRisk"},
		"Alert: X from 192.0.2.7.":                                                   {Action: "Alert: X", ActorType: "Product", Result: Success, IPAddress: "192.0.2.7"},
	}
	for want, a := range tests {
		if got := a.Sentence(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Verbs are looked up in lower case, and each has one place for the target.
func TestVerbs(t *testing.T) {
	for action, words := range verbs {
		if action != strings.ToLower(action) || strings.Count(words, "{}") > 1 {
			t.Errorf("%q: %q", action, words)
		}
	}
}

// TestPredicate: whatever an attacker chose as a name, what is asked is one
// predicate, and its literals are the name.
func TestPredicate(t *testing.T) {
	for _, value := range []string{`a" or true or "`, "a'b", `a\`, "a\nb", "a) or (true", "x | count", "\u202eab", "\x00", "é"} {
		for _, k := range Kinds() {
			i, err := NewIndicator(k, value)
			if k == IP {
				if err == nil {
					t.Errorf("%q is an address", value)
				}
				continue
			}
			if err != nil {
				continue // nothing but space
			}
			text := View + " | where " + Any([]Indicator{i, {IP, "192.0.2.7"}})
			tree, list := syntax.ParseQuery(text)
			if list.HasErrors() {
				t.Errorf("%s %q: %v", k, value, list)
				continue
			}
			if again, _ := syntax.ParseQuery(syntax.Format(tree)); syntax.Format(again) != syntax.Format(tree) || strings.Contains(syntax.Format(tree), "or true") && !strings.Contains(syntax.Format(tree), `\" or true`) {
				t.Errorf("%s %q: %s", k, value, syntax.Format(tree))
			}
		}
	}
}

func TestNewIndicator(t *testing.T) {
	for value, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:DB8:0::1": "2001:db8::1", "198.51.100.9/24": "198.51.100.0/24", "192.0.2.7/32": "192.0.2.7",
		"2001:db8::1/64": "2001:db8::/64",
	} {
		if i, err := NewIndicator(IP, " "+value); err != nil || i.Value != want {
			t.Errorf("%s is %s, %v; want %s", value, i.Value, err, want)
		}
	}
	for _, value := range []string{"", "300.1.1.1", "192.0.2.7/33", "fabrikam.com"} {
		if i, err := NewIndicator(IP, value); err == nil {
			t.Errorf("%q is %s", value, i)
		}
	}
}
