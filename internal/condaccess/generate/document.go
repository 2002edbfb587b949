package generate

// JSON types of a policy and a named location, as Graph takes them.
type (
	policy struct {
		DisplayName string     `json:"displayName"`
		State       string     `json:"state"`
		Conditions  conditions `json:"conditions"`
		Grant       grant      `json:"grantControls"`
		location    *location
	}

	conditions struct {
		Users        users        `json:"users"`
		Applications applications `json:"applications"`
		Clients      []string     `json:"clientAppTypes"`
		SignInRisk   []string     `json:"signInRiskLevels,omitempty"`
		UserRisk     []string     `json:"userRiskLevels,omitempty"`
		Locations    *places      `json:"locations,omitempty"`
		Flows        *flows       `json:"authenticationFlows,omitempty"`
	}

	users struct {
		Include       []string `json:"includeUsers"`
		Roles         []string `json:"includeRoles,omitempty"`
		Exclude       []string `json:"excludeUsers"`
		ExcludeGroups []string `json:"excludeGroups"`
	}

	applications struct {
		Include []string `json:"includeApplications"`
	}

	places struct {
		Include []string `json:"includeLocations"`
		Exclude []string `json:"excludeLocations"`
	}

	flows struct {
		Methods string `json:"transferMethods"`
	}

	grant struct {
		Operator string    `json:"operator"`
		Controls []string  `json:"builtInControls"`
		Strength *strength `json:"authenticationStrength,omitempty"`
	}

	strength struct {
		ID string `json:"id"`
	}

	location struct {
		Type      string      `json:"@odata.type"`
		ID        string      `json:"id"`
		Name      string      `json:"displayName"`
		Trusted   *bool       `json:"isTrusted,omitempty"`
		Ranges    []addresses `json:"ipRanges,omitempty"`
		Countries []string    `json:"countriesAndRegions,omitempty"`
		Unknown   *bool       `json:"includeUnknownCountriesAndRegions,omitempty"`
	}

	addresses struct {
		Type string `json:"@odata.type"`
		Cidr string `json:"cidrAddress"`
	}
)
