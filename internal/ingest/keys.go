package ingest

import (
	"strings"
)

// keys numbers the member names of a file, so that what a name means is
// looked up once and not for every record.
type keys struct {
	ids   map[string]int32
	names []keyName
	marks map[string]marks // the bits of names that tell formats apart
}

type keyName struct {
	name    string // decoded
	lower   string
	heading string // lower, as the portal's headings are compared: in English
	marks   marks
}

// maxKeys bounds the numbering: a file that makes up names is not worth
// remembering them.
const maxKeys = 50_000

func newKeys(marks map[string]marks) *keys {
	return &keys{ids: make(map[string]int32), marks: marks}
}

// positions remembers which name stood where in the last record of a kind:
// most records of a file have the same names in the same order.
type positions []position

type position struct {
	fixed *byte // the memory of the name; nil: it may change
	id    int32
}

// id returns the number of the name of m, the n-th member of its record.
func (k *keys) id(n int, m *member, at *positions) int32 {
	for len(*at) <= n {
		*at = append(*at, position{id: -1})
	}
	p := &(*at)[n]
	if m.fixed && p.fixed == &m.key[0] {
		return p.id
	}
	if p.id < 0 || k.names[p.id].name != string(m.key) || m.keyFlags != 0 {
		p.id = k.find(m)
	}
	p.fixed = nil
	if m.fixed {
		p.fixed = &m.key[0]
	}
	return p.id
}

func (k *keys) find(m *member) int32 {
	if m.keyFlags == 0 {
		if id, ok := k.ids[string(m.key)]; ok {
			return id
		}
	}
	name := string(appendText(nil, value{kind: kindString, flags: m.keyFlags, raw: m.key}))
	if id, ok := k.ids[name]; ok {
		return id
	}
	id := int32(len(k.names))
	lower := strings.ToLower(name)
	written := normalHeading(cleanHeader(lower))
	heading := englishHeading(written)
	k.ids[name] = id
	k.names = append(k.names, keyName{name: name, lower: lower, heading: heading, marks: k.marks[written].or(k.marks[heading])})
	return id
}

// cleanHeader takes off what the portal adds to a column's name.
func cleanHeader(name string) string {
	name = strings.TrimSuffix(name, " [utc]")
	return strings.TrimSuffix(name, " [local time]")
}
