// Package respond plans the response to an incident from playbooks. Planning
// changes nothing: a step is data, the request that would be sent, the one
// that undoes it, and the query that shows whether it worked.
package respond

import "github.com/conshelf/conshelf/internal/incident"

// A Phase is one of the five phases of an incident's response.
type Phase string

// The phases, in order.
const (
	Detection   Phase = "Detection & Analysis"
	Containment Phase = "Containment"
	Eradication Phase = "Eradication"
	Recovery    Phase = "Recovery"
	Lessons     Phase = "Lessons Learned & Hardening"
)

// Phases returns the five phases in order.
func Phases() []Phase { return []Phase{Detection, Containment, Eradication, Recovery, Lessons} }

// A Plan is what an incident calls for. It is printed and reviewed; nothing
// in it has been sent.
type Plan struct {
	Incident string `json:"incident"` // its ID
	// Tenant is the one that every request and query of the plan is meant for;
	// the queries do not filter by it. "" if the records do not name it.
	Tenant string `json:"tenant,omitempty"`
	Steps  []Step `json:"steps"` // by phase, in the order to carry out
}

// A Step is one thing to do, about one entity.
type Step struct {
	ID     string          `json:"id"` // unique in the plan, from its content
	Phase  Phase           `json:"phase"`
	Title  string          `json:"title"`
	Why    string          `json:"why"`    // what in this incident calls for it
	Entity incident.Entity `json:"entity"` // zero: none
	Alerts []string        `json:"alerts"` // ids of the alerts that call for it
	// Before is the request whose answer is kept before Do is sent: the state
	// that Undo goes back to. It changes nothing.
	Before *Request `json:"before,omitempty"`
	// Do is the request to send; nil for a step that a person carries out.
	Do *Request `json:"do,omitempty"`
	// Undo takes Do back; nil if nothing can, and then NoUndo says why.
	Undo   *Request `json:"undo,omitempty"`
	NoUndo string   `json:"noUndo,omitempty"`
	// Verify is the KQL query whose rows would show that the step has not
	// worked; of a step without Do, the query whose rows to look at.
	Verify     string   `json:"verify,omitempty"`
	Permission string   `json:"permission,omitempty"` // the least that Do needs
	Missing    []string `json:"missing,omitempty"`    // what must be looked up before Do can be sent: an object id that no record holds
}

// A Request is an HTTP request to Microsoft Graph, Azure Resource Manager or a
// Key Vault. A part of URL or Body in braces, {like-this}, stands for what
// Missing names; in an Undo, {before.name} stands for that field of Before's
// answer, and {answer.name} for that field of Do's. A JSON string that
// is nothing but such a part stands for the field's value, whatever its type.
// No value from evidence brings braces of its own: they are escaped in both.
type Request struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Body   string `json:"body,omitempty"` // JSON
}
