// Package simulate writes the exports of a tenant that never was: its people,
// its machines and the attacks on it, in the shapes in which real tools export
// them. The same options give the same bytes, and what the attackers did is
// told to the caller only: no file says which of its records are theirs.
package simulate

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Options says what to simulate. The zero Options is 50 people over 14 days
// with every attack, in every export.
type Options struct {
	Seed  uint64 // chooses everything that is not chosen here
	Users int    // people in the tenant, 50 if zero, at least MinUsers
	Days  int    // days of evidence, 14 if zero

	// End is when the evidence ends; the zero End is 2026-03-31T00:00:00Z.
	End time.Time

	// Attacks are the attacks to plant, of Stories; nil is those of Attacks, and
	// an empty list that is not nil is none.
	Attacks []Attack

	// Variants says how each attack is carried out; one that is not in it is
	// carried out in the ordinary way.
	Variants map[Attack]Variant

	// Twins plants the harmless twins of the stories too: what looks like an
	// attack, and is a day in the life of the tenant.
	Twins bool

	// SignIns is the number of sign-ins of people, interactive or not, that
	// the evidence holds; zero is the natural rate of about 35 per person and
	// working day.
	SignIns int

	Formats Formats

	// PadTo is the least number of bytes of a sign-in record of a person. The
	// records are filled with policies that did not apply, which is what makes
	// real ones large.
	PadTo int
}

// MinUsers is the smallest tenant that has room for all its administrators and
// for attacks that share no account. One with stories that are not among
// Attacks needs MinStoryUsers.
const (
	MinUsers      = 20
	MinStoryUsers = 40
)

// Formats says which exports are written. The zero Formats writes all of them.
type Formats struct {
	Exports []Export // nil is all

	// OneSignInFile writes all sign-ins of people to a single diagnostic
	// settings file, signins.jsonl, instead of Graph pages and hourly blobs.
	OneSignInFile bool
}

// An Attack is one attack that can be planted.
type Attack string

// The attacks.
const (
	SprayTakeover      Attack = "spray-takeover"      // password spray, one mailbox taken over
	ConsentPersistence Attack = "consent-persistence" // phished consent, secrets added to the application
	PrivilegeKeyVault  Attack = "privilege-keyvault"  // leaked administrator, role granted, vault emptied
)

// Attacks returns the attacks of a tenant whose options name none, in the order
// in which they are planted.
func Attacks() []Attack {
	return []Attack{SprayTakeover, ConsentPersistence, PrivilegeKeyVault}
}

// An Export is one kind of file that a tenant's logs are exported to.
type Export string

// The exports.
const (
	InteractiveSignIns      Export = "interactive-sign-ins"       // Graph pages
	NonInteractiveSignIns   Export = "non-interactive-sign-ins"   // diagnostic settings, JSON Lines, some compressed
	ServicePrincipalSignIns Export = "service-principal-sign-ins" // diagnostic settings, JSON Lines
	DirectoryAudits         Export = "directory-audits"           // Graph pages
	RiskDetections          Export = "risk-detections"            // Graph pages
	RiskyUsers              Export = "risky-users"                // Graph pages
	UnifiedAuditLog         Export = "unified-audit-log"          // Search-UnifiedAuditLog CSV, and JSON Lines
	AzureActivity           Export = "azure-activity"             // diagnostic settings, JSON Lines
	KeyVaultAudit           Export = "key-vault-audit"            // diagnostic settings, records batches
	SecurityAlerts          Export = "security-alerts"            // Log Analytics portal CSV
	GraphActivity           Export = "graph-activity"             // diagnostic settings, JSON Lines
)

// Exports returns every export.
func Exports() []Export {
	return []Export{
		InteractiveSignIns, NonInteractiveSignIns, ServicePrincipalSignIns,
		DirectoryAudits, RiskDetections, RiskyUsers, UnifiedAuditLog,
		AzureActivity, KeyVaultAudit, SecurityAlerts, GraphActivity,
	}
}

// Write simulates o's tenant and writes its exports under dir, which it
// creates. It never overwrites a file, and leaves what it has written if it
// fails. Memory grows with the number of people, not with the number of events. The truth it returns is written nowhere.
func Write(ctx context.Context, dir string, o Options) (Truth, error) {
	o, err := o.complete()
	if err != nil {
		return Truth{}, err
	}
	w := newWorld(o)
	x := newExports(dir, w)
	err = run(ctx, w, x)
	if closed := x.close(); err == nil {
		err = closed
	}
	if err != nil {
		return Truth{}, fmt.Errorf("simulate tenant in %s: %w", dir, err)
	}
	return w.truth(x), nil
}

func (o Options) complete() (Options, error) {
	if o.Users == 0 {
		o.Users = 50
	}
	if o.Days == 0 {
		o.Days = 14
	}
	if o.End.IsZero() {
		o.End = time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)
	}
	if o.Attacks == nil {
		o.Attacks = Attacks()
	}
	if o.Formats.Exports == nil {
		o.Formats.Exports = Exports()
	}
	return o, o.check()
}

func (o Options) check() error {
	switch {
	case o.Users < MinUsers || o.Users > maxUsers:
		return fmt.Errorf("%d users: must be from %d to %d", o.Users, MinUsers, maxUsers)
	case o.Days < 1 || o.Days > 3660:
		return fmt.Errorf("%d days: must be from 1 to 3660", o.Days)
	case o.SignIns < 0:
		return fmt.Errorf("%d sign-ins: must not be negative", o.SignIns)
	case o.PadTo < 0 || o.PadTo > 1<<20:
		return fmt.Errorf("records of %d bytes: must be from 0 to %d", o.PadTo, 1<<20)
	case o.End.Year() < 2000 || o.End.Year() > 2200:
		return fmt.Errorf("end in the year %d: must be from 2000 to 2200", o.End.Year())
	}
	for _, a := range o.Attacks {
		if !slices.Contains(Stories(), a) {
			return fmt.Errorf("no attack named %q; there are %q", a, Stories())
		}
	}
	if o.staged() && o.Users < MinStoryUsers {
		return fmt.Errorf("%d users: a tenant with these stories needs %d", o.Users, MinStoryUsers)
	}
	for a, v := range o.Variants {
		if !slices.Contains(Stories(), a) || v != Ordinary && !slices.Contains(Variants(), v) {
			return fmt.Errorf("no variant %q of an attack named %q; there are %q of %q", v, a, Variants(), Stories())
		}
	}
	for _, e := range o.Formats.Exports {
		if !slices.Contains(Exports(), e) {
			return fmt.Errorf("no export named %q; there are %q", e, Exports())
		}
	}
	return nil
}
