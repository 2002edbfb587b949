package ingest

import "github.com/conshelf/conshelf/kql/types"

// The steps of authentication that the portal saves beside its sign-ins, in a
// file of their own (…_AuthDetails.csv). A step is no sign-in: it has a table
// of its own, whose SignInId is the Id of the sign-in.

const authenticationStepTable = "SignInAuthenticationDetails_CL"

func authenticationStepColumns() types.Table {
	return types.Table{Name: authenticationStepTable, Columns: []types.Column{
		{Name: timeGenerated, Type: types.DateTime},
		{Name: "SignInId", Type: types.String},
		{Name: "AuthenticationMethod", Type: types.String},
		{Name: "AuthenticationMethodDetail", Type: types.String},
		{Name: "Succeeded", Type: types.Bool},
		{Name: "AuthenticationStepResultDetail", Type: types.String},
		{Name: "AuthenticationStepRequirement", Type: types.String},
		{Name: "Type", Type: types.String},
	}}
}

func portalStepShapes() []shape {
	mp := &mapping{
		name:    "portal-authentication-steps",
		heading: true,
		columns: map[string]string{
			"date (utc)":                        timeGenerated,
			"date":                              timeGenerated,
			"authentication step date time":     timeGenerated,
			"request id":                        "SignInId",
			"authentication method":             "AuthenticationMethod",
			"authentication method detail":      "AuthenticationMethodDetail",
			"authentication method details":     "AuthenticationMethodDetail",
			"result detail":                     "AuthenticationStepResultDetail",
			"authentication step result detail": "AuthenticationStepResultDetail",
			"requirement":                       "AuthenticationStepRequirement",
			"authentication step requirement":   "AuthenticationStepRequirement",
		},
	}
	return []shape{{
		name: "entra-portal-authentication-steps", all: []string{"request id", "authentication method"},
		any: []string{
			"authentication method detail", "authentication method details", "succeeded", "result detail", "requirement",
			"authentication step result detail", "authentication step requirement",
		},
		least: 1,
		row: func(m *mapper, r *record) string {
			m.begin(authenticationStepTable)
			m.put(mp, r.members, 0)
			return ""
		},
	}}
}
