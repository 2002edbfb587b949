package cli

import (
	"slices"
	"strings"
	"unicode"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// Schemas are the names that can be completed.
type schemas struct {
	catalog   types.Catalog
	present   []string // tables that the case holds
	functions []string
	operators []string
}

func newSchemas(infos []engine.TableInfo) *schemas {
	s := &schemas{operators: syntax.Operators()}
	for _, f := range builtin.Functions() {
		if isName(f.Name) {
			s.functions = append(s.functions, f.Name)
		}
	}
	tables := make([]types.Table, len(infos))
	for i, info := range infos {
		tables[i] = info.Table
		s.present = append(s.present, info.Name)
	}
	s.catalog = schema.Merge(schema.Catalog(), tables)
	return s
}

func (s *schemas) columns(table string) ([]types.Column, bool) {
	t, ok := s.catalog.Table(table)
	return t.Columns, ok
}

// candidates returns what a word may become, sorted: after a bar an operator;
// else columns of the tables named so far, functions and tables. A table that
// the case does not hold comes only where no other name fits.
func (s *schemas) candidates(before, word string) []string {
	trimmed := strings.TrimRightFunc(before, unicode.IsSpace)
	if strings.HasSuffix(trimmed, "|") {
		return matching(s.operators, word)
	}
	var names []string
	for _, table := range s.named(before) {
		cols, _ := s.columns(table)
		for _, c := range cols {
			names = append(names, c.Name)
		}
	}
	names = append(append(names, s.present...), s.functions...)
	if trimmed == "" || strings.HasSuffix(trimmed, ";") {
		names = append(slices.Clone(s.present), "let", "print", "range", "union", "search", "find", "datatable")
	}
	if found := matching(names, word); len(found) > 0 {
		return found
	}
	return matching(s.catalog.Tables(), word)
}

// named returns the tables that a text names, in order.
func (s *schemas) named(text string) []string {
	var tables []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !isWordRune(r) }) {
		if _, ok := s.catalog.Table(word); ok && !slices.Contains(tables, word) {
			tables = append(tables, word)
		}
	}
	return tables
}

func isName(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !isWordRune(r) })
}

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// matching returns the names that start as word does, whatever the case of the
// letters, sorted and each once.
func matching(names []string, word string) []string {
	var found []string
	for _, name := range names {
		if len(name) >= len(word) && strings.EqualFold(name[:len(word)], word) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// shown is how many candidates are listed.
const shown = 60

// complete completes the word before the cursor, as far as the candidates are
// the same, and lists them if there are several.
func (r *repl) complete(line string, pos int, key rune) (newLine string, newPos int, ok bool) {
	if key != '\t' {
		return "", 0, false
	}
	start := pos
	for start > 0 && (isWordRune(rune(line[start-1])) || line[start-1] == '-' || line[start-1] >= 0x80) {
		start--
	}
	word := line[start:pos]
	before := strings.Join(append(slices.Clone(r.pending), line[:start]), "\n")
	found := r.candidatesOf(before, word)
	if len(found) == 0 {
		return line, pos, true
	}
	completed := common(found)
	if len(found) == 1 {
		completed += " "
	} else if len(completed) <= len(word) {
		r.list(found)
	}
	if len(completed) < len(word) {
		return line, pos, true
	}
	return line[:start] + completed + line[pos:], start + len(completed), true
}

func (r *repl) candidatesOf(before, word string) []string {
	trimmed := strings.TrimSpace(before)
	switch {
	case trimmed == ".columns":
		return matching(r.schemas.catalog.Tables(), word)
	case trimmed == ".format":
		return matching(queryFormats(), word)
	case trimmed == "." && len(r.pending) == 0:
		return matching([]string{"columns", "explain", "format", "help", "tables", "timer"}, word)
	}
	return r.schemas.candidates(before, word)
}

func (r *repl) list(found []string) {
	more := ""
	if len(found) > shown {
		more = "  …"
		found = found[:shown]
	}
	r.say(strings.Join(found, "  ") + more)
}

// common returns the longest start that all names share; where only the case
// of a letter differs, it is as in the first.
func common(names []string) string {
	prefix := names[0]
	for _, name := range names[1:] {
		n := 0
		for n < len(prefix) && n < len(name) && strings.EqualFold(prefix[n:n+1], name[n:n+1]) {
			n++
		}
		prefix = prefix[:n]
	}
	return prefix
}
