package indicator

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// readSTIX reads the indicators and the observed objects of a STIX 2.1 bundle.
func readSTIX(text []byte) (List, error) {
	var bundle struct {
		Objects []object `json:"objects"`
	}
	if err := json.Unmarshal(text, &bundle); err != nil {
		return List{}, fmt.Errorf("read STIX bundle: %w", err)
	}
	var list List
	for _, o := range bundle.Objects {
		list.object(o)
	}
	return list, nil
}

// An object is an object of a bundle, as far as it is read.
type object struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Pattern     string `json:"pattern"`
	PatternType string `json:"pattern_type"`
	Value       string `json:"value"`
	UserID      string `json:"user_id"`
	Login       string `json:"account_login"`
	Revoked     bool   `json:"revoked"`
}

func (l *List) object(o object) {
	switch o.Type {
	case "indicator":
		if o.Revoked {
			l.skip(o.ID, "the indicator is revoked")
			return
		}
		l.pattern(o)
	case "ipv4-addr", "ipv6-addr", "email-addr", "domain-name":
		l.value(o, o.Type, o.Value)
	case "user-account":
		value := o.Login
		if value == "" {
			value = o.UserID
		}
		l.value(o, o.Type, value)
	case "artifact", "autonomous-system", "directory", "email-message", "file", "mac-addr", "mutex", "network-traffic", "process", "software", "url",
		"windows-registry-key", "x509-certificate":
		l.skip(o.ID, "type %s is in no log that is looked at", o.Type)
	}
}

func (l *List) value(o object, kind, value string) {
	i, err := typed(kind, value)
	if err != nil {
		l.skip(o.ID, "%v", err)
		return
	}
	note := o.Name
	if note == "" {
		note = o.Description
	}
	l.add(i, note)
}

// comparison is one comparison of a pattern: an object's path, and a text.
var comparison = regexp.MustCompile(`^\s*([a-z0-9-]+):([a-zA-Z0-9_.'-]+)\s*(=|ISSUBSET)\s*'((?:[^'\\]|\\.)*)'\s*$`)

// pattern reads what a pattern looks for, where each of its comparisons alone
// is enough to match: joined by OR, in one bracket or several.
func (l *List) pattern(o object) {
	if o.PatternType != "" && o.PatternType != "stix" {
		l.skip(o.ID, "pattern of type %s", o.PatternType)
		return
	}
	terms, err := alternatives(o.Pattern)
	if err != nil {
		l.skip(o.ID, "%v: %s", err, o.Pattern)
		return
	}
	for _, term := range terms {
		m := comparison.FindStringSubmatch(term)
		if m == nil {
			l.skip(o.ID, "a comparison that is not read: %s", strings.TrimSpace(term))
			continue
		}
		l.value(o, kindOf(m[1], m[2]), unescape(m[4]))
	}
}

// alternatives splits a pattern at its ORs, outside of texts.
func alternatives(pattern string) ([]string, error) {
	var terms []string
	var b strings.Builder
	quoted := false
	for n := 0; n < len(pattern); n++ {
		c := pattern[n]
		begins := n > 0 && strings.IndexByte(" ])", pattern[n-1]) >= 0
		switch {
		case quoted && c == '\\' && n+1 < len(pattern):
			b.WriteByte(c)
			n++
			b.WriteByte(pattern[n])
			continue
		case c == '\'':
			quoted = !quoted
		case !quoted && (c == '[' || c == ']' || c == '(' || c == ')'):
			b.WriteByte(' ')
			continue
		case !quoted && begins && word(pattern[n:], "OR"):
			terms = append(terms, b.String())
			b.Reset()
			n++
			continue
		case !quoted && begins && (word(pattern[n:], "AND") || word(pattern[n:], "FOLLOWEDBY") || word(pattern[n:], "NOT")):
			return nil, fmt.Errorf("a pattern that asks for several things at once is not looked for")
		}
		b.WriteByte(c)
	}
	if quoted {
		return nil, fmt.Errorf("a text that does not end")
	}
	return append(terms, b.String()), nil
}

// word tells whether text begins with a word, after something that is none.
func word(text, w string) bool {
	return strings.HasPrefix(text, w+" ") || strings.HasPrefix(text, w+"[")
}

// kindOf names what a path of a pattern is about, as lists do.
func kindOf(kind, path string) string {
	switch kind + ":" + path {
	case "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'":
		return "user-agent"
	case "ipv4-addr:value", "ipv6-addr:value", "email-addr:value", "domain-name:value":
		return kind
	case "user-account:user_id", "user-account:account_login":
		return "user-account"
	}
	return kind + ":" + path
}

func unescape(text string) string {
	return strings.NewReplacer(`\'`, `'`, `\\`, `\`).Replace(text)
}
