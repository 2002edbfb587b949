package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/respond"
)

// Markdown writes the document as GitHub-flavoured Markdown. Every value goes
// through escape.Markdown, or stands in a fence longer than any it holds.
func Markdown(w io.Writer, d Document) error {
	m := &markdown{}
	m.document(d)
	if _, err := io.WriteString(w, m.b.String()); err != nil {
		return fmt.Errorf("write report as Markdown: %w", err)
	}
	return nil
}

// A markdown builds the text. Formats are ours; arguments are escaped unless
// they are numbers.
type markdown struct {
	b strings.Builder
}

func (m *markdown) line(format string, args ...any) {
	escaped := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case int, int64:
			escaped[i] = a
		default:
			escaped[i] = escape.Markdown(fmt.Sprint(a))
		}
	}
	fmt.Fprintf(&m.b, format+"\n", escaped...)
}

// table writes a table with a line above it that says what it holds.
func (m *markdown) table(caption string, head []string, rows [][]string) {
	m.line("%s", caption)
	m.line("")
	m.b.WriteString("| " + strings.Join(head, " | ") + " |\n")
	m.b.WriteString("|" + strings.Repeat(" --- |", len(head)) + "\n")
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = escape.Markdown(cell)
		}
		m.b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	m.line("")
}

// fenced writes text as it is but for what would act on a screen, in a fence
// that nothing in it can close.
func (m *markdown) fenced(language, text string) {
	text = escape.Terminal(text)
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	m.b.WriteString("\n" + fence + language + "\n" + text + "\n" + fence + "\n\n")
}

func (m *markdown) document(d Document) {
	m.line("# %s", d.Title)
	m.line("")
	m.line("- Window: %s", windowText(d.Window))
	m.line("- Tenants: %s", tenantsText(d))
	m.line("- Program: conshelf %s; times are UTC", d.Version)
	if f := d.Facts; f != nil {
		m.line("- Facts of the tenant: %s (SHA-256 %s), about %s", f.Name, f.SHA256, count(f.Weigh, "alert"))
	}
	m.line("")
	m.line("**%s**", d.Overview.Verdict)
	m.line("")
	m.line("%d incidents, %d alerts, %d gaps; %d rules ran, %d did not; %d records from %d files.", len(d.Incidents),
		d.Overview.Alerts, d.Overview.Gaps, d.Overview.RulesRun, d.Overview.RulesNot, d.Records.Stored, len(d.Files))
	m.line("")
	m.line("## Incidents")
	m.line("")
	if len(d.Incidents) == 0 {
		m.line("No incident was formed.")
		m.line("")
	}
	for i, s := range d.Incidents {
		m.incident(i+1, s, len(d.Tenants))
	}
	m.unjoined(d.Unjoined, len(d.Tenants))
	m.collected(d.Coverage)
	m.gaps(d.Gaps)
	m.rules(d.Rules)
	m.files(d)
}

func (m *markdown) incident(n int, s IncidentSection, tenants int) {
	inc := s.Incident
	m.line("## %d. %s", n, inc.Title)
	m.line("")
	m.line("- Severity: %s", inc.Severity)
	if inc.Tenant != "" || tenants > 1 {
		m.line("- Tenant: %s", tenantText(inc.Tenant))
	}
	m.line("- When: %s", lastedText(inc))
	m.line("- Stages: %s", stagesText(inc))
	m.terms(inc.Terms)
	m.line("- Id: %s", inc.ID)
	m.line("")
	m.passages(storyOf(inc))
	m.line("### Timeline")
	m.line("")
	for i, a := range inc.Alerts {
		m.alert(i+1, a, s.Sources[i])
	}
	m.entities(inc)
	m.techniques(s.Techniques)
	m.links(inc)
	m.passages(accessOf(s))
	m.plan(s, tenants)
}

func (m *markdown) passages(list []passage) {
	for _, b := range list {
		m.line("### %s", b.Title)
		m.line("")
		for _, l := range b.Lines {
			m.line("- %s", l)
		}
		if len(b.Lines) > 0 {
			m.line("")
		}
		if len(b.Rows) > 0 {
			m.table(b.Caption, b.Head, b.Rows)
		}
	}
}

func (m *markdown) alert(n int, a incident.Alert, sources AlertSources) {
	m.line("#### %d. %s (%s)", n, a.Rule.Name, a.Severity)
	m.line("")
	m.line("- When: %s", span(a.First, a.Last))
	if len(a.Techniques) > 0 {
		m.line("- Techniques: %s", joined(a.Techniques))
	}
	for _, e := range a.Entities {
		m.line("- %s: %s", e.Type, e.String())
	}
	m.terms(a.Terms)
	if a.Description != "" {
		m.line("- What it means: %s", oneLine(a.Description))
	}
	for _, d := range a.Details {
		m.line("- Returned %s: %s", d.Name, d.Value)
	}
	m.line("- Source: %s", sourcesText(sources))
	m.line("")
}

// terms writes the tenant's own facts that were weighed.
func (m *markdown) terms(terms []incident.Term) {
	for _, t := range terms {
		m.line("- Fact of the tenant: %s", t.String())
	}
}

func joined[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, ", ")
}

func (m *markdown) entities(inc incident.Incident) {
	var rows [][]string
	for _, e := range inc.Entities {
		rows = append(rows, []string{string(e.Type), e.String(), identifiersText(e)})
	}
	m.line("### Entities")
	m.line("")
	m.table("Who and what the alerts are about.", []string{"Type", "Entity", "Identifiers"}, rows)
}

func (m *markdown) techniques(all []Technique) {
	var rows [][]string
	for _, t := range all {
		name, id := t.Name, string(t.ID)
		if name == "" {
			name = "not in ATT&CK"
		}
		if t.Now != "" {
			id += " (now " + string(t.Now) + ")"
		}
		rows = append(rows, []string{id, name, joined(t.Tactics), fmt.Sprint(t.Alerts)})
	}
	m.line("### ATT&CK techniques")
	m.line("")
	m.table("As the rules name them, in the order of the matrix.", []string{"Technique", "Name", "Tactics", "Alerts"}, rows)
}

func (m *markdown) links(inc incident.Incident) {
	number := make(map[string]string)
	for i, a := range inc.Alerts {
		number[a.ID] = fmt.Sprint(i + 1)
	}
	var rows [][]string
	for _, l := range inc.Links {
		rows = append(rows, []string{number[l.From] + " and " + number[l.To], l.Entity.String(), l.Reason})
	}
	m.line("### Why these alerts belong together")
	m.line("")
	if len(rows) == 0 {
		m.line("%s", unlinked(inc))
		m.line("")
		return
	}
	m.table("What each pair of alerts shares.", []string{"Alerts", "Shared", "Reason"}, rows)
}

func (m *markdown) plan(s IncidentSection, tenants int) {
	m.line("### Response plan")
	m.line("")
	m.line("%s", planNote(s.Incident, tenants))
	m.line("")
	for _, phase := range s.Plan {
		m.line("#### %s", phase.Phase)
		m.line("")
		for i, step := range phase.Steps {
			m.step(i+1, step)
		}
		if len(phase.Steps) == 0 {
			m.line("The playbooks have no step for this incident in this phase.")
			m.line("")
		}
	}
}

func (m *markdown) step(n int, s respond.Step) {
	m.line("##### %d. %s", n, s.Title)
	m.line("")
	m.line("%s", s.Why)
	m.line("")
	if s.Permission != "" {
		m.line("- Least permission: %s", s.Permission)
	}
	for _, missing := range s.Missing {
		m.line("- Look up or decide first: %s", missing)
	}
	if s.NoUndo != "" {
		m.line("- No undo: %s", s.NoUndo)
	}
	m.request("Keep first", s.Before)
	m.request("Send", s.Do)
	m.request("Undo", s.Undo)
	if s.Verify != "" {
		m.line("")
		if s.Do != nil {
			m.line("Rows of this query show that it has not worked:")
		} else {
			m.line("The rows to look at:")
		}
		m.fenced("kusto", s.Verify)
	}
	m.line("")
}

func (m *markdown) request(what string, r *respond.Request) {
	if r == nil {
		return
	}
	m.line("")
	m.line("%s:", what)
	text := r.Method + " " + r.URL
	if r.Body != "" {
		text += "\n\n" + r.Body
	}
	m.fenced("http", text)
}

func (m *markdown) unjoined(all []AlertSection, tenants int) {
	m.line("## Seen in passing: alerts of no incident")
	m.line("")
	for i, s := range all {
		m.alert(i+1, s.Alert, s.Sources)
		if tenants > 1 {
			m.line("- Tenant: %s", tenantText(s.Alert.Tenant))
			m.line("")
		}
	}
	if len(all) == 0 {
		m.line("None.")
		m.line("")
	}
}

func (m *markdown) collected(s coverage.Statement) {
	var rows [][]string
	for _, t := range s.Tables {
		rows = append(rows, []string{
			t.Name, t.Tenant, fmt.Sprint(t.Rows), fmt.Sprint(t.Users), when(t.First), when(t.Last), fmt.Sprint(len(t.Holes)),
		})
	}
	m.line("## What was collected")
	m.line("")
	m.table("Rows that have a time within the window.", []string{"Table", "Tenant", "Rows", "Accounts", "First", "Last", "Holes"}, rows)
}

func (m *markdown) gaps(groups []GapGroup) {
	m.line("## What could not be seen")
	m.line("")
	m.line("Where nothing was looked at, nothing was ruled out.")
	m.line("")
	for _, group := range groups {
		var rows [][]string
		for _, g := range group.Gaps {
			rows = append(rows, []string{g.Subject, g.Tenant, windowText(g.Window), g.Reason, g.Consequence, strings.Join(g.Weakens, "; ")})
		}
		m.line("### %s", kindText(group.Kind))
		m.line("")
		m.table(count(len(group.Gaps), "gap")+".", []string{"Subject", "Tenant", "Window", "Reason", "What cannot be concluded", "Rules that it weakens"}, rows)
	}
	if len(groups) == 0 {
		m.line("No gap is known. Logs that were never exported leave none.")
		m.line("")
	}
}

func (m *markdown) rules(all []RuleRun) {
	var rows [][]string
	for _, r := range all {
		rows = append(rows, []string{r.Rule.Name, r.Severity.String(), joined(r.Techniques), fmt.Sprint(r.Alerts), r.ran()})
	}
	m.line("## Rules")
	m.line("")
	m.table("Every rule of this run, and what became of it.", []string{"Rule", "Severity", "Techniques", "Alerts", "Ran"}, rows)
}

func (m *markdown) files(d Document) {
	var rows [][]string
	for _, f := range d.Files {
		tables := make([]string, len(f.Tables))
		for i, t := range f.Tables {
			tables[i] = fmt.Sprintf("%s %d", t.Table, t.Rows)
		}
		rows = append(rows, []string{
			fmt.Sprint(f.Number), f.Name(), string(f.SHA256), sizeText(f.Size), f.Format,
			fmt.Sprint(f.Counts.Read), fmt.Sprint(f.Counts.Stored), fmt.Sprint(f.Counts.Duplicate), fmt.Sprint(f.Counts.Quarantined),
			strings.Join(tables, ", "), f.Problem, strings.Join(slices.Concat(f.Losses, f.Notes), "; "),
		})
	}
	m.line("## Evidence")
	m.line("")
	m.table("Every file, as found. Read is stored, duplicate and quarantined together.",
		[]string{"No.", "File", "SHA-256", "Size", "Format", "Read", "Stored", "Duplicate", "Quarantined", "Tables", "Problem", "Notes"}, rows)
}
