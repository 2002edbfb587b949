// Package tenant holds what a tenant says of itself: its networks, the people
// who matter, journeys and maintenance that were announced. Facts weigh on the
// severity of alerts, each by a rule that is stated where it did. They never
// make an alert go away, and what is not declared weighs nothing.
package tenant

import (
	"net/netip"
	"time"
)

// FileName is the name of the facts of a case.
const FileName = "facts.yaml"

// Facts is what a tenant declares. Nil Facts, as zero ones, declare nothing.
type Facts struct {
	// Tenant is the directory that the facts are of; empty: the only one of the
	// evidence.
	Tenant         string
	Networks       []Network // known to be good
	Egress         []Network // where the tenant's own traffic comes from: offices, VPN
	PenTests       []Network // of those who were asked to attack
	VIPs           []Person
	BreakGlass     []Person // accounts for emergencies
	Administrators []Person
	Travel         []Trip
	Maintenance    []Maintenance
	Applications   []Application // known to be the tenant's own

	declared map[string]bool // the lists that the file has, by key
}

// A Network is addresses that have a name.
type Network struct {
	Prefix   netip.Prefix
	Name     string
	From, To time.Time // zero: always
}

// A Person is an account.
type Person struct {
	User string // user principal name; may be empty if ID is not
	ID   string // object id; may be empty
	Name string // what people call it; may be empty
}

// A Trip is a journey that was announced.
type Trip struct {
	Person   Person
	Country  string // as the logs write it: a code of two letters, or a name
	Home     string // where the person is otherwise; empty: not said
	From, To time.Time
}

// Maintenance is work that was announced.
type Maintenance struct {
	From, To time.Time
	Who      []string // user principal names or object ids
	What     string   // a description
	Rules    []string // names or ids of the rules whose alerts it explains; empty: any
}

// An Application is one that the tenant knows.
type Application struct {
	ID   string // its client id
	Name string
}

// Declares tells whether the facts have the list of that key, be it empty.
func (f *Facts) Declares(key string) bool { return f != nil && f.declared[key] }
