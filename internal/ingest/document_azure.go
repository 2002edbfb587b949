package ingest

import "strings"

// Resources of Azure Resource Manager name their type in their id.

// resourceType returns the type of the resource that an id names, such as
// Microsoft.Authorization/roleAssignments, or "". A type in lower case, as
// Resource Graph writes it, is written as Microsoft does where that is known.
func resourceType(id string) string {
	if !strings.HasPrefix(id, "/") {
		return ""
	}
	n := strings.LastIndex(strings.ToLower(id), "/providers/")
	if n < 0 {
		return subscriptionType(id)
	}
	parts := strings.Split(id[n+len("/providers/"):], "/")
	if len(parts) < 3 || len(parts)%2 == 0 {
		return ""
	}
	names := parts[:1]
	for i := 1; i < len(parts); i += 2 {
		names = append(names[:len(names):len(names)], parts[i])
	}
	kind := strings.Join(names, "/")
	if len(kind) > 200 || !isWord(kind, "./-") {
		return ""
	}
	for _, known := range azureKinds() {
		if strings.EqualFold(kind, known) {
			return known
		}
	}
	return kind
}

// subscriptionType is the type of what lies outside all providers.
func subscriptionType(id string) string {
	parts := strings.Split(strings.Trim(id, "/"), "/")
	switch {
	case len(parts) == 2 && strings.EqualFold(parts[0], "subscriptions"):
		return "Microsoft.Resources/subscriptions"
	case len(parts) == 4 && strings.EqualFold(parts[2], "resourceGroups"):
		return "Microsoft.Resources/resourceGroups"
	}
	return ""
}

const (
	azureRoleAssignment = "Microsoft.Authorization/roleAssignments"
	azureRoleDefinition = "Microsoft.Authorization/roleDefinitions"
)

// azureKinds are the types whose case is known.
func azureKinds() []string {
	return []string{
		azureRoleAssignment,
		azureRoleDefinition,
		"Microsoft.Authorization/roleEligibilitySchedules",
		"Microsoft.Authorization/roleAssignmentSchedules",
		"Microsoft.Authorization/roleEligibilityScheduleInstances",
		"Microsoft.Authorization/roleAssignmentScheduleInstances",
		"Microsoft.Authorization/roleManagementPolicies",
		"Microsoft.Authorization/policyAssignments",
		"Microsoft.Authorization/policyDefinitions",
		"Microsoft.Authorization/locks",
		"Microsoft.Security/assessments",
		"Microsoft.Security/assessmentMetadata",
		"Microsoft.Security/assessments/subAssessments",
		"Microsoft.Security/autoProvisioningSettings",
		"Microsoft.Security/automations",
		"Microsoft.Security/locations/jitNetworkAccessPolicies",
		"Microsoft.Security/pricings",
		"Microsoft.Security/regulatoryComplianceStandards",
		"Microsoft.Security/secureScores",
		"Microsoft.Security/secureScores/secureScoreControls",
		"Microsoft.Security/securityContacts",
		"Microsoft.Security/settings",
		"Microsoft.Security/workspaceSettings",
		"Microsoft.Insights/diagnosticSettings",
		"Microsoft.KeyVault/vaults",
		"Microsoft.Network/networkSecurityGroups",
		"Microsoft.OperationalInsights/workspaces",
		"Microsoft.SecurityInsights/alertRules",
		"Microsoft.Storage/storageAccounts",
		"Microsoft.Compute/virtualMachines",
	}
}

// azureShapes are what Azure's PowerShell and command line write without a
// resource's id.
func azureShapes() []documentShape {
	return []documentShape{
		{kind: azureRoleAssignment, all: []string{"roledefinitionname", "scope"}, any: []string{"objectid", "principalid"}, least: 1},
		{kind: azureRoleDefinition, all: []string{"actions", "notactions", "assignablescopes"}},
	}
}
