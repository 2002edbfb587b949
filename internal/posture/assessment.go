package posture

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/incident"
)

// An Assessment is one recommendation for one resource.
type Assessment struct {
	ID, Key, Name, Resource string
	Status                  Status
	Cause, Description      string
	Changed                 time.Time // when the status did; zero: not said
	Place                   string

	severity string
}

// A Status is what Defender says of a resource. The zero Status is one that we
// do not know.
type Status int

// The statuses.
const (
	UnknownStatus Status = iota
	Healthy
	Unhealthy
	NotApplicable
)

func parseStatus(code string) (Status, bool) {
	for i, name := range []string{"", "Healthy", "Unhealthy", "NotApplicable"} {
		if i > 0 && strings.EqualFold(code, name) {
			return Status(i), true
		}
	}
	return UnknownStatus, false
}

func assessmentsWanted() want {
	return want{"assessments (Microsoft.Security/assessments)", "GET {scope}/providers/Microsoft.Security/assessments?api-version=2021-06-01 as Security Reader, or Resource Graph's securityresources"}
}

func (e *Export) readAssessment(place string, data []byte) error {
	var p struct {
		DisplayName     string
		ResourceDetails map[string]any
		Status          struct {
			Code, Cause, Description string
			StatusChangeDate         string
		}
		Metadata struct{ DisplayName, Severity string }
	}
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	a := Assessment{
		ID: r.ID, Key: strings.ToLower(r.Name), Name: p.DisplayName, Cause: p.Status.Cause, Description: p.Status.Description,
		Changed: instant(p.Status.StatusChangeDate), Place: place, severity: p.Metadata.Severity,
	}
	if a.Name == "" {
		a.Name = p.Metadata.DisplayName
	}
	if a.Resource = detail(p.ResourceDetails, "id"); a.Resource == "" {
		a.Resource, _, _ = strings.Cut(r.ID, "/providers/Microsoft.Security/")
	}
	var known bool
	if a.Status, known = parseStatus(p.Status.Code); !known {
		e.Skipped = append(e.Skipped, fmt.Sprintf("%s: the status %q of %s is none that is known", place, p.Status.Code, &a))
	}
	e.assessed = true
	e.keep(a)
	return nil
}

// keep adds an assessment, in place of those of the same that are older, which
// become former ones. Two of which neither is known to be older, and which
// differ, are both kept.
func (e *Export) keep(a Assessment) {
	if a.ID == "" {
		e.Assessments = append(e.Assessments, a)
		return
	}
	stands := true
	key := strings.ToLower(a.ID)
	for _, at := range e.kept[key] {
		switch old := &e.Assessments[at]; {
		case old.before(&a):
			e.former, *old, stands = append(e.former, *old), a, false
		case a.before(old):
			e.former, stands = append(e.former, a), false
		case a.Changed.Equal(old.Changed) && a.Status == old.Status && a.Cause == old.Cause:
			stands = false
		}
	}
	if !stands {
		return
	}
	if e.kept == nil {
		e.kept = make(map[string][]int)
	}
	e.kept[key] = append(e.kept[key], len(e.Assessments))
	e.Assessments = append(e.Assessments, a)
}

// before tells whether an assessment is known to be older than another.
func (a *Assessment) before(b *Assessment) bool {
	return !a.Changed.IsZero() && a.Changed.Before(b.Changed)
}

// detail returns the text of a member whose name is written in any case.
func detail(members map[string]any, name string) string {
	for key, v := range members {
		if text, ok := v.(string); ok && strings.EqualFold(key, name) {
			return text
		}
	}
	return ""
}

// instant reads a time; zero: it is none.
func instant(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// readMetadata reads what a recommendation is, whatever the resource.
func (e *Export) readMetadata(_ string, data []byte) error {
	var p struct{ Severity string }
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	if e.severities == nil {
		e.severities = make(map[string]string)
	}
	e.severities[strings.ToLower(r.Name)] = p.Severity
	return nil
}

// String returns the recommendation and the resource.
func (a *Assessment) String() string { return a.Name + ": " + a.Resource }

func (a *Assessment) evidence() Evidence {
	return Evidence{Text: a.String(), Place: a.Place, Resource: a.Resource}
}

// rated returns the severity of an assessment, its own or that of its metadata.
func (e *Export) rated(a *Assessment) incident.Severity {
	text := a.severity
	if text == "" {
		text = e.severities[a.Key]
	}
	for s := incident.Informational; s <= incident.High; s++ {
		if strings.EqualFold(text, s.String()) {
			return s
		}
	}
	if strings.EqualFold(text, "Critical") {
		return incident.High
	}
	return incident.Unrated
}

// each judges the assessments of a kind by their status.
func (e *Export) each(kind func(*Assessment) bool, r *result) {
	for i := range e.Assessments {
		if a := &e.Assessments[i]; kind(a) {
			judgeOne(a, r)
		}
	}
}

func judgeOne(a *Assessment, r *result) {
	switch a.Status {
	case Unhealthy:
		r.fail(a.evidence())
	case Healthy:
		r.hold(a.evidence())
	case UnknownStatus:
		r.doubt("the status of " + a.String() + " is not known")
	case NotApplicable:
	}
}

func openHigh(e *Export, r *result) {
	if !e.assessed {
		r.lacks(assessmentsWanted())
		return
	}
	unrated := 0
	e.each(func(a *Assessment) bool {
		if a.Status == Unhealthy && e.rated(a) == incident.Unrated {
			unrated++
		}
		return a.Status != Unhealthy || e.rated(a) == incident.High
	}, r)
	if unrated > 0 {
		r.doubt(fmt.Sprintf("%d open recommendations have no severity: the export lacks their metadata", unrated))
		r.obtain = append(r.obtain, "GET /providers/Microsoft.Security/assessmentMetadata?api-version=2021-06-01, or $expand=metadata")
	}
	if len(r.support)+len(r.against)+len(r.open) == 0 {
		e.onlyLow(r)
	}
}

// onlyLow tells apart that recommendations are open which are not high, and that
// there is nothing that Defender rates.
func (e *Export) onlyLow(r *result) {
	for i := range e.Assessments {
		if a := &e.Assessments[i]; a.Status == Unhealthy {
			e := a.evidence()
			e.Text += " is open, and not of high severity"
			r.hold(e)
		}
	}
	if len(r.support) == 0 {
		r.doubt("there are no assessments that say healthy or unhealthy")
	}
}

func (a *Assessment) silenced() bool {
	return a.Status == NotApplicable && strings.EqualFold(a.Cause, "OffByPolicy")
}

func silenced(e *Export, r *result) {
	if !e.assessed {
		r.lacks(assessmentsWanted())
		return
	}
	for i := range e.Assessments {
		switch a := &e.Assessments[i]; {
		case a.silenced():
			r.fail(a.evidence())
		case a.Status == UnknownStatus:
			r.doubt("the status of " + a.String() + " is not known")
		default:
			r.hold(a.evidence())
		}
	}
}

// worsened looks for resources whose status turned during an incident.
func worsened(e *Export, r *result) {
	if !e.assessed {
		r.lacks(assessmentsWanted())
	}
	if !e.Investigated {
		r.lacks(investigationWanted())
	}
	if len(r.open) > 0 {
		return
	}
	undated := 0
	for i := range e.Assessments {
		switch a := &e.Assessments[i]; {
		case a.Status == UnknownStatus:
			r.doubt("the status of " + a.String() + " is not known")
		case e.turned(a, r):
		case a.Status == Unhealthy && a.Changed.IsZero():
			undated++
		case a.silenced() && a.Changed.IsZero():
			r.doubt(a.String() + " was silenced, and does not say since when (statusChangeDate)")
		case a.Status == Healthy || a.Status == Unhealthy:
			r.hold(a.evidence())
		}
	}
	for i := range e.former {
		e.turned(&e.former[i], r)
	}
	if undated > 0 {
		r.doubt(fmt.Sprintf("%d open recommendations do not say since when (statusChangeDate)", undated))
	}
}

// turned tells whether a status became what is against the check during an
// incident.
func (e *Export) turned(a *Assessment, r *result) bool {
	in, what := e.during(a.Changed), " turned unhealthy at "
	if a.silenced() {
		what = " was silenced at "
	}
	if in == "" || a.Status != Unhealthy && !a.silenced() {
		return false
	}
	found := a.evidence()
	found.Text += what + stamp(a.Changed) + ", during incident " + in
	r.fail(found)
	return true
}

func investigationWanted() want {
	return want{"investigation of a case", "conshelf investigate --case CASE, then conshelf posture --case CASE"}
}

// during returns the incident within which an instant is, or "".
func (e *Export) during(at time.Time) string {
	for i := range e.Incidents {
		if in := &e.Incidents[i]; !at.IsZero() && !at.Before(in.First) && !at.After(in.Last) {
			return in.ID
		}
	}
	return ""
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// A Score is a secure score: how much of what Microsoft recommends is done.
type Score struct {
	Name         string
	Current, Max float64
	Place        string
}

// String says the score in words.
func (s *Score) String() string {
	return fmt.Sprintf("secure score %s: %g of %g", s.Name, s.Current, s.Max)
}

type score struct{ Current, Max float64 }

func (e *Export) readAzureScore(place string, data []byte) error {
	var p struct {
		score
		Score *score // among the other members where Azure's command line wrote it
	}
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	if p.Score == nil {
		p.Score = &p.score
	}
	scope, _, _ := strings.Cut(r.ID, "/providers/Microsoft.Security/")
	e.Scores = append(e.Scores, Score{strings.TrimSpace(r.Name + " of " + scope), p.Score.Current, p.Score.Max, place})
	return nil
}

func (e *Export) readScore(place string, data []byte) error {
	var s struct {
		CreatedDateTime        string
		CurrentScore, MaxScore float64
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	e.Scores = append(e.Scores, Score{"of Microsoft 365 at " + s.CreatedDateTime, s.CurrentScore, s.MaxScore, place})
	return nil
}
