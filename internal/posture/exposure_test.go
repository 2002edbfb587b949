package posture_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/posture"
)

const (
	storage = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/logs"
	other   = "/subscriptions/s/resourceGroups/gg/providers/Microsoft.Compute/virtualMachines/other"
)

// An entity meets what is open on its own resource, on what it is part of and on
// what is part of it. A name that begins alike is another's, and what is of
// another incident is not of this one.
func TestExposures(t *testing.T) {
	entity := func(kind incident.EntityType, name, value string) incident.Entity {
		return incident.Entity{Type: kind, Identifiers: []incident.Identifier{{Name: name, Value: value}}}
	}
	tests := []struct {
		name string
		in   incident.Incident
		want []incident.Exposure
	}{
		{
			"the resource itself, in any case",
			incident.Incident{Entities: []incident.Entity{entity(incident.AzureResource, "ResourceId", "/SUBSCRIPTIONS/S/resourcegroups/g/providers/microsoft.compute/virtualmachines/web/")}},
			[]incident.Exposure{{Entity: "/SUBSCRIPTIONS/S/resourcegroups/g/providers/microsoft.compute/virtualmachines/web/", Relation: incident.Is, Resource: vm, Check: "MDC.REC.1", What: "Patch: " + vm, Severity: incident.High, Record: "a.json, record 1"}},
		},
		{
			"part of a resource",
			incident.Incident{Entities: []incident.Entity{entity(incident.AzureResource, "ResourceId", storage+"/blobServices/default/containers/c")}},
			[]incident.Exposure{{Entity: storage + "/blobServices/default/containers/c", Relation: incident.Within, Resource: storage, Check: "MDC.KV.1", What: "Firewall: " + storage, Severity: incident.High, Record: "a.json, record 2"}},
		},
		{
			"a resource group",
			incident.Incident{Entities: []incident.Entity{entity(incident.AzureResource, "ResourceId", "/subscriptions/s/resourceGroups/gg")}},
			[]incident.Exposure{{Entity: "/subscriptions/s/resourceGroups/gg", Relation: incident.Holds, Resource: other, Check: "", What: "Tag: " + other, Severity: incident.Low, Record: "a.json, record 3"}},
		},
		{
			"a host by name",
			incident.Incident{Entities: []incident.Entity{entity(incident.Host, "HostName", "WEB.contoso.com")}},
			[]incident.Exposure{{Entity: "WEB.contoso.com", Relation: incident.NamedAs, Resource: vm, Check: "MDC.REC.1", What: "Patch: " + vm, Severity: incident.High, Record: "a.json, record 1"}},
		},
		{
			"what the attacker acted upon, and not what failed",
			incident.Incident{Trail: &incident.Trail{Acts: []incident.Act{{Target: vm}, {Target: other, Failed: true}, {Target: vm}}}},
			[]incident.Exposure{{Entity: "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachines/web", Relation: incident.ActedUpon, Resource: vm, Check: "MDC.REC.1", What: "Patch: " + vm, Severity: incident.High, Record: "a.json, record 1"}},
		},
		{"another resource, and nobody", incident.Incident{Entities: []incident.Entity{entity(incident.AzureResource, "ResourceId", vm+"2"), entity(incident.Account, "FullName", "ana@contoso.com")}}, nil},
	}
	file := "[" + assessment("k1", "Patch", vm, `{"code":"Unhealthy"}`, "High") + "," + assessment("k2", "Firewall", storage, `{"code":"Unhealthy"}`, "Medium") + "," +
		assessment("k3", "Tag", other, `{"code":"Unhealthy"}`, "Low") + "," + assessment("k4", "Healthy", vm, `{"code":"Healthy"}`, "High") + "]"
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var e posture.Export
			if err := e.Read("a.json", []byte(file)); err != nil {
				t.Fatal(err)
			}
			test.in.ID = "i"
			e.Investigated, e.Incidents = true, []incident.Incident{test.in}
			if diff := cmp.Diff([][]incident.Exposure{test.want}, e.Exposures(e.Findings())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A person is met by name and by id, also where a record and the incident each
// know one.
func TestExposuresOfPeople(t *testing.T) {
	var e posture.Export
	e.Document("users.json, record 1", "microsoft.graph.user", []byte(`{"id":"u-ana","userPrincipalName":"ana@contoso.com"}`))
	e.Table("AuditLogs", moment(t, "2026-03-01T00:00:00Z"), moment(t, "2026-03-10T00:00:00Z"))
	e.Table("SecurityAlert", moment(t, "2026-03-01T00:00:00Z"), moment(t, "2026-03-10T00:00:00Z"))
	e.Row("SecurityAlert", "alerts, record 1", []byte(`{"TimeGenerated":"2026-03-02T00:00:00Z","ProviderName":"MCAS","AlertName":"Else"}`))
	e.Row("AuditLogs", "audits, record 1", []byte(`{"TimeGenerated":"2026-03-04T10:00:00Z","InitiatedBy":{"user":{"userPrincipalName":"ana@contoso.com"}},`+
		`"TargetResources":[{"displayName":"Reader","modifiedProperties":[{"displayName":"ConsentAction.Permissions","newValue":"Scope: Mail.Read, Created"}]}]}`))
	e.Investigated = true
	e.Incidents = []incident.Incident{{ID: "i", Entities: []incident.Entity{{Type: incident.Account, Identifiers: []incident.Identifier{{Name: "AadUserId", Value: "U-ANA"}}}}}}
	got := e.Exposures(e.Findings())
	if len(got) != 1 || len(got[0]) != 1 || got[0][0].Check != "MDA.OAUTH.4" || got[0][0].Entity != "U-ANA" || got[0][0].Resource != "ana@contoso.com" {
		t.Errorf("exposures %+v, want that of Ana's consent", got)
	}
}
