package ingest

import "strings"

// The activity log as the Azure portal saves it as CSV: what an operation is
// called, and neither what it is nor from where it was asked for.

const portalActivity = "azure-portal-activity"

func portalActivityShapes() []shape {
	mp := portalActivityMapping()
	return []shape{{
		name: portalActivity, all: []string{"correlation id", "operation name", "event initiated by"},
		none: []string{"timegenerated", "request id"},
		row: func(m *mapper, r *record) string {
			m.begin("AzureActivity")
			m.put(mp, r.members, 0)
			return ""
		},
	}}
}

func portalActivityMapping() *mapping {
	return &mapping{
		name:    "portal-activity",
		heading: true,
		columns: map[string]string{
			"correlation id":     "CorrelationId",
			"time":               timeGenerated,
			"time stamp":         timeGenerated,
			"event initiated by": "Caller",
			"resource group":     "ResourceGroup",
		},
		special: map[string]func(m *mapper, v value){
			"operation name": (*mapper).activityName,
			"status":         localized("ActivityStatus", "ActivityStatusValue"),
			"event category": localized("Category", "CategoryValue"),
			"resource type":  (*mapper).portalResourceType,
			"resource":       (*mapper).portalResource,
			"subscription":   (*mapper).portalSubscription,
		},
	}
}

// portalResourceType stores the type of a resource, Microsoft.KeyVault/vaults,
// and the provider that it names.
func (m *mapper) portalResourceType(v value) {
	m.give("ResourceTypeValue", v)
	if provider, _, ok := strings.Cut(string(m.text(v)), "/"); ok {
		m.fill("ResourceProviderValue", m.literal(provider))
	}
}

// portalResource stores a resource, whose id or whose name the portal writes.
func (m *mapper) portalResource(v value) {
	if text := m.text(v); len(text) > 0 && text[0] == '/' {
		m.activityResource(v)
		return
	}
	m.give("Resource", v)
}

func (m *mapper) portalSubscription(v value) {
	if isGUID(m.text(v)) {
		m.give("SubscriptionId", v)
		return
	}
	m.give("SubscriptionName", v)
}
