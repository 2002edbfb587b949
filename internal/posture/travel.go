package posture

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/tenant"
)

// A signIn is one that succeeded, as far as travel is concerned.
type signIn struct {
	time                time.Time
	country, address    string
	latitude, longitude float64
	place               string
}

// A journey is two sign-ins, one after the other, between which nobody travels.
type journey struct {
	user, id   string
	from, to   signIn
	kilometres float64
}

// readSignIn reads a row of SigninLogs. Rows come by time.
func (e *Export) readSignIn(place string, row []byte) error {
	var s struct {
		TimeGenerated             time.Time
		Succeeded                 bool
		UserID, UserPrincipalName string
		IPAddress, Country        string
		Latitude, Longitude       *float64
		RiskLevelDuringSignIn     string
		RiskLevelAggregated       string
	}
	if err := json.Unmarshal(row, &s); err != nil {
		return err
	}
	e.person(s.UserID, s.UserPrincipalName)
	if fold(s.RiskLevelDuringSignIn) == "high" || fold(s.RiskLevelAggregated) == "high" {
		e.risky = append(e.risky, riskySignIn{s.TimeGenerated, s.UserPrincipalName, s.UserID, s.IPAddress, place})
	}
	if !s.Succeeded || s.UserID == "" && s.UserPrincipalName == "" {
		return nil
	}
	if s.Latitude == nil || s.Longitude == nil || s.Country == "" || *s.Latitude == 0 && *s.Longitude == 0 {
		e.unplaced++
		return nil
	}
	e.travel(s.UserPrincipalName, s.UserID, signIn{s.TimeGenerated, s.Country, s.IPAddress, *s.Latitude, *s.Longitude, place})
	return nil
}

// How far and how fast nobody travels.
const (
	leastDistance = 500.0  // kilometres
	mostSpeed     = 1000.0 // kilometres an hour
)

// travel sets a sign-in beside the one before. As Defender for Cloud Apps does,
// it looks from country to country.
func (e *Export) travel(user, id string, now signIn) {
	if e.last == nil {
		e.last = make(map[string]signIn)
	}
	key := e.who(user)
	if key == "" {
		key = e.who(id)
	}
	before, seen := e.last[key]
	e.last[key] = now
	if !seen || before.country == now.country {
		return
	}
	distance := kilometres(before, now)
	if distance > leastDistance && distance > mostSpeed*now.time.Sub(before.time).Hours() {
		e.journeys = append(e.journeys, journey{user: user, id: id, from: before, to: now, kilometres: distance})
	}
}

// kilometres is the distance on a sphere.
func kilometres(a, b signIn) float64 {
	const radius, rad = 6371.0, math.Pi / 180
	lat := math.Sin((b.latitude - a.latitude) * rad / 2)
	lon := math.Sin((b.longitude - a.longitude) * rad / 2)
	h := lat*lat + math.Cos(a.latitude*rad)*math.Cos(b.latitude*rad)*lon*lon
	return 2 * radius * math.Asin(math.Sqrt(min(1, h)))
}

// String says who was where, and where next.
func (j *journey) String() string {
	who := j.user
	if who == "" {
		who = j.id
	}
	return fmt.Sprintf("%s was in %s (%s) at %s and in %s (%s) at %s, %.0f km apart", who, j.from.country, j.from.address, stamp(j.from.time),
		j.to.country, j.to.address, stamp(j.to.time), j.kilometres)
}

func journeysAlerted(e *Export, r *result) {
	if !e.looked(r, interactiveTable, alertTable) {
		return
	}
	e.every(r, interactiveTable)
	for i := range e.journeys {
		j := &e.journeys[i]
		found := Evidence{Text: j.String(), Place: j.to.place, User: j.user}
		switch {
		case e.corporate(j.from.address) && e.corporate(j.to.address):
			r.note(j.String() + ": both addresses are corporate, and such travel raises nothing")
		case e.detected(j):
			found.Text += ": Identity Protection detected it"
			r.hold(found)
		default:
			e.alerted(r, &act{topic: ofJourneys, time: j.to.time, users: given([]string{j.user, j.id}), evidence: found})
		}
	}
	if len(e.journeys) == 0 {
		r.doubt("no impossible journey is in the logs: nothing that should have raised an alert")
	}
	if e.unplaced > 0 {
		r.note(fmt.Sprintf("%d sign-ins do not say where, and were not looked at", e.unplaced))
	}
}

// detected tells whether a risk detection is the journey: Defender for Cloud
// Apps hands its own to Identity Protection.
func (e *Export) detected(j *journey) bool {
	return slices.ContainsFunc(e.risks, func(k risk) bool {
		late := k.time.Sub(j.to.time)
		return ofJourneys.in(fold(k.kind)) && late >= 0 && late <= day && (e.same(k.user, j.user) || e.same(k.id, j.id))
	})
}

// corporate tells whether an address is in a range that is tagged so.
func (e *Export) corporate(text string) bool {
	ip, err := netip.ParseAddr(text)
	if err != nil || e.Inventory == nil {
		return false
	}
	return slices.ContainsFunc(e.Inventory.Corporate, func(n tenant.Network) bool { return n.Prefix.Contains(ip.Unmap()) })
}

func locationsWanted() want {
	return want{"named locations of Conditional Access", "GET https://graph.microsoft.com/v1.0/identity/conditionalAccess/namedLocations with Policy.Read.All"}
}

// corporateTrusted compares the corporate ranges with the trusted locations,
// both ways. Only a range that is not trusted is against the check, and only where
// every location is there and understood.
func corporateTrusted(e *Export, r *result) {
	if !e.Inventory.DeclaresCorporate() {
		r.lacks(want{"list of the address ranges tagged corporate", declareIt})
	}
	if !e.policies().LocationsKnown {
		r.lacks(locationsWanted())
	}
	if len(r.open) > 0 {
		return
	}
	trusted := e.trusted(r)
	unclear := slices.Concat(r.open, e.Incomplete)
	var tagged []condaccess.Range
	for _, n := range e.Inventory.Corporate {
		own := condaccess.PrefixRange(n.Prefix)
		tagged = append(tagged, own)
		v := Evidence{Text: n.Prefix.String() + " is tagged corporate, and in a trusted location", Place: e.Inventory.File}
		if covers(trusted, own) {
			r.hold(v)
			continue
		}
		v.Text = n.Prefix.String() + " is tagged corporate, and not wholly in trusted locations"
		if len(unclear) > 0 {
			r.doubt(v.Text + " that are here and understood")
			continue
		}
		r.fail(v)
	}
	for _, t := range trusted {
		if !covers(tagged, t) {
			r.note(fmt.Sprintf("%s to %s is in a trusted location, and not tagged corporate", t.From, t.To))
		}
	}
	r.open = slices.Concat(r.open, e.Incomplete)
	if len(r.against) > 0 && !e.policies().TrustedIPsKnown {
		r.note("the trusted addresses of the multifactor service are in no export, and were not looked at")
	}
}

// trusted returns the ranges of the trusted locations.
func (e *Export) trusted(r *result) []condaccess.Range {
	var out []condaccess.Range
	for _, l := range e.policies().Locations {
		if l.Kind != condaccess.IPLocation && l.Kind != condaccess.UnknownLocation {
			continue
		}
		switch {
		case len(l.Unread) > 0 || l.Kind == condaccess.UnknownLocation || l.Trusted == condaccess.Unsure:
			r.doubt("the named location " + l.Name + " is not understood, or does not say whether it is trusted")
		case l.Trusted == condaccess.Yes:
			out = append(out, l.Ranges...)
		}
	}
	return append(out, e.policies().TrustedIPs...)
}

// covers tells whether ranges together hold all of another.
func covers(ranges []condaccess.Range, all condaccess.Range) bool {
	sorted := slices.Clone(ranges)
	slices.SortFunc(sorted, func(a, b condaccess.Range) int { return a.From.Compare(b.From) })
	next := all.From
	for _, r := range sorted {
		if r.From.BitLen() != next.BitLen() || r.From.Compare(next) > 0 || r.To.Compare(next) < 0 {
			continue
		}
		if r.To.Compare(all.To) >= 0 {
			return true
		}
		next = r.To.Next()
	}
	return false
}
