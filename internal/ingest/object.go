package ingest

import (
	"strconv"
	"strings"
)

// An object is a JSON object that is being put together.
type object struct{ members []string }

// raw adds a member that is JSON already.
func (o *object) raw(name, json string) {
	o.members = append(o.members, string(appendQuoted(nil, []byte(name)))+":"+json)
}

func (o *object) text(name, text string) { o.raw(name, string(appendQuoted(nil, []byte(text)))) }

// some adds text, unless it is empty.
func (o *object) some(name, text string) {
	if text != "" {
		o.text(name, text)
	}
}

// add adds a cell, unless it is empty.
func (o *object) add(m *mapper, name string, v value) {
	if !v.empty() {
		o.raw(name, string(m.quoted(v)))
	}
}

// number adds a cell as a whole number, if it is one.
func (o *object) number(m *mapper, name string, v value) {
	if n, ok := m.integer(v); ok {
		o.raw(name, strconv.FormatInt(n, 10))
		return
	}
	o.add(m, name, v)
}

// truth adds a cell as true or false, if it is one in any language.
func (o *object) truth(m *mapper, name string, v value) {
	switch englishValue(string(m.text(v))) {
	case "true", "1":
		o.raw(name, "true")
	case "false", "0":
		o.raw(name, "false")
	default:
		o.add(m, name, v)
	}
}

func (o *object) String() string { return "{" + strings.Join(o.members, ",") + "}" }

// give sets a column to the object, as dynamic or as text, if it has members.
func (o *object) give(m *mapper, column string) {
	if len(o.members) > 0 {
		m.give(column, m.literal(o.String()))
	}
}
