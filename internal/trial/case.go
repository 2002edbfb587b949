package trial

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// A Case is one event and whether a rule of another's should alert on it.
type Case struct {
	Source   string          `json:"source"`
	RuleID   string          `json:"rule_id"` // the rule that the case is a test of
	RuleName string          `json:"rule_name"`
	LogTypes []string        `json:"log_type"`
	Test     string          `json:"test_name"`
	Expected bool            `json:"expected"`
	Event    json.RawMessage `json:"event"`
	// Threshold is how many such events the rule wants before it alerts; 0: it
	// does not say.
	Threshold int `json:"threshold"`
	// Mocks are answers that the rule would have been given by others; none of
	// ours asks.
	Mocks json.RawMessage `json:"mocks"`
}

// Name is how the case is called: its rule and its test.
func (c Case) Name() string { return c.RuleID + "/" + c.Test }

// Counts tells whether the rule pack has to alert on the case: it should alert,
// it is of a log that the program reads rules over, and one event is enough.
func (c Case) Counts() bool {
	return c.Expected && c.Threshold <= 1 && !slices.Contains(c.LogTypes, "MicrosoftIntune.OperationalLogs")
}

// maxLine is the longest line of a file of cases, in bytes.
const maxLine = 16 << 20

// Read reads cases from JSON Lines.
func Read(r io.Reader) ([]Case, error) {
	var cases []Case
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		var c Case
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		cases = append(cases, c)
	}
	return cases, lines.Err()
}
