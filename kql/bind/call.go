package bind

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// call binds name(args): a user's function, an aggregate, or a builtin.
func (b *binder) call(x *syntax.Call, r *rows) plan.Expr {
	if r.words != nil {
		if e, ok := r.words.call(b, x, r); ok {
			return e
		}
	}
	if f := b.userFunction(x.Func.Text); f != nil {
		return b.callScalar(x, f, r)
	}
	f, ok := builtin.Lookup(x.Func.Text)
	if !ok || f.Kind == builtin.Infix || f.Name == "neg" {
		b.unknownFunction(x, r)
		return b.failed(x)
	}
	if isMerge(f.Name) {
		return b.mergeCall(x, f, r)
	}
	switch f.Kind {
	case builtin.Aggregate:
		return b.aggregateCall(x, f, r)
	case builtin.Window:
		return b.windowCall(x, f, r)
	case builtin.Plugin:
		b.report(x, diag.UnknownFunction, x.Func.Text+" is a plugin, not a function", "write | evaluate "+x.Func.Text+"(…)")
		return b.failed(x)
	case builtin.Scalar, builtin.Infix:
	}
	return b.scalarCall(x, f, r)
}

// unknownFunction reports a function that is not there, or one that is known
// to reach out of the evidence.
func (b *binder) unknownFunction(x *syntax.Call, r *rows) {
	name := x.Func.Text
	if reason := outside(name); reason != "" {
		b.decline(x, diag.Unsupported, name+"(…) is not supported", reason, types.Unknown)
		return
	}
	if what := foreign(name); what != "" {
		b.refuse(x, name+"(…)", what)
		return
	}
	b.exprs(arguments(x.Args), r)
	b.report(x.Func, diag.UnknownFunction, "no function is called "+name, b.functionHint(name))
}

// outside says why a function that fetches is refused; empty: it does not.
func outside(name string) string {
	switch name {
	case "cluster", "database", "workspace", "app", "adx", "arg", "resource":
		return "there is one database: the evidence; nothing is fetched"
	case "_GetWatchlist", "_GetWatchlistAlias", "external_table":
		return "it gives a table; write toscalar(…) for its first value, or join it"
	case "_ASIM_GetWatchlistRaw":
		return "write _GetWatchlist(\"ALIAS\"), and map the alias to a file; nothing is fetched"
	case "FileProfile", "SeenBy", "AssignedIPAddresses", "DeviceFromIP":
		return "it asks a service of Microsoft's; nothing is fetched"
	case "http_request", "http_request_post", "sql_request", "mysql_request",
		"postgresql_request", "cosmosdb_sql_request", "ai_embeddings", "ai_chat_completion":
		return "nothing is fetched"
	}
	return ""
}

// foreign says why a function that Kusto has and this program lacks is
// refused.
func foreign(name string) string {
	switch {
	case strings.HasPrefix(name, "geo_"), strings.HasPrefix(name, "series_"), strings.HasPrefix(name, "convert_"),
		strings.HasPrefix(name, "row_"), strings.HasPrefix(name, "cursor_"), strings.HasPrefix(name, "graph_"),
		strings.HasPrefix(name, "node_"), strings.HasPrefix(name, "beta_"):
		return "this program does not have it"
	}
	switch name {
	case "extent_id", "extent_tags", "erf", "erfc", "dcount_hll", "percentile_tdigest", "percentrank_tdigest",
		"rank_tdigest", "merge_tdigest", "welch_test", "datetime_list_timezones",
		"current_principal_details", "current_principal_is_member_of", "inner_nodes", "all", "any",
		"map", "labels", "variancepif", "rabinkarp", "totable":
		return "this program does not have it"
	}
	return ""
}

// functionHint says what an unknown function may have been meant to be.
func (b *binder) functionHint(name string) string {
	var candidates []string
	for s := b.scope; s != nil; s = s.parent {
		for _, defined := range s.order {
			if s.names[defined].fn != nil {
				candidates = append(candidates, defined)
			}
		}
	}
	for _, f := range b.env.Functions {
		candidates = append(candidates, f.Name)
	}
	for _, f := range builtin.Functions() {
		if f.Kind != builtin.Infix && f.Kind != builtin.Plugin {
			candidates = append(candidates, f.Name)
		}
	}
	return didYouMean(name, candidates)
}

// arguments strips the names of named arguments.
func arguments(args []syntax.Expr) []syntax.Expr {
	list := make([]syntax.Expr, len(args))
	for i, a := range args {
		list[i] = a
		if n, ok := a.(*syntax.Named); ok {
			list[i] = n.X
		}
	}
	return list
}

// scalarCall binds a call of a scalar builtin.
func (b *binder) scalarCall(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	switch f.Name {
	case "now", "ago":
		return b.clock(x, f, r)
	case "toscalar":
		return b.toScalar(x)
	case "column_names_of":
		return b.columnNamesOf(x)
	case "iff":
		return b.iff(x, r)
	case "case":
		return b.caseOf(x, r)
	case "coalesce", "max_of", "min_of":
		return b.commonCall(x, f, r)
	case "column_ifexists":
		return b.columnIfExists(x, r)
	case "bag_pack":
		return b.bagPack(x, f, r)
	case "bag_pack_columns":
		return b.bagPackColumns(x, r)
	case "pack_all":
		return b.packAll(x, r)
	case "todynamic":
		return b.toDynamic(x, f, r)
	case "ingestion_time":
		return b.ingestionTime(x, f, r)
	case "array_sort_asc", "array_sort_desc":
		return b.arraySort(x, f, r)
	case "estimate_data_size":
		return b.estimateDataSize(x, f, r)
	case "bin_auto":
		return b.binAuto(x, f, r)
	case "extract", "extract_json", "percentile_tdigest":
		return b.typedCall(x, f, r)
	}
	if n, ok := soleName(x); ok {
		return b.plainCall(x, f, []plan.Expr{b.expr(n.X, r)})
	}
	return b.plainCall(x, f, b.exprs(x.Args, r))
}

// soleName returns the only argument of a call, if it has a name: whatever
// the name is, there is nothing else that it could be.
func soleName(x *syntax.Call) (*syntax.Named, bool) {
	if len(x.Args) != 1 {
		return nil, false
	}
	n, ok := x.Args[0].(*syntax.Named)
	return n, ok
}

// plainCall applies a builtin to bound arguments by its signatures.
func (b *binder) plainCall(x *syntax.Call, f *builtin.Function, args []plan.Expr) plan.Expr {
	if !takesChecked(f, len(args)) && !b.countArgs(x, f, len(args)) || anyUnknown(args...) {
		return b.draft(x, f, args)
	}
	s := choose(f, args)
	if s == nil {
		return b.checkedCall(x, f, args)
	}
	call := apply(f, s, args)
	if !b.constantArgs(x, f, call) {
		return b.failed(x)
	}
	if f.Signatures[0].Result == types.String && call.Func == "tostring" && args[0].Type() == types.String {
		return args[0]
	}
	return b.finish(x, call)
}

// countArgs reports a call with too few or too many arguments.
func (b *binder) countArgs(x *syntax.Call, f *builtin.Function, n int) bool {
	least, most := -1, 0
	for i := range f.Signatures {
		s := &f.Signatures[i]
		if takes(s, n) {
			return true
		}
		if few := len(s.Args) - s.Optional; least < 0 || few < least {
			least = few
		}
		most = max(most, len(s.Args))
		if s.Variadic {
			most = -1
		}
	}
	b.report(x, diag.ArgumentCount, fmt.Sprintf("%s takes %s, not %d", x.Func.Text, countText(least, most), n), "")
	return false
}

func countText(least, most int) string {
	switch {
	case most < 0:
		return fmt.Sprintf("%d or more arguments", least)
	case least == most && least == 1:
		return "1 argument"
	case least == most:
		return fmt.Sprintf("%d arguments", least)
	}
	return fmt.Sprintf("%d to %d arguments", least, most)
}

// wrongArguments reports the first argument that no signature takes.
func (b *binder) wrongArguments(x *syntax.Call, f *builtin.Function, args []plan.Expr) {
	for i, a := range args {
		if b.takesAt(f, i, a, len(args)) {
			continue
		}
		want := wantedAt(f, i, len(args))
		hint := ""
		if len(want) == 1 && want[0] != types.Dynamic {
			hint = "write " + plan.Conversion(want[0]) + "(…)"
		}
		if len(want) == 1 && want[0] == types.Dynamic && a.Type() == types.String {
			hint = "write parse_json(…), or split(…)"
		}
		b.report(x.Args[i], diag.TypeMismatch,
			fmt.Sprintf("argument %d of %s is a %s, not a %s", i+1, x.Func.Text, typesText(want), a.Type()), hint)
		return
	}
	b.report(x, diag.TypeMismatch, x.Func.Text+" does not take arguments of these types together", "")
}

func (b *binder) takesAt(f *builtin.Function, i int, a plan.Expr, n int) bool {
	for j := range f.Signatures {
		s := &f.Signatures[j]
		if takes(s, n) && conversionCost(a.Type(), argType(s, i), s.Text) != impossible {
			return true
		}
	}
	return false
}

func wantedAt(f *builtin.Function, i, n int) []types.Scalar {
	var want []types.Scalar
	seen := make(map[types.Scalar]bool)
	for j := range f.Signatures {
		s := &f.Signatures[j]
		if t := argType(s, i); takes(s, n) && !seen[t] {
			seen[t] = true
			want = append(want, t)
		}
	}
	return want
}

func typesText(list []types.Scalar) string {
	text := make([]string, len(list))
	for i, t := range list {
		text[i] = t.String()
	}
	return strings.Join(text, " or ")
}

// constantArgs reports arguments that must be constants and are not.
func (b *binder) constantArgs(x *syntax.Call, f *builtin.Function, call *plan.Call) bool {
	for _, i := range f.Constant {
		if i >= len(call.Args) {
			continue
		}
		if _, ok := constantOf(call.Args[i]); !ok {
			b.decline(x.Args[i], diag.Unsupported, fmt.Sprintf("%s with an argument %d that is not constant is not supported", x.Func.Text, i+1),
				"write a literal, or a let", types.Unknown)
			return b.env.Analyze
		}
	}
	return true
}

// clock binds now and ago: constants, unless the offset depends on the row.
func (b *binder) clock(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	args := b.exprs(x.Args, r)
	if !b.countArgs(x, f, len(args)) || anyUnknown(args...) {
		return b.failed(x)
	}
	b.usesNow = true
	now := b.constant(x, types.NewDateTime(b.env.Now))
	if b.env.Now == plan.OpenNow {
		now = &plan.Call{Func: plan.StepFunc, T: types.DateTime, At: b.span(x)}
	}
	if len(args) == 0 {
		return now
	}
	if choose(f, args) == nil {
		b.wrongArguments(x, f, args)
		return b.failed(x)
	}
	op := "+"
	if f.Name == "ago" {
		op = "-"
	}
	offset := convert(args[0], types.TimeSpan)
	return b.finish(x, &plan.Call{Func: op, Args: []plan.Expr{now, offset}, T: types.DateTime})
}

// toScalar binds toscalar(query).
func (b *binder) toScalar(x *syntax.Call) plan.Expr {
	if len(x.Args) != 1 {
		b.report(x, diag.ArgumentCount, fmt.Sprintf("toscalar takes 1 argument, not %d", len(x.Args)), "")
		return b.failed(x)
	}
	if !b.isTabular(x.Args[0], nil) && b.isScalar(x.Args[0]) {
		return b.once(x, b.expr(x.Args[0], noRows()))
	}
	t := b.table(x.Args[0])
	cols := t.rel.Columns()
	if t.open || len(cols) == 0 {
		return b.failed(x)
	}
	return &plan.Subquery{Rel: t.rel, T: cols[0].Type, At: b.span(x)}
}

// toDynamic binds parse_json and its kin; of a dynamic value it is the value.
func (b *binder) toDynamic(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	args := b.exprs(x.Args, r)
	if len(args) == 1 && args[0].Type() != types.String && args[0].Type() != types.Unknown {
		return convert(args[0], types.Dynamic)
	}
	return b.plainCall(x, f, args)
}

// typedCall binds a function whose last argument may be typeof(…): the result
// is converted.
func (b *binder) typedCall(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	list := x.Args
	if len(list) == 0 {
		return b.plainCall(x, f, nil)
	}
	last, ok := list[len(list)-1].(*syntax.TypeOf)
	if !ok {
		return b.plainCall(x, f, b.exprs(list, r))
	}
	t, ok := b.scalarType(last, last.Type)
	e := b.plainCall(x, f, b.exprs(list[:len(list)-1], r))
	if !ok || e.Type() == types.Unknown {
		return b.failed(x)
	}
	if t == types.Dynamic {
		return b.finish(x, &plan.Call{Func: "todynamic", Args: []plan.Expr{e}, T: types.Dynamic})
	}
	return convert(e, t)
}

// scalarType returns the type of a keyword.
func (b *binder) scalarType(n syntax.Node, keyword string) (types.Scalar, bool) {
	t, ok := types.ParseScalar(keyword)
	if !ok {
		b.report(n, diag.TypeMismatch, "there is no type "+keyword, didYouMean(keyword,
			[]string{"bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan"}))
	}
	return t, ok
}
