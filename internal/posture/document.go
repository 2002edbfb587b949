package posture

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// The kinds of documents, in lower case where case differs between exports.
const (
	assessmentKind    = "microsoft.security/assessments"
	metadataKind      = "microsoft.security/assessmentmetadata"
	pricingKind       = "microsoft.security/pricings"
	justInTimeKind    = "microsoft.security/locations/jitnetworkaccesspolicies"
	azureScoreKind    = "microsoft.security/securescores"
	groupKind         = "microsoft.network/networksecuritygroups"
	machineKind       = "microsoft.compute/virtualmachines"
	interfaceKind     = "microsoft.network/networkinterfaces"
	vaultKind         = "microsoft.keyvault/vaults"
	storageKind       = "microsoft.storage/storageaccounts"
	blobServiceKind   = storageKind + "/blobservices"
	diagnosticKind    = "microsoft.insights/diagnosticsettings"
	authorizationKind = "microsoft.graph.authorizationPolicy"
	workflowKind      = "microsoft.graph.adminConsentRequestPolicy"
	groupSettingKind  = "microsoft.graph.groupSetting"
	scoreKind         = "microsoft.graph.secureScore"
	policyKind        = "microsoft.graph.conditionalAccessPolicy"
	cloudAppAlertKind = "cloudAppAlert"
)

// Document takes in one document of configuration, of the kind that Microsoft
// Graph or Azure Resource Manager calls it. Place says where it was found. A kind
// that no check reads is passed over.
func (e *Export) Document(place, kind string, data []byte) {
	read := e.reader(kind)
	if read == nil {
		return
	}
	if err := read(place, data); err != nil {
		e.skip(place, plain(err))
	}
}

// plain says of a value of the wrong type what is wrong with it, and nothing
// of how it was read.
func plain(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field == "" {
		return fmt.Errorf("a %s is no record", wrong.Value)
	}
	if wrong != nil {
		return fmt.Errorf("%s cannot be a %s", strings.ToLower(wrong.Field), wrong.Value)
	}
	return err
}

// reader returns what reads documents of a kind, or nil.
func (e *Export) reader(kind string) func(place string, data []byte) error {
	switch lower := strings.ToLower(kind); {
	case lower == assessmentKind || strings.HasSuffix(lower, "/"+assessmentKind):
		return e.readAssessment
	case lower == metadataKind:
		return e.readMetadata
	case lower == pricingKind:
		return e.readPlan
	case strings.HasSuffix(lower, "jitnetworkaccesspolicies"):
		return e.readAccess
	case lower == azureScoreKind:
		return e.readAzureScore
	case lower == groupKind:
		return e.readGroup
	case lower == machineKind:
		return e.readMachine
	case lower == interfaceKind:
		return e.readInterface
	case lower == vaultKind:
		return e.readVault
	case lower == storageKind:
		return e.readStorage
	case lower == blobServiceKind:
		return e.readBlobService
	case strings.HasSuffix(lower, diagnosticKind):
		return e.readDiagnostic
	}
	switch kind {
	case authorizationKind:
		return e.readConsent
	case workflowKind:
		return e.readWorkflow
	case groupSettingKind, "microsoft.graph.directorySetting":
		return e.readGroupSetting
	case scoreKind:
		return e.readScore
	case cloudAppAlertKind:
		return e.readCloudAppAlert
	case "microsoft.graph.user":
		return e.readPerson
	}
	if strings.HasSuffix(kind, "NamedLocation") || kind == policyKind || kind == "microsoft.graph.authenticationStrengthPolicy" {
		return e.readAccessPolicy
	}
	return nil
}

// body is the properties of a resource, which Azure's command line writes among
// its other members.
func body(r *record, data []byte) []byte {
	if len(r.Properties) > 0 && r.Properties[0] == '{' {
		return r.Properties
	}
	return data
}

// resource reads what every resource has, and its properties into p.
func resource(data []byte, p any) (*record, error) {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	return &r, json.Unmarshal(body(&r, data), p)
}

// readAccessPolicy takes in a policy or a named location of Conditional Access.
func (e *Export) readAccessPolicy(place string, data []byte) error {
	e.loaded = true
	return e.access.Read(place, data)
}

// readPerson notes who has which id, and what Conditional Access asks of a user.
func (e *Export) readPerson(place string, data []byte) error {
	var u struct{ ID, UserPrincipalName string }
	if err := json.Unmarshal(data, &u); err != nil {
		return err
	}
	e.person(u.ID, u.UserPrincipalName)
	return e.access.Read(place, data)
}
