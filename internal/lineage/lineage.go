// Package lineage follows stolen sessions and tokens through the logs: from
// the addresses, sessions and applications that alerts name to every record of
// what was done with them, in sign-ins, mail, files, Graph and Azure. What it
// adds it says why, and where it stopped it says so.
//
//	seed ──▶ rows that share its address, session, token or application
//	           │ whose is each? habits of the account say
//	           ▼
//	         the attacker's sign-ins ──▶ further sessions and tokens ──▶ rows …
//	           │
//	           ▼
//	         what they opened ──▶ what closed it again
//
// An act is the attacker's for a reason that is written beside it. What the
// owner does at the same time, from where he always does, is not.
package lineage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
)

// Evidence is what is searched.
type Evidence interface {
	engine.Querier
	engine.Cataloger
}

// A Seed is what a search begins with.
type Seed struct {
	Tenant string // whose rows are searched, as a plan's Scope has it; "": all
	// Since is when it began: what an account did long before is its habit. Zero
	// is not known. Then nothing is said to be the attacker's or the owner's: what
	// was asked for, a session or a token, is all that is followed.
	Since time.Time
	// Accounts are those that were taken, as far as is known. From an address
	// that many people share, only what they did counts.
	Accounts     []string
	Addresses    []string // of the attacker
	Sessions     []string // that were stolen: all in them counts
	Tokens       []string
	Applications []string // ids of the attacker's, or of those that he got hold of
}

// Limits of a search. What is beyond them is told as a stop.
const (
	maxRounds  = 6      // of going from new sessions to their rows
	maxKeys    = 5_000  // of one kind that are asked for in one round
	maxRows    = 50_000 // of one table in one round
	maxActs    = 5_000  // that a trail lists
	maxSharers = 5      // accounts that an address may have and still be one party's
	habit      = 3 * day
	day        = 24 * time.Hour
)

// Trace searches for each seed, and returns a trail for each, in their order.
// The search reads each table once a round, whatever the number of seeds.
func Trace(ctx context.Context, e Evidence, seeds []Seed) ([]incident.Trail, error) {
	infos, err := e.Tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("trace sessions: %w", err)
	}
	trails := make([]incident.Trail, len(seeds))
	for _, tenant := range tenantsOf(seeds) {
		s := newSearch(ctx, e, infos)
		if err := s.narrow(tenant); err != nil {
			return nil, fmt.Errorf("trace sessions: %w", err)
		}
		var at []int
		for i, seed := range seeds {
			if seed.Tenant == tenant {
				at = append(at, i)
				s.views = append(s.views, newView(s, seed))
			}
		}
		if err := s.run(); err != nil {
			return nil, fmt.Errorf("trace sessions: %w", err)
		}
		for n, i := range at {
			trails[i] = s.views[n].trail()
		}
	}
	return trails, nil
}

func tenantsOf(seeds []Seed) []string {
	var names []string
	for _, s := range seeds {
		names = append(names, s.Tenant)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func lower(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.ToLower(strings.TrimSpace(s)); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
