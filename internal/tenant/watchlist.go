package tenant

import (
	"time"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A watchlist is one that the facts give: the key of the file that declares
// it, its columns, and how its rows are made.
type watchlist struct {
	key     string
	columns []string // SearchKey is the first
	rows    func(f *Facts) [][]string
}

// listOf returns the watchlist of an alias.
func listOf(alias string) (watchlist, bool) {
	person := []string{"SearchKey", "UserPrincipalName", "ObjectId", "Name"}
	network := []string{"SearchKey", "Network", "Name", "From", "To"}
	switch alias {
	case "BreakGlass":
		return watchlist{keyBreakGlass, person, func(f *Facts) [][]string { return people(f.BreakGlass) }}, true
	case "VIPs", "VIPUsers":
		return watchlist{keyVIPs, person, func(f *Facts) [][]string { return people(f.VIPs) }}, true
	case "Administrators":
		return watchlist{keyAdministrators, person, func(f *Facts) [][]string { return people(f.Administrators) }}, true
	case "TrustedNetworks":
		return watchlist{keyNetworks, network, func(f *Facts) [][]string { return networks(f.Networks) }}, true
	case "Egress":
		return watchlist{keyEgress, network, func(f *Facts) [][]string { return networks(f.Egress) }}, true
	case "PenTestSources":
		return watchlist{keyPenTests, network, func(f *Facts) [][]string { return networks(f.PenTests) }}, true
	case "KnownApplications":
		return watchlist{keyApplications, []string{"SearchKey", "AppId", "Name"}, applications}, true
	case "ExpectedTravel":
		return watchlist{keyTravel, []string{"SearchKey", "UserPrincipalName", "ObjectId", "Country", "Home", "From", "To"}, trips}, true
	case "MaintenanceWindows":
		return watchlist{keyMaintenance, []string{"SearchKey", "UserPrincipalName", "What", "From", "To"}, works}, true
	}
	return watchlist{}, false
}

// Aliases are the watchlists that facts give to queries.
func Aliases() []string {
	return []string{
		"Administrators", "BreakGlass", "Egress", "ExpectedTravel", "KnownApplications", "MaintenanceWindows", "PenTestSources", "TrustedNetworks",
		"VIPUsers", "VIPs",
	}
}

// Watchlist returns the rows of a watchlist in Sentinel's form: what every
// watchlist has, then the columns of its own, texts but for times. Known is
// false if no fact gives a watchlist of that alias; declared is false if the
// facts do not have its list, and there are no rows.
func (f *Facts) Watchlist(alias string) (rel *plan.Values, declared, known bool) {
	l, known := listOf(alias)
	if !known {
		return nil, false, false
	}
	rel = &plan.Values{Cols: []types.Column{{Name: "_DTItemId", Type: types.String}, {Name: "LastUpdatedTimeUTC", Type: types.DateTime}}}
	for _, name := range l.columns {
		rel.Cols = append(rel.Cols, types.Column{Name: name, Type: typeOf(name)})
	}
	if f == nil {
		return rel, false, true
	}
	for _, texts := range l.rows(f) {
		row := []plan.Expr{constant(types.NewString("")), constant(types.Null(types.DateTime))}
		for i, text := range texts {
			row = append(row, constant(cell(typeOf(l.columns[i]), text)))
		}
		rel.Rows = append(rel.Rows, row)
	}
	return rel, f.Declares(l.key), true
}

// Key returns the key of the facts that gives a watchlist its rows.
func Key(alias string) string {
	l, _ := listOf(alias)
	return l.key
}

func typeOf(column string) types.Scalar {
	if column == "From" || column == "To" {
		return types.DateTime
	}
	return types.String
}

func constant(v types.Value) plan.Expr { return &plan.Const{Value: v} }

func cell(t types.Scalar, text string) types.Value {
	if t == types.String {
		return types.NewString(text)
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return types.Null(types.DateTime) // there is no bound
	}
	return types.NewDateTime(types.TicksOf(at))
}

func people(list []Person) [][]string {
	rows := make([][]string, len(list))
	for i, p := range list {
		rows[i] = []string{p.key(), p.User, p.ID, p.Name}
	}
	return rows
}

// key is what tells a person: the name, or the id of who has none.
func (p Person) key() string {
	if p.User == "" {
		return p.ID
	}
	return p.User
}

func networks(list []Network) [][]string {
	rows := make([][]string, len(list))
	for i, n := range list {
		rows[i] = []string{n.Prefix.String(), n.Prefix.String(), n.Name, stamp(n.From), stamp(n.To)}
	}
	return rows
}

func applications(f *Facts) [][]string {
	rows := make([][]string, len(f.Applications))
	for i, a := range f.Applications {
		rows[i] = []string{a.ID, a.ID, a.Name}
	}
	return rows
}

func trips(f *Facts) [][]string {
	rows := make([][]string, len(f.Travel))
	for i, t := range f.Travel {
		rows[i] = []string{t.Person.key(), t.Person.User, t.Person.ID, t.Country, t.Home, stamp(t.From), stamp(t.To)}
	}
	return rows
}

func works(f *Facts) [][]string {
	var rows [][]string
	for _, m := range f.Maintenance {
		for _, who := range m.Who {
			rows = append(rows, []string{who, who, m.What, stamp(m.From), stamp(m.To)})
		}
	}
	return rows
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
