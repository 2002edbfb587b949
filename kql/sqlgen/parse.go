package sqlgen

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// parse writes parse and parse-where: what matches has captures, number 0 the
// empty text; what does not has none.
func (g *generator) parse(r *plan.Parse) relation {
	in := g.rel(r.Input)
	listed, capture := g.captures(r, in)
	matched := capture(0) + " IS NOT NULL"
	texts := make([]string, len(r.Cols))
	for i := range in.cols {
		if g.needs[r].has(i) {
			texts[i] = in.cols[i]
		}
	}
	captures := 0
	var typed []string
	for _, part := range r.Pattern {
		if !part.Capture {
			continue
		}
		captures++
		value := capture(captures)
		if part.Type != types.String {
			value = conversionForms()[part.Type](g, scope{value}, &plan.Col{T: types.String})
			typed = append(typed, value+" IS NOT NULL")
		}
		texts[part.Index] = value
	}
	strict := r.Mode != plan.ParseRelaxed && len(typed) > 0
	if strict {
		matched += " AND " + strings.Join(typed, " AND ")
	}
	for _, part := range r.Pattern {
		if !part.Capture {
			continue
		}
		if !g.needs[r].has(part.Index) {
			texts[part.Index] = ""
			continue
		}
		if strict || part.Type != types.String {
			texts[part.Index] = "CASE WHEN " + matched + " THEN " + texts[part.Index] + " END"
		}
		texts[part.Index] = notNull(texts[part.Index], part.Type)
	}
	s := selectAs(r.Cols, texts)
	s.carry(in, s.plainColumns(in, texts), "")
	s.out.natural = in.natural
	rest := "\n  FROM " + listed.name
	if r.Where {
		rest += "\n  WHERE " + matched
	}
	return s.finish(g, rest)
}

// captures returns what to select from, and how to write each capture; one of
// a text that does not match is NULL.
func (g *generator) captures(r *plan.Parse, in relation) (relation, func(n int) string) {
	source := g.expr(in.cols, r.Source)
	if r.Mode != plan.ParseRegex && textOnly(r.Pattern) {
		if _, plain := r.Source.(*plan.Col); !plain {
			var added []string
			in, added = g.extend(in, []string{source}, "$text")
			source = added[0]
		}
		pattern := g.literalText(simplePattern(r.Pattern))
		return in, func(n int) string {
			return "kql_capture(" + source + ", " + pattern + ", " + literalLong(int64(n)) + ")"
		}
	}
	expression, groups, err := parseExpression(r)
	if err != nil {
		g.refuse("parse", err.Error(), "", r.Source.Span())
	}
	list := "kql_parse_regex(" + boundedText(source, expression) + ", " + g.literalText(expression) + ", " + g.textList(groups) + ")"
	listed, added := g.extend(in, []string{list}, "$match")
	return listed, func(n int) string { return fmt.Sprintf("%s[%d]", added[0], n+1) }
}

func (g *generator) textList(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = g.literalText(s)
	}
	return "CAST([" + strings.Join(quoted, ", ") + "] AS VARCHAR[])"
}

// textOnly tells whether a pattern captures strings alone, so that a search
// for its texts is enough.
func textOnly(pattern []plan.ParsePart) bool {
	for _, part := range pattern {
		if part.Capture && part.Type != types.String {
			return false
		}
	}
	return true
}

// simplePattern writes a pattern as kql_capture reads it.
func simplePattern(pattern []plan.ParsePart) string {
	var b strings.Builder
	for _, part := range pattern {
		switch {
		case part.Capture:
			b.WriteString("c")
		case part.Skip:
			b.WriteString("*")
		default:
			text := strings.ToValidUTF8(part.Text, "\uFFFD") // as literalText writes it
			fmt.Fprintf(&b, "=%d:%s", len(text), text)
		}
	}
	return b.String()
}

// parseExpression writes a pattern as a regular expression, and tells which of
// its groups are the captures.
func parseExpression(r *plan.Parse) (expression string, groups []string, err error) {
	regex := r.Mode == plan.ParseRegex
	var b strings.Builder
	switch {
	case !regex:
		b.WriteString("(?s)^")
	case r.Flags != "":
		fmt.Fprintf(&b, "(?%s)", r.Flags)
	}
	group := 0
	for i, part := range r.Pattern {
		switch {
		case part.Capture:
			group++
			groups = append(groups, fmt.Sprint(group))
			b.WriteString(captureOf(part.Type, regex, i == len(r.Pattern)-1, r.Mode))
		case part.Skip && regex:
			b.WriteString(".*")
		case part.Skip:
			b.WriteString(".*?")
		case regex:
			translated, err := regexDialect(part.Text)
			if err != nil {
				return "", nil, err
			}
			inner, err := regexp.Compile(translated)
			if err != nil {
				return "", nil, fmt.Errorf("regular expression %q: %w", part.Text, err)
			}
			group += inner.NumSubexp()
			b.WriteString(translated)
		default:
			b.WriteString(regexp.QuoteMeta(part.Text))
		}
	}
	if _, err := syntax.Parse(b.String(), syntax.Perl); err != nil {
		return "", nil, fmt.Errorf("regular expression: %w", err)
	}
	return b.String(), groups, nil
}

// captureOf is the expression of a capture: a number's takes no more than a
// number, a text's as little as it can, and all that is left if it is last.
func captureOf(t types.Scalar, regex, last bool, mode plan.ParseMode) string {
	number := ""
	switch t {
	case types.Int, types.Long:
		number = `([+-]?\d+)`
	case types.Real, types.Decimal:
		number = `([+-]?\d*\.?\d+(?:[eE][+-]?\d+)?)`
	case types.Bool, types.String, types.DateTime, types.TimeSpan, types.GUID, types.Dynamic, types.Unknown:
	}
	switch {
	case number != "" && mode == plan.ParseRelaxed:
		return "(?:" + number + "|.*?)" // what is no number is passed over, and null
	case number != "":
		return number
	case regex:
		return "(.*)"
	case last:
		return "(.*)$"
	}
	return "(.*?)"
}
