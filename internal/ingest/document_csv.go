package ingest

// Conditional Access policies as a collector flattens them to CSV: what each
// includes and excludes is text, joined. That is a document too, but a lossy
// one: a name may hold what joins the names, and some conditions are left out.

func flatDocumentShapes() []shape {
	return []shape{{
		name: "conditional-access-flat", all: []string{"displayname", "state"},
		any: []string{
			"includeusers", "excludeusers", "includegroups", "excludegroups", "includeroles", "excluderoles",
			"includeapplications", "excludeapplications", "clientapptypes", "builtincontrols", "userrisklevels",
			"signinrisklevels", "includelocations", "excludelocations", "includeplatforms",
		},
		least: 3,
		none:  []string{"conditions", "grantcontrols"},
		row: func(m *mapper, r *record) string {
			m.document(graphPrefix+"conditionalAccessPolicy", r)
			m.tally.lossy++
			return ""
		},
	}}
}
