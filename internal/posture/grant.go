package posture

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A grant is a consent to permissions that are risky.
type grant struct {
	time                  time.Time
	actor, actorID        string
	application, objectID string
	applicationID         string
	scopes, place         string
	said                  bool // the log says to what
}

// readGrant reads a row of AuditLogs in which somebody consented; one to
// nothing risky is no grant, and one that does not say to what is counted.
func (e *Export) readGrant(place string, row []byte) error {
	var a struct {
		TimeGenerated time.Time
		InitiatedBy   struct {
			User struct{ UserPrincipalName, ID string }
			App  struct{ DisplayName, AppID string }
		}
		TargetResources []struct {
			DisplayName, ID    string
			ModifiedProperties []struct{ DisplayName, NewValue string }
		}
	}
	if err := json.Unmarshal(row, &a); err != nil {
		return err
	}
	g := grant{time: a.TimeGenerated, actor: a.InitiatedBy.User.UserPrincipalName, actorID: a.InitiatedBy.User.ID, place: place}
	if g.actor == "" {
		g.actor = a.InitiatedBy.App.DisplayName
	}
	for i, t := range a.TargetResources {
		if i > 0 {
			break
		}
		g.application, g.objectID = t.DisplayName, t.ID
		for _, p := range t.ModifiedProperties {
			g.property(p.DisplayName, p.NewValue)
		}
	}
	e.person(g.actorID, g.actor)
	switch {
	case !g.said:
		e.unsaidGrants++
	case slices.ContainsFunc(strings.Fields(g.scopes), riskyScope):
		e.grants = append(e.grants, g)
	}
	return nil
}

var (
	grantedScope    = regexp.MustCompile(`Scope:\s*([^,\]]*)`)
	principalNumber = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}`)
)

// property reads what the log says of the grant.
func (g *grant) property(name, value string) {
	switch name {
	case "ConsentAction.Permissions":
		for _, m := range grantedScope.FindAllStringSubmatch(value, -1) {
			g.scopes, g.said = strings.TrimSpace(g.scopes+" "+m[1]), true
		}
	case "TargetId.ServicePrincipalNames":
		g.applicationID = principalNumber.FindString(value)
	}
}

// riskyScope tells whether a permission opens mail, files or the directory, or
// acts as the person.
func riskyScope(scope string) bool {
	for _, prefix := range []string{
		"Mail.", "MailboxSettings.ReadWrite", "Contacts.", "Files.", "Sites.", "Notes.Read.All", "Directory.", "User.ReadWrite.All", "RoleManagement.",
		"Application.ReadWrite", "AppRoleAssignment.", "EWS.", "user_impersonation", "full_access_as_user",
	} {
		if strings.HasPrefix(scope, prefix) {
			return true
		}
	}
	return false
}

// String says who consented to what.
func (g *grant) String() string {
	return fmt.Sprintf("%s consented to %s for %s at %s", g.actor, g.application, g.scopes, stamp(g.time))
}

func consentsAlerted(e *Export, r *result) {
	if !e.looked(r, auditTable, alertTable) {
		return
	}
	e.every(r, auditTable)
	if e.unsaidGrants > 0 {
		r.doubt(fmt.Sprintf("%d consents do not say to which permissions (ConsentAction.Permissions)", e.unsaidGrants))
	}
	if len(e.grants) == 0 && e.unsaidGrants == 0 {
		r.doubt("no risky consent is in the logs: nothing that should have raised an alert")
	}
	for i := range e.grants {
		g := &e.grants[i]
		e.alerted(r, &act{
			topic: ofConsents, time: g.time, users: given([]string{g.actor, g.actorID}), applications: given([]string{g.applicationID, g.objectID}),
			evidence: Evidence{Text: g.String(), Place: g.place, User: g.actor},
		})
	}
}

// An act is what should have raised an alert.
type act struct {
	topic        topic
	time         time.Time
	users        []string
	applications []string // ids: a name is what whoever made it liked
	evidence     Evidence
}

// day is how long an alert may take.
const day = 24 * time.Hour

// alerted judges whether an act raised an alert within a day. That it raised
// none is only known where the alerts of that time, and some of Defender for
// Cloud Apps, are there.
func (e *Export) alerted(r *result, a *act) {
	nameless := false
	for i := range e.Alerts {
		alert := &e.Alerts[i]
		if alert.Time.Before(a.time) || alert.Time.Sub(a.time) > day || !a.topic.in(alert.words()) && !a.names(alert) {
			continue
		}
		if e.about(alert, a.users...) || a.names(alert) {
			held := a.evidence
			held.Text += ": " + alert.String() + ", " + alert.Place
			r.hold(held)
			return
		}
		nameless = nameless || len(alert.Users)+len(alert.Applications) == 0
	}
	switch {
	case nameless:
		r.doubt(a.evidence.String() + ": an alert of that day is about " + a.topic.String() + " and names nobody")
	case !e.covered(a.time):
		r.doubt(a.evidence.String() + ": no alert of that time was exported")
	case len(e.tables[alertTable].lost) > 0:
		r.doubt(a.evidence.String() + ": no alert within a day, and some may be missing: " + sentence(e.tables[alertTable].lost))
	case !slices.ContainsFunc(e.Alerts, func(alert Alert) bool { return alert.ofCloudApps() }):
		r.doubt(alertTable + " holds no alert of Defender for Cloud Apps: whether it raises none, or they were not exported, is not known")
	default:
		failed := a.evidence
		failed.Text += ": no alert within a day"
		r.fail(failed)
	}
}

// names tells whether an alert is about an application of the act.
func (a *act) names(alert *Alert) bool {
	return slices.ContainsFunc(alert.Applications, func(named string) bool {
		return slices.ContainsFunc(a.applications, func(application string) bool { return strings.EqualFold(named, application) })
	})
}

// covered tells whether the alerts that are there begin before an instant and
// end after it.
func (e *Export) covered(at time.Time) bool {
	s := e.tables[alertTable]
	return !s.first.After(at.Add(day)) && !s.last.Before(at)
}
