// Package indicator reads lists of indicators: watch lists and feeds as CSV,
// STIX 2.1 bundles and MISP events. What it cannot look for in the evidence it
// names, and never drops.
package indicator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/conshelf/conshelf/internal/activity"
)

// A List is the indicators of a file, each once, in its order.
type List struct {
	Indicators []activity.Indicator
	Notes      map[activity.Indicator]string // what the file says of an indicator
	Skipped    []Skip
}

// A Skip is an entry of a list that cannot be looked for.
type Skip struct {
	Where  string // "line 3", an object's id
	Reason string
}

func (l *List) add(i activity.Indicator, note string) {
	if _, there := l.Notes[i]; there {
		return
	}
	if l.Notes == nil {
		l.Notes = make(map[activity.Indicator]string)
	}
	l.Indicators = append(l.Indicators, i)
	l.Notes[i] = note
}

func (l *List) skip(where, format string, args ...any) {
	l.Skipped = append(l.Skipped, Skip{where, fmt.Sprintf(format, args...)})
}

// Read reads a list of any of the forms, by its content.
func Read(data []byte) (List, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if text := bytes.TrimSpace(data); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		return readJSON(text)
	}
	return readCSV(data)
}

// readJSON tells a STIX bundle from a MISP event.
func readJSON(text []byte) (List, error) {
	var head struct {
		Type     string          `json:"type"`
		Event    json.RawMessage `json:"Event"`
		Response json.RawMessage `json:"response"`
	}
	if text[0] == '[' { // MISP exports several events as an array
		return readMISPEvents(text)
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return List{}, fmt.Errorf("not JSON: %w", err)
	}
	switch {
	case head.Type == "bundle":
		return readSTIX(text)
	case head.Event != nil:
		return readMISP(text)
	case head.Response != nil:
		return readMISPAnswer(head.Response)
	}
	return List{}, fmt.Errorf("want CSV, a STIX 2.1 bundle or a MISP event; this is JSON of another kind")
}

var (
	uuidPattern   = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	domainPattern = regexp.MustCompile(`^([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}$`)
)

// guess returns the indicator that a bare value is, where only one kind has
// values like it.
func guess(value string) (activity.Indicator, error) {
	value = refang(strings.TrimSpace(value))
	kind := activity.Kind("")
	switch {
	case isNetwork(value):
		kind = activity.IP
	case strings.Count(value, "@") == 1 && !strings.ContainsAny(value, " /"):
		kind = activity.User
	case strings.HasPrefix(strings.ToLower(value), "/subscriptions/"):
		kind = activity.Resource
	case strings.Contains(value, "/") && strings.Contains(value, " ("), strings.HasPrefix(value, "Mozilla/"):
		kind = activity.Agent
	case uuidPattern.MatchString(value):
		return activity.Indicator{}, fmt.Errorf("%s may be an account, an application or a session: say which in a column type", value)
	case domainPattern.MatchString(value):
		kind = activity.Domain
	default:
		return activity.Indicator{}, fmt.Errorf("%q is of no kind that is known by its look: say which in a column type", value)
	}
	return activity.NewIndicator(kind, value)
}

func isNetwork(value string) bool {
	_, address := netip.ParseAddr(value)
	_, prefix := netip.ParsePrefix(value)
	return address == nil || prefix == nil
}

// refang takes back what makes an indicator harmless in mail: 192.0.2[.]7.
func refang(value string) string {
	return strings.NewReplacer("[.]", ".", "(.)", ".", "[:]", ":", "[@]", "@", "hxxp", "http").Replace(value)
}
