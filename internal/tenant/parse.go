package tenant

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// maxFile bounds the size of a file of facts.
const maxFile = 4 << 20

// Parse reads a file of facts. The error is a *ProblemsError.
func Parse(text []byte) (*Facts, error) {
	r := &reader{file: "a file of facts"}
	f := &Facts{declared: make(map[string]bool)}
	if root := r.document(text); root != nil {
		r.facts(root, f)
	}
	if len(r.problems) > 0 {
		return nil, &ProblemsError{r.problems}
	}
	return f, nil
}

// The keys of a file of facts.
const (
	keyTenant         = "tenant"
	keyNetworks       = "networks"
	keyEgress         = "egress"
	keyPenTests       = "penTests"
	keyVIPs           = "vips"
	keyBreakGlass     = "breakGlass"
	keyAdministrators = "administrators"
	keyTravel         = "travel"
	keyMaintenance    = "maintenance"
	keyApplications   = "applications"
)

func keys() []string {
	return []string{
		keyTenant, keyNetworks, keyEgress, keyPenTests, keyVIPs, keyBreakGlass, keyAdministrators, keyTravel, keyMaintenance, keyApplications,
	}
}

func (r *reader) facts(root ast.Node, f *Facts) {
	m := r.mapping(root, "the file")
	for _, key := range keys() {
		if _, ok := m.entries[key]; ok {
			f.declared[key] = true
		}
	}
	f.Tenant = strings.ToLower(m.text(keyTenant))
	f.Networks = each(r, m, keyNetworks, r.network)
	f.Egress = each(r, m, keyEgress, r.network)
	f.PenTests = each(r, m, keyPenTests, r.network)
	f.VIPs = each(r, m, keyVIPs, r.person)
	f.BreakGlass = each(r, m, keyBreakGlass, r.person)
	f.Administrators = each(r, m, keyAdministrators, r.person)
	f.Travel = each(r, m, keyTravel, r.trip)
	f.Maintenance = each(r, m, keyMaintenance, r.maintenance)
	f.Applications = each(r, m, keyApplications, r.application)
	m.rest(keys()...)
}

// network reads an address or a network: "198.51.100.0/24", or cidr and name.
func (r *reader) network(n ast.Node, what string) Network {
	if text, ok := plain(n); ok {
		return Network{Prefix: r.prefix(line(n), what, text)}
	}
	m := r.mapping(n, what)
	network := Network{Name: m.text("name"), Prefix: r.prefix(m.line, what+": cidr", m.required("cidr"))}
	network.From, network.To = m.optionalSpan()
	m.rest("cidr", "name", "from", "to")
	return network
}

func (r *reader) prefix(line int, what, text string) netip.Prefix {
	if text == "" {
		return netip.Prefix{} // it was said
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen())
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		r.problem(line, "%s: %q is no address and no network such as 198.51.100.0/24", what, text)
		return netip.Prefix{}
	}
	if p.Masked() != p {
		r.problem(line, "%s: %s has bits beyond its length: write %s", what, text, p.Masked())
	}
	if p.Bits() == 0 {
		r.problem(line, "%s: %s is every address", what, text)
	}
	return p
}

// person reads "adele@contoso.com", or user, id and name.
func (r *reader) person(n ast.Node, what string) Person {
	if text, ok := plain(n); ok {
		if !strings.Contains(text, "@") {
			r.problem(line(n), "%s: %q is no user principal name; an object id is written id: …", what, text)
		}
		return Person{User: text}
	}
	m := r.mapping(n, what)
	p := Person{User: m.text("user"), ID: m.text("id"), Name: m.text("name")}
	if p.User == "" && p.ID == "" {
		r.problem(m.line, "%s: neither user nor id is there", what)
	}
	m.rest("user", "id", "name")
	return p
}

func (r *reader) trip(n ast.Node, what string) Trip {
	m := r.mapping(n, what)
	t := Trip{Person: Person{User: m.text("user"), ID: m.text("id")}, Country: m.required("country"), Home: m.text("home")}
	if t.Person.User == "" && t.Person.ID == "" {
		r.problem(m.line, "%s: neither user nor id is there", what)
	}
	t.From, t.To = m.span()
	m.rest("user", "id", "country", "home", "from", "to")
	return t
}

func (r *reader) maintenance(n ast.Node, what string) Maintenance {
	m := r.mapping(n, what)
	w := Maintenance{What: m.required("what"), Who: m.texts("who"), Rules: m.texts("rules")}
	if len(w.Who) == 0 {
		r.problem(m.line, "%s: who does it is not there", what)
	}
	w.From, w.To = m.span()
	m.rest("from", "to", "who", "what", "rules")
	return w
}

// application reads one by its id: a name is what whoever made it liked.
func (r *reader) application(n ast.Node, what string) Application {
	m := r.mapping(n, what)
	a := Application{ID: m.required("id"), Name: m.text("name")}
	m.rest("id", "name")
	return a
}

// A Problem is what is wrong in a line of a file of facts.
type Problem struct {
	Line int // from 1; 0: the whole file
	Text string
}

// A ProblemsError is everything that is wrong with a file of facts.
type ProblemsError struct {
	Problems []Problem // by line
}

// Error has a line for each problem, with its line of the file.
func (e *ProblemsError) Error() string { return strings.Join(e.Lines(FileName), "\n") }

// Lines says each problem of the file of that name in a line.
func (e *ProblemsError) Lines(name string) []string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = fmt.Sprintf("%s:%d: %s", name, p.Line, p.Text)
		if p.Line == 0 {
			lines[i] = name + ": " + p.Text
		}
	}
	return lines
}

// moment reads a time, or a date: its start, or its end where it ends
// something, so that the day counts.
func moment(text string, end bool) (time.Time, bool) {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		if end {
			t = t.AddDate(0, 0, 1)
		}
		return t, true
	}
	t, err := time.Parse(time.RFC3339, text)
	return t.UTC(), err == nil
}

func suggestion(key string, known []string) string {
	for _, k := range known {
		if strings.EqualFold(k, key) {
			return ": write " + k
		}
	}
	return "; there are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}
