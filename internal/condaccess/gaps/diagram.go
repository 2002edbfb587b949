package gaps

// A class holds the atoms of a layer that are in the conditions of the same
// policies.
type class struct {
	in     set
	weight float64
	atoms  []int // in the layer's order
}

// A layer is one dimension of the universe.
type layer struct {
	dimension dimension
	classes   []class
}

// A state is what is left of the policies after some layers: those that all
// classes so far are in. Wanted holds those of which one has to cover, unless
// settled says that one does, and stops those of which none may.
type state struct {
	wanted, stops set
	settled       bool
}

// A diagram is a decision diagram over layers. Its nodes are states; those that
// mean the same are one.
//
// It answers for the region of points that a wanted policy covers, and that no
// policy of stops covers.
type diagram struct {
	layers []layer
	after  []after
	full   []float64 // weight of all points from a layer on
	nodes  []map[state]float64
}

// after is what is true of the policies from a layer on.
type after struct {
	free     set   // cover every class of every layer
	possible set   // cover a class of every layer
	larger   []set // of each policy, those that cover what it covers, and more or come first
}

func newDiagram(layers []layer, policies int) *diagram {
	d := &diagram{layers: layers, after: make([]after, len(layers)+1), full: make([]float64, len(layers)+1), nodes: make([]map[state]float64, len(layers)+1)}
	d.full[len(layers)] = 1
	last := &d.after[len(layers)]
	for i := range policies {
		last.free.add(i)
		last.possible.add(i)
	}
	within := make([]set, policies) // of each policy, those that cover all that it covers
	for i := range within {
		within[i] = last.free
	}
	last.larger = strict(within)
	for l := len(layers) - 1; l >= 0; l-- {
		d.prepare(l, within)
	}
	return d
}

// prepare finds out what is true from a layer on.
func (d *diagram) prepare(l int, within []set) {
	next, here := &d.after[l+1], &d.after[l]
	d.nodes[l] = make(map[state]float64)
	here.free = next.free
	weight := 0.0
	var some set
	for i := range d.layers[l].classes {
		c := &d.layers[l].classes[i]
		weight += c.weight
		here.free = here.free.and(&c.in)
		for k := range some {
			some[k] |= c.in[k]
		}
		c.in.each(func(p int) {
			if p < len(within) {
				within[p] = within[p].and(&c.in)
			}
		})
	}
	here.possible = some.and(&next.possible)
	here.larger = strict(within)
	d.full[l] = weight * d.full[l+1]
}

// strict leaves out of what each policy is within the policy itself and, of
// policies that are the same, those that come later.
func strict(within []set) []set {
	out := make([]set, len(within))
	for i := range within {
		within[i].each(func(k int) {
			if k != i && (k < i || !within[k].has(i)) {
				out[i].add(k)
			}
		})
	}
	return out
}

// reduce leaves out the policies that make no difference from layer l on. Done
// says that there is nothing more to ask: no point is in the region, or every
// one is.
func (d *diagram) reduce(l int, s state) (out state, done, every bool) {
	a := &d.after[l]
	if s.stops.meets(&a.free) {
		return state{}, true, false
	}
	out.settled = s.settled || s.wanted.meets(&a.free)
	out.stops = a.largest(s.stops.and(&a.possible))
	if !out.settled {
		out.wanted = a.largest(s.wanted.and(&a.possible))
		if out.wanted.empty() {
			return out, true, false
		}
	}
	return out, out.settled && out.stops.empty(), true
}

// largest leaves out the policies that others cover.
func (a *after) largest(s set) set {
	out := s
	s.each(func(i int) {
		if s.meets(&a.larger[i]) {
			out[i/64] &^= 1 << (i % 64)
		}
	})
	return out
}

// open returns the weight of the points from layer l on that are in the region.
// It is zero only if there is none.
func (d *diagram) open(l int, s state) float64 {
	s, done, every := d.reduce(l, s)
	switch {
	case done && every:
		return d.full[l]
	case done:
		return 0
	}
	if weight, ok := d.nodes[l][s]; ok {
		return weight
	}
	weight := 0.0
	for next, share := range d.children(l, s) {
		weight += share * d.open(l+1, next)
	}
	d.nodes[l][s] = weight
	return weight
}

// step returns the state after a class of a layer.
func (s *state) step(c *class) state {
	out := state{stops: s.stops.and(&c.in), settled: s.settled}
	if !s.settled {
		out.wanted = s.wanted.and(&c.in)
	}
	return out
}

// children calls yield for each state after a layer, with the weight of the
// classes that lead to it, in the order of the classes.
func (d *diagram) children(l int, s state) func(yield func(state, float64) bool) {
	number := make(map[state]int)
	var states []state
	var weights []float64
	for i := range d.layers[l].classes {
		c := &d.layers[l].classes[i]
		next := s.step(c)
		n, seen := number[next]
		if !seen {
			n = len(states)
			number[next] = n
			states, weights = append(states, next), append(weights, 0)
		}
		weights[n] += c.weight
	}
	return func(yield func(state, float64) bool) {
		for i, s := range states {
			if !yield(s, weights[i]) {
				return
			}
		}
	}
}

// holds walks the diagram for a point, given by its class in each layer.
func (d *diagram) holds(s state, point []int) bool {
	for l, c := range point {
		var done, every bool
		if s, done, every = d.reduce(l, s); done {
			return every
		}
		s = s.step(&d.layers[l].classes[c])
	}
	_, _, every := d.reduce(len(point), s)
	return every
}

// witness returns a point of the region from layer l on, as the class in each
// layer: at every layer the first that leads to one. The region must not be
// empty.
func (d *diagram) witness(l int, s state) []int {
	var point []int
	for ; l < len(d.layers); l++ {
		s, _, _ = d.reduce(l, s)
		for i := range d.layers[l].classes {
			if next := s.step(&d.layers[l].classes[i]); d.open(l+1, next) > 0 {
				point = append(point, i)
				s = next
				break
			}
		}
	}
	return point
}

// project returns, for each layer from l on, the classes that a point of the
// region is in.
func (d *diagram) project(l int, s state) [][]bool {
	p := projection{d: d, marks: make([][]bool, len(d.layers)), seen: make([]map[state]bool, len(d.layers))}
	for i := range d.layers {
		p.seen[i] = make(map[state]bool)
		p.marks[i] = make([]bool, len(d.layers[i].classes))
	}
	p.walk(l, s)
	return p.marks[l:]
}

type projection struct {
	d     *diagram
	marks [][]bool
	seen  []map[state]bool
}

func (p *projection) walk(l int, s state) {
	s, done, every := p.d.reduce(l, s)
	switch {
	case done && every:
		for _, marks := range p.marks[l:] {
			for i := range marks {
				marks[i] = true
			}
		}
		return
	case done || p.seen[l][s]:
		return
	}
	p.seen[l][s] = true
	for i := range p.d.layers[l].classes {
		if next := s.step(&p.d.layers[l].classes[i]); p.d.open(l+1, next) > 0 {
			p.marks[l][i] = true
			p.walk(l+1, next)
		}
	}
}

// size returns how many nodes there are.
func (d *diagram) size() int {
	n := 0
	for _, nodes := range d.nodes {
		n += len(nodes)
	}
	return n
}
