package coverage

import (
	"slices"
	"time"
)

// silence is how long a steady log may be without a row before that is a hole
// whatever its rhythm: two nights and a day, so that a quiet Sunday is none.
const silence = 36 * time.Hour

// A wanted is a log that an investigation of sign-ins needs.
type wanted struct {
	table       string
	consequence string // what cannot be concluded without it
	steady      bool   // it has rows at all hours of an ordinary tenant, so that a long silence in it says something
	user        string // the expression of whom a row is about; "" if it names nobody
	kept        string // how long the service keeps it, in words; "" if that depends
	days        []int  // the same in days, shortest first
}

// expected are those logs, in the order in which they are asked for.
func expected() []wanted {
	const entra, entraDays = "Entra keeps it 30 days, and 7 without a licence", 30
	kept := []int{7, entraDays}
	return []wanted{
		{"SigninLogs", "interactive sign-ins were not looked at: whether an account was taken over by password or phishing cannot be said", true, "UserPrincipalName", entra, kept},
		{"AADNonInteractiveUserSignInLogs", "token refreshes were not looked at: use of stolen tokens and sessions cannot be said", true, "UserPrincipalName", entra, kept},
		{"AADServicePrincipalSignInLogs", "sign-ins of applications were not looked at: persistence through a service principal cannot be ruled out", true, "ServicePrincipalId", entra, kept},
		{"AADManagedIdentitySignInLogs", "sign-ins of managed identities were not looked at", true, "ServicePrincipalId", entra, kept},
		{"AuditLogs", "directory changes were not looked at: new grants, credentials, roles and methods cannot be ruled out", false, "tostring(parse_json(tostring(InitiatedBy)).user.userPrincipalName)", entra, kept},
		{"AADUserRiskEvents", "Identity Protection's detections were not looked at: their absence says nothing", false, "UserPrincipalName", "", nil},
		{"OfficeActivity", "mail and files were not looked at: what was read, taken or forwarded cannot be said", true, "UserId", "the Unified Audit Log is kept 180 days, and a year with the larger licence", []int{90, 180, 365}},
		{"AzureActivity", "Azure resource changes were not looked at", false, "Caller", "Azure keeps it 90 days", []int{90}},
		{"AzureDiagnostics", "Key Vault reads were not looked at: secrets may have been read", false, "", "", nil},
		{"SecurityAlert", "alerts of the Defender products were not looked at: their absence says nothing", false, "", "", nil},
		{"MicrosoftGraphActivityLogs", "", false, "UserId", "", nil},
		{"CloudAppEvents", "", false, "AccountObjectId", "", nil},
	}
}

func wantedOf(table string) (wanted, bool) {
	list := expected()
	i := slices.IndexFunc(list, func(w wanted) bool { return w.table == table })
	if i < 0 {
		return wanted{}, false
	}
	return list[i], true
}
