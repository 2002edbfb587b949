package sigma

import (
	"fmt"
	"slices"
	"strings"
)

// A field may reach into a list, as TargetResources.displayName does. It holds
// what each element has there: a test is true if it is of one of them.

// A listPath is a field that reaches into a list.
type listPath struct {
	column string   // that holds the list
	outer  []string // properties of an element
	inner  []string // properties of the elements of the list that outer leads to; nil: it leads to none
}

// reaches returns where in a list a field reaches, if it does so without a
// number.
func (t table) reaches(field string) (listPath, bool) {
	for _, name := range spellings(field) {
		parts := strings.Split(strings.ReplaceAll(name, "{}", ""), ".")
		if len(t.under[strings.ToLower(parts[0])]) > 0 {
			parts = append(slices.Clone(t.under[strings.ToLower(parts[0])]), parts[1:]...)
		}
		i := slices.IndexFunc(t.lists, func(list string) bool { return strings.EqualFold(list, parts[0]) })
		if i < 0 || len(parts) == 1 {
			continue
		}
		l := listPath{column: t.lists[i]}
		for _, part := range parts[1:] {
			if canonical := t.properties[strings.ToLower(part)]; canonical != "" {
				part = canonical
			}
			if !plainName.MatchString(part) {
				return l, false
			}
			if n := len(l.outer); l.inner == nil && n > 0 && slices.Contains(t.nested, l.outer[n-1]) {
				l.inner = []string{}
			}
			if l.inner == nil {
				l.outer = append(l.outer, part)
			} else {
				l.inner = append(l.inner, part)
			}
		}
		return l, true
	}
	return listPath{}, false
}

// anyElement returns the name of a column that is true where one of the
// elements that the path leads to is as say says. The column is made before the
// condition. A list that is not there has one element, that holds nothing.
func (w *writer) anyElement(l listPath, say func(x string) string) string {
	w.hits++
	hit := fmt.Sprintf("SigmaHit%d", w.hits)
	item := "SigmaItem." + strings.Join(l.outer, ".")
	expand := ""
	if l.inner != nil {
		expand = "mv-expand SigmaPart = " + elements(item) + " | "
		item = "SigmaPart." + strings.Join(l.inner, ".")
	}
	w.before = append(w.before, fmt.Sprintf("| mv-apply SigmaItem = %s on (%ssummarize %s = countif(%s) > 0)",
		elements(l.column), expand, hit, say("tostring("+item+")")))
	return hit
}

func elements(list string) string {
	return "iff(array_length(" + list + ") > 0, " + list + ", dynamic([null]))"
}

// made returns the operators that make what the condition reads beside the
// table's columns, and the one that takes it away again.
func (w *writer) made() (before, after string) {
	var names []string
	if w.keywords {
		before += "\n" + w.table.texts()
		names = append(names, allText)
	}
	for i, line := range w.before {
		before += "\n" + line
		names = append(names, fmt.Sprintf("SigmaHit%d", i+1))
	}
	if len(names) > 0 {
		after = "\n| project-away " + strings.Join(names, ", ")
	}
	return before, after
}
