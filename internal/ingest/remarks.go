package ingest

import (
	"fmt"
	"slices"
	"strings"
)

// remarks says what a reader of the file's rows should know.
func (p *pass) remarks() []string {
	t := p.tally
	var notes []string
	count := func(n int64, what string) {
		if n > 0 {
			notes = append(notes, fmt.Sprintf("%s: %d", what, n))
		}
	}
	if len(p.formats) > 1 {
		notes = append(notes, "holds records of several formats: "+strings.Join(p.formats, ", "))
	}
	notes = append(notes, p.dateRemark()...)
	notes = append(notes, p.portalRemark()...)
	count(t.noTime, "records without a time that can be read, whose TimeGenerated is null")
	count(t.otherTime, "records without a TimeGenerated, which was taken from another of their times")
	count(t.oneTime, "events of Defender XDR with one of Timestamp and TimeGenerated, which is the other too")
	count(t.localTime, "times in a local time that the file does not name, not read and kept in columns ending in "+original)
	count(t.unread, "values that do not fit their column, kept in columns ending in "+original)
	count(t.printed, "objects of which PowerShell wrote the type or its own notation (Export-Csv), kept in columns ending in "+original+
		": what was in them is not in the export, write it with ConvertTo-Json")
	count(t.collectorTime, "entries whose time is the collecting machine's and names no zone, read as UTC")
	count(t.confessed, "entries that confess that records were not collected, with Lost in "+CollectorTable)
	count(t.enveloped, "envelopes of a search product that were opened: what it took from an event is not kept beside the event")
	count(t.lesser, "flattened copies of records that are held, counted as duplicates")
	count(t.mangled, "times of which a spreadsheet kept only minutes and seconds: export the file again and do not open it there")
	count(t.unlisted, "records with members that cannot be columns, kept in the column "+unlisted)
	count(t.replaced, "records with bytes that are not UTF-8, replaced by U+FFFD")
	count(t.noDetail, "audit records whose AuditData is missing or cannot be read, of which only what surrounds it was stored")
	count(t.undecided, "sign-ins of which neither the records nor the file's name say whether they were interactive: undecided, "+
		"stored in SigninLogs without Category and IsInteractive; name the file as the portal did to decide it")
	count(t.undecidedApplication, "sign-ins of which neither the records nor the file's name say whether an application or a managed identity signed in: "+
		"undecided, stored in AADServicePrincipalSignInLogs without Category")
	count(t.noResult, "sign-ins without an error code whose status is not success, so that ResultType is empty and only PortalStatus tells how they ended")
	count(t.unseenPolicies, "sign-ins to which Conditional Access applied but whose policies are not visible: the export was made without the permission to read policies")
	count(t.inside, "alerts inside incidents, which count as records of their own and are rows of SecurityAlert")
	count(t.notInside, "alerts inside incidents of which little more than the id is there, kept in the column alerts and no rows of SecurityAlert: export them from security/alerts_v2")
	count(t.hiddenRisk, "sign-ins whose risk is hidden: the tenant's licence does not show it")
	if len(p.drifted) > 0 {
		notes = append(notes, fmt.Sprintf("headings that are not known, kept as columns of their own: %.40q", p.drifted))
	}
	count(t.cutDocuments, "documents that PowerShell cut where it goes no deeper (ConvertTo-Json -Depth): what lay deeper is not in the export")
	count(t.lossy, "policies whose lists were joined to text, which cannot be taken apart exactly: export them as JSON to have them evaluated")
	count(t.flattened, "activities that fill all the target columns of the file, which may have had more targets or properties")
	count(t.sameID, "records with the id of another record but other content, all of them stored")
	count(p.file.Counts.Quarantined-int64(len(p.rejects)), "records that were not understood beyond those listed")
	return notes
}

// dateRemark says how dates such as 3/4/2026 were read.
func (p *pass) dateRemark() []string {
	c := p.clock
	if c.ambiguous == 0 {
		return nil
	}
	switch c.order {
	case orderMixed:
		return []string{fmt.Sprintf("the file writes both %q and %q: dates that could be either were not read: %d",
			c.firstMonthDay, c.firstDayMonth, c.ambiguous)}
	case dayFirst:
		return []string{fmt.Sprintf("dates were read as day/month/year, as %q says", c.firstDayMonth)}
	case orderUnknown, monthFirst:
	}
	if c.saysMonth {
		return []string{fmt.Sprintf("dates were read as month/day/year, as %q says", c.firstMonthDay)}
	}
	return []string{fmt.Sprintf("dates were read as month/day/year, though no date of the file decides it; dates that could be either: %d", c.ambiguous)}
}

// portalRemark says what the portals leave out of what they write as CSV.
func (p *pass) portalRemark() []string {
	if slices.Contains(p.formats, portalActivity) {
		return []string{"the portal writes to CSV neither the address of a caller nor what an operation is, only what it is called: " +
			"CallerIpAddress and OperationNameValue are empty"}
	}
	if !slices.Contains(p.formats, portalSignIns) {
		return nil
	}
	return []string{"the portal writes to CSV neither the policies that applied to a sign-in nor its risk: their absence says nothing"}
}
