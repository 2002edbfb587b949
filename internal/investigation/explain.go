package investigation

import (
	"errors"
	"fmt"

	"github.com/conshelf/conshelf/kql/plan"
)

// An explainer tells how it would run a plan; not every engine can.
type explainer interface {
	Explain(q *plan.Query) (string, error)
}

// Explain returns what the engine would run for q, in its own language. It
// runs nothing.
func (c *Case) Explain(q *plan.Query) (string, error) {
	e, ok := c.engine.(explainer)
	if !ok {
		return "", errors.New("explain query: the engine does not tell how it runs one")
	}
	text, err := e.Explain(q)
	if err != nil {
		return "", fmt.Errorf("explain query: %w", err)
	}
	return text, nil
}
