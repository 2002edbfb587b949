package posture

import (
	"slices"

	"github.com/conshelf/conshelf/internal/incident"
)

// A check is one thing that the guide asks for.
type check struct {
	id, title, source, remedy string
	severity                  incident.Severity
	techniques                []incident.Technique
	judge                     func(*Export, *result)
}

// Findings makes every check, in order.
func (e *Export) Findings() []Finding {
	var out []Finding
	for _, c := range checks() {
		out = append(out, c.finding(e))
	}
	return out
}

func (c *check) finding(e *Export) Finding {
	var r result
	c.judge(e, &r)
	if r.verdict() == Met {
		r.open = slices.Concat(r.open, e.Incomplete, r.partial)
	}
	if r.verdict() == NotLookedAt && len(r.open) == 0 {
		r.doubt("nothing there is of what this looks at")
	}
	return Finding{
		ID: c.id, Title: c.title, Source: c.source, Severity: c.severity, Remedy: c.remedy, Techniques: c.techniques,
		Verdict: r.verdict(), Evidence: r.evidence(), Note: sentence(r.open, r.notes), Obtain: r.howTo(),
	}
}

// The paragraphs of the guide that ask for something.
const (
	ofCloud         = "guide 3.2"
	ofAnomalies     = "guide 5.2, anomaly detection"
	ofUserRisk      = "guide 5.2, user risk"
	ofBaseline      = "guide 5.2, baseline recommendations"
	ofJustInTime    = "guide 5.2, just-in-time access"
	ofCredentials   = "guide 3.2 and 4.5"
	ofOAuth         = "guide 3.1, OAuth grants"
	ofTravel        = "guide 3.1, improbable travel"
	ofIntegration   = "guide 3.1, integration with Entra ID"
	turnOnAPolicy   = "Turn the policy on in the Defender portal, under Cloud Apps, Policies, for all users."
	lookIntoPeople  = "Look into each, and find out why nothing was raised: the policy, its scope and its sensitivity."
	restrictConsent = "Allow people to consent to permissions of low impact for verified publishers only, or not at all."
)

func checks() []check {
	return []check{
		{
			id: "MDA.OAUTH.1", title: "Who may consent to applications is restricted", source: ofOAuth, severity: incident.High,
			remedy: restrictConsent, techniques: []incident.Technique{"T1528", "T1671"}, judge: consentRestricted,
		},
		{
			id: "MDA.OAUTH.2", title: "Administrators are asked for consent", source: ofOAuth, severity: incident.Medium,
			remedy: "Turn on the admin consent workflow and name reviewers.", techniques: []incident.Technique{"T1528", "T1671"}, judge: consentAsked,
		},
		{
			id: "MDA.OAUTH.3", title: "A policy over OAuth applications is on", source: ofAnomalies, severity: incident.High,
			remedy: turnOnAPolicy, techniques: []incident.Technique{"T1528", "T1671"}, judge: oauthPolicies,
		},
		{
			id: "MDA.OAUTH.4", title: "Every risky consent raised an alert within a day", source: ofOAuth, severity: incident.High,
			remedy: lookIntoPeople, techniques: []incident.Technique{"T1528", "T1671"}, judge: consentsAlerted,
		},
		{
			id: "MDA.TRAVEL.1", title: "Impossible travel is looked for, for all and sensitively", source: ofTravel, severity: incident.Medium,
			remedy: turnOnAPolicy, techniques: []incident.Technique{"T1078.004"}, judge: travelPolicy,
		},
		{
			id: "MDA.TRAVEL.2", title: "Corporate addresses are trusted locations too", source: ofTravel, severity: incident.Low,
			remedy: "Give both lists the same addresses: one that is stale hides travel in one product and not in the other.", techniques: []incident.Technique{"T1078.004"}, judge: corporateTrusted,
		},
		{
			id: "MDA.TRAVEL.3", title: "Every impossible journey in the logs raised an alert within a day", source: ofTravel, severity: incident.High,
			remedy: lookIntoPeople, techniques: []incident.Technique{"T1078.004"}, judge: journeysAlerted,
		},
		{
			id: "MDA.MASS.1", title: "Mass downloads and deletions are looked for, for all", source: ofAnomalies, severity: incident.Medium,
			remedy: turnOnAPolicy, techniques: []incident.Technique{"T1213.002", "T1530", "T1485"}, judge: massPolicies,
		},
		{
			id: "MDA.MASS.2", title: "Every mass download and deletion in the logs raised an alert within a day", source: ofAnomalies, severity: incident.High,
			remedy: lookIntoPeople, techniques: []incident.Technique{"T1213.002", "T1530", "T1485"}, judge: burstsAlerted,
		},
		{
			id: "MDA.RISK.1", title: "Who an alert of Defender for Cloud Apps is about is at risk, and a policy asks for it", source: ofUserRisk, severity: incident.High,
			remedy: "Enforce a Conditional Access policy over user risk, and confirm the accounts of the alerts as compromised.", techniques: []incident.Technique{"T1078.004"}, judge: alertsMeetRisk,
		},
		{
			id: "MDA.CA.1", title: "Sessions of unmanaged devices pass Defender for Cloud Apps", source: ofIntegration, severity: incident.Medium,
			remedy: "Enforce a Conditional Access policy with the session control for Conditional Access App Control, for devices that are not managed.", techniques: []incident.Technique{"T1530", "T1567"}, judge: sessionsControlled,
		},
		{
			id: "MDA.CA.2", title: "Microsoft 365 and Azure are connected to Defender for Cloud Apps", source: ofIntegration, severity: incident.Medium,
			remedy: "Connect the application in the Defender portal, under Cloud Apps, Connected apps.", techniques: []incident.Technique{"T1685"}, judge: connected,
		},
		{
			id: "MDC.REC.1", title: "No recommendation of high severity is open", source: ofBaseline, severity: incident.High,
			remedy: "Carry out what Defender for Cloud recommends for the resource.", techniques: []incident.Technique{"T1190", "T1078.004"}, judge: openHigh,
		},
		{
			id: "MDC.REC.2", title: "Defender's plans are on", source: ofCloud, severity: incident.High,
			remedy: "Turn the plan on for the subscription: without it nothing of the kind raises alerts.", techniques: []incident.Technique{"T1685"}, judge: plansOn,
		},
		{
			id: "MDC.REC.3", title: "No recommendation is silenced by policy", source: ofBaseline, severity: incident.Medium,
			remedy: "Turn the recommendation on again, or exempt the resource with a reason.", techniques: []incident.Technique{"T1685"}, judge: silenced,
		},
		{
			id: "MDC.REC.4", title: "No resource became unhealthy during an incident", source: ofCloud, severity: incident.High,
			remedy: "Find out who changed the resource, and undo it.", techniques: []incident.Technique{"T1685", "T1578"}, judge: worsened,
		},
		{
			id: "MDC.JIT.1", title: "Management ports are opened just in time", source: ofJustInTime, severity: incident.High,
			remedy: "Give the machine a just-in-time policy.", techniques: []incident.Technique{"T1133", "T1110"}, judge: portsTimed,
		},
		{
			id: "MDC.JIT.2", title: "Just-in-time access names who may come", source: ofJustInTime, severity: incident.High,
			remedy: "Allow the addresses of administrators, not any.", techniques: []incident.Technique{"T1133"}, judge: sourcesNamed,
		},
		{
			id: "MDC.JIT.3", title: "Just-in-time access ends within three hours", source: ofJustInTime, severity: incident.Medium,
			remedy: "Set the longest request to three hours.", techniques: []incident.Technique{"T1133"}, judge: accessShort,
		},
		{
			id: "MDC.JIT.4", title: "Nobody of an incident asked for just-in-time access", source: ofJustInTime, severity: incident.High,
			remedy: "Revoke the request, isolate the machine and look into what was done on it.", techniques: []incident.Technique{"T1021", "T1133"}, judge: requestsClean,
		},
		{
			id: "MDC.JIT.5", title: "Just-in-time access is asked for at work, and closed afterwards", source: ofJustInTime, severity: incident.Medium,
			remedy: "Ask who requested it, and remove rules of the network security group that outlived their request.", techniques: []incident.Technique{"T1133", "T1021"}, judge: accessClosed,
		},
		{
			id: "MDC.CORR.1", title: "Sign-ins at high risk meet a security alert within a day", source: ofCloud, severity: incident.Medium,
			remedy: "Connect Identity Protection and Defender's products to the workspace, and join their alerts.", techniques: []incident.Technique{"T1078.004"}, judge: riskMeetsAlerts,
		},
		{
			id: "MDC.KV.1", title: "Vaults and storage accounts are logged, closed to networks and deleted softly", source: ofCredentials, severity: incident.High,
			remedy: "Turn on logging, the firewall and soft delete.", techniques: []incident.Technique{"T1552", "T1555.006"}, judge: vaultsGuarded,
		},
	}
}
