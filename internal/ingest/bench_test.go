package ingest

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/conshelf/conshelf/internal/evidence"
)

func discard(evidence.File, []evidence.Reject) error { return nil }

// BenchmarkSignIns reads sign-ins of a size and shape as Graph's beta has them.
func BenchmarkSignIns(b *testing.B) {
	var text bytes.Buffer
	policies := bytes.Repeat([]byte(`{"id":"8872f6fb-da88-4b63-bcc7-000000000000","displayName":"Require MFA for all users","enforcedGrantControls":["Mfa"],"enforcedSessionControls":[],"result":"notApplied","conditionsSatisfied":"none","conditionsNotSatisfied":"application"},`), 12)
	for n := range 2000 {
		fmt.Fprintf(&text, `{"id":"a0000000-0000-4000-8000-%012d","createdDateTime":"2026-03-04T05:06:07Z","userDisplayName":"Ana Diaz","userPrincipalName":"ana@contoso.com","userId":"b0000000-0000-4000-8000-000000000001","appId":"c0000000-0000-4000-8000-000000000001","appDisplayName":"Portal","ipAddress":"192.0.2.10","ipAddressFromResourceProvider":null,"clientAppUsed":"Browser","userAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36","correlationId":"d0000000-0000-4000-8000-000000000001","conditionalAccessStatus":"success","originalRequestId":"","isInteractive":true,"tokenIssuerName":"","tokenIssuerType":"AzureAD","processingTimeInMilliseconds":87,"riskDetail":"none","riskLevelAggregated":"none","riskLevelDuringSignIn":"none","riskState":"none","riskEventTypes":[],"riskEventTypes_v2":[],"resourceDisplayName":"Graph","resourceId":"00000003-0000-0000-c000-000000000000","resourceTenantId":"e0000000-0000-4000-8000-000000000001","homeTenantId":"e0000000-0000-4000-8000-000000000001","authenticationMethodsUsed":[],"authenticationRequirement":"singleFactorAuthentication","alternateSignInName":"","signInIdentifier":"","signInIdentifierType":null,"servicePrincipalName":"","signInEventTypes":["interactiveUser"],"servicePrincipalId":"","flaggedForReview":false,"userType":"member","autonomousSystemNumber":64496,"crossTenantAccessType":"none","uniqueTokenIdentifier":"abcdefghijklmnopqrst","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":"MFA requirement satisfied by claim in the token"},"deviceDetail":{"deviceId":"","displayName":"","operatingSystem":"Windows 10","browser":"Edge 120","isCompliant":false,"isManaged":false,"trustType":""},"location":{"city":"Lyon","state":"Rhone","countryOrRegion":"FR","geoCoordinates":{"altitude":null,"latitude":45.76,"longitude":4.84}},"appliedConditionalAccessPolicies":[%s{}],"authenticationDetails":[{"authenticationStepDateTime":"2026-03-04T05:06:07Z","authenticationMethod":"Previously satisfied","succeeded":true,"authenticationStepResultDetail":"First factor requirement satisfied by claim in the token"}]}`+"\n", n, policies)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		err := New(Nowhere(), Options{Stdin: bytes.NewReader(text.Bytes())}).Ingest(b.Context(), []string{"-"}, nil, discard)
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNew is what a process pays before the first record.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(Nowhere(), Options{})
	}
}
