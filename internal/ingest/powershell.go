package ingest

import (
	"bytes"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

// What PowerShell writes of an object where it writes no JSON: Export-Csv, and
// ConvertTo-Json where it goes no deeper.

// isPrinted tells whether v is what PowerShell prints of an object: the name of
// its type, which says nothing of it, or, where the column has objects, its own
// notation, in which an object inside another is lost.
func isPrinted(v value, column types.Scalar) bool {
	if v.kind != kindText && v.kind != kindString || len(v.raw) < 2 {
		return false
	}
	switch v.raw[0] {
	case 'M', 'S':
		return isTypeName(v.raw)
	case '@', 'c':
		return column == types.Dynamic && isNotation(v.raw)
	}
	return false
}

// isTypeName tells whether text is the name of a type of .NET, or of PowerShell's
// modules, and nothing else.
func isTypeName(text []byte) bool {
	for _, space := range []string{
		"System.Collections.", "System.Object[]", "System.String[]", "System.Management.Automation.",
		"Microsoft.Graph.PowerShell.Models.", "Microsoft.Graph.Beta.PowerShell.Models.", "Microsoft.Open.MSGraph.Model.",
		"Microsoft.Open.AzureAD.Model.", "Microsoft.Azure.PowerShell.Cmdlets.", "Microsoft.Azure.Commands.", "Microsoft.Azure.Management.",
	} {
		if bytes.HasPrefix(text, []byte(space)) {
			return bytes.IndexFunc(text, func(r rune) bool { return !isTypeRune(r) }) < 0
		}
	}
	return false
}

func isNotation(text []byte) bool {
	text = bytes.TrimSpace(text)
	if !bytes.HasSuffix(text, []byte("}")) {
		return false
	}
	head, _, _ := bytes.Cut(text, []byte("\n"))
	name, ok := bytes.CutPrefix(bytes.TrimSuffix(head, []byte("\r")), []byte("class "))
	return bytes.HasPrefix(text, []byte("@{")) || ok && bytes.HasSuffix(name, []byte(" {")) && isPlainName(string(name[:len(name)-2]))
}

// isPlainName tells whether s is letters, digits and nothing else.
func isPlainName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !isTypeRune(r) || strings.ContainsRune(".`,[]+", r) }) < 0
}

// isTypeRune tells whether the name of a type may have r.
func isTypeRune(r rune) bool {
	return '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || strings.ContainsRune("_.`,[]+", r)
}

// fromNotation returns the object that PowerShell wrote in its own notation,
// @{errorCode=0; failureReason=Other.}, or as the older module for the directory
// does, a member a line. It is used where no member is an object that matters;
// members without a value are left out, because they may have been objects. Text
// that could be taken apart in another way stays as it is.
func (m *mapper) fromNotation(v value) value {
	if v.kind != kindText && v.kind != kindString {
		return v
	}
	text := strings.TrimSpace(string(m.text(v)))
	if !isNotation([]byte(text)) {
		return v
	}
	parts, between := strings.Split(strings.TrimSuffix(strings.TrimPrefix(text, "@{"), "}"), "; "), "="
	if !strings.HasPrefix(text, "@{") {
		lines := strings.Split(strings.TrimSuffix(text, "}"), "\n")
		parts, between = lines[1:len(lines)-1], ":"
	}
	var o object
	for _, part := range parts {
		if strings.Contains(part, ": class ") && between == ":" {
			break // an object inside, to its end
		}
		name, rest, ok := strings.Cut(strings.TrimSpace(part), between)
		if !ok || !isPlainName(name) {
			return v
		}
		m.printedMember(&o, name, strings.TrimSpace(rest))
	}
	if len(o.members) == 0 {
		return v
	}
	return m.literal(o.String())
}

// printedMember adds a member with the type that it had.
func (m *mapper) printedMember(o *object, name, text string) {
	name = string(camelName([]byte(name)))
	switch {
	case text == "" || strings.HasPrefix(text, "@{") || isTypeName([]byte(text)) || strings.HasPrefix(text, "class "):
	case text == "True" || text == "False":
		o.raw(name, strings.ToLower(text))
	case name == "errorCode":
		o.number(m, name, value{kind: kindText, raw: []byte(text)})
	default:
		o.text(name, text)
	}
}

// fromText returns the object that text is as JSON, or the value as it is.
func (m *mapper) fromText(v value) value {
	if v.kind != kindText && v.kind != kindString {
		return v
	}
	text := bytes.TrimSpace(m.text(v))
	if len(text) == 0 || text[0] != '{' {
		return v
	}
	text = bytes.Clone(text)
	if inner, ok := m.scan.document(text); ok && inner.kind == kindObject {
		return inner
	}
	return v
}
