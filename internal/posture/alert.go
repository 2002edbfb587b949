package posture

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/incident"
)

// An Alert is one of a security product.
type Alert struct {
	ID, Provider, Product string
	Name, Kind            string
	Severity              incident.Severity
	Time                  time.Time
	Users                 []string // names and ids
	Policies              []string // of Defender for Cloud Apps that raised it
	Applications          []string // names and ids
	Place                 string
}

// alertEntity is an entity of an alert, as SecurityAlert has it and as the API
// of Defender for Cloud Apps has it.
type alertEntity struct {
	Type, Name, UPNSuffix, AadUserID   string
	ID                                 any // a number in the interface of Defender for Cloud Apps
	Label, Pa                          string
	MailboxPrimaryAddress, OAuthAppID  string
	AppID, UserPrincipalName, FullName any
}

// readAlert reads a row of SecurityAlert.
func (e *Export) readAlert(place string, row []byte) error {
	var a struct {
		TimeGenerated                                          time.Time
		SystemAlertID, ProviderName, ProductName               string
		AlertName, AlertType, AlertSeverity, CompromisedEntity string
		Entities                                               json.RawMessage
	}
	if err := json.Unmarshal(row, &a); err != nil {
		return err
	}
	alert := Alert{ID: a.SystemAlertID, Provider: a.ProviderName, Product: a.ProductName, Name: a.AlertName, Kind: a.AlertType, Time: a.TimeGenerated, Place: place}
	alert.Severity, _ = incident.ParseSeverity(a.AlertSeverity)
	if strings.Contains(a.CompromisedEntity, "@") {
		alert.Users = append(alert.Users, a.CompromisedEntity)
	}
	alert.addEntities(a.Entities)
	e.Alerts = append(e.Alerts, alert)
	return nil
}

// readCloudAppAlert reads an alert as the API of Defender for Cloud Apps has it.
func (e *Export) readCloudAppAlert(place string, data []byte) error {
	var a struct {
		ID            string `json:"_id"`
		Timestamp     int64
		Title         string
		SeverityValue *int
		Entities      json.RawMessage
	}
	if err := json.Unmarshal(data, &a); err != nil {
		return err
	}
	alert := Alert{ID: a.ID, Provider: cloudApps, Name: a.Title, Time: time.UnixMilli(a.Timestamp).UTC(), Place: place}
	if a.SeverityValue != nil {
		alert.Severity = cloudAppSeverity(*a.SeverityValue)
	}
	alert.addEntities(a.Entities)
	e.Alerts = append(e.Alerts, alert)
	return nil
}

func cloudAppSeverity(n int) incident.Severity {
	order := []incident.Severity{incident.Low, incident.Medium, incident.High, incident.Informational}
	if n < 0 || n >= len(order) {
		return incident.Unrated
	}
	return order[n]
}

// addEntities reads entities, which may be a text that holds them. Those that
// cannot be read name nobody.
func (a *Alert) addEntities(raw json.RawMessage) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = []byte(text)
	}
	var list []alertEntity
	if json.Unmarshal(bytes.TrimSpace(raw), &list) != nil {
		return
	}
	for i := range list {
		a.add(&list[i])
	}
}

func (a *Alert) add(n *alertEntity) {
	switch strings.ToLower(n.Type) {
	case "account", "user", "mailbox":
		names := []string{n.AadUserID, n.Pa, n.MailboxPrimaryAddress, text(n.ID), text(n.UserPrincipalName), text(n.FullName)}
		if n.Name != "" && n.UPNSuffix != "" {
			names = append(names, n.Name+"@"+n.UPNSuffix)
		}
		a.Users = append(a.Users, given(names)...)
	case "policyrule":
		a.Policies = append(a.Policies, given([]string{n.Label})...)
	case "cloud-application", "service", "oauthapp", "oauth-application":
		a.Applications = append(a.Applications, given([]string{n.Name, n.Label, n.OAuthAppID, text(n.AppID), text(n.ID)})...)
	}
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// cloudApps is the provider of the alerts of Defender for Cloud Apps.
const cloudApps = "MCAS"

// ofCloudApps tells whether Defender for Cloud Apps, or its App Governance,
// raised the alert.
func (a *Alert) ofCloudApps() bool {
	p := strings.ToLower(a.Provider + "\n" + a.Product)
	return strings.EqualFold(a.Provider, cloudApps) || strings.Contains(p, "cloudapps") || strings.Contains(p, "cloud app") || strings.Contains(p, "appgovernance") || strings.Contains(p, "app governance")
}

// String says which alert it is.
func (a *Alert) String() string {
	return "alert " + quoted(a.Name) + " at " + stamp(a.Time)
}

func (a *Alert) evidence() Evidence {
	v := Evidence{Text: a.String(), Place: a.Place}
	if len(a.Users) > 0 {
		v.User = a.Users[0]
	}
	return v
}

// about tells whether an alert is about a person.
func (e *Export) about(a *Alert, users ...string) bool {
	return slices.ContainsFunc(a.Users, func(named string) bool {
		return slices.ContainsFunc(users, func(user string) bool { return e.same(named, user) })
	})
}

// words are what an alert says of what it is about.
func (a *Alert) words() string {
	return strings.ToLower(strings.Join(append([]string{a.Name, a.Kind, a.Provider, a.Product}, a.Policies...), "\n"))
}
