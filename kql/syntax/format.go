package syntax

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
)

// FormatText writes a query text in the one way that queries are written, as
// Format does, with its comments at their places and its literals as they
// were. If the text has an error, there is no result and the list says why.
//
// The result is read again before it is returned: it has the tree and the
// comments that the text has, or there is no result.
func FormatText(text string) (string, diag.List) {
	query, list := ParseQuery(text)
	if list.HasErrors() {
		return "", list
	}
	p := &printer{source: &source{text: text, pending: comments(text)}}
	p.node(query)
	p.flush(len(text) + 1)
	formatted := p.out.String() + "\n"
	if !sameQuery(query, text, formatted) {
		list.Errorf(query.Span(), diag.Unsupported, "the query cannot be formatted: its text would not read the same")
		return "", list
	}
	return formatted, list
}

// sameQuery tells whether a formatted text says what a text said, with the
// same comments in the same order.
func sameQuery(query *Query, text, formatted string) bool {
	again, list := ParseQuery(formatted)
	if list.HasErrors() || Format(again) != Format(query) {
		return false
	}
	return slices.EqualFunc(comments(text), comments(formatted), func(a, b comment) bool { return a.text == b.text })
}

// A comment is a comment of a text.
type comment struct {
	start int
	text  string // from // on, without the white space at its end
	// own tells that it stands on a line of its own, apart that an empty line
	// is before it.
	own, apart bool
}

// comments returns the comments of a text in order: what stands between its
// tokens and is not white space.
func comments(text string) []comment {
	var list []comment
	end := 0
	for _, t := range scan(text, func(diag.Span, diag.Code, string, string) {}) {
		for at := end; at < t.span.Start; {
			next := strings.Index(text[at:t.span.Start], "//")
			if next < 0 {
				break
			}
			start := at + next
			stop := start + strings.IndexAny(text[start:]+"\n", "\r\n")
			list = append(list, comment{
				start: start, text: strings.TrimSpace(text[start:stop]),
				own: startsOwnLine(text[:start]), apart: apart(text[:start]),
			})
			at = stop
		}
		end = t.span.End
	}
	return list
}

func startsOwnLine(before string) bool {
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return strings.TrimSpace(line) == ""
}

// apart tells whether an empty line is between what a text ends with and what
// follows.
func apart(before string) bool {
	trimmed := strings.TrimRight(before, " \t\r\n")
	return trimmed != "" && strings.Count(before[len(trimmed):], "\n") > 1
}

// A source is what a printer knows of the text that a tree was read from.
type source struct {
	text    string
	pending []comment // not yet printed
	broken  bool      // a comment was printed last: what follows goes on a new line
	fresh   bool      // nothing but comments was printed since the line before began
	started bool      // something else than comments was printed
}

// flush prints the comments that stand before an offset of the source, where a
// new line is about to begin.
func (p *printer) flush(before int) { p.flushAt(before, p.indent) }

// within prints the comments that stand before an offset of the source, in the
// middle of an operator: what goes on there is indented by one more.
func (p *printer) within(before int) { p.flushAt(before, p.indent+1) }

func (p *printer) flushAt(before, indent int) {
	for p.source != nil && len(p.source.pending) > 0 && p.source.pending[0].start < before {
		c := p.source.pending[0]
		p.source.pending = p.source.pending[1:]
		p.comment(c, indent)
	}
}

func (p *printer) comment(c comment, indent int) {
	p.space = ""
	s := p.source
	switch {
	case p.out.Len() == 0 || s.fresh && !s.broken:
	case c.own || s.broken:
		if c.apart {
			p.out.WriteByte('\n')
		}
		if s.fresh {
			indent = p.indent
		}
		p.newLine(indent)
	default:
		p.out.WriteByte(' ')
	}
	p.out.WriteString(c.text)
	s.broken = true
}

func (p *printer) newLine(indent int) {
	p.out.WriteString("\n" + strings.Repeat("    ", indent))
}

// mend starts a new line if a comment was printed last, and tells whether it
// did.
func (p *printer) mend() bool {
	s := p.source
	if s == nil || !s.broken {
		return false
	}
	s.broken = false
	p.space = ""
	if s.fresh || !s.started {
		p.newLine(p.indent)
	} else {
		p.newLine(p.indent + 1)
	}
	return true
}

// emptyLine prints an empty line if the source has one before an offset and no
// comment, which would have brought its own.
func (p *printer) emptyLine(before int) {
	if p.source != nil && !p.source.broken && apart(p.source.text[:before]) {
		p.out.WriteByte('\n')
	}
}

// written prints a literal as the source has it; false: there is no source, or
// a comment is inside.
func (p *printer) written(x *Literal) bool {
	if p.source == nil || x.span.End <= x.span.Start || x.span.End > len(p.source.text) {
		return false
	}
	if len(p.source.pending) > 0 && p.source.pending[0].start < x.span.End {
		return false
	}
	p.print(p.source.text[x.span.Start:x.span.End])
	return true
}
