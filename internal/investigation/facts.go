package investigation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/report"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/internal/tenant"
	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/plan"
)

// factsName is the name of the file of facts in a case.
const factsName = tenant.FileName

// ReadFacts reads the facts of a tenant from a file. Problems are said with
// the file's name and the line, each in a line of its own.
func ReadFacts(path string) (*tenant.Facts, []byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read facts: %w", err)
	}
	facts, err := ParseFacts(path, text)
	return facts, text, err
}

// ParseFacts reads the facts of a tenant from the text of the file of that
// name.
func ParseFacts(name string, text []byte) (*tenant.Facts, error) {
	facts, err := tenant.Parse(text)
	var wrong *tenant.ProblemsError
	if errors.As(err, &wrong) {
		return nil, errors.New(strings.Join(wrong.Lines(name), "\n"))
	}
	return facts, err
}

// FactsFile is the path of the facts of a case, or ” if it has none.
func FactsFile(dir string) string {
	path := filepath.Join(dir, tenant.FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return path
}

// facts are what the tenant declares; nil sources declare nothing.
func (s *Sources) facts() *tenant.Facts {
	if s == nil {
		return nil
	}
	return s.Facts
}

// declared answers what is asked of the outside where there is no case: with
// the watchlists that facts give, and nothing else.
func (s *Sources) declared(ref bind.External) (plan.Rel, error) {
	if ref.Kind == bind.Watchlist {
		if rel, declared, _ := s.facts().Watchlist(ref.Name); declared {
			return rel, nil
		}
	}
	return nil, errors.New("no file stands for " + ref.String() + ": nothing is fetched")
}

// undeclared returns a watchlist that the facts would give and do not declare,
// without a row, and the key that would declare it.
func (s *Sources) undeclared(ref bind.External) (empty plan.Rel, key string, missing bool) {
	if ref.Kind != bind.Watchlist {
		return nil, "", false
	}
	rel, declared, known := s.facts().Watchlist(ref.Name)
	if _, err := s.file(ref.Name); err == nil || !known || declared {
		return nil, "", false
	}
	return rel, tenant.Key(ref.Name), true
}

// undeclaredGap says that a rule reads what the facts do not declare.
func undeclaredGap(r *rule.Rule, keys []string) incident.Gap {
	slices.Sort(keys)
	return incident.Gap{
		Kind: incident.GapFacts, Subject: r.Name,
		Reason:      "The facts of the tenant do not declare " + strings.Join(slices.Compact(keys), ", ") + ".",
		Consequence: "The rule took the list for empty: what only the list would show was not looked for. Declare it, be it empty, in a file of facts (--facts).",
	}
}

// weigh weighs the facts on alerts. Facts of one tenant must not weigh on
// another's: where it is not known whose they are, a gap says so.
func (c *Case) weigh(ctx context.Context, alerts []incident.Alert) ([]incident.Alert, *report.Facts, []incident.Gap, error) {
	if c.sources.facts() == nil {
		return alerts, nil, nil, nil
	}
	facts := c.sources.Facts
	tenants, err := c.engine.Tenants(ctx)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("list tenants: %w", err)
	}
	tenants = slices.DeleteFunc(tenants, func(t string) bool { return t == "" })
	if gap, unfit := unfitFacts(facts, tenants); unfit {
		return alerts, nil, []incident.Gap{gap}, nil
	}
	weighed := facts.Weigh(alerts)
	used := &report.Facts{Name: tenant.FileName, SHA256: custody.Sum(c.sources.FactsText)}
	for _, a := range weighed {
		if len(a.Terms) > 0 {
			used.Weigh++
		}
	}
	return weighed, used, nil, nil
}

func unfitFacts(f *tenant.Facts, tenants []string) (incident.Gap, bool) {
	gap := incident.Gap{
		Kind: incident.GapFacts, Subject: tenant.FileName,
		Consequence: "The facts were not weighed on any alert: what they would explain, or raise, is rated as the rules rate it.",
	}
	switch {
	case f.Tenant == "" && len(tenants) > 1:
		gap.Reason = "The evidence is of several tenants, and the facts do not say whose they are: write tenant: and the directory's id."
	case f.Tenant != "" && len(tenants) > 0 && !slices.ContainsFunc(tenants, func(t string) bool { return strings.EqualFold(t, f.Tenant) }):
		gap.Reason = "The facts are of tenant " + f.Tenant + ", of which the evidence has no record."
	}
	return gap, gap.Reason != ""
}

// withTerms returns the incidents with the facts that were weighed on their
// alerts.
func withTerms(incidents []incident.Incident) []incident.Incident {
	incidents = slices.Clone(incidents)
	for i := range incidents {
		var terms []incident.Term
		for _, a := range incidents[i].Alerts {
			for _, t := range a.Terms {
				if !slices.Contains(terms, t) {
					terms = append(terms, t)
				}
			}
		}
		incidents[i].Terms = terms
	}
	return incidents
}
