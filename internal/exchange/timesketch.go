// Package exchange writes what was found in the forms of other programs:
// STIX 2.1, ATT&CK Navigator and Timesketch. It depends on its input alone.
package exchange

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/conshelf/conshelf/internal/timeline"
)

// A sketchEvent is one event of Timesketch: the first three fields are those
// that it asks for, timestamp is in microseconds.
type sketchEvent struct {
	Message       string   `json:"message"`
	Datetime      string   `json:"datetime"`
	TimestampDesc string   `json:"timestamp_desc"`
	Timestamp     int64    `json:"timestamp"`
	Tag           []string `json:"tag"`
	Until         string   `json:"until"`
	Records       int64    `json:"records"`
	Source        string   `json:"source_table"`
	Action        string   `json:"action"`
	Result        string   `json:"result"`
	Actor         string   `json:"actor"`
	IPAddress     string   `json:"ip_address"`
	UserAgent     string   `json:"user_agent"`
	Session       string   `json:"session_id"`
	Target        string   `json:"target"`
	Tenant        string   `json:"tenant,omitempty"`
	Why           string   `json:"why,omitempty"`
	Entry         string   `json:"entry"`
	Query         string   `json:"query"`
	Note          string   `json:"note,omitempty"`
}

// isoMicroseconds is ISO 8601 as Timesketch reads it.
const isoMicroseconds = "2006-01-02T15:04:05.000000+00:00"

// Timesketch writes entries as JSON Lines for Timesketch's importer. Those that
// have no time it has no place for; how many they are is returned.
func Timesketch(w io.Writer, entries []timeline.Entry) (without int, err error) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, entry := range entries {
		if entry.First.IsZero() {
			without++
			continue
		}
		if err := e.Encode(sketchEventOf(entry)); err != nil {
			return without, fmt.Errorf("write for Timesketch: %w", err)
		}
	}
	return without, nil
}

func sketchEventOf(e timeline.Entry) sketchEvent {
	s := sketchEvent{
		Message: e.Sentence, Datetime: e.First.UTC().Format(isoMicroseconds), TimestampDesc: "Event Logged", Timestamp: e.First.UnixMicro(), Tag: tags(e),
		Until: e.Last.UTC().Format(isoMicroseconds), Records: e.Count, Source: e.Activity.Source, Action: e.Activity.Action, Result: string(e.Activity.Result),
		Actor: e.Activity.Actor, IPAddress: e.Activity.IPAddress, UserAgent: e.Activity.UserAgent, Session: e.Activity.SessionID, Target: e.Activity.Target,
		Tenant: e.Activity.Tenant, Why: strings.Join(e.Links, "; "), Entry: e.ID, Query: e.Query,
	}
	if e.Mark != nil {
		s.Note = e.Mark.Text
	}
	return s
}

func tags(e timeline.Entry) []string {
	list := []string{}
	switch e.Attribution {
	case timeline.Alerted, timeline.Followed:
		list = append(list, "attacker", "by-"+string(e.Attribution))
	case timeline.Doubtful:
		list = append(list, string(e.Attribution))
	case timeline.Ordinary:
	}
	if e.Mark != nil {
		list = append(list, string(e.Mark.Kind))
	}
	return append(list, e.Alerts...)
}
