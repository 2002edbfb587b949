package bind

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// An unpack is evaluate bag_unpack(bag, prefix, columnsConflict,
// ignoredProperties).
type unpack struct {
	*pluginCall
	bag      *plan.Col
	prefix   string
	conflict string
	ignored  []string
}

const (
	unpackExample = "evaluate bag_unpack(d) : (*, a:string, b:long)"
	unpackHint    = "say what columns it gives: " + unpackExample
)

// bagUnpack binds bag_unpack as a Project: the input's columns but the bag, then
// one for each property, in the order of their names.
func (p *pluginCall) bagUnpack() *relation {
	u, ok := p.unpacking()
	if !ok {
		return p.unpackedOpen(u)
	}
	if p.op.Schema != nil {
		return u.declared()
	}
	properties, ok := u.properties()
	if !ok {
		return p.unpackedOpen(u)
	}
	return u.project(properties)
}

// unpackedOpen is the result when the bag's properties are not known.
func (p *pluginCall) unpackedOpen(u *unpack) *relation {
	if p.op.Schema != nil && !p.op.Schema.Star {
		return p.b.unreadAs(p.op.Schema)
	}
	if u.bag == nil {
		return p.in
	}
	return p.open(keep(p.rows.cols, p.others(map[int]bool{u.bag.Index: true})...))
}

// unpacking reads the arguments.
func (p *pluginCall) unpacking() (*unpack, bool) {
	u := &unpack{pluginCall: p}
	if len(p.args) == 0 {
		p.b.report(p.op, diag.ArgumentCount, "bag_unpack needs a column", "")
		return u, false
	}
	bag, ok := p.column(p.args[0])
	if !ok || !p.fits(4, "OutputColumnPrefix", "columnsConflict", "ignoredProperties") {
		return u, false
	}
	if bag.Type() != types.Dynamic && bag.Type() != types.Unknown {
		p.b.report(p.args[0], diag.TypeMismatch, "bag_unpack takes a column of type dynamic, not a "+bag.Type().String(), "write extend d = parse_json(…) first")
		return u, false
	}
	u.bag = bag
	prefix, okPrefix := p.option("OutputColumnPrefix", 1, types.NewString(""))
	conflict, okConflict := p.option("columnsConflict", 2, types.NewString("error"))
	ignored, okIgnored := p.option("ignoredProperties", 3, types.NewDynamic("[]"))
	u.prefix, u.conflict = prefix.Text, conflict.Text
	if !okPrefix || !okConflict || !okIgnored || bag.Type() == types.Unknown {
		return u, false
	}
	if !slices.Contains([]string{"error", "replace_source", "keep_source"}, u.conflict) {
		p.b.report(p.op, diag.TypeMismatch, "there is no columnsConflict "+u.conflict, "it is error, replace_source or keep_source")
		return u, false
	}
	if json.Unmarshal([]byte(ignored.Text), &u.ignored) != nil {
		p.b.report(p.op, diag.TypeMismatch, "ignoredProperties is a dynamic array of names", "")
		return u, false
	}
	return u, true
}

// properties asks what properties the bags have, and of what types.
func (u *unpack) properties() ([]types.Column, bool) {
	if u.in.open {
		return nil, false
	}
	rows, ok := u.b.discover(u.op, "the columns of bag_unpack", unpackHint, u.question())
	if !ok {
		return nil, false
	}
	var found []types.Column
	for _, row := range rows {
		name, t := row[0].Text, propertyType(row[1].Text)
		last := len(found) - 1
		switch {
		case slices.Contains(u.ignored, name):
		case name == "":
			u.b.report(u.op, diag.DependsOnRows, "a bag has a property without a name", "leave it out: ignoredProperties=dynamic([''])")
			return nil, false
		case last >= 0 && found[last].Name == name:
			found[last].Type = propertyOf(found[last].Type, t)
		default:
			found = append(found, types.Column{Name: name, Type: t})
		}
	}
	for i := range found {
		found[i].Type = propertyOf(found[i].Type, types.Unknown)
		if found[i].Type == types.Unknown {
			found[i].Type = types.Dynamic
		}
	}
	return found, true
}

// question is the query for the names and types of the properties: a row for
// each name and type, in order.
func (u *unpack) question() plan.Rel {
	bags := &plan.Project{Input: u.in.rel, Cols: []plan.Named{{Name: "bag", Expr: u.bag}}}
	bag, name := col(0, types.Dynamic), col(1, types.String)
	isBag := call("==", types.Bool, call("gettype", types.String, bag), text("dictionary"))
	names := &plan.Expand{
		Input: &plan.Filter{Input: bags, Cond: isBag},
		Items: []plan.Expansion{{Expr: call("bag_keys", types.Dynamic, bag), Index: 1, Type: types.String}},
		Cols:  []types.Column{{Name: "bag", Type: types.Dynamic}, {Name: "name", Type: types.String}},
	}
	kind := call("gettype", types.String, &plan.Path{X: bag, Steps: []plan.Step{{Index: name}}})
	distinct := &plan.Aggregate{Input: names, Keys: []plan.Named{{Name: "name", Expr: name}, {Name: "type", Expr: kind}}, Grouped: true}
	return &plan.Sort{Input: distinct, Keys: []plan.SortKey{{Expr: col(0, types.String)}, {Expr: col(1, types.String)}}}
}

// propertyType is the type of a column for values of a dynamic type. A null
// says nothing.
func propertyType(kind string) types.Scalar {
	switch kind {
	case "null":
		return types.Unknown
	case "long", "int":
		return types.Long
	case "double", "real":
		return types.Real
	case "bool":
		return types.Bool
	case "string":
		return types.String
	case "datetime":
		return types.DateTime
	case "timespan":
		return types.TimeSpan
	case "guid":
		return types.GUID
	}
	return types.Dynamic
}

// propertyOf is the type of a property that is a and b in different bags:
// dynamic, which holds both.
func propertyOf(a, b types.Scalar) types.Scalar {
	switch {
	case a == types.Unknown || a == b:
		return b
	case b == types.Unknown:
		return a
	}
	return types.Dynamic
}

// project computes the columns of properties.
func (u *unpack) project(properties []types.Column) *relation {
	cols := keep(u.rows.cols, u.others(map[int]bool{u.bag.Index: true})...)
	own := len(cols)
	for _, c := range properties {
		value := u.value(c)
		c.Name = u.prefix + c.Name
		at := slices.IndexFunc(cols, func(n plan.Named) bool { return n.Name == c.Name })
		switch {
		case at < 0:
			cols = append(cols, plan.Named{Name: c.Name, Expr: value})
		case u.conflict == "keep_source" && at < own:
		case u.conflict == "replace_source" && at < own:
			cols[at].Expr = value
		default:
			u.b.report(u.op, diag.DuplicateColumn, fmt.Sprintf("a property of the bag and a column are both called %s", c.Name),
				"write a prefix: bag_unpack(d, 'd_'), or columnsConflict='keep_source'")
		}
	}
	return &relation{rel: &plan.Project{Input: u.in.rel, Cols: cols}}
}

// value reads a property as its column's type.
func (u *unpack) value(c types.Column) plan.Expr {
	at := u.b.span(u.op)
	path := &plan.Path{X: u.bag, Steps: []plan.Step{{Name: c.Name}}, At: at}
	if c.Name == "" {
		path.Steps[0] = plan.Step{Index: text("")}
	}
	return convert(path, c.Type)
}

// declared binds the columns that the query declares: those of the input by
// their names, and properties. Nothing needs to be asked.
func (u *unpack) declared() *relation {
	var cols []plan.Named
	if u.op.Schema.Star {
		cols = keep(u.rows.cols, u.others(map[int]bool{u.bag.Index: true})...)
	}
	own := len(cols)
	for _, c := range u.b.declaredColumns(u.op.Schema.Columns) {
		from := u.rows.column(c.Name)
		at := slices.IndexFunc(cols, func(n plan.Named) bool { return n.Name == c.Name })
		property, prefixed := strings.CutPrefix(c.Name, u.prefix)
		value := u.value(types.Column{Name: property, Type: c.Type})
		switch {
		case at >= 0 && at < own && u.conflict == "replace_source":
			cols[at].Expr = value
		case at >= 0 && at < own && u.conflict == "error":
			u.b.duplicate(u.op.Schema, c.Name)
		case at >= 0:
		case from >= 0 && from != u.bag.Index && u.conflict != "replace_source":
			cols = append(cols, u.source(c, from))
		case !prefixed:
			u.b.report(u.op.Schema, diag.UnknownName, "no property gives column "+c.Name, "names of properties start with "+u.prefix)
		default:
			cols = append(cols, plan.Named{Name: c.Name, Expr: value})
		}
	}
	return &relation{rel: &plan.Project{Input: u.in.rel, Cols: cols}}
}

// source is a column of the input that a schema lists.
func (p *pluginCall) source(c types.Column, from int) plan.Named {
	if t := p.rows.cols[from].Type; t != c.Type && t != types.Unknown && c.Type != types.Unknown {
		p.b.report(p.op.Schema, diag.TypeMismatch, fmt.Sprintf("column %s of the input is a %s, not a %s", c.Name, t, c.Type), "")
	}
	return keep(p.rows.cols, from)[0]
}
