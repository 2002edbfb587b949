package engine

import (
	"slices"

	"github.com/conshelf/conshelf/kql/plan"
)

// A Share is the rows of evidence that are looked at together.
type Share struct {
	Scope  string // as a plan's Scope.Tenant has it; empty: all rows
	Tenant string // whose they are; empty: they name nobody
}

// Shares divides evidence by the tenants of a Cataloger, those that name none
// last. Where all records that name a tenant name the same, those that name
// none are its too; beside several, they are looked at on their own.
func Shares(tenants []string) []Share {
	named := slices.DeleteFunc(slices.Clone(tenants), func(name string) bool { return name == "" })
	switch len(named) {
	case 0:
		return []Share{{}}
	case 1:
		return []Share{{Tenant: named[0]}}
	}
	var shares []Share
	for _, name := range named {
		shares = append(shares, Share{Scope: name, Tenant: name})
	}
	if len(named) < len(tenants) {
		shares = append(shares, Share{Scope: plan.Tenantless})
	}
	return shares
}
