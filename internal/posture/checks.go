package posture

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/incident"
)

// A check is one thing that the guide asks for.
type check struct {
	id, title, remedy string
	severity          incident.Severity
	techniques        []incident.Technique
	needs             string // what has to be in the export
	looked            func(*Export) bool
	// wrong returns what does not meet the check, with what else there is to know.
	wrong func(*Export) (evidence []string, note string)
}

// Findings makes every check, in order.
func (e *Export) Findings() []Finding {
	var out []Finding
	for _, c := range checks() {
		out = append(out, c.judge(e))
	}
	return out
}

func (c *check) judge(e *Export) Finding {
	f := Finding{ID: c.id, Title: c.title, Severity: c.severity, Remedy: c.remedy, Techniques: c.techniques}
	if !c.looked(e) {
		f.Note = "the export holds no " + c.needs
		return f
	}
	f.Evidence, f.Note = c.wrong(e)
	slices.Sort(f.Evidence)
	f.Evidence = slices.Compact(f.Evidence)
	switch {
	case len(f.Evidence) > 0:
		f.Verdict = NotMet
	case f.Note != "":
	case len(e.Incomplete) > 0:
		f.Note = strings.Join(e.Incomplete, "; ")
	default:
		f.Verdict = Met
	}
	return f
}

const (
	assessments = "assessments (Microsoft.Security/assessments)"
	plans       = "plans (Microsoft.Security/pricings)"
	jit         = "just-in-time policies (Microsoft.Security/jitNetworkAccessPolicies)"
)

// jitAssessment is the recommendation that management ports are opened just in
// time.
const jitAssessment = "805651bc-6ecd-4c73-9b55-97a19d0582d0"

// judged tells whether Defender said of the resource that it is healthy or not.
func (a *Assessment) judged() bool { return a.open() || strings.EqualFold(a.Status, "Healthy") }

func assessed(e *Export) bool { return e.Assessed }
func rated(e *Export) bool {
	return slices.ContainsFunc(e.Assessments, func(a Assessment) bool { return a.judged() })
}
func planned(e *Export) bool { return e.Planned }
func timed(e *Export) bool   { return e.Timed }

func checks() []check {
	return []check{
		{
			id: "MDC.REC.1", title: "No recommendation of high severity is open", severity: incident.High, needs: assessments, looked: rated,
			remedy: "Carry out what Defender for Cloud recommends for the resource.", techniques: []incident.Technique{"T1190", "T1078.004"}, wrong: openHigh,
		},
		{
			id: "MDC.REC.2", title: "Defender's plans are on", severity: incident.High, needs: plans, looked: planned,
			remedy: "Turn the plan on for the subscription: without it nothing of the kind raises alerts.", techniques: []incident.Technique{"T1562"}, wrong: plansOff,
		},
		{
			id: "MDC.REC.3", title: "No recommendation is silenced by policy", severity: incident.Medium, needs: assessments, looked: assessed,
			remedy: "Turn the recommendation on again, or exempt the resource with a reason.", techniques: []incident.Technique{"T1562"}, wrong: silenced,
		},
		{
			id: "MDC.JIT.1", title: "Management ports are opened just in time", severity: incident.High, needs: "assessment of just-in-time access", looked: jitAssessed,
			remedy: "Give the machine a just-in-time policy.", techniques: []incident.Technique{"T1133", "T1110"}, wrong: withoutJIT,
		},
		{
			id: "MDC.JIT.2", title: "Just-in-time access names who may come", severity: incident.High, needs: jit, looked: timed,
			remedy: "Allow the addresses of administrators, not any.", techniques: []incident.Technique{"T1133"}, wrong: anySource,
		},
		{
			id: "MDC.JIT.3", title: "Just-in-time access ends within three hours", severity: incident.Medium, needs: jit, looked: timed,
			remedy: "Set the longest request to three hours.", techniques: []incident.Technique{"T1133"}, wrong: tooLong,
		},
		{
			id: "MDC.KV.1", title: "Vaults and storage accounts meet their recommendations", severity: incident.High, needs: "assessment of a vault or a storage account", looked: vaultAssessed,
			remedy: "Turn on logging, the firewall and soft delete.", techniques: []incident.Technique{"T1552", "T1555.006"}, wrong: vaults,
		},
	}
}

func (a *Assessment) open() bool { return strings.EqualFold(a.Status, "Unhealthy") }

func (a *Assessment) String() string { return a.Name + ": " + a.Resource }

// each returns the assessments of a kind.
func (e *Export) each(kind func(*Assessment) bool) []string {
	var out []string
	for i := range e.Assessments {
		if a := &e.Assessments[i]; kind(a) {
			out = append(out, a.String())
		}
	}
	return out
}

func openHigh(e *Export) (evidence []string, note string) {
	unrated := 0
	evidence = e.each(func(a *Assessment) bool {
		if a.open() && a.Severity == "" {
			unrated++
		}
		return a.open() && strings.EqualFold(a.Severity, "High")
	})
	if unrated > 0 {
		note = fmt.Sprintf("%d open recommendations have no severity: the export lacks their metadata", unrated)
	}
	return evidence, note
}

// guarded are the plans that the guide's resources need.
func guarded() []string {
	return []string{"VirtualMachines", "Containers", "KeyVaults", "StorageAccounts", "Arm"}
}

func plansOff(e *Export) (evidence []string, note string) {
	seen := make(map[string]bool)
	for _, p := range e.Plans {
		for _, want := range guarded() {
			if !strings.EqualFold(p.Name, want) {
				continue
			}
			seen[want] = true
			if !strings.EqualFold(p.Tier, "Standard") {
				evidence = append(evidence, p.Name+" is "+p.Tier+": "+p.ID)
			}
		}
	}
	var missing []string
	for _, want := range guarded() {
		if !seen[want] {
			missing = append(missing, want)
		}
	}
	if len(missing) > 0 {
		note = "the export says nothing of " + strings.Join(missing, ", ")
	}
	return evidence, note
}

func silenced(e *Export) (evidence []string, note string) {
	return e.each(func(a *Assessment) bool {
		return strings.EqualFold(a.Status, "NotApplicable") && strings.EqualFold(a.Cause, "OffByPolicy")
	}), ""
}

func (a *Assessment) jit() bool {
	return a.Key == jitAssessment || strings.Contains(strings.ToLower(a.Name), "just-in-time")
}

func jitAssessed(e *Export) bool {
	return slices.ContainsFunc(e.Assessments, func(a Assessment) bool { return a.jit() && a.judged() })
}

func withoutJIT(e *Export) (evidence []string, note string) {
	return e.each(func(a *Assessment) bool { return a.jit() && a.open() }), ""
}

func (p *AccessPolicy) String() string {
	return fmt.Sprintf("%s: port %d of %s", p.Name, p.Port, p.Machine)
}

func anySource(e *Export) (evidence []string, note string) {
	for i := range e.Access {
		p := &e.Access[i]
		anyone := slices.ContainsFunc(p.Sources, func(s string) bool {
			return s == "*" || s == "0.0.0.0/0" || s == "::/0" || strings.EqualFold(s, "Internet") || strings.EqualFold(s, "Any")
		})
		if anyone || len(p.Sources) == 0 {
			evidence = append(evidence, p.String())
		}
	}
	return evidence, ""
}

const longestAccess = 3 * time.Hour

func tooLong(e *Export) (evidence []string, note string) {
	for i := range e.Access {
		p := &e.Access[i]
		longest, err := period(p.Longest)
		switch {
		case err != nil:
			note = p.String() + ": " + err.Error()
		case longest > longestAccess:
			evidence = append(evidence, p.String()+" for "+p.Longest)
		}
	}
	return evidence, note
}

// period reads a duration of ISO 8601 that has days, hours, minutes and
// seconds.
func period(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is no duration", s)
	rest, ok := strings.CutPrefix(strings.ToUpper(s), "P")
	if !ok || rest == "" {
		return 0, bad
	}
	date, clock, _ := strings.Cut(rest, "T")
	var out time.Duration
	if date != "" {
		days, ok := strings.CutSuffix(date, "D")
		n, err := time.ParseDuration(days + "h")
		if !ok || err != nil {
			return 0, bad
		}
		out = 24 * n
	}
	if clock != "" {
		d, err := time.ParseDuration(strings.ToLower(clock))
		if err != nil {
			return 0, bad
		}
		out += d
	}
	return out, nil
}

func (a *Assessment) vault() bool {
	id := strings.ToLower(a.Resource)
	return strings.Contains(id, "/microsoft.keyvault/vaults/") || strings.Contains(id, "/microsoft.storage/storageaccounts/")
}

func vaultAssessed(e *Export) bool {
	return slices.ContainsFunc(e.Assessments, func(a Assessment) bool { return a.vault() && a.judged() })
}

func vaults(e *Export) (evidence []string, note string) {
	return e.each(func(a *Assessment) bool { return a.vault() && a.open() }), ""
}
