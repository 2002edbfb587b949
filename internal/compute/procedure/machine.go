package procedure

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/kql/types"
)

// A machine is scan: steps that read rows in their order.
type machine struct {
	Width    int // columns of a row that a step remembers
	Keep     []int
	Declared []machineCell
	Steps    []machineStep
	ID, Name bool
}

type machineStep struct {
	Name   string
	Silent bool
	Cond   expr
	Assign []struct {
		Declared int
		Expr     expr
	}
}

// A machineCell is a constant; without a text it is null.
type machineCell struct {
	Type types.Scalar
	Text *string
}

func (c machineCell) value() (types.Value, error) {
	if c.Text == nil {
		return types.Null(c.Type), nil
	}
	return ParseCell(c.Type, *c.Text)
}

// A sequence is what a step remembers: the number of the sequence of matches,
// and the last row that it and each step before it matched.
type sequence struct {
	id   int64
	rows [][]types.Value
}

// A scanning is one run of a machine.
type scanning struct {
	*machine
	defaults []types.Value // what a step that has not matched remembers
	states   []*sequence   // of each step; nil: not reached
	next     int64
	out      [][]types.Value
}

// match runs the machine that the argument describes.
func match(c *call) ([][]types.Value, error) {
	m := &machine{}
	if err := json.Unmarshal([]byte(c.text(0)), m); err != nil {
		return nil, fmt.Errorf("read the machine: %w", err)
	}
	s := &scanning{machine: m, states: make([]*sequence, len(m.Steps))}
	for i := range m.Width {
		s.defaults = append(s.defaults, types.Null(c.in.Columns[i].Type))
	}
	for _, d := range m.Declared {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		s.defaults = append(s.defaults, v)
	}
	for i := range m.Steps {
		if err := m.Steps[i].prepare(); err != nil {
			return nil, err
		}
	}
	for _, row := range c.in.Rows {
		s.read(row)
		if len(s.out) > MaxRows {
			break // Run says so
		}
	}
	return s.out, nil
}

func (s *machineStep) prepare() error {
	if err := s.Cond.prepare(); err != nil {
		return err
	}
	for i := range s.Assign {
		if err := s.Assign[i].Expr.prepare(); err != nil {
			return err
		}
	}
	return nil
}

// read shows a row to every step, the last step first. A step is entered from
// the one before it, which then has to be reached anew; otherwise a step that
// was reached, and the first one always, may match again.
func (s *scanning) read(row []types.Value) {
	for k := len(s.Steps) - 1; k >= 0; k-- {
		if k > 0 && s.states[k-1] != nil && s.meets(k, row, s.states[k-1]) {
			s.enter(k, row, s.states[k-1])
			s.states[k-1] = nil
			continue
		}
		if (k == 0 || s.states[k] != nil) && s.meets(k, row, s.states[k]) {
			s.enter(k, row, s.states[k])
		}
	}
}

func (s *scanning) meets(k int, row []types.Value, state *sequence) bool {
	v := s.Steps[k].Cond.eval(s, row, state)
	return v.Valid && v.Int != 0
}

// enter remembers a row that step k matched, and gives it out.
func (s *scanning) enter(k int, row []types.Value, state *sequence) {
	extended := append(slices.Clone(row[:s.Width]), s.defaults[s.Width:]...)
	for _, a := range s.Steps[k].Assign {
		extended[s.Width+a.Declared] = a.Expr.eval(s, row, state)
	}
	next := &sequence{rows: make([][]types.Value, len(s.Steps))}
	if state == nil {
		next.id = s.next
		s.next++
	} else {
		next.id = state.id
		copy(next.rows, state.rows[:k+1])
	}
	next.rows[k] = extended
	s.states[k] = next
	if !s.Steps[k].Silent {
		s.give(k, row, extended, next.id)
	}
}

func (s *scanning) give(k int, row, extended []types.Value, id int64) {
	var out []types.Value
	for _, i := range s.Keep {
		out = append(out, row[i])
	}
	out = append(out, extended[s.Width:]...)
	if s.ID {
		out = append(out, types.NewLong(id))
	}
	if s.Name {
		out = append(out, types.NewString(s.Steps[k].Name))
	}
	s.out = append(s.out, out)
}

// remembered returns what a step remembers.
func (s *scanning) remembered(state *sequence, step, column int) types.Value {
	if state == nil || state.rows[step] == nil {
		return s.defaults[column]
	}
	return state.rows[step][column]
}
