package simulate

import "time"

// A Truth is what really happened in a simulated tenant. It is for measuring
// detection, which must never read it.
type Truth struct {
	Tenant     Tenant        `json:"tenant"`
	Attacks    []AttackTruth `json:"attacks"`    // in the order of their first act
	LookAlikes []LookAlike   `json:"lookAlikes"` // in order of time
	Records    []Count       `json:"records"`    // by export
}

// A Tenant describes a simulated tenant.
type Tenant struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Domain  string    `json:"domain"`
	Country string    `json:"country"` // ISO 3166 code, where most people work
	Users   int       `json:"users"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
}

// An AttackTruth is one attack as it happened. Two attacks share no account,
// no address and no application.
type AttackTruth struct {
	Name         Attack        `json:"name"`
	Variant      Variant       `json:"variant,omitempty"`
	First        time.Time     `json:"first"`
	Last         time.Time     `json:"last"`
	Accounts     []Account     `json:"accounts"` // those taken first
	IPAddresses  []string      `json:"ipAddresses"`
	Applications []Application `json:"applications"`
	Acts         []Act         `json:"acts"` // in order of time
}

// An Account is an account that an attack touched. Its name is as the directory
// writes it; Exchange and SharePoint write some names in another case.
type Account struct {
	UserPrincipalName string `json:"userPrincipalName"`
	ID                string `json:"id,omitempty"` // none if the attacker guessed a name that does not exist
	Part              Part   `json:"part"`
}

// A Part is what an account is to an attack.
type Part string

// The parts.
const (
	Taken    Part = "taken"    // the attacker signed in as it
	Targeted Part = "targeted" // the attacker tried, and did not get in
)

// An Application is an application that an attacker used.
type Application struct {
	Name               string `json:"name"`
	AppID              string `json:"appId"`
	ServicePrincipalID string `json:"servicePrincipalId"`
}

// An Act is one record that an attack left, found by Export and ID.
//
// ID is the id of the record, except in AzureActivity, whose records have none:
// there it is the correlation id, which the record of the start and the record
// of the success share, and the act is the success.
type Act struct {
	Time      time.Time `json:"time"` // more exact than the Unified Audit Log, which keeps seconds
	Export    Export    `json:"export"`
	ID        string    `json:"id"`
	Operation string    `json:"operation"`
	Tactic    string    `json:"tactic"`    // as Sentinel spells it
	Technique string    `json:"technique"` // T1110.003
	Account   string    `json:"account,omitempty"`
	IPAddress string    `json:"ipAddress,omitempty"`
}

// A LookAlike is something harmless that was planted because it resembles an
// attack.
type LookAlike struct {
	Time      time.Time `json:"time"`
	Resembles Attack    `json:"resembles"`
	What      string    `json:"what"`
	Accounts  []string  `json:"accounts"`
	Export    Export    `json:"export,omitempty"`
	ID        string    `json:"id,omitempty"` // of its first record in Export, if it has a record of its own
}

// A Count is how many records an export holds.
type Count struct {
	Export  Export `json:"export"`
	Records int64  `json:"records"`
}
