package ingest

import "bytes"

// PowerShell's SDK writes what Microsoft Graph returned as .NET names it:
// members begin with a capital, and what the SDK has no property for lies in
// AdditionalProperties. Paths into dynamic columns tell case apart, so that the
// members of objects get back the names that the log has.

// isPascal tells whether the members of a record begin with capitals.
func isPascal(members []member) bool {
	for i := range members {
		if c := members[i].key; len(c) > 0 && c[0] >= 'a' && c[0] <= 'z' {
			return false
		}
	}
	return true
}

// withAdditional makes a mapping put the members of AdditionalProperties where
// those around it go.
func withAdditional(mp *mapping) *mapping {
	mp.special["additionalproperties"] = func(m *mapper, v value) {
		if v.kind != kindObject {
			m.keep("AdditionalProperties", v)
			return
		}
		m.put(mp, m.rest(v), 1)
	}
	return mp
}

// camelCase returns an object or array with its members named as Graph does;
// any other value as it is. It is valid until the next call.
func (m *mapper) camelCase(v value) value {
	if v.kind != kindObject && v.kind != kindArray {
		return v
	}
	m.invalid(v)
	v = fromWindowsPowerShell(v, m.limits.Depth)
	m.camel = appendCamel(m.camel[:0], v, m.limits.Depth)
	if v.kind != kindObject && v.kind != kindArray {
		return v
	}
	return value{kind: v.kind, raw: m.camel}
}

// fromWindowsPowerShell returns the list or the time that Windows PowerShell has
// written as an object: {"value":[…],"Count":1}, or {"value":"/Date(…)/",
// "DisplayHint":2,"DateTime":"…"}. Any other value is as it is.
func fromWindowsPowerShell(v value, depth int) value {
	if v.kind != kindObject {
		return v
	}
	s := scan{data: v.raw, maxDepth: depth}
	s.object(0)
	if n := len(s.members); n < 2 || n > 3 {
		return v
	}
	var inner value
	for i := range s.members {
		switch mem := &s.members[i]; {
		case string(mem.key) == "value" && (mem.kind == kindArray || mem.kind == kindString):
			inner = mem.value
		case string(mem.key) == "Count" && mem.kind == kindNumber, string(mem.key) == "DisplayHint", string(mem.key) == "DateTime":
		default:
			return v
		}
	}
	if inner.kind == kindArray && len(s.members) != 2 || inner.kind == kindNone {
		return v
	}
	return inner
}

func appendCamel(dst []byte, v value, depth int) []byte {
	return appendRenamed(dst, v, depth, camelName)
}

// appendRenamed appends a value as JSON with the members of its objects
// renamed.
func appendRenamed(dst []byte, v value, depth int, rename func([]byte) []byte) []byte {
	switch v = fromWindowsPowerShell(v, depth); v.kind {
	case kindObject:
		return append(appendRenamedMembers(append(dst, '{'), v, depth, rename), '}')
	case kindArray:
		return append(appendRenamedElements(append(dst, '['), v, depth, rename), ']')
	case kindNone, kindNull, kindBool, kindNumber, kindString, kindText:
	}
	return appendJSON(dst, v)
}

// appendRenamedMembers appends the members of an object, and those of its
// AdditionalProperties with them.
func appendRenamedMembers(dst []byte, v value, depth int, rename func([]byte) []byte) []byte {
	s := scan{data: v.raw, maxDepth: depth}
	s.object(0)
	for i := range s.members {
		mem := &s.members[i]
		if string(mem.key) == "AdditionalProperties" && mem.kind == kindObject {
			if inner := appendRenamedMembers(nil, mem.value, depth, rename); len(inner) > 0 {
				dst = append(appendComma(dst), inner...)
			}
			continue
		}
		name := value{kind: kindString, flags: mem.keyFlags, raw: rename(mem.key)}
		dst = append(appendJSON(appendComma(dst), name), ':')
		dst = appendRenamed(dst, mem.value, depth, rename)
	}
	return dst
}

func appendRenamedElements(dst []byte, v value, depth int, rename func([]byte) []byte) []byte {
	s := scan{data: v.raw, maxDepth: depth}
	for i := s.space(1); i < len(s.data) && s.data[i] != ']'; {
		var element member
		if i = s.member(i, &element.value); i < 0 {
			break // unreachable: the array was scanned before
		}
		dst = appendRenamed(appendComma(dst), element.value, depth, rename)
		if i = s.space(i); i < len(s.data) && s.data[i] == ',' {
			i = s.space(i + 1)
		}
	}
	return dst
}

// appendComma appends a comma, unless an object or array begins here.
func appendComma(dst []byte) []byte {
	if n := len(dst); n == 0 || dst[n-1] == '{' || dst[n-1] == '[' {
		return dst
	}
	return append(dst, ',')
}

// camelName returns the name that Graph has for a member: IPAddress is
// ipAddress, Id is id.
func camelName(name []byte) []byte {
	upper := 0
	for upper < len(name) && name[upper] >= 'A' && name[upper] <= 'Z' {
		upper++
	}
	if upper > 1 && upper < len(name) {
		upper-- // the last begins the next word
	}
	if upper == 0 {
		return name
	}
	return append(bytes.ToLower(name[:upper]), name[upper:]...)
}
