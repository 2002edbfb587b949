package incident

// A Term is a fact of the tenant that was weighed on an alert, and what it did
// to the severity. From and To are the same where it changed nothing.
type Term struct {
	Fact string   `json:"fact"` // a clause: source 198.51.100.7 is the declared egress HQ
	From Severity `json:"from"`
	To   Severity `json:"to"`
}

// String says what the fact is and what it did.
func (t Term) String() string {
	switch {
	case t.To < t.From:
		return t.Fact + ": lowered from " + t.From.String() + " to " + t.To.String()
	case t.To > t.From:
		return t.Fact + ": raised from " + t.From.String() + " to " + t.To.String()
	}
	return t.Fact + ": left at " + t.To.String()
}
