package incident

// An Exposure is an entity of an incident that sits on something that is not as
// it should be: an open recommendation, or what a check is not met by.
type Exposure struct {
	Entity   string   `json:"entity"`
	Relation Relation `json:"relation"`
	Resource string   `json:"resource"`        // its id; or the person
	Check    string   `json:"check,omitempty"` // empty: a recommendation that no check rests on
	What     string   `json:"what"`
	Severity Severity `json:"severity"`
	Record   string   `json:"record"` // that says so
}

// A Relation is what an entity has to do with a resource.
type Relation string

// The relations.
const (
	Is        Relation = "is"              // the same resource, the same person
	ActedUpon Relation = "was acted upon"  // by the attacker
	Within    Relation = "is in"           // the entity is part of the resource
	Holds     Relation = "holds"           // the resource is part of the entity
	NamedAs   Relation = "has the name of" // by its name alone: it may be another
)
