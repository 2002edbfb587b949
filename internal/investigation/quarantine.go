package investigation

import (
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
)

// notUnderstood warns that a query of all tables leaves out the records that
// were not understood: what is not found may be in one of them.
func notUnderstood(q *plan.Query, infos []engine.TableInfo) diag.List {
	at := slices.IndexFunc(infos, func(i engine.TableInfo) bool { return i.Name == ingest.QuarantineTable && i.Rows > 0 })
	if at < 0 {
		return nil
	}
	var list diag.List
	var spans []diag.Span
	for _, scan := range plan.Scans(q) {
		if scan.Table.Name == ingest.QuarantineTable {
			return nil
		}
		if !scan.Pattern || slices.Contains(spans, scan.Span) {
			continue
		}
		spans = append(spans, scan.Span)
		list.Add(diag.Diagnostic{
			Span: scan.Span, Severity: diag.Info, Code: diag.NotCollected,
			Message: fmt.Sprintf("this does not read the records that were not understood: %d", infos[at].Rows),
			Hint:    "name the table " + ingest.QuarantineTable + ", whose RawData is what was read",
		})
	}
	return list
}
