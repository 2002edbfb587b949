package history

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A state is what an object was in a stretch of time: absent, lost, or what a
// document says.
type state struct {
	absent   bool
	lost     string // why it is not known
	policy   *condaccess.Policy
	location *condaccess.NamedLocation
	// since is when the document says that it became as it is, created that the
	// object was made; zero where it does not say.
	since, created time.Time
	exported       bool // and not a value of the log
}

func (s *state) known() bool { return s.policy != nil || s.location != nil }

func lost(format string, args ...any) state { return state{lost: fmt.Sprintf(format, args...)} }

// stateOf reads a value of the log.
func stateOf(v Value, location bool, id string) state {
	switch {
	case v.Absent:
		return state{absent: true}
	case v.Document == nil:
		return state{lost: v.Why}
	}
	var l condaccess.Loader
	if err := l.Read("AuditLogs", v.Document); err != nil {
		return lost("the log's value cannot be read: %v", err)
	}
	t := l.Tenant()
	s := state{}
	switch {
	case location && len(t.Locations) == 1:
		s.location = t.Locations[0]
		if s.location.ID == "" {
			s.location.ID = id
		}
	case !location && len(t.Policies) == 1:
		s.policy = t.Policies[0]
		if s.policy.ID == "" {
			s.policy.ID = id
		}
	default:
		return lost("the log's value is no whole document")
	}
	s.date(v.Document)
	return s
}

// date reads since when a document is as it is. An export without a date of
// change was not changed since it was made; of a value of the log that is not
// known.
func (s *state) date(document json.RawMessage) {
	var v struct{ CreatedDateTime, ModifiedDateTime, DeletedDateTime string }
	if json.Unmarshal(document, &v) != nil {
		return
	}
	s.created = instant(v.CreatedDateTime)
	s.since = instant(v.ModifiedDateTime)
	if s.since.IsZero() && s.exported {
		s.since = s.created
	}
}

func instant(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() < 2000 { // a date of the year 1 is how some write none
		return time.Time{}
	}
	return t.UTC()
}

// same tells whether two documents ask for the same, whatever they are called
// and whenever they were written.
func (s *state) same(o *state) bool {
	if s.location != nil && o.location != nil {
		return reflect.DeepEqual(plainLocation(s.location), plainLocation(o.location))
	}
	return s.policy != nil && o.policy != nil && reflect.DeepEqual(plainPolicy(s.policy), plainPolicy(o.policy))
}

func plainPolicy(p *condaccess.Policy) condaccess.Policy {
	return condaccess.Policy{State: p.State, Deleted: p.Deleted, Conditions: p.Conditions, Grant: p.Grant, Session: p.Session, Unread: p.Unread}
}

func plainLocation(l *condaccess.NamedLocation) condaccess.NamedLocation {
	plain := *l
	plain.ID, plain.Name, plain.Alias, plain.Document, plain.File = "", "", "", nil, ""
	return plain
}
