package sqlgen

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/types"
)

// sessions writes row_window_session. Whether a row starts a session depends on
// where the one before it started, so that all rows are looked at together, in
// order: each is written as its value and whether it must start one.
func sessions(g *generator, w windowCall) string {
	if w.in.group != "" {
		return g.refuse(w.call.Func+" inside mv-apply", "it has no form for the rows of one value", "", w.call.At)
	}
	if hasWindow(w.call.Args[1]) || hasWindow(w.call.Args[2]) {
		return g.refuse(w.call.Func, "its distances depend on other rows", "", w.call.At)
	}
	restart := "false"
	if w.has(3) {
		restart = w.arg(3)
	}
	row := w.layer(fmt.Sprintf("concat_ws(' ', CASE WHEN %s THEN 'r' ELSE '' END, coalesce(CAST(%s AS VARCHAR), ''), CAST(%s AS VARCHAR), CAST(%s AS VARCHAR))",
		restart, w.arg(0), w.arg(1), w.arg(2)))
	place := w.layer("row_number() " + w.in.over())
	return fmt.Sprintf("CAST(nullif((SELECT kql_sessions(list(%[1]s ORDER BY %[2]s)) FROM %[3]s)[%[2]s], '') AS %[4]s)",
		row, place, w.in.name, sqlType(types.DateTime))
}
