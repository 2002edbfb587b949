package investigation

import (
	"fmt"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// comparing is the least queryPeriod of a rule that compares with the past: a
// shorter one is the time that the rule is about.
const comparing = 48 * time.Hour

// thin returns what evidence that is there, but little, keeps from being seen:
// of a short time nothing can be unusual, and of one person no others.
func thin(s coverage.Statement, infos []engine.TableInfo, rules []*rule.Compiled) []incident.Gap {
	return slices.Concat(shortPast(infos, rules), onePerson(s))
}

// shortPast names the rules that compare with more of the past than their
// tables have.
func shortPast(infos []engine.TableInfo, rules []*rule.Compiled) []incident.Gap {
	var names []string
	var longest, there time.Duration
	for _, r := range rules {
		if r.Query == nil || r.Period < comparing {
			continue
		}
		held, ok := heldBy(infos, r)
		if !ok || held >= r.Period {
			continue
		}
		names = append(names, r.Name)
		longest, there = max(longest, r.Period), max(there, held)
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return []incident.Gap{{
		Kind: incident.GapMissingData, Subject: "the past that rules compare with", Weakens: names,
		Reason:      fmt.Sprintf("The evidence of their tables spans %s at most, and they look back up to %s.", spell(there), spell(longest)),
		Consequence: "They do not know what is usual: what is ordinary may look new to them, and what they hold back until they know somebody was not told.",
	}}
}

// heldBy returns how much time the tables of a rule span.
func heldBy(infos []engine.TableInfo, r *rule.Compiled) (time.Duration, bool) {
	var read []engine.TableInfo
	for _, scan := range plan.Scans(r.Query) {
		i := slices.IndexFunc(infos, func(t engine.TableInfo) bool { return t.Name == scan.Table.Name })
		if i >= 0 {
			read = append(read, infos[i])
		}
	}
	from, to := span(read)
	return time.Duration((to - from) / types.TicksPerHour * int64(time.Hour)), to != 0
}

// spell writes a time in days, or hours if it has less than two days.
func spell(d time.Duration) string {
	if d >= comparing {
		return fmt.Sprintf("%d days", int(d/(24*time.Hour)))
	}
	if hours := int(d / time.Hour); hours != 1 {
		return fmt.Sprintf("%d hours", max(hours, 1))
	}
	return "1 hour"
}

// onePerson tells of each tenant whether its sign-ins are of one account.
func onePerson(s coverage.Statement) []incident.Gap {
	users := make(map[string]int64)
	var tenants []string
	for _, t := range s.Tables {
		if t.Name != "SigninLogs" && t.Name != "AADNonInteractiveUserSignInLogs" {
			continue
		}
		if _, met := users[t.Tenant]; !met {
			tenants = append(tenants, t.Tenant)
		}
		users[t.Tenant] = max(users[t.Tenant], t.Users)
	}
	var gaps []incident.Gap
	for _, tenant := range tenants {
		if users[tenant] == 1 {
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapMissingData, Subject: "sign-ins of one account", Tenant: tenant,
				Reason:      "The sign-ins that were collected are of one account.",
				Consequence: "What is seen in many accounts only, such as a password spray or an address that several share, could not be seen; nor could whether others are concerned.",
			})
		}
	}
	return gaps
}
