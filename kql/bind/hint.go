package bind

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

func decimalText(i int) string { return strconv.Itoa(i) }

// didYouMean suggests the candidate that text was meant to be: one that
// differs in case only, or else the nearest.
func didYouMean(text string, candidates []string) string {
	if best := nearest(text, candidates); best != "" {
		return "did you mean " + best + "?"
	}
	return ""
}

// nearest returns the candidate that text was meant to be, or ”. Of
// candidates that are equally near it is the first.
func nearest(text string, candidates []string) string {
	for _, c := range candidates {
		if strings.EqualFold(c, text) {
			return c
		}
	}
	best, least := "", utf8.RuneCountInString(text)/3+1
	text = strings.ToLower(text)
	for _, c := range candidates {
		if d := distance(text, strings.ToLower(c), least); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace to make b of
// a; limit or more is limit.
func distance(a, b string, limit int) int {
	if d := utf8.RuneCountInString(a) - utf8.RuneCountInString(b); d >= limit || -d >= limit {
		return limit
	}
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		least := row[0]
		for j, s := range to {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
			least = min(least, row[j+1])
		}
		if least >= limit { // it never gets less again
			return limit
		}
	}
	return min(row[len(to)], limit)
}

// maxOwners is how many tables a hint names as having a column.
const maxOwners = 3

// ownersOf says which tables have a column of that name.
func (b *binder) ownersOf(column string) string {
	if b.env.Catalog == nil {
		return ""
	}
	var owners []string
	for _, name := range b.env.Catalog.Tables() {
		if table, ok := b.env.Catalog.Table(name); ok && table.Column(column) >= 0 {
			owners = append(owners, name)
		}
	}
	switch {
	case len(owners) == 0:
		return ""
	case len(owners) > maxOwners:
		return column + " is a column of " + strings.Join(owners[:maxOwners], ", ") + " and other tables"
	}
	return column + " is a column of " + strings.Join(owners, ", ")
}

// columnHint says what an unknown column may have been meant to be.
func (b *binder) columnHint(name string, r *rows) string {
	if table := tableBelow(r.rel); table != "" {
		if hint := b.env.Facts.Instead[table+"."+name]; hint != "" {
			return hint
		}
	}
	if typed := typedNames(name, r); typed != "" {
		return "the tables give it several types: write " + typed
	}
	if hint := b.env.Facts.Instead[name]; hint != "" {
		return hint
	}
	candidates := columnNames(r.cols)
	for s := b.scope; s != nil; s = s.parent {
		for _, defined := range s.order {
			if s.names[defined].value != nil {
				candidates = append(candidates, defined)
			}
		}
	}
	if hint := didYouMean(name, candidates); hint != "" {
		return hint
	}
	return b.ownersOf(name)
}

// tableHint says what an unknown table may have been meant to be.
func (b *binder) tableHint(name string) string {
	if hint := b.env.Facts.Instead[name]; hint != "" {
		return hint
	}
	candidates := b.scope.all()
	for _, f := range b.env.Functions {
		candidates = append(candidates, f.Name)
	}
	if b.env.Catalog != nil {
		candidates = append(candidates, b.env.Catalog.Tables()...)
	}
	return didYouMean(name, candidates)
}
