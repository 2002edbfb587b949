package tenant

import (
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// InventoryName is what the file of an inventory is called, if nobody says otherwise.
const InventoryName = "inventory.yaml"

// An Inventory is what a tenant declares of its security products and no export
// has: the policies of Defender for Cloud Apps above all. A list that is there
// is all that there is; one that is not says nothing. Nil and zero inventories
// declare nothing.
type Inventory struct {
	File       string    // that declares it
	AsOf       time.Time // when it was so; zero: not said
	Policies   []CloudAppPolicy
	Connectors []Connector
	Corporate  []Network // address ranges of Defender for Cloud Apps with the tag corporate
	Hours      *WorkingHours

	declared map[string]bool
}

// A CloudAppPolicy is a policy of Defender for Cloud Apps.
type CloudAppPolicy struct {
	Name        string
	About       string // one of PolicySubjects; empty: what its name says
	Enabled     bool
	Sensitivity Sensitivity
	Scope       []string // the groups that it is for; empty: all users, if ScopeKnown
	ScopeKnown  bool
	Line        int // of the file
}

// A Sensitivity is how soon a policy raises an alert. The zero Sensitivity is
// not known.
type Sensitivity int

// The sensitivities.
const (
	UnknownSensitivity Sensitivity = iota
	LowSensitivity
	MediumSensitivity
	HighSensitivity
)

// A Connector is an application that Defender for Cloud Apps is to read.
type Connector struct {
	Name      string
	Connected bool
	Line      int // of the file
}

// WorkingHours is when administrators are at work.
type WorkingHours struct {
	Days     []time.Weekday
	From, To time.Duration // since midnight
	Zone     *time.Location
}

// Contains tells whether an instant is within working hours.
func (w *WorkingHours) Contains(at time.Time) bool {
	at = at.In(w.Zone)
	clock := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute + time.Duration(at.Second())*time.Second
	return slices.Contains(w.Days, at.Weekday()) && w.From <= clock && clock < w.To
}

// The keys of an inventory.
const (
	keyAsOf         = "asOf"
	keyPolicies     = "policies"
	keyConnectors   = "connectors"
	keyCorporate    = "corporate"
	keyWorkingHours = "workingHours"
)

// DeclaresPolicies tells whether the policies were declared.
func (i *Inventory) DeclaresPolicies() bool { return i != nil && i.declared[keyPolicies] }

// DeclaresConnectors tells whether the connectors were declared.
func (i *Inventory) DeclaresConnectors() bool { return i != nil && i.declared[keyConnectors] }

// DeclaresCorporate tells whether the corporate address ranges were declared.
func (i *Inventory) DeclaresCorporate() bool { return i != nil && i.declared[keyCorporate] }

// ParseInventory reads a file of an inventory. The error is a *ProblemsError.
func ParseInventory(text []byte) (*Inventory, error) {
	r := &reader{file: "an inventory"}
	i := &Inventory{File: InventoryName, declared: make(map[string]bool)}
	if root := r.document(text); root != nil {
		r.inventory(root, i)
	}
	if len(r.problems) > 0 {
		return nil, &ProblemsError{r.problems}
	}
	return i, nil
}

func (r *reader) inventory(root ast.Node, i *Inventory) {
	m := r.mapping(root, "the file")
	known := []string{keyAsOf, keyPolicies, keyConnectors, keyCorporate, keyWorkingHours}
	for _, key := range known {
		_, i.declared[key] = m.entries[key]
	}
	i.AsOf = m.time(keyAsOf, false)
	i.Policies = each(r, m, keyPolicies, r.cloudAppPolicy)
	i.Connectors = each(r, m, keyConnectors, r.connector)
	i.Corporate = each(r, m, keyCorporate, r.network)
	if n, ok := m.entries[keyWorkingHours]; ok {
		i.Hours = r.workingHours(n)
	}
	m.rest(known...)
}

func (r *reader) cloudAppPolicy(n ast.Node, what string) CloudAppPolicy {
	m := r.mapping(n, what)
	p := CloudAppPolicy{Name: m.required("name"), About: m.about(), Enabled: m.truth("enabled"), Sensitivity: m.sensitivity(), Line: m.line}
	if _, ok := m.entries["scope"]; ok {
		p.Scope, p.ScopeKnown = m.texts("scope"), true
		if len(p.Scope) == 0 {
			r.problem(m.lines["scope"], "%s: scope is neither all nor names of groups", what)
		}
		p.Scope = slices.DeleteFunc(p.Scope, func(s string) bool { return strings.EqualFold(s, "all") })
	}
	m.rest("name", "about", "enabled", "sensitivity", "scope")
	return p
}

func (r *reader) connector(n ast.Node, what string) Connector {
	m := r.mapping(n, what)
	c := Connector{Name: m.required("name"), Connected: m.truth("connected"), Line: m.line}
	m.rest("name", "connected")
	return c
}

// truth returns a yes or no, which must be there.
func (m mapping) truth(key string) bool {
	switch text := m.required(key); text {
	case "true", "false", "":
		return text == "true"
	default:
		m.reader.problem(m.lines[key], "%s: %s: %q is neither true nor false", m.what, key, text)
		return false
	}
}

// PolicySubjects are what a policy can be declared to be about, where its name
// does not say so in English.
func PolicySubjects() []string {
	return []string{"impossible travel", "mass downloads", "mass deletions", "OAuth applications"}
}

func (m mapping) about() string {
	text := m.text("about")
	for _, subject := range PolicySubjects() {
		if strings.EqualFold(text, subject) {
			return subject
		}
	}
	if text != "" {
		m.reader.problem(m.lines["about"], "%s: about: %q is none of %s", m.what, text, strings.Join(PolicySubjects(), ", "))
	}
	return ""
}

func (m mapping) sensitivity() Sensitivity {
	switch text := m.text("sensitivity"); strings.ToLower(text) {
	case "":
		return UnknownSensitivity
	case "low":
		return LowSensitivity
	case "medium":
		return MediumSensitivity
	case "high":
		return HighSensitivity
	default:
		m.reader.problem(m.lines["sensitivity"], "%s: sensitivity: %q is none of low, medium, high", m.what, text)
		return UnknownSensitivity
	}
}

func (r *reader) workingHours(n ast.Node) *WorkingHours {
	m := r.mapping(n, keyWorkingHours)
	w := &WorkingHours{From: m.clock("from"), To: m.clock("to"), Zone: m.zone()}
	for _, day := range m.texts("days") {
		d, ok := weekday(day)
		if !ok {
			r.problem(m.lines["days"], "%s: days: %q is none of Sun, Mon, Tue, Wed, Thu, Fri, Sat", m.what, day)
		}
		w.Days = append(w.Days, d)
	}
	if len(w.Days) == 0 {
		r.problem(m.line, "%s: days is not there", m.what)
	}
	if w.From >= w.To {
		r.problem(m.lines["to"], "%s: to is not after from", m.what)
	}
	m.rest("days", "from", "to", "zone")
	return w
}

func weekday(text string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(text, d.String()) || strings.EqualFold(text, d.String()[:3]) {
			return d, true
		}
	}
	return time.Sunday, false
}

func (m mapping) clock(key string) time.Duration {
	text := m.required(key)
	if text == "" || text == "24:00" {
		return 24 * time.Hour
	}
	at, err := time.Parse("15:04", text)
	if err != nil {
		m.reader.problem(m.lines[key], "%s: %s: %q is no time of day such as 08:00", m.what, key, text)
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
}

func (m mapping) zone() *time.Location {
	text := m.required("zone")
	zone, err := time.LoadLocation(text)
	if err != nil || text == "Local" {
		m.reader.problem(m.lines["zone"], "%s: zone: %q is no time zone such as Europe/Amsterdam", m.what, text)
		return time.UTC
	}
	return zone
}
