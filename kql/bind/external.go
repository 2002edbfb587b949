package bind

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// An ExternalKind is the construct by which a query reads from outside.
type ExternalKind int

// The constructs.
const (
	ExternalData     ExternalKind = iota // externaldata(schema) [uris]
	ExternalTable                        // external_table("name")
	Watchlist                            // _GetWatchlist("alias")
	WatchlistAliases                     // _GetWatchlistAlias
	ForeignTable                         // workspace("w").T, cluster("c").database("d").T, arg("").T
)

// An External is what a query reads from outside the tables of its database.
type External struct {
	Kind ExternalKind
	// Name is what a mapping calls it: the first URI, the name of the external
	// table, the alias of the watchlist, or the path to a foreign table, such
	// as Samples.StormEvents.
	Name string
	// Columns are those that the query declares; nil: it declares none.
	Columns []types.Column
	// URIs are where externaldata reads, in order.
	URIs []string
	// Props are the properties after with, their names in lower case.
	Props map[string]string
	// Path is the way to a foreign table, each part as "kind:name", such as
	// cluster:help, database:Samples; the table itself is Table.
	Path  []string
	Table string
}

// String names the thing as a message does.
func (e External) String() string {
	switch e.Kind {
	case ExternalData:
		return "externaldata of " + e.Name
	case ExternalTable:
		return "the external table " + e.Name
	case Watchlist:
		return "the watchlist " + e.Name
	case WatchlistAliases:
		return "the list of watchlists"
	case ForeignTable:
		return "the table " + e.Name + " of another database or workspace"
	}
	panic(e.Kind)
}

// outsideTable returns the rows that stand for ref. Nothing is fetched: without
// a mapping it is an error, or, where a query is only looked at, an open table
// of the columns known.
func (b *binder) outsideTable(x syntax.Node, ref External, known []types.Column, open bool) *relation {
	if b.env.External != nil {
		rel, err := b.env.External(ref)
		if err == nil {
			return &relation{rel: rel}
		}
		if !b.env.Analyze {
			b.report(x, diag.NotMapped, err.Error(), mappingHint(ref))
		}
		return b.unread(known, open)
	}
	if !b.env.Analyze {
		b.report(x, diag.NotMapped, "no file stands for "+ref.String()+": nothing is fetched", mappingHint(ref))
	}
	return b.unread(known, open)
}

// unread is a table of which only columns are known, and perhaps not all.
func (b *binder) unread(known []types.Column, open bool) *relation {
	t := broken()
	t.rel, t.open = &plan.Values{Cols: known}, open
	return t
}

// mappingHint says how to name a file for ref.
func mappingHint(ref External) string {
	hint := fmt.Sprintf("save it as a file, and map it with --external '%s=FILE'", ref.Name)
	if ref.Kind == ExternalData {
		hint += ", or write datatable(…) […]"
	}
	return hint
}

// externalData binds externaldata(schema) [uris] with (properties).
func (b *binder) externalData(x *syntax.ExternalData) *relation {
	ref := External{Kind: ExternalData, Columns: b.declaredColumns(x.Columns), Props: externalProps(x.Props)}
	for _, uri := range x.URIs {
		e := b.expr(uri, noRows())
		v, ok := constantOf(e)
		switch {
		case ok && v.Type == types.String:
			ref.URIs = append(ref.URIs, v.Text)
		case e.Type() != types.Unknown:
			b.report(uri, diag.TypeMismatch, "the address of external data is a constant string", "")
			return b.unread(ref.Columns, false)
		}
	}
	if len(ref.URIs) > 0 {
		ref.Name = ref.URIs[0]
	}
	return b.outsideTable(x, ref, ref.Columns, false)
}

// declaredColumns returns the columns of a schema, and reports names that are
// there twice.
func (b *binder) declaredColumns(list []*syntax.Column) []types.Column {
	var cols []types.Column
	taken := make(names)
	for _, c := range list {
		t, _ := b.scalarType(c, c.Type)
		if taken[c.Name.Text] {
			b.duplicate(c, c.Name.Text)
			continue
		}
		taken[c.Name.Text] = true
		cols = append(cols, types.Column{Name: c.Name.Text, Type: t})
	}
	return cols
}

func externalProps(list []*syntax.Property) map[string]string {
	props := make(map[string]string, len(list))
	for _, p := range list {
		props[strings.ToLower(p.Name.Text)] = propertyText(p)
	}
	return props
}

// externalCall binds external_table, _GetWatchlist and their kin; nil: the
// name is none of them.
func (b *binder) externalCall(x *syntax.Call) *relation {
	switch x.Func.Text {
	case "external_table":
		return b.namedExternal(x, ExternalTable, nil)
	case "_GetWatchlist":
		return b.namedExternal(x, Watchlist, watchlistColumns())
	case "_GetWatchlistAlias":
		return b.outsideTable(x, External{Kind: WatchlistAliases, Name: "watchlists"}, aliasColumns(), false)
	}
	return nil
}

// watchlistColumns are the columns of every watchlist; those of its own follow.
func watchlistColumns() []types.Column {
	return []types.Column{
		{Name: "_DTItemId", Type: types.String},
		{Name: "LastUpdatedTimeUTC", Type: types.DateTime},
		{Name: "SearchKey", Type: types.String},
	}
}

func aliasColumns() []types.Column {
	return []types.Column{{Name: "WatchlistAlias", Type: types.String}}
}

// namedExternal binds a call whose first argument is the name of the thing.
func (b *binder) namedExternal(x *syntax.Call, kind ExternalKind, known []types.Column) *relation {
	if len(x.Args) == 0 {
		b.report(x, diag.ArgumentCount, x.Func.Text+" needs a name", "")
		return b.unread(known, true)
	}
	name, ok := b.columnName(arguments(x.Args)[0], noRows())
	if !ok {
		return b.unread(known, true)
	}
	return b.outsideTable(x, External{Kind: kind, Name: name}, known, true)
}

// foreignTable binds workspace("w").T and its kin. A path that ends at the
// query's own database is a table of the catalog.
func (b *binder) foreignTable(x *syntax.Path) *relation {
	path, ok := b.foreignPath(x.X)
	if !ok {
		return broken()
	}
	name := x.Name.Text
	known, open := b.foreignColumns(name)
	if x.Call != nil {
		known, open = nil, true
		name += "(…)"
	}
	if local(path) && x.Call == nil {
		return b.tableName(x.Name)
	}
	ref := External{Kind: ForeignTable, Path: path, Table: name, Name: foreignName(path, name)}
	return b.outsideTable(x, ref, known, open)
}

// foreignColumns returns the columns of a foreign table: those of the table of
// that name here, if there is one.
func (b *binder) foreignColumns(name string) (cols []types.Column, open bool) {
	if table, ok := b.tableOf(name); ok {
		return table.Columns, false
	}
	return nil, true
}

// local tells whether a path is the query's own database: database("").
func local(path []string) bool {
	return len(path) == 1 && (path[0] == "database:" || path[0] == "database:.")
}

// foreignName is what a mapping calls a foreign table: the names of the path
// and the table, joined by dots.
func foreignName(path []string, table string) string {
	var parts []string
	for _, p := range path {
		if _, name, _ := strings.Cut(p, ":"); name != "" {
			parts = append(parts, name)
		} else {
			parts = append(parts, strings.TrimSuffix(p, ":"))
		}
	}
	return strings.Join(append(parts, table), ".")
}

// foreignPath reads cluster("c").database("d") as a path.
func (b *binder) foreignPath(x syntax.Expr) ([]string, bool) {
	x = unparen(x)
	if name, ok := x.(*syntax.Name); ok && b.entities[name.Text] {
		return []string{"database:" + name.Text}, true
	}
	if call, ok := x.(*syntax.Call); ok {
		return b.foreignStep(nil, call)
	}
	step, ok := x.(*syntax.Path)
	if !ok {
		b.report(x, diag.UnknownTable, "a database stands before the name of a table", "write database(\"…\").Table")
		return nil, false
	}
	path, ok := b.foreignPath(step.X)
	switch {
	case !ok:
		return nil, false
	case step.Call != nil:
		return b.foreignStep(path, step.Call)
	}
	return append(path, "database:"+step.Name.Text), true
}

// foreignStep adds a call such as database("d") to a path. A name that is an
// alias is what it stands for.
func (b *binder) foreignStep(path []string, x *syntax.Call) ([]string, bool) {
	kind := x.Func.Text
	if !foreignRoot(kind) {
		b.unknownFunction(x, noRows())
		return nil, false
	}
	name := ""
	if len(x.Args) > 0 {
		e := b.expr(arguments(x.Args)[0], noRows())
		v, ok := constantOf(e)
		switch {
		case ok && v.Type == types.String:
			name = v.Text
		case e.Type() == types.Unknown:
			return nil, false
		case b.env.Analyze:
			name = "…"
		default:
			b.report(x.Args[0], diag.TypeMismatch, "the name of a "+kind+" is a constant string", "")
			return nil, false
		}
	}
	if alias, ok := b.aliases[name]; ok && kind == "database" && len(path) == 0 {
		return alias, true
	}
	return append(path, kind+":"+name), true
}

// foreignRoot tells whether a function names a place of tables.
func foreignRoot(name string) bool {
	switch name {
	case "cluster", "database", "workspace", "app", "adx", "arg", "resource":
		return true
	}
	return false
}

// alias binds alias database name = cluster("c").database("d").
func (b *binder) alias(s *syntax.Alias) {
	path, ok := b.foreignPath(s.Value)
	if !ok {
		return
	}
	if b.aliases == nil {
		b.aliases = make(map[string][]string)
	}
	b.aliases[s.Name.Text] = path
}
