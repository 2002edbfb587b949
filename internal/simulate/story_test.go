package simulate

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// staged is a small tenant with every story, carried out in one way, and the
// twins.
func staged(seed uint64, v Variant) Options {
	variants := make(map[Attack]Variant)
	for _, a := range Stories() {
		variants[a] = v
	}
	return Options{Seed: seed, Users: MinStoryUsers, Days: 12, Attacks: Stories(), Variants: variants, Twins: true}
}

// Each story goes through its stages, whatever the seed and the variant.
func TestStoriesReachTheirEnds(t *testing.T) {
	want := map[Attack][]string{
		AitmFraud:        {"Sign-in activity", "MailItemsAccessed", "New-InboxRule", "Send"},
		DeviceCode:       {"Sign-in activity", "GET /me", "FileDownloaded"},
		TokenReplay:      {"Microsoft.Storage/storageAccounts/listKeys/action", "SecretGet", "Microsoft.Compute/disks/beginGetAccess/action"},
		LeakedSecret:     {"Add service principal credentials", "Add member to role", "GET /organization"},
		TenantTakeover:   {"Add member to role completed (PIM activation)", "Update conditional access policy", "Add user", "Set federation settings on domain"},
		GuestTakeover:    {"FileDownloaded", "AnonymousLinkCreated", "Invite external user"},
		MfaFatigue:       {"User registered security info", "Change password (self-service)", "Set-Mailbox"},
		AzureDestruction: {"Microsoft.Insights/diagnosticSettings/delete", "Microsoft.Compute/virtualMachines/delete"},
	}
	for seed := range uint64(20) {
		for _, v := range append(Variants(), Ordinary) {
			w := newWorld(must(staged(seed, v).complete()))
			for _, s := range w.strikes {
				for _, operation := range want[s.truth.Name] {
					if !slices.ContainsFunc(s.truth.Acts, func(a Act) bool { return a.Operation == operation }) {
						t.Errorf("seed %d: %s, %s, has no %s", seed, s.truth.Name, v, operation)
					}
				}
				if s.truth.First.Before(w.start.time().Add(4*24*time.Hour)) || !s.truth.Last.Before(w.end.time()) {
					t.Errorf("seed %d: %s, %s, lasts from %s to %s", seed, s.truth.Name, v, s.truth.First, s.truth.Last)
				}
			}
		}
	}
}

// No two stories share an account, an address or an application, and nobody
// else has an attacker's address.
func TestStoriesShareNothing(t *testing.T) {
	for seed := range uint64(20) {
		w := newWorld(must(staged(seed, Noisy).complete()))
		owner := make(map[string]string)
		claim := func(what, by string) {
			if other, ok := owner[what]; ok && other != by {
				t.Errorf("seed %d: %s and %s share %s", seed, other, by, what)
			}
			owner[what] = by
		}
		for _, s := range w.strikes {
			for _, a := range s.truth.Accounts {
				claim(a.UserPrincipalName, string(s.truth.Name))
			}
			for _, ip := range s.truth.IPAddresses {
				claim(ip, string(s.truth.Name))
			}
			for _, a := range s.truth.Applications {
				claim(a.AppID, string(s.truth.Name))
			}
		}
		for i := range w.users {
			claim(w.users[i].home.ip, "home of "+w.users[i].upn)
			claim(w.users[i].office.ip, "office")
		}
		for _, l := range w.lookAlikes {
			for _, upn := range l.Accounts {
				if by, ok := owner[upn]; ok && !strings.HasPrefix(by, "home") && slices.ContainsFunc(w.strikes, func(s strike) bool { return taken(s, upn) }) {
					t.Errorf("seed %d: the look-alike %q uses %s of %s", seed, l.What, upn, by)
				}
			}
		}
	}
}

func taken(s strike, upn string) bool {
	return slices.ContainsFunc(s.truth.Accounts, func(a Account) bool { return a.UserPrincipalName == upn && a.Part == Taken })
}

// A quiet attack leaves no word of Microsoft's products, comes from the
// victims' country and is shorter than a noisy one.
func TestVariantsDiffer(t *testing.T) {
	acts := func(v Variant) map[Attack]AttackTruth {
		w := newWorld(must(staged(5, v).complete()))
		out := make(map[Attack]AttackTruth)
		for _, s := range w.strikes {
			out[s.truth.Name] = s.truth
			if v == Quiet && s.attacker.exit.place.country != w.homeCountry.code {
				t.Errorf("the quiet %s comes from %s", s.truth.Name, s.attacker.exit.place.country)
			}
		}
		return out
	}
	quiet, slow, noisy := acts(Quiet), acts(Slow), acts(Noisy)
	for _, name := range Stories()[len(Attacks()):] {
		if len(quiet[name].Acts) >= len(noisy[name].Acts) {
			t.Errorf("%s: %d quiet acts, %d noisy ones", name, len(quiet[name].Acts), len(noisy[name].Acts))
		}
		if slow[name].Last.Sub(slow[name].First) <= quiet[name].Last.Sub(quiet[name].First) {
			t.Errorf("%s: the slow one is no longer than the quiet one", name)
		}
		for _, a := range quiet[name].Acts {
			if a.Export == RiskDetections || a.Export == SecurityAlerts {
				t.Errorf("%s: a product noticed the quiet one: %s", name, a.Operation)
			}
		}
	}
}

// Every twin is planted, and none in a tenant that did not ask for them.
func TestTwinsArePlanted(t *testing.T) {
	for seed := range uint64(10) {
		o := staged(seed, Ordinary)
		with := len(newWorld(must(o.complete())).lookAlikes)
		o.Twins = false
		if without := len(newWorld(must(o.complete())).lookAlikes); with-without != 11 {
			t.Errorf("seed %d: %d look-alikes with twins and %d without", seed, with, without)
		}
	}
}

// The tokens of a stolen session tie mail, files, Graph and Azure to the
// sign-ins that they came from.
func TestTokensTieLogsTogether(t *testing.T) {
	dir, truth := simulated(t, staged(3, Ordinary))
	records := read(t, dir)
	tokens := make(map[string]bool)
	for _, e := range []Export{InteractiveSignIns, NonInteractiveSignIns, ServicePrincipalSignIns} {
		for _, r := range records[e] {
			tokens[r.text("uniqueTokenIdentifier")] = true
		}
	}
	index := make(map[string]found)
	for _, e := range []Export{UnifiedAuditLog, GraphActivity, AzureActivity} {
		for _, r := range records[e] {
			index[string(e)+identity(e, r)] = r
		}
	}
	seen := make(map[Export]int)
	for _, a := range truth.Attacks {
		if slices.Contains(Attacks(), a.Name) {
			continue
		}
		for _, act := range a.Acts {
			r := index[string(act.Export)+act.ID]
			token := ""
			switch act.Operation {
			case "MailItemsAccessed", "FileDownloaded", "Send":
				token = r.text("AppAccessContext", "UniqueTokenId")
			default:
				token = r.text("signInActivityId") + r.text("identity", "claims", "uti")
			}
			if token != "" && !tokens[token] {
				t.Errorf("%s: %s has the token %s of no sign-in", a.Name, act.Operation, token)
			}
			if token != "" {
				seen[act.Export]++
			}
		}
	}
	for _, e := range []Export{UnifiedAuditLog, GraphActivity, AzureActivity} {
		if seen[e] == 0 {
			t.Errorf("no act of %s has a token: the test says nothing", e)
		}
	}
}

func TestStoriesAreRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"too few people":    {Users: MinStoryUsers - 1, Attacks: []Attack{AitmFraud}},
		"unknown variant":   {Variants: map[Attack]Variant{AitmFraud: "loud"}},
		"variant of nobody": {Variants: map[Attack]Variant{"ransom": Quiet}},
	} {
		if _, err := o.complete(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
