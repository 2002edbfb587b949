package replay

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// An era is a time in which the policies do not change, and what they made of
// its sign-ins.
type era struct {
	evaluator *condaccess.Evaluator
	features  *features
	outcomes  map[string]*outcome
	numbers   map[string][]int // of policies, by id
	keys      []string         // of policies, the same in every era
}

func newEra(e *condaccess.Evaluator) *era {
	out := &era{evaluator: e, features: newFeatures(e), outcomes: make(map[string]*outcome), numbers: make(map[string][]int)}
	for i, p := range e.Policies() {
		id := strings.ToLower(p.ID)
		out.keys = append(out.keys, fmt.Sprintf("%s\x00%d", id, len(out.numbers[id])))
		out.numbers[id] = append(out.numbers[id], i)
	}
	return out
}

// eras finds the era of a moment; each is made when it is first asked for.
type eras struct {
	moments []time.Time
	at      func(time.Time) *condaccess.Evaluator
	all     []*era // of the moments, the one before them first; then that of no time
}

func newEras(moments []time.Time, at func(time.Time) *condaccess.Evaluator) eras {
	return eras{moments, at, make([]*era, len(moments)+2)}
}

func (e *eras) of(t time.Time) *era {
	n := len(e.moments) + 1
	if !t.IsZero() || len(e.moments) == 0 {
		n, _ = slices.BinarySearchFunc(e.moments, t, func(moment, t time.Time) int {
			if moment.After(t) {
				return 1
			}
			return -1
		})
	}
	if e.all[n] == nil {
		e.all[n] = newEra(e.at(t))
	}
	return e.all[n]
}
