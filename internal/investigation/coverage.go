package investigation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/types"
)

// silence is how long a table may be without a row before that is a gap: two
// nights and a day, so that a quiet Sunday is not one.
const silence = 36 * time.Hour

// expected are the logs that an investigation of sign-ins needs, and what
// cannot be concluded without each. A steady log has rows at all hours of an
// ordinary tenant, so that a long silence in it says something.
var expected = []struct {
	table, consequence string
	steady             bool
}{
	{"SigninLogs", "interactive sign-ins were not looked at: whether an account was taken over by password or phishing cannot be said", true},
	{"AADNonInteractiveUserSignInLogs", "token refreshes were not looked at: use of stolen tokens and sessions cannot be said", true},
	{"AADServicePrincipalSignInLogs", "sign-ins of applications were not looked at: persistence through a service principal cannot be ruled out", true},
	{"AADManagedIdentitySignInLogs", "sign-ins of managed identities were not looked at", true},
	{"AuditLogs", "directory changes were not looked at: new grants, credentials, roles and methods cannot be ruled out", false},
	{"AADUserRiskEvents", "Identity Protection's detections were not looked at: their absence says nothing", false},
	{"OfficeActivity", "mail and files were not looked at: what was read, taken or forwarded cannot be said", true},
	{"AzureActivity", "Azure resource changes were not looked at", false},
	{"AzureDiagnostics", "Key Vault reads were not looked at: secrets may have been read", false},
	{"SecurityAlert", "alerts of the Defender products were not looked at: their absence says nothing", false},
}

// tableGaps names the expected tables that hold nothing, and the stretches of
// the window in which a table that holds something has no row.
func (c *Case) tableGaps(ctx context.Context, infos []engine.TableInfo, w incident.Window) ([]incident.Gap, error) {
	have := make(map[string]engine.TableInfo, len(infos))
	for _, info := range infos {
		have[info.Name] = info
	}
	var gaps []incident.Gap
	for _, e := range expected {
		info, ok := have[e.table]
		if !ok || info.Rows == 0 {
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapMissingTable, Subject: e.table, Window: w,
				Reason: "no file of the evidence fed this table", Consequence: e.consequence,
			})
			continue
		}
		if !e.steady {
			continue
		}
		quiet, err := c.quiet(ctx, info, w)
		if err != nil {
			return nil, err
		}
		for _, q := range quiet {
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapMissingData, Subject: e.table, Window: q,
				Reason:      "no row for " + length(q.To.Sub(q.From)),
				Consequence: "either nothing happened, or it was not collected; then " + e.consequence,
			})
		}
	}
	return gaps, nil
}

// quiet returns the stretches of w, longer than silence, without a row of the
// table, to the hour.
func (c *Case) quiet(ctx context.Context, info engine.TableInfo, w incident.Window) ([]incident.Window, error) {
	q, list := kql.Compile(info.Name+" | where isnotnull(TimeGenerated) | summarize count() by Hour = bin(TimeGenerated, 1h) | sort by Hour asc", kql.Options{Catalog: schema.Catalog()})
	if q == nil {
		return nil, fmt.Errorf("measure %s: %s", info.Name, list.Format("coverage", ""))
	}
	last := w.From
	var found []incident.Window
	mark := func(next time.Time) {
		if next.Sub(last) > silence {
			found = append(found, incident.Window{From: last, To: next})
		}
	}
	err := c.engine.Query(ctx, q, func(row []types.Value) error {
		hour := types.TimeOf(row[0].Int)
		if hour.Before(w.From) || !hour.Before(w.To) {
			return nil
		}
		mark(hour)
		last = hour.Add(time.Hour)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("measure %s: %w", info.Name, err)
	}
	mark(w.To)
	return found, nil
}

// length prints a long time in days and hours.
func length(d time.Duration) string {
	hours := int(d.Round(time.Hour) / time.Hour)
	if hours < 72 {
		return fmt.Sprintf("%d hours", hours)
	}
	return fmt.Sprintf("%d days", (hours+12)/24)
}

// evidenceGaps names the files, and the records of files, that were not
// understood.
func evidenceGaps(files []evidence.File) []incident.Gap {
	var gaps []incident.Gap
	for _, f := range files {
		if f.Problem != "" {
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapEvidence, Subject: f.Name(), Reason: f.Problem,
				Consequence: "what the rest of this file held was not looked at",
			})
		}
		if n := f.Counts.Quarantined; n > 0 {
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapEvidence, Subject: f.Name(),
				Reason:      fmt.Sprintf("%d of %d records were not understood; Quarantine_CL holds them with the reason", n, f.Counts.Read),
				Consequence: "these records were not looked at",
			})
		}
	}
	return gaps
}

func sortGaps(gaps []incident.Gap) []incident.Gap {
	slices.SortFunc(gaps, incident.CompareGaps)
	return slices.CompactFunc(gaps, func(a, b incident.Gap) bool { return a == b })
}
