package condaccess

// A ReasonCode says why something is unknown. The codes are part of the
// program's interface.
type ReasonCode string

// The reasons.
const (
	AddressNotGiven              ReasonCode = "addressNotGiven"
	AgentContextNotGiven         ReasonCode = "agentContextNotGiven"
	AgentRiskNotGiven            ReasonCode = "agentRiskNotGiven"
	AgentUserScope               ReasonCode = "agentUserScopeUndocumented"
	AllUsersAndDirectConnect     ReasonCode = "allUsersAndDirectConnectUndocumented"
	ApplicationNotGiven          ReasonCode = "applicationNotGiven"
	AttributesNotExported        ReasonCode = "customSecurityAttributesNotExported"
	AudiencesNotRecorded         ReasonCode = "audiencesNotRecorded"
	BaselineScopes               ReasonCode = "baselineScopesModelNotKnown"
	BundleMembership             ReasonCode = "bundleMembershipNotPublished"
	ClientAppNotGiven            ReasonCode = "clientAppNotGiven"
	CompliantNetworkNotGiven     ReasonCode = "compliantNetworkNotGiven"
	ConditionNotUnderstood       ReasonCode = "conditionNotUnderstood"
	ContextAndAllResources       ReasonCode = "authenticationContextAndAllResourcesUndocumented"
	ContextNotGiven              ReasonCode = "authenticationContextNotGiven"
	ControlNotKnown              ReasonCode = "controlNotKnown"
	ControlNotUnderstood         ReasonCode = "controlNotUnderstood"
	CountryNotGiven              ReasonCode = "countryNotGiven"
	DeviceNotGiven               ReasonCode = "deviceNotGiven"
	ExternalTenantNotGiven       ReasonCode = "externalTenantNotGiven"
	FilterNotUnderstood          ReasonCode = "filterNotUnderstood"
	FlowNotGiven                 ReasonCode = "authenticationFlowNotGiven"
	GPSNotKnown                  ReasonCode = "gpsLocationNotKnown"
	GroupNotExported             ReasonCode = "groupNotExported"
	InsiderRiskNotGiven          ReasonCode = "insiderRiskNotGiven"
	LocationNotExported          ReasonCode = "namedLocationNotExported"
	LocationNotUnderstood        ReasonCode = "namedLocationNotUnderstood"
	MFATrustedIPsNotExported     ReasonCode = "mfaTrustedIPsNotExported"
	NameNotKnown                 ReasonCode = "nameNotKnown"
	OutsideConditionalAccess     ReasonCode = "resourceReportedOutsideConditionalAccess"
	PolicyTextLost               ReasonCode = "policyAtThatTimeNotKnown"
	PlatformNotGiven             ReasonCode = "devicePlatformNotGiven"
	PoliciesIncomplete           ReasonCode = "policiesIncomplete"
	PrincipalNotGiven            ReasonCode = "principalNotGiven"
	RegistrationStrength         ReasonCode = "registrationStrengthMayStandIn"
	RolesNotExported             ReasonCode = "roleAssignmentsNotExported"
	ServicePrincipalNotExported  ReasonCode = "servicePrincipalNotExported"
	ServicePrincipalRiskNotGiven ReasonCode = "servicePrincipalRiskNotGiven"
	SignInRiskNotGiven           ReasonCode = "signInRiskNotGiven"
	StateNotUnderstood           ReasonCode = "policyStateNotUnderstood"
	StrengthNotExported          ReasonCode = "authenticationStrengthNotExported"
	StrengthConfiguration        ReasonCode = "authenticationStrengthConfigurationNotKnown"
	UserActionNotGiven           ReasonCode = "userActionNotGiven"
	UserRiskNotGiven             ReasonCode = "userRiskNotGiven"
	UserTypeNotExported          ReasonCode = "userTypeNotExported"
	VersionNotKnown              ReasonCode = "policyVersionNotKnown"
)

// A Reason is why a part of a result is unknown.
type Reason struct {
	Code      ReasonCode
	Condition Condition
	Subject   string // the group, location, control or attribute; may be empty
}

// String returns the code, and what it is about.
func (r Reason) String() string {
	if r.Subject == "" {
		return string(r.Code)
	}
	return string(r.Code) + ": " + r.Subject
}

// A Condition is a part of a policy, under the name that Microsoft's What If
// gives it among its reasons. Those that What If has no name for have the
// sign-in log's, or ours.
type Condition string

// The conditions, in the order in which they are evaluated.
const (
	PolicyNotEnabled              Condition = "policyNotEnabled"
	EmptyPolicy                   Condition = "emptyPolicy"
	ConditionApplication          Condition = "application"
	ConditionUserActions          Condition = "userActions"
	ConditionContext              Condition = "authenticationContext"
	ConditionUsers                Condition = "users"
	ConditionWorkloadIdentities   Condition = "workloadIdentities"
	ConditionClientApps           Condition = "clientApps"
	ConditionPlatform             Condition = "devicePlatform"
	ConditionLocation             Condition = "location"
	ConditionDevices              Condition = "devices"
	ConditionSignInRisk           Condition = "signInRisk"
	ConditionUserRisk             Condition = "userRisk"
	ConditionServicePrincipalRisk Condition = "servicePrincipalRisk"
	ConditionAgentRisk            Condition = "agentIdRisk"
	ConditionInsiderRisk          Condition = "insiderRisk"
	ConditionFlow                 Condition = "authenticationFlow"
	ConditionOther                Condition = "invalidCondition"
	ConditionGrant                Condition = "grantControls"
)
