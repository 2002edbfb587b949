package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/plan"
)

func TestShares(t *testing.T) {
	for _, test := range []struct {
		name    string
		tenants []string
		want    []engine.Share
	}{
		{"no evidence", nil, []engine.Share{{}}},
		{"nobody named", []string{""}, []engine.Share{{}}},
		{"who names nobody is of the one tenant", []string{"", "a"}, []engine.Share{{Tenant: "a"}}},
		{"several", []string{"a", "b"}, []engine.Share{{Scope: "a", Tenant: "a"}, {Scope: "b", Tenant: "b"}}},
		{"who names nobody is of none of several", []string{"", "a", "b"}, []engine.Share{
			{Scope: "a", Tenant: "a"}, {Scope: "b", Tenant: "b"}, {Scope: plan.Tenantless},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, engine.Shares(test.tenants)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
