package condaccess

import (
	"encoding/json"
	"errors"
	"fmt"
)

// A Case is one question: a sign-in, and the tenant that it is put to.
type Case struct {
	ID       json.RawMessage // as given; null where the question has none
	Tenant   *Tenant
	SignIn   *SignIn
	Problems []string // what of the sign-in could not be read
}

// ReadCase reads {"id","policies","namedLocations","directory","signIn"}. The
// id is returned with an error too.
func ReadCase(line []byte) (Case, error) {
	c := Case{ID: json.RawMessage("null")}
	text, err := DecodeText(line)
	if err != nil {
		return c, fmt.Errorf("read the line: %w", err)
	}
	nodes, err := parseNodes(text)
	if err != nil {
		return c, fmt.Errorf("read the line: %w", err)
	}
	if len(nodes) != 1 || !nodes[0].object() {
		return c, errors.New("the line is not one JSON object")
	}
	n := nodes[0]
	c.ID = n.rawID()
	if n.get("policies") == nil {
		return c, errors.New("the line has no policies")
	}
	c.Tenant = readCaseTenant(text, n)
	c.SignIn, c.Problems = readSignIn(n.get("signIn"), n.get("request"), n)
	if c.SignIn.NotReached != "" {
		c.Problems = append(c.Problems, "the sign-in: "+c.SignIn.NotReached)
	}
	return c, nil
}

// rawID returns the id of a question as JSON.
func (n *node) rawID() json.RawMessage {
	var fields struct {
		ID json.RawMessage `json:"id"`
	}
	id := n.get("id")
	switch {
	case id.kindIs(stringNode):
		fields.ID, _ = json.Marshal(id.text) // a string always has a JSON form
	case id.kindIs(numberNode, boolNode):
		fields.ID = json.RawMessage(id.text)
	default:
		fields.ID = json.RawMessage("null")
	}
	return fields.ID
}

func readCaseTenant(text []byte, n *node) *Tenant {
	l := &Loader{text: text}
	for _, part := range []*node{n, n.get("directory")} {
		if part.object() {
			l.snapshot(part)
		} else {
			l.value(part, "")
		}
	}
	return l.Tenant()
}

// JSON types of what an evaluation looks like to a program.
type (
	evaluationJSON struct {
		ID       json.RawMessage    `json:"id"`
		Decision string             `json:"decision"`
		Policies []policyResultJSON `json:"policies"`
		Session  []string           `json:"session"`
		Open     bool               `json:"sessionOpen,omitempty"`
		Reasons  []string           `json:"reasons,omitempty"`
		Notes    []string           `json:"notes,omitempty"`
		Error    string             `json:"error,omitempty"`
	}
	policyResultJSON struct {
		ID      string       `json:"id"`
		Name    string       `json:"displayName,omitempty"`
		Verdict string       `json:"verdict"`
		Result  Result       `json:"result"`
		Unmet   []Condition  `json:"unmet"`
		Reasons []string     `json:"reasons"`
		Details []reasonJSON `json:"details,omitempty"`
		Grant   *grantJSON   `json:"grant"`
		Session []string     `json:"session"`
	}
	reasonJSON struct {
		Code      ReasonCode `json:"code"`
		Condition Condition  `json:"condition,omitempty"`
		Subject   string     `json:"subject,omitempty"`
	}
	grantJSON struct {
		Operator  string        `json:"operator,omitempty"`
		Satisfied string        `json:"satisfied"`
		Controls  []controlJSON `json:"controls"`
	}
	controlJSON struct {
		Control   string `json:"control"`
		Satisfied string `json:"satisfied"`
	}
)

// MarshalEvaluation returns an evaluation as a line of JSON without its end;
// notes are of what could not be read.
func MarshalEvaluation(id json.RawMessage, e *Evaluation, notes []string) ([]byte, error) {
	out := evaluationJSON{ID: id, Decision: e.Decision.String(), Policies: []policyResultJSON{}, Session: list(e.Session.Names()), Open: e.SessionOpen, Notes: notes}
	for _, r := range e.Reasons {
		out.Reasons = append(out.Reasons, string(r.Code))
	}
	for i := range e.Policies {
		out.Policies = append(out.Policies, e.Policies[i].json())
	}
	return marshal(out)
}

// MarshalFailure returns the line for a question that could not be read: its
// decision is unknown.
func MarshalFailure(id json.RawMessage, err error) ([]byte, error) {
	return marshal(evaluationJSON{ID: id, Decision: DecisionUnknown.String(), Policies: []policyResultJSON{}, Session: []string{}, Error: err.Error()})
}

func marshal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write evaluation: %w", err)
	}
	return b, nil
}

func (r *PolicyResult) json() policyResultJSON {
	out := policyResultJSON{
		ID: r.Policy.ID, Name: r.Policy.Name, Verdict: r.Verdict.String(), Result: r.Result,
		Unmet: list(r.Unmet), Reasons: []string{}, Session: list(r.Policy.Session.Names()),
	}
	for _, reason := range r.Reasons {
		out.Reasons = append(out.Reasons, string(reason.Code))
		out.Details = append(out.Details, reasonJSON(reason))
	}
	if g := r.Policy.Grant; g != nil {
		satisfied := r.Grant.Satisfied.String()
		if r.Verdict == NotApplies {
			satisfied = "notAsked"
		}
		out.Grant = &grantJSON{Operator: g.Operator, Satisfied: satisfied, Controls: r.controls()}
	}
	return out
}

// controls returns the controls of a policy, and whether each is satisfied if
// that was asked.
func (r *PolicyResult) controls() []controlJSON {
	out := []controlJSON{}
	if r.Verdict != NotApplies {
		for _, c := range r.Grant.Controls {
			out = append(out, controlJSON{c.Control.Name(), c.Satisfied.String()})
		}
		return out
	}
	for _, clause := range r.Policy.Grant.Clauses {
		for _, c := range clause {
			out = append(out, controlJSON{c.Name(), "notAsked"})
		}
	}
	return out
}

// list is a list that is never null in JSON.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
