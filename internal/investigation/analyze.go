package investigation

import (
	"context"
	"fmt"

	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/types"
)

// Analyze looks at a query over the case and runs nothing. What it says is
// what Compile says, and more: it has columns where Compile has no query.
func (c *Case) Analyze(ctx context.Context, text string, o CompileOptions) (kql.Analysis, error) {
	catalog, infos, err := c.catalog(ctx)
	if err != nil {
		return kql.Analysis{}, err
	}
	_, now := span(infos)
	o.Sources = c.sourcesOf(o)
	a, err := analyze(text, catalog, now, o)
	if err != nil || a.Diagnostics.HasErrors() || a.Open {
		return a, err
	}
	q, _, err := compile(text, catalog, o.plan(), now, o, lookups{})
	if err != nil || q == nil {
		return a, err
	}
	a.Diagnostics = append(a.Diagnostics, uncollected(q, infos)...)
	a.Diagnostics = append(a.Diagnostics, notUnderstood(q, infos)...)
	a.Diagnostics.Sort()
	return a, nil
}

// AnalyzeOffline looks at a query against the published schema alone.
func AnalyzeOffline(text string, o CompileOptions) (kql.Analysis, error) {
	return analyze(text, schema.Catalog(), 0, o)
}

func analyze(text string, catalog types.Catalog, now int64, o CompileOptions) (kql.Analysis, error) {
	options, err := languageOptions(catalog, now, o, lookups{})
	if err != nil {
		return kql.Analysis{}, fmt.Errorf("analyze: %w", err)
	}
	return kql.Analyze(text, options), nil
}
