package respond

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/conshelf/conshelf/kql/syntax"
)

// jsonText returns s as it is written between the quotes of a JSON string.
// Braces are escaped too: in a body they mark what Missing names.
func jsonText(s string) string {
	quoted, err := json.Marshal(strings.ToValidUTF8(s, "\uFFFD"))
	if err != nil {
		panic(err) // a string always marshals
	}
	return strings.NewReplacer("{", `\u007b`, "}", `\u007d`).Replace(string(quoted[1 : len(quoted)-1]))
}

// pathSegment returns s as one segment of a URL's path; ok is false for what
// a server would read as another path.
func pathSegment(s string) (segment string, ok bool) {
	if s == "" || s == "." || s == ".." {
		return "", false
	}
	// A quote or a parenthesis would end an OData key.
	return strings.NewReplacer("'", "%27", "(", "%28", ")", "%29", "$", "%24").Replace(url.PathEscape(s)), true
}

// kqlText returns s as a KQL string literal.
func kqlText(s string) string { return syntax.Quote(s) }
