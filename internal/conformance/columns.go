package conformance

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/types"
)

// now is the instant of every query: 2026-01-15 12:00.
const now = 639_040_752_000_000_000

// Columns compares the names and types of the columns of each query in r with
// those that Microsoft's binder gives it.
func Columns(file string, r io.Reader, catalog types.Catalog) (Report, error) {
	type bound struct {
		ID     string
		KQL    string
		Schema []string
	}
	cases, err := read[bound](r)
	report := Report{File: file}
	for i, c := range cases {
		report.add(i+1, c.ID, c.KQL, func() (Verdict, string) {
			a := kql.Analyze(c.KQL, kql.Options{Catalog: catalog, Now: now})
			if a.Diagnostics.HasErrors() {
				return Refused, a.Diagnostics.Format(c.ID, c.KQL)
			}
			got := schemaText(a.Columns)
			if !slices.Equal(got, c.Schema) {
				return Wrong, difference(got, c.Schema)
			}
			return Pass, ""
		})
	}
	return report, err
}

func schemaText(cols []types.Column) []string {
	text := make([]string, len(cols))
	for i, c := range cols {
		text[i] = c.Name + ":" + c.Type.String()
	}
	return text
}

// difference says what is too much, what is missing, and where the order
// departs.
func difference(got, want []string) string {
	var b strings.Builder
	for _, c := range got {
		if !slices.Contains(want, c) {
			fmt.Fprintf(&b, "too much %s\n", c)
		}
	}
	for _, c := range want {
		if !slices.Contains(got, c) {
			fmt.Fprintf(&b, "missing  %s\n", c)
		}
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			fmt.Fprintf(&b, "column %d is %s, want %s\n", i+1, got[i], want[i])
			break
		}
	}
	return b.String()
}

// Compiles compiles each query in r. Tables and functions that the catalog
// lacks are open: what is read of them is not checked.
func Compiles(file string, r io.Reader, catalog types.Catalog) (Report, error) {
	type published struct {
		ID    string
		Query string
	}
	cases, err := read[published](r)
	report := Report{File: file}
	for i, c := range cases {
		report.add(i+1, c.ID, c.Query, func() (Verdict, string) {
			a := kql.Analyze(c.Query, kql.Options{Catalog: catalog, Now: now})
			return compiled(a.Diagnostics), a.Diagnostics.Format(c.ID, c.Query)
		})
	}
	return report, err
}

// compiled is the verdict on a query's diagnostics: that of the worst.
func compiled(list diag.List) Verdict {
	verdict := Pass
	for _, d := range list {
		if d.Severity != diag.Error {
			continue
		}
		of := Refused
		if d.Code == diag.UnknownTable || d.Code == diag.UnknownFunction {
			of = Open
		}
		if d.Code == diag.UnknownName || d.Code == diag.UnknownDirective {
			of = Unknown
		}
		verdict = max(verdict, of)
	}
	return verdict
}
