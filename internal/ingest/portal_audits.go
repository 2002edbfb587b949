package ingest

import (
	"fmt"
	"strings"
)

// Audits as the portal saves them as CSV: who acted, on what, and what changed
// are spread over columns, of which there are only so many.

func portalAuditShapes() []shape {
	mp := portalAuditMapping()
	return []shape{{
		name: "entra-portal-audits", all: []string{"date (utc)", "activity", "service", "actortype"},
		row: func(m *mapper, r *record) string { return m.portalAudit(mp, r) },
	}}
}

func portalAuditMapping() *mapping {
	mp := &mapping{
		name:    "portal-audit",
		heading: true,
		columns: map[string]string{
			"date (utc)": "ActivityDateTime",
			"service":    "LoggedByService",
			"activity":   "ActivityDisplayName",
		},
		special: make(map[string]func(m *mapper, v value)),
	}
	drop(mp, "actortype", "actordisplayname", "actorobjectid", "actoruserprincipalname", "ipaddress",
		"actorserviceprincipalid", "actorserviceprincipalname", "actorhometenantid", "actorhometenantname", "user agent")
	for target := 1; target <= portalTargets; target++ {
		for _, part := range targetParts() {
			drop(mp, fmt.Sprintf("target%d%s", target, part[0]))
		}
		for property := 1; property <= portalProperties; property++ {
			for _, part := range propertyParts() {
				drop(mp, fmt.Sprintf("target%dmodifiedproperty%d%s", target, property, part[0]))
			}
		}
	}
	for n := 1; n <= portalDetails; n++ {
		drop(mp, fmt.Sprintf("additionaldetail%dkey", n), fmt.Sprintf("additionaldetail%dvalue", n))
	}
	return mp
}

// The portal writes no more targets of an activity, no more properties of a
// target, and no more details, than these.
const (
	portalTargets    = 3
	portalProperties = 5
	portalDetails    = 20
)

func targetParts() [][2]string {
	return [][2]string{
		{"objectid", "id"}, {"displayname", "displayName"}, {"type", "type"}, {"userprincipalname", "userPrincipalName"},
	}
}

func propertyParts() [][2]string {
	return [][2]string{{"name", "displayName"}, {"oldvalue", "oldValue"}, {"newvalue", "newValue"}}
}

func (m *mapper) portalAudit(mp *mapping, r *record) string {
	cells := m.headings(r)
	m.begin("AuditLogs")
	m.put(mp, r.members, 0)
	m.give("OperationName", cells["activity"])
	m.portalActor(cells)
	m.portalTargets(cells)
	m.portalDetails(cells)
	return ""
}

// portalDetails puts AdditionalDetails together.
func (m *mapper) portalDetails(cells map[string]value) {
	var details []string
	add := func(key, v value) {
		var detail object
		detail.add(m, "key", key)
		detail.add(m, "value", v)
		if len(detail.members) > 0 {
			details = append(details, detail.String())
		}
	}
	if agent := cells["user agent"]; !agent.empty() {
		add(value{kind: kindText, raw: []byte("User-Agent")}, agent)
	}
	for n := 1; n <= portalDetails; n++ {
		add(cells[fmt.Sprintf("additionaldetail%dkey", n)], cells[fmt.Sprintf("additionaldetail%dvalue", n)])
	}
	if len(details) > 0 {
		m.give("AdditionalDetails", m.literal("["+strings.Join(details, ",")+"]"))
	}
}

// portalActor puts InitiatedBy together.
func (m *mapper) portalActor(cells map[string]value) {
	var actor, by object
	kind := string(m.text(cells["actortype"]))
	m.give("ActorType", cells["actortype"])
	m.fill("Identity", cells["actordisplayname"])
	who := "app"
	parts := [][2]string{
		{"displayName", "actordisplayname"},
		{"servicePrincipalId", "actorserviceprincipalid"},
		{"servicePrincipalName", "actorserviceprincipalname"},
		{"objectId", "actorobjectid"},
		{"userPrincipalName", "actoruserprincipalname"},
	}
	if strings.EqualFold(kind, "User") {
		who, parts = "user", [][2]string{{"id", "actorobjectid"}, {"displayName", "actordisplayname"}, {"userPrincipalName", "actoruserprincipalname"}}
	}
	parts = append(parts, [][2]string{{"ipAddress", "ipaddress"}, {"homeTenantId", "actorhometenantid"}, {"homeTenantName", "actorhometenantname"}}...)
	for _, part := range parts {
		actor.add(m, part[0], cells[part[1]])
	}
	by.raw(who, actor.String())
	by.give(m, "InitiatedBy")
}

// portalTargets puts TargetResources together. A record that fills all that
// the portal writes may have had more.
func (m *mapper) portalTargets(cells map[string]value) {
	var targets []string
	cut := false
	for n := 1; n <= portalTargets; n++ {
		var target object
		for _, part := range targetParts() {
			target.add(m, part[1], cells[fmt.Sprintf("target%d%s", n, part[0])])
		}
		var properties []string
		for p := 1; p <= portalProperties; p++ {
			var property object
			for _, part := range propertyParts() {
				property.add(m, part[1], cells[fmt.Sprintf("target%dmodifiedproperty%d%s", n, p, part[0])])
			}
			if len(property.members) > 0 {
				properties = append(properties, property.String())
			}
		}
		cut = cut || len(properties) == portalProperties
		if len(target.members) > 0 || len(properties) > 0 {
			target.raw("modifiedProperties", "["+strings.Join(properties, ",")+"]")
			targets = append(targets, target.String())
		}
	}
	if cut || len(targets) == portalTargets {
		m.tally.flattened++
		m.give("TargetsMayBeCut", value{kind: kindBool, raw: []byte("true")})
	}
	m.give("TargetResources", m.literal("["+strings.Join(targets, ",")+"]"))
}
