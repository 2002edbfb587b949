package sqlgen

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// parse writes parse and parse-where: a list of captures, empty if the text
// does not match, and then the columns.
func (g *generator) parse(r *plan.Parse) relation {
	in := g.rel(r.Input)
	listed, added := g.extend(in, []string{g.captures(r, g.expr(in.cols, r.Source))}, "$match")
	list := added[0]
	matched := "len(" + list + ") > 0"
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
		value := fmt.Sprintf("%s[%d]", list, captures+1)
		if part.Type != types.String {
			value = conversionForms()[part.Type](g, scope{value}, &plan.Col{T: types.String})
			typed = append(typed, value+" IS NOT NULL")
		}
		texts[part.Index] = value
	}
	if r.Mode != plan.ParseRelaxed && len(typed) > 0 {
		matched += " AND " + strings.Join(typed, " AND ")
	}
	for _, part := range r.Pattern {
		if part.Capture {
			if !g.needs[r].has(part.Index) {
				texts[part.Index] = ""
				continue
			}
			texts[part.Index] = notNull("CASE WHEN "+matched+" THEN "+texts[part.Index]+" END", part.Type)
		}
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

// captures writes the call that matches the text.
func (g *generator) captures(r *plan.Parse, source string) string {
	if r.Mode != plan.ParseRegex && textOnly(r.Pattern) {
		return "kql_parse(" + source + ", " + g.textList(simplePattern(r.Pattern)) + ")"
	}
	expression, groups, err := parseExpression(r)
	if err != nil {
		g.refuse("parse", err.Error(), "", r.Source.Span())
	}
	return "kql_parse_regex(" + boundedText(source, expression) + ", " + g.literalText(expression) + ", " + g.textList(groups) + ")"
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

func simplePattern(pattern []plan.ParsePart) []string {
	var list []string
	for _, part := range pattern {
		switch {
		case part.Capture:
			list = append(list, "c")
		case part.Skip:
			list = append(list, "*")
		default:
			list = append(list, "="+part.Text)
		}
	}
	return list
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
