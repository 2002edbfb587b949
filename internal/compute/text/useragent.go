package text

import (
	"fmt"
	"strings"

	"github.com/ua-parser/uap-go/uaparser"
)

// Agents reads user agents by the rules that the ua-parser project publishes,
// which are those that Kusto says it applies. It may be used by several
// goroutines.
type Agents struct{ parser *uaparser.Parser }

// NewAgents compiles the rules, which takes a good part of a second.
func NewAgents() (*Agents, error) {
	parser, err := uaparser.New()
	if err != nil {
		return nil, fmt.Errorf("compile the rules of user agents: %w", err)
	}
	return &Agents{parser: parser}, nil
}

// Parse returns what a user agent tells of the parts that are asked for:
// browser, os and device. The text of a part that is none of these is ignored.
func (a *Agents) Parse(agent string, parts []string) string {
	agent = strings.Clone(agent) // the parser remembers it
	var members []string
	for _, part := range parts {
		switch strings.ToLower(part) {
		case "browser":
			b := a.parser.ParseUserAgent(agent)
			members = append(members, bag("Browser", "Family", b.Family, "MajorVersion", b.Major, "MinorVersion", b.Minor, "Patch", b.Patch))
		case "os":
			o := a.parser.ParseOs(agent)
			members = append(members, bag("OperatingSystem", "Family", o.Family, "MajorVersion", o.Major, "MinorVersion", o.Minor,
				"Patch", o.Patch, "PatchMinor", o.PatchMinor))
		case "device":
			d := a.parser.ParseDevice(agent)
			members = append(members, bag("Device", "Family", d.Family, "Brand", d.Brand, "Model", d.Model))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// bag writes a member of a bag that is a bag of texts.
func bag(name string, pairs ...string) string {
	members := make([]string, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		members = append(members, quoted(pairs[i])+":"+quoted(pairs[i+1]))
	}
	return quoted(name) + ":{" + strings.Join(members, ",") + "}"
}
