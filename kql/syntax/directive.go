package syntax

import (
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
)

// directives skips the lines before a query that begin with #. They tell a
// client what to connect to, and are no part of the query; a client that does
// not know one does not run the query.
func (s *scanner) directives() {
	for s.skipSpace(); s.peek(0) == '#'; s.skipSpace() {
		start := s.pos + 1
		s.skipComment()
		name, _, _ := strings.Cut(strings.TrimRight(s.text[start:s.pos], " \t"), " ")
		span := diag.Span{Start: start, End: start + len(name)}
		if name == "connect" {
			s.report(span, diag.Unsupported, "the directive connect is not followed: nothing is fetched", "leave the line out")
			continue
		}
		s.report(span, diag.UnknownDirective, "no directive is called "+Quote(name), "comments start with //")
	}
}
