package posture

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// An AccessPolicy is which port of a machine can be opened just in time.
type AccessPolicy struct {
	Name, Machine string
	Port          int
	Sources       []string
	Longest       string // as ISO 8601 has it: PT3H
	Place         string
}

// An AccessRequest is a port of a machine that somebody had opened.
type AccessRequest struct {
	Policy, Machine, Requestor string
	Application                string // that asked by itself, by its id; empty: a person did, or it is not said
	Address                    string // that the request came from; empty: not said
	Port                       int
	Source                     string // addresses that the port was opened to
	Start, End                 time.Time
	Status, Justification      string
	Place                      string
}

// jitAssessment is the recommendation that management ports are opened just in
// time.
const jitAssessment = "805651bc-6ecd-4c73-9b55-97a19d0582d0"

func justInTimeWanted() want {
	return want{"just-in-time policies (Microsoft.Security/jitNetworkAccessPolicies)", "GET /subscriptions/{id}/providers/Microsoft.Security/jitNetworkAccessPolicies?api-version=2020-01-01 as Security Reader"}
}

type jitPort struct {
	Number                       int
	AllowedSourceAddressPrefix   string
	AllowedSourceAddressPrefixes []string
	MaxRequestAccessDuration     string
	EndTimeUtc                   string
	Status                       string
}

type jitMachine struct {
	ID    string
	Ports []jitPort
}

func (p *jitPort) sources() []string {
	if p.AllowedSourceAddressPrefix == "" {
		return p.AllowedSourceAddressPrefixes
	}
	return append([]string{p.AllowedSourceAddressPrefix}, p.AllowedSourceAddressPrefixes...)
}

func (e *Export) readAccess(place string, data []byte) error {
	var p struct {
		VirtualMachines []jitMachine
		Requests        []struct {
			Requestor, StartTimeUtc, Justification string
			VirtualMachines                        []jitMachine
		}
	}
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	e.timed = true
	for _, vm := range p.VirtualMachines {
		for _, port := range vm.Ports {
			e.Access = append(e.Access, AccessPolicy{r.Name, vm.ID, port.Number, port.sources(), port.MaxRequestAccessDuration, place})
		}
	}
	for _, q := range p.Requests {
		for _, vm := range q.VirtualMachines {
			for _, port := range vm.Ports {
				e.Requests = append(e.Requests, AccessRequest{
					Policy: r.Name, Machine: vm.ID, Requestor: q.Requestor, Port: port.Number, Source: strings.Join(port.sources(), ", "),
					Start: instant(q.StartTimeUtc), End: instant(port.EndTimeUtc), Status: port.Status, Justification: q.Justification, Place: place,
				})
			}
		}
	}
	return nil
}

// String names the port and the machine.
func (p *AccessPolicy) String() string {
	return fmt.Sprintf("%s: port %d of %s", p.Name, p.Port, p.Machine)
}

// evidence says more of the port.
func (p *AccessPolicy) evidence(more string) Evidence {
	return Evidence{Text: p.String() + more, Place: p.Place, Resource: p.Machine}
}

// String says who had what opened, and when.
func (q *AccessRequest) String() string {
	text := q.Requestor + " asked for "
	if q.Port > 0 {
		text += fmt.Sprintf("port %d of ", q.Port)
	}
	text += q.Machine
	if !q.Start.IsZero() {
		text += " at " + stamp(q.Start)
	}
	if q.Status != "" {
		text += ", " + q.Status
	}
	return text
}

func (q *AccessRequest) evidence(more string) Evidence {
	return Evidence{Text: q.String() + more, Place: q.Place, Resource: q.Machine, User: q.Requestor}
}

func (a *Assessment) jit() bool {
	name := strings.ToLower(a.Name)
	return a.Key == jitAssessment || strings.Contains(name, "just-in-time") || strings.Contains(name, "just in time")
}

func sourcesNamed(e *Export, r *result) {
	if !e.timed {
		r.lacks(justInTimeWanted())
		return
	}
	for i := range e.Access {
		p := &e.Access[i]
		if len(p.Sources) == 0 || slices.ContainsFunc(p.Sources, anywhere) {
			r.fail(p.evidence(""))
		} else {
			r.hold(p.evidence(" from " + strings.Join(p.Sources, ", ")))
		}
	}
}

// anywhere tells whether a source of a network rule is every address.
func anywhere(source string) bool {
	return source == "*" || source == "0.0.0.0/0" || source == "::/0" || strings.EqualFold(source, "Internet") || strings.EqualFold(source, "Any")
}

const longestAccess = 3 * time.Hour

func accessShort(e *Export, r *result) {
	if !e.timed {
		r.lacks(justInTimeWanted())
		return
	}
	for i := range e.Access {
		p := &e.Access[i]
		longest, err := period(p.Longest)
		switch {
		case err != nil:
			r.doubt(p.String() + ": " + err.Error())
		case longest > longestAccess:
			r.fail(p.evidence(" for " + p.Longest))
		default:
			r.hold(p.evidence(" for " + p.Longest))
		}
	}
}

// period reads a duration of ISO 8601 that has days, hours, minutes and
// seconds.
func period(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is no duration", s)
	rest, ok := strings.CutPrefix(strings.ToUpper(s), "P")
	if !ok || rest == "" {
		return 0, bad
	}
	date, clock, timed := strings.Cut(rest, "T")
	if timed && clock == "" || strings.ContainsAny(rest, "+-") {
		return 0, bad
	}
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

// initiate is the operation of the activity log that asks for access.
const initiate = "microsoft.security/locations/jitnetworkaccesspolicies/initiate/action"

// readActivity reads a request as the activity log has it.
func (e *Export) readActivity(place string, row []byte) error {
	var a struct {
		TimeGenerated                                    time.Time
		Caller, AppID, CallerIPAddress, Resource, Status string
	}
	if err := json.Unmarshal(row, &a); err != nil {
		return err
	}
	e.Requests = append(e.Requests, AccessRequest{
		Policy: "activity log", Machine: a.Resource, Requestor: a.Caller, Application: a.AppID, Address: a.CallerIPAddress, Start: a.TimeGenerated, Status: a.Status, Place: place,
	})
	return nil
}

// requested tells whether there is anything that holds requests. A policy holds
// those that are recent, and the activity log those of before: that there was no
// other is known by both alone.
func (e *Export) requested(r *result) bool {
	if !e.timed {
		r.lacks(justInTimeWanted())
	}
	e.looked(r, activityTable)
	e.every(r, activityTable)
	return e.timed || e.has(activityTable)
}

func requestsClean(e *Export, r *result) {
	if !e.Investigated {
		r.lacks(investigationWanted())
	}
	if !e.requested(r) || !e.Investigated {
		return
	}
	suspects := e.suspects()
	for i := range e.Requests {
		q := &e.Requests[i]
		if in, why := suspects.asked(e, q); in != "" {
			r.fail(q.evidence(": " + why + " incident " + in))
		} else {
			r.hold(q.evidence(""))
		}
	}
	e.noRequest(r)
}

// noRequest says that what would hold requests holds none.
func (e *Export) noRequest(r *result) {
	if len(e.Requests) > 0 {
		return
	}
	for i := range e.Access {
		r.hold(e.Access[i].evidence(" has no request"))
	}
	if e.has(activityTable) {
		r.hold(Evidence{Text: activityTable + " has no request for just-in-time access"})
	}
}

func accessClosed(e *Export, r *result) {
	if !e.requested(r) {
		return
	}
	e.atWork(r)
	e.closed(r)
}

// atWork judges when requests were made.
func (e *Export) atWork(r *result) {
	if e.Inventory == nil || e.Inventory.Hours == nil {
		r.lacks(want{"working hours", declareIt})
		return
	}
	for i := range e.Requests {
		q := &e.Requests[i]
		switch {
		case q.Start.IsZero():
			r.doubt(q.String() + ": it does not say when")
		case !e.Inventory.Hours.Contains(q.Start):
			r.fail(q.evidence(", outside working hours"))
		default:
			r.hold(q.evidence(", at work"))
		}
	}
	e.noRequest(r)
}

// A gate is a rule of a network security group that lets traffic in, which
// just-in-time access made.
type gate struct {
	group, source, place string
	rule                 inbound
	only                 bool // the group is exported without such a rule
}

// gateName is how the rules begin that just-in-time access makes.
const gateName = "securitycenter-jitrule"

// closed judges whether rules outlive their requests: whether a group has one
// for a port that no request still has open.
func (e *Export) closed(r *result) {
	if len(e.gates) == 0 {
		r.lacks(want{"network security groups (Microsoft.Network/networkSecurityGroups)", "GET /subscriptions/{id}/providers/Microsoft.Network/networkSecurityGroups?api-version=2023-09-01 as Reader"})
		return
	}
	for i := range e.gates {
		g := &e.gates[i]
		switch {
		case g.only:
			r.hold(Evidence{Text: g.group + " has no rule of just-in-time access that lets traffic in", Place: g.place, Resource: g.group})
		case !e.timed:
			r.doubt(g.String() + ", and its request was not exported")
		default:
			e.outlived(g, r)
		}
	}
}

// String says what a rule lets in.
func (g *gate) String() string {
	return fmt.Sprintf("rule %s of %s lets %s in to port %s", g.rule.name, g.group, g.source, strings.TrimSpace(strings.Join(g.rule.ports, " ")))
}

func (e *Export) outlived(g *gate, r *result) {
	last, open := e.lastRequest(g)
	switch {
	case open == condaccess.Yes:
		r.hold(Evidence{Text: g.String() + ", as a request says that is open", Place: g.place, Resource: g.group})
	case open == condaccess.Unsure:
		r.doubt(g.String() + ", and of the machines that it may be for only some have a request that is open")
	case last == nil:
		r.doubt(g.String() + ", and no request that was exported asks for it")
	default:
		r.fail(Evidence{Text: g.String() + ", and " + last.ended(), Place: g.place, Resource: g.group})
	}
}

func (q *AccessRequest) ended() string {
	text := "the last request of " + q.Requestor + " is " + q.Status
	if !q.End.IsZero() {
		text += ", until " + stamp(q.End)
	}
	return text
}

// lastRequest returns the last of the requests that a rule may be of, and
// whether one is open. The same port is asked for on many machines: where a rule
// may be for several, and not all of them have an open request, that is unsure.
func (e *Export) lastRequest(g *gate) (last *AccessRequest, open condaccess.Truth) {
	machines := make(map[string]bool) // whether one for the machine is open
	for i := range e.Requests {
		q := &e.Requests[i]
		if q.Port == 0 || !g.rule.has(q.Port) || e.destined(g, q.Machine) == condaccess.No {
			continue
		}
		if last == nil || q.End.After(last.End) {
			last = q
		}
		id := strings.ToLower(q.Machine)
		machines[id] = machines[id] || q.open(e.End)
	}
	some, all := false, true
	for _, one := range machines {
		some, all = some || one, all && one
	}
	switch {
	case !some:
		return last, condaccess.No
	case !all:
		return last, condaccess.Unsure
	}
	return last, condaccess.Yes
}

// open tells whether a request may still be open: it was not revoked, nor did it
// end before the evidence did.
func (q *AccessRequest) open(end time.Time) bool {
	over := !end.IsZero() && !q.End.IsZero() && q.End.Before(end)
	return strings.EqualFold(q.Status, "Initiated") && !over
}

// destined tells whether a rule is for traffic to a machine.
func (e *Export) destined(g *gate, id string) condaccess.Truth {
	out, known := condaccess.No, false
	for _, n := range e.interfaces {
		if n.machine == strings.ToLower(id) {
			out, known = out.Or(g.rule.reaches(&n)), true
		}
	}
	if !known {
		return condaccess.Unsure
	}
	return out
}
