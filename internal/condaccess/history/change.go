package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A Change is what an audit log recorded of one change of a policy or a named
// location.
type Change struct {
	Time      time.Time
	Operation string // as the log names it
	Location  bool
	ID, Name  string // both may be empty
	Old, New  Value
}

// A Value is what an object was before or after a change. The zero Value is not
// known.
type Value struct {
	Absent   bool            // there was none
	Document json.RawMessage // nil where it is not known
	Why      string          // it is not known
}

// key is the same for changes of one object.
func (c *Change) key() string { return objectKey(c.Location, c.ID) }

func objectKey(location bool, id string) string {
	return fmt.Sprint(location) + " " + strings.ToLower(id)
}

// target is a target of an audit record.
type target struct {
	ID                 string
	DisplayName        string
	ModifiedProperties []property
}

type property struct {
	DisplayName        string
	OldValue, NewValue json.RawMessage
}

// Read reads a record of AuditLogs: its time, its operation, and the targets as
// JSON. A record whose targets cannot be read is a change of nothing known.
func Read(at time.Time, operation string, targets []byte) Change {
	c := Change{Time: at, Operation: operation, Location: strings.Contains(strings.ToLower(operation), "named location")}
	var list []target
	if err := json.Unmarshal(unwrapped(targets), &list); err != nil || len(list) == 0 {
		why := fmt.Sprintf("the record of %s does not say what was changed", shown(at))
		c.Old, c.New = Value{Why: why}, Value{Why: why}
		return c
	}
	c.ID, c.Name = list[0].ID, list[0].DisplayName
	c.values(list[0].ModifiedProperties)
	switch verb, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(operation)), " "); verb {
	case "add", "create":
		c.Old = Value{Absent: true}
	case "delete", "remove":
		c.New = Value{Absent: true}
	}
	for _, v := range []Value{c.New, c.Old} {
		id, name := identity(v.Document)
		if c.ID == "" {
			c.ID = id
		}
		if c.Name == "" {
			c.Name = name
		}
	}
	return c
}

// values finds the property whose values are the object itself.
func (c *Change) values(list []property) {
	c.Old = Value{Why: fmt.Sprintf("the record of its change at %s has no old value", shown(c.Time))}
	c.New = Value{Why: fmt.Sprintf("the record of its change at %s has no new value", shown(c.Time))}
	for _, p := range list {
		old, hasOld := documentOf(p.OldValue)
		now, hasNew := documentOf(p.NewValue)
		if !hasOld && !hasNew && !named(p.DisplayName) {
			continue
		}
		c.Old = c.value(p.OldValue, old, hasOld, "old")
		c.New = c.value(p.NewValue, now, hasNew, "new")
		return
	}
}

func (c *Change) value(text, document json.RawMessage, has bool, which string) Value {
	switch {
	case has:
		return Value{Document: document}
	case nothing(text):
		return Value{Why: fmt.Sprintf("the record of its change at %s has no %s value", shown(c.Time), which)}
	}
	return Value{Why: fmt.Sprintf("the %s value of its change at %s is cut off, or no policy", which, shown(c.Time))}
}

// named tells whether a property is by its name the object itself, whatever has
// become of its values.
func named(property string) bool {
	lower := strings.ToLower(strings.ReplaceAll(property, " ", ""))
	return strings.Contains(lower, "conditionalaccesspolicy") || strings.Contains(lower, "policydetail") || strings.Contains(lower, "namedlocation")
}

// maxWraps is how many strings a value may be wrapped in.
const maxWraps = 4

// unwrapped returns the JSON that is in a string, or in a string in one.
func unwrapped(text json.RawMessage) json.RawMessage {
	text = bytes.TrimSpace(text)
	for range maxWraps {
		var inner string
		if len(text) == 0 || text[0] != '"' || json.Unmarshal(text, &inner) != nil {
			return text
		}
		text = bytes.TrimSpace([]byte(inner))
	}
	return text
}

// documentOf returns the object that a value holds, alone or as the one member
// of a list.
func documentOf(text json.RawMessage) (json.RawMessage, bool) {
	text = unwrapped(text)
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil && len(list) == 1 {
		text = unwrapped(list[0])
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil || len(object) == 0 {
		return nil, false
	}
	return text, true
}

// nothing tells whether a value is how a log writes that there is none.
func nothing(text json.RawMessage) bool {
	switch strings.ReplaceAll(string(unwrapped(text)), " ", "") {
	case "", "null", "[]", "{}", "[null]", `[""]`:
		return true
	}
	return false
}

func identity(document json.RawMessage) (id, name string) {
	var v struct{ ID, DisplayName string }
	if len(document) == 0 || json.Unmarshal(document, &v) != nil {
		return "", ""
	}
	return v.ID, v.DisplayName
}
