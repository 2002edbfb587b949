package replay

import (
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// Apart says which sign-ins that are equal but for their times policies may tell
// apart: those before and after one of the moments, and all of the users whose
// risk has a history. Tenants are all that a replay is against, moments when it
// goes from one to the next.
func Apart(tenants []*condaccess.Tenant, moments []time.Time) (at []time.Time, users []string) {
	at = slices.Clone(moments)
	for _, t := range tenants {
		for _, p := range t.Policies {
			if !p.Modified.IsZero() {
				at = append(at, p.Modified)
			}
		}
		for _, r := range t.Risk {
			users = append(users, r.User)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	slices.Sort(users)
	return slices.CompactFunc(at, time.Time.Equal), slices.Compact(users)
}
