package syntax

import "github.com/conshelf/conshelf/kql/diag"

// A tokenKind is what a token is.
type tokenKind int

const (
	tokenEnd    tokenKind = iota // the end of the text
	tokenWord                    // a name or a keyword: which one, only its place tells
	tokenNumber                  // a long, a real or a timespan; lit says which
	tokenString                  // text is the decoded value
	tokenTyped                   // datetime(…), guid(…), …; text is what stands between the parentheses
	tokenPunct                   // a punctuation mark or a symbolic operator
	tokenBad                     // what is none of these; it has been reported
)

// A token is a piece of the query text.
type token struct {
	kind   tokenKind
	span   diag.Span
	text   string
	lit    LiteralKind
	hidden bool // a string written h"…"
	spaced bool // white space or a comment stands before it
}

// describe names a token in a message.
func (t token) describe() string {
	switch t.kind {
	case tokenEnd:
		return "the end of the query"
	case tokenString:
		return "a string"
	case tokenTyped:
		return "a literal"
	case tokenWord, tokenNumber, tokenPunct, tokenBad:
		return Quote(t.text)
	}
	panic(t.kind)
}
