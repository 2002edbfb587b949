package investigation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/internal/vocabulary"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// noEvidence is what now() means where there is no evidence to end: any
// instant that a query can subtract from.
const noEvidence = 2000 * 365 * types.TicksPerDay

// CompileOptions says how a query is to be read. The zero value is Log
// Analytics' own names over all of the evidence.
type CompileOptions struct {
	Scope
	Vocabulary string   // a vocabulary's name; empty: none
	Sources    *Sources // what it may read beside the evidence; nil: what the case was told to use
}

// Compile compiles a query over the case. What now() means is the end of the
// evidence, or of the window if that ends earlier. The query is nil if a
// diagnostic is an error.
func (c *Case) Compile(ctx context.Context, text string, o CompileOptions) (*plan.Query, diag.List, error) {
	catalog, infos, err := c.catalog(ctx)
	if err != nil {
		return nil, nil, err
	}
	from, now := span(infos)
	if o.Tenant, err = c.Tenant(ctx, o.Tenant); err != nil {
		return nil, nil, err
	}
	o.Sources = c.sourcesOf(o)
	q, list, err := compile(text, catalog, o.plan(), now, o, c.lookups(ctx, o))
	if err != nil || q == nil {
		return nil, list, err
	}
	its, err := c.ofTenant(ctx, q, infos)
	if err != nil {
		return nil, nil, err
	}
	list = append(list, uncollected(q, its)...)
	list = append(list, notUnderstood(q, infos)...)
	list = append(list, outside(q.Scope, from, now)...)
	left, err := c.leftOut(ctx, q, infos)
	if err != nil {
		return nil, nil, err
	}
	list = append(list, left...)
	list.Sort()
	return q, list, nil
}

// CompileOffline compiles a query against the published schema alone.
func CompileOffline(text string, o CompileOptions) (*plan.Query, diag.List, error) {
	return compile(text, schema.Catalog(), o.plan(), 0, o, lookups{})
}

func compile(text string, catalog types.Catalog, s plan.Scope, now int64, o CompileOptions, ask lookups) (*plan.Query, diag.List, error) {
	if s.To != 0 {
		now = min(now, s.To)
	}
	options, err := languageOptions(catalog, now, o, ask)
	if err != nil {
		return nil, nil, fmt.Errorf("compile: %w", err)
	}
	q, list := kql.Compile(text, options)
	if q == nil {
		return nil, list, nil
	}
	scoped := *q
	scoped.Scope = s
	return &scoped, list, nil
}

// languageOptions are what a query is compiled against.
func languageOptions(catalog types.Catalog, now int64, o CompileOptions, ask lookups) (kql.Options, error) {
	views, err := vocabulary.Views(o.Vocabulary)
	if err != nil {
		return kql.Options{}, err
	}
	if now == 0 {
		now = noEvidence
	}
	options := kql.Options{Catalog: catalog, Functions: views, Now: now, Discover: ask.discover, External: ask.external}
	if options.External == nil {
		options.External = o.Sources.declared
	}
	if o.Vocabulary == "" { // the views have values of their own
		options.Facts = withSearchKey(schema.Facts())
	}
	if o.Sources != nil {
		options.Functions = slices.Concat(options.Functions, o.Sources.Functions)
	}
	return options, nil
}

// withSearchKey adds what to do where a watchlist's search key is not known.
func withSearchKey(facts types.Facts) types.Facts {
	instead := maps.Clone(facts.Instead)
	if instead == nil {
		instead = make(map[string]string)
	}
	if instead["SearchKey"] == "" {
		instead["SearchKey"] = "name the column of the watchlist that is its search key: --external 'ALIAS[COLUMN]=FILE'"
	}
	facts.Instead = instead
	return facts
}

// compileText compiles a query in Log Analytics' own names at an instant.
func compileText(text string, catalog types.Catalog, now int64, functions []bind.Function, ask lookups) (*plan.Query, diag.List) {
	return kql.Compile(text, kql.Options{
		Catalog: catalog, Functions: functions, Now: now, Facts: withSearchKey(schema.Facts()), Discover: ask.discover, External: ask.external,
	})
}

// outside warns of a window in which the evidence has no time at all.
func outside(s plan.Scope, from, end int64) diag.List {
	if end == 0 || (s.From == 0 || s.From < end) && (s.To == 0 || s.To > from) {
		return nil
	}
	return diag.List{{
		Severity: diag.Warning, Code: diag.NotCollected,
		Message: fmt.Sprintf("the window is outside the evidence, which is from %s to %s", types.FormatDateTime(from), types.FormatDateTime(end)),
	}}
}

// uncollected warns of tables that the query reads and no file fed: no row is
// not the same as nothing happened.
func uncollected(q *plan.Query, infos []engine.TableInfo) diag.List {
	have := make(map[string]bool, len(infos))
	for _, info := range infos {
		have[info.Name] = info.Rows > 0
	}
	missing := make(map[diag.Span][]string)
	var spans []diag.Span
	for _, scan := range plan.Scans(q) {
		if have[scan.Table.Name] || slices.Contains(missing[scan.Span], scan.Table.Name) {
			continue
		}
		if missing[scan.Span] == nil {
			spans = append(spans, scan.Span)
		}
		missing[scan.Span] = append(missing[scan.Span], scan.Table.Name)
	}
	var list diag.List
	for _, span := range spans {
		list.Add(diag.Diagnostic{Span: span, Severity: diag.Warning, Code: diag.NotCollected, Message: unfed(missing[span], q.Scope.Tenant)})
	}
	return list
}

// unfed says that tables have no evidence, of a tenant if one is named; of the
// many that a pattern stands for it names the first.
func unfed(tables []string, tenant string) string {
	const few = 3
	fed := "no evidence fed "
	switch tenant {
	case "":
	case plan.Tenantless:
		fed = "no evidence that names no tenant fed "
	default:
		fed = "no evidence of this tenant fed "
	}
	if len(tables) == 1 {
		return fed + "table " + tables[0] + ": that it has no rows says nothing"
	}
	text := strings.Join(tables, ", ")
	if n := len(tables); n > few {
		text = fmt.Sprintf("%d of the tables that this stands for (%s, …)", n, strings.Join(tables[:few], ", "))
	}
	return fed + text + ": that they have no rows says nothing"
}
