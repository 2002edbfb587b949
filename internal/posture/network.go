package posture

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A securityGroup is a network security group: its inbound rules, the first to
// be asked first, and what it stands before.
type securityGroup struct {
	id, place           string
	rules               []inbound
	interfaces, subnets []string // ids in lower case
}

// An inbound is a rule for traffic that comes in.
type inbound struct {
	name     string
	priority int
	allow    bool
	anyone   bool // it is for every source
	ports    []string
	to       []string // destinations; empty: application security groups, which are not read
}

// A machine is a virtual machine, with the network interfaces that it has.
type machine struct {
	id, place  string
	interfaces []string // ids in lower case
}

// A networkInterface is where a machine meets a network.
type networkInterface struct {
	machine, group string // ids in lower case
	subnets        []string
	addresses      []netip.Addr // its own in the network
	public         bool         // it has an address of its own on the Internet
	balanced       bool         // a load balancer, which may have one, stands before it
}

type reference struct{ ID string }

func ids(list []reference) []string {
	var out []string
	for _, r := range list {
		out = append(out, strings.ToLower(r.ID))
	}
	return out
}

// An inboundJSON is a rule of a group, as its interface has it or with its
// properties among the other members.
type inboundJSON struct {
	Name       string
	Properties struct {
		Access, Direction, Protocol          string
		SourceAddressPrefix                  words
		SourceAddressPrefixes                words
		DestinationAddressPrefix             words
		DestinationAddressPrefixes           words
		DestinationApplicationSecurityGroups []reference
		DestinationPortRange                 words
		DestinationPortRanges                words
		Priority                             int
	}
}

// UnmarshalJSON reads a rule in either form. One that is neither for what comes
// in nor for what goes out is none.
func (r *inboundJSON) UnmarshalJSON(data []byte) error {
	named, err := resource(data, &r.Properties)
	if err != nil {
		return err
	}
	r.Name = named.Name
	if d := r.Properties.Direction; !strings.EqualFold(d, "Inbound") && !strings.EqualFold(d, "Outbound") {
		return fmt.Errorf("rule %q is neither Inbound nor Outbound", r.Name)
	}
	if a := r.Properties.Access; !strings.EqualFold(a, "Allow") && !strings.EqualFold(a, "Deny") {
		return fmt.Errorf("rule %q neither allows nor denies", r.Name)
	}
	return nil
}

// words are texts that some exports write as one, others as a list.
type words []string

// UnmarshalJSON reads either.
func (w *words) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return json.Unmarshal(data, (*[]string)(w))
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*w = given([]string{text})
	return nil
}

func (r *inboundJSON) ports() []string {
	return slices.Concat(r.Properties.DestinationPortRanges, r.Properties.DestinationPortRange)
}

func (r *inboundJSON) sources() []string {
	return slices.Concat(r.Properties.SourceAddressPrefixes, r.Properties.SourceAddressPrefix)
}

// to returns the destinations; none where they are groups of applications, which
// are not read.
func (r *inboundJSON) to() []string {
	list := slices.Concat(r.Properties.DestinationAddressPrefixes, r.Properties.DestinationAddressPrefix)
	if len(list) == 0 && len(r.Properties.DestinationApplicationSecurityGroups) == 0 {
		return []string{"*"}
	}
	return list
}

// overTCP tells whether a rule is for the protocol of management ports.
func (r *inboundJSON) overTCP() bool {
	return r.Properties.Protocol == "*" || r.Properties.Protocol == "" || strings.EqualFold(r.Properties.Protocol, "Tcp")
}

func (e *Export) readGroup(place string, data []byte) error {
	var p struct {
		SecurityRules              []inboundJSON
		NetworkInterfaces, Subnets []reference
	}
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	g := securityGroup{id: r.ID, place: place, interfaces: ids(p.NetworkInterfaces), subnets: ids(p.Subnets)}
	before := len(e.gates)
	for i := range p.SecurityRules {
		s := &p.SecurityRules[i]
		if !strings.EqualFold(s.Properties.Direction, "Inbound") || !s.overTCP() {
			continue
		}
		allow := strings.EqualFold(s.Properties.Access, "Allow")
		rule := inbound{s.Name, s.Properties.Priority, allow, slices.ContainsFunc(s.sources(), anywhere), s.ports(), s.to()}
		g.rules = append(g.rules, rule)
		if allow && ofJustInTimeAccess(s.Name) {
			e.gates = append(e.gates, gate{group: r.ID, rule: rule, source: strings.Join(s.sources(), " "), place: place})
		}
	}
	slices.SortStableFunc(g.rules, func(a, b inbound) int { return a.priority - b.priority })
	e.groups = append(e.groups, g)
	if len(e.gates) == before {
		e.gates = append(e.gates, gate{group: r.ID, place: place, only: true})
	}
	return nil
}

// ofJustInTimeAccess tells by its name whether just-in-time access made a rule.
func ofJustInTimeAccess(rule string) bool { return strings.HasPrefix(strings.ToLower(rule), gateName) }

func (e *Export) readMachine(place string, data []byte) error {
	var p struct {
		NetworkProfile struct{ NetworkInterfaces []reference }
	}
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	e.machines = append(e.machines, machine{r.ID, place, ids(p.NetworkProfile.NetworkInterfaces)})
	return nil
}

// An addressJSON is one of the addresses of an interface, in either form.
type addressJSON struct {
	PrivateIPAddress                string
	Subnet                          reference
	PublicIPAddress                 *reference
	LoadBalancerBackendAddressPools []reference
	LoadBalancerInboundNatRules     []reference
}

// UnmarshalJSON reads an address in either form.
func (a *addressJSON) UnmarshalJSON(data []byte) error {
	type plainly addressJSON
	_, err := resource(data, (*plainly)(a))
	return err
}

func (e *Export) readInterface(_ string, data []byte) error {
	var p struct {
		VirtualMachine, NetworkSecurityGroup reference
		IPConfigurations                     []addressJSON
	}
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	n := networkInterface{machine: strings.ToLower(p.VirtualMachine.ID), group: strings.ToLower(p.NetworkSecurityGroup.ID)}
	for _, c := range p.IPConfigurations {
		n.subnets = append(n.subnets, strings.ToLower(c.Subnet.ID))
		if a, err := netip.ParseAddr(c.PrivateIPAddress); err == nil {
			n.addresses = append(n.addresses, a)
		}
		n.public = n.public || c.PublicIPAddress != nil
		n.balanced = n.balanced || len(c.LoadBalancerBackendAddressPools)+len(c.LoadBalancerInboundNatRules) > 0
	}
	if e.interfaces == nil {
		e.interfaces = make(map[string]networkInterface)
	}
	e.interfaces[strings.ToLower(r.ID)] = n
	return nil
}

// managementPorts are those over which machines are managed: SSH, RDP, WinRM.
func managementPorts() []int { return []int{22, 3389, 5985, 5986} }

// lets returns whether a group lets everybody in to a port of an interface, and
// the rule that does or may. What just-in-time access opened is not meant. A rule
// of which it is not known whether it is for the interface leaves open what rules
// after it say otherwise.
func (g *securityGroup) lets(port int, n *networkInterface) (condaccess.Truth, *inbound) {
	var perhaps [2]*inbound // a rule that may deny, and one that may allow
	for i := range g.rules {
		r := &g.rules[i]
		if !r.anyone || !r.has(port) || ofJustInTimeAccess(r.name) && r.allow {
			continue
		}
		switch r.reaches(n) {
		case condaccess.No:
		case condaccess.Unsure:
			if r.allow {
				perhaps[1] = r
			} else {
				perhaps[0] = r
			}
		case condaccess.Yes:
			return r.decides(perhaps)
		}
	}
	return (&inbound{}).decides(perhaps) // Azure denies what no rule allows
}

// decides says what a rule that is for the interface makes of it, after others
// that may be.
func (r *inbound) decides(perhaps [2]*inbound) (condaccess.Truth, *inbound) {
	switch {
	case r.allow && perhaps[0] == nil:
		return condaccess.Yes, r
	case r.allow:
		return condaccess.Unsure, r
	case perhaps[1] != nil:
		return condaccess.Unsure, perhaps[1]
	}
	return condaccess.No, nil
}

// reaches tells whether a rule is for traffic to an interface.
func (r *inbound) reaches(n *networkInterface) condaccess.Truth {
	out := condaccess.No
	if len(r.to) == 0 {
		return condaccess.Unsure
	}
	for _, to := range r.to {
		out = out.Or(destined(to, n))
	}
	return out
}

func destined(to string, n *networkInterface) condaccess.Truth {
	if anywhere(to) || strings.EqualFold(to, "VirtualNetwork") {
		return condaccess.Yes
	}
	prefix, err := netip.ParsePrefix(to)
	if a, single := netip.ParseAddr(to); single == nil {
		prefix, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	switch {
	case err != nil || len(n.addresses) == 0:
		return condaccess.Unsure
	case slices.ContainsFunc(n.addresses, prefix.Contains):
		return condaccess.Yes
	}
	return condaccess.No
}

// has tells whether a rule is for a port.
func (r *inbound) has(port int) bool {
	return slices.ContainsFunc(r.ports, func(text string) bool {
		low, high, ranged := strings.Cut(text, "-")
		if !ranged {
			high = low
		}
		from, err1 := strconv.Atoi(strings.TrimSpace(low))
		to, err2 := strconv.Atoi(strings.TrimSpace(high))
		return text == "*" || err1 == nil && err2 == nil && from <= port && port <= to
	})
}

// before returns the groups that stand before an interface.
func (e *Export) before(id string) []*securityGroup {
	var out []*securityGroup
	n := e.interfaces[id]
	for i := range e.groups {
		g := &e.groups[i]
		if slices.Contains(g.interfaces, id) || n.group == strings.ToLower(g.id) || slices.ContainsFunc(n.subnets, func(s string) bool { return slices.Contains(g.subnets, s) }) {
			out = append(out, g)
		}
	}
	return out
}

// portsTimed wants no machine to have a management port open to everybody: by
// what Defender recommends, and by the groups before each machine.
func portsTimed(e *Export, r *result) {
	e.each((*Assessment).jit, r)
	for i := range e.machines {
		e.judgeMachine(&e.machines[i], r)
	}
	if len(r.support)+len(r.against)+len(r.open) == 0 {
		r.lacks(want{"assessment of just-in-time access", assessmentsWanted().obtain})
	}
}

// judgeMachine judges a machine by its groups. One with an interface, or with none
// that is named, of which neither a group nor a recommendation nor a just-in-time
// policy tells is not known.
func (e *Export) judgeMachine(m *machine, r *result) {
	silent := len(m.interfaces) == 0
	for _, id := range m.interfaces {
		groups := e.before(id)
		if len(groups) > 0 {
			e.judgeInterface(m, id, groups, r)
		}
		silent = silent || len(groups) == 0
	}
	if silent && !e.assessedMachine(m) {
		r.doubt("nothing says how the management ports of " + m.id + " are opened")
		r.obtain = append(r.obtain, assessmentsWanted().obtain, "the network security groups and network interfaces, as Reader")
	}
}

func (e *Export) judgeInterface(m *machine, id string, groups []*securityGroup, r *result) {
	n, exported := e.interfaces[id]
	closed := true
	for _, port := range managementPorts() {
		open, text, place := openBy(groups, port, &n)
		closed = closed && open == condaccess.No
		switch {
		case open == condaccess.No:
		case exported && !n.public && n.balanced:
			r.doubt(text + " of " + m.id + ", before which a load balancer stands: whether it lets the Internet in was not looked at")
		case exported && !n.public:
			r.note(text + " of " + m.id + ", which has no address on the Internet")
		case n.group != "" && !e.exportedGroup(n.group):
			r.doubt(text + " of " + m.id + ", before whose interface " + n.group + " stands too, which was not exported")
		case open == condaccess.Unsure:
			r.doubt("whether " + text + " of " + m.id + " is not known: by rules for single machines")
		default:
			r.fail(Evidence{Text: text + " of " + m.id, Place: place, Resource: m.id})
		}
	}
	if closed {
		r.hold(Evidence{Text: "no rule lets everybody in to the management ports of " + m.id, Place: groups[0].place, Resource: m.id})
	}
}

func (e *Export) exportedGroup(id string) bool {
	return slices.ContainsFunc(e.groups, func(g securityGroup) bool { return strings.EqualFold(g.id, id) })
}

// openBy tells whether every group before a machine lets everybody in to a port,
// and by which rule.
func openBy(groups []*securityGroup, port int, n *networkInterface) (open condaccess.Truth, text, place string) {
	open = condaccess.Yes
	for _, g := range groups {
		lets, rule := g.lets(port, n)
		if open = open.And(lets); open == condaccess.No {
			return open, "", ""
		}
		text, place = fmt.Sprintf("rule %s of %s lets everybody in to port %d", rule.name, g.id, port), g.place
	}
	return open, text, place
}

// assessedMachine tells whether a recommendation, or a just-in-time policy, tells
// of a machine.
func (e *Export) assessedMachine(m *machine) bool {
	return slices.ContainsFunc(e.Assessments, func(a Assessment) bool {
		return a.jit() && (a.Status == Healthy || a.Status == Unhealthy) && strings.EqualFold(a.Resource, m.id)
	}) || slices.ContainsFunc(e.Access, func(p AccessPolicy) bool { return strings.EqualFold(p.Machine, m.id) })
}
