package gaps

import (
	"cmp"
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A Report is what a profile finds open.
type Report struct {
	Profile Profile
	Rows    []Row
	Further int // rows there are besides
	// Weight is of all rows together; of sign-ins, those that were recorded.
	Weight Weight
	// Nodes is the size of the diagrams.
	Nodes int
}

// A Row is something that is open: to some principals, for some resources, under
// some conditions.
type Row struct {
	// Certain says that no policy may stop it, and that all policies are known.
	// Otherwise no policy stops it for certain, and Unknown says what leaves it open.
	Certain    bool
	Unknown    []condaccess.Reason
	Principals []string
	People     int // of the principals, the users of the directory
	Resources  []string
	Conditions []Limit
	// Recorded is how many sign-ins were recorded that the attacker could repeat as
	// one of the row, and of how many principals; Last is the last of them.
	Recorded, RecordedBy int
	Last                 *condaccess.SignIn
	// Witness is one such sign-in, which the evaluator has confirmed.
	Witness *condaccess.SignIn
}

// A Limit says for which values of a dimension something is open, where it is
// not for all. Not all combinations of the limits of a row need be open.
type Limit struct {
	Dimension    string
	Open, Closed []string
}

// Report finds what is open to a profile: at most limit rows, the most used and
// those of most people first.
func (s *Space) Report(p Profile, limit int) (*Report, error) {
	out := &Report{Profile: p}
	var found []candidate
	var err error
	for i := range p.cases {
		regions, err := s.regions(&p.cases[i])
		if err != nil {
			return nil, err
		}
		for _, r := range regions {
			uses := r.used()
			found = append(found, r.candidates(r.open(), nil, func(s *condaccess.SignIn) error { return r.confirm(s, true) }, uses)...)
			found = append(found, r.candidates(r.unsure(), all, func(s *condaccess.SignIn) error { return r.confirm(s, false) }, uses)...)
			out.Nodes += r.diagram.size()
		}
	}
	out.Weight = s.weightOf(found)
	out.Rows, out.Further, err = rowsOf(found, limit)
	return out, err
}

// rowsOf works out the first of the candidates.
func rowsOf(found []candidate, limit int) (rows []Row, further int, err error) {
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.recorded, a.recorded), compareBool(b.certain, a.certain), cmp.Compare(b.people, a.people), cmp.Compare(len(b.who), len(a.who)))
	})
	listed := min(len(found), limit)
	for _, c := range found[:listed] {
		row, err := c.row()
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, row)
	}
	return rows, len(found) - listed, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// A candidate is a row that was not worked out: classes of principals and of
// resources for which the same is open.
type candidate struct {
	region  *region
	certain bool
	unknown func(policy int) bool // of which policies it is not known; nil where it is certain
	who     []int                 // atoms
	what    []int
	people  int
	uses    []int // by number
	// recorded is how many sign-ins the uses are
	recorded int
	point    [2]int // a class of each
	after    state  // what is left for the other layers
	check    func(*condaccess.SignIn) error
}

// candidates groups principals, and resources for each group, by what is left to
// ask of them. Unknown says which policies leave it unknown; nil: it is certain.
func (r *region) candidates(from state, unknown func(policy int) bool, check func(*condaccess.SignIn) error, uses map[int][]usedPoint) []candidate {
	var out []candidate
	d := r.diagram
	for _, who := range d.groups(0, from) {
		for _, what := range d.groups(1, who.next) {
			c := candidate{
				region: r, check: check, certain: unknown == nil, unknown: unknown, who: r.sheets[0].of(who.classes), what: r.sheets[1].of(what.classes),
				point: [2]int{who.classes[0], what.classes[0]}, after: what.next,
			}
			c.people = r.sheets[0].people(c.who)
			c.uses = r.within(who.classes, what.classes, what.next, uses)
			for _, n := range c.uses {
				c.recorded += r.space.uses.all[n].count
			}
			out = append(out, c)
		}
	}
	return out
}

// within returns the uses of some principals and resources that are in the
// region for some client and device of the attacker's.
func (r *region) within(who, what []int, after state, uses map[int][]usedPoint) []int {
	var out []int
	for _, w := range who {
		for _, u := range uses[w] {
			if _, is := slices.BinarySearch(what, u.point[1]); is && r.diagram.some(2, after, u.point) {
				out = append(out, u.use)
			}
		}
	}
	return out
}

// A group holds the classes of a layer after which the same is left to ask.
type group struct {
	classes []int
	next    state
}

// groups returns those classes of a layer of which something is in the region.
func (d *diagram) groups(l int, s state) []group {
	s, done, every := d.reduce(l, s)
	if done && !every {
		return nil
	}
	var out []group
	number := make(map[state]int)
	for i := range d.layers[l].classes {
		next, _, _ := d.reduce(l+1, s.step(&d.layers[l].classes[i]))
		n, seen := number[next]
		if !seen {
			n = -1
			if d.open(l+1, s.step(&d.layers[l].classes[i])) > 0 {
				n = len(out)
				out = append(out, group{next: next})
			}
			number[next] = n
		}
		if n >= 0 {
			out[n].classes = append(out[n].classes, i)
		}
	}
	return out
}

func (s *sheet) of(classes []int) []int {
	var out []int
	for _, c := range classes {
		out = append(out, s.classes[c].atoms...)
	}
	slices.Sort(out)
	return out
}

func (s *sheet) people(atoms []int) int {
	n := 0
	for _, a := range atoms {
		if s.atoms[a].person {
			n++
		}
	}
	return n
}

// row works a candidate out.
func (c *candidate) row() (Row, error) {
	r := c.region
	witness := r.signIn(append(c.point[:], r.diagram.witness(2, c.after)...))
	if err := c.check(witness); err != nil {
		return Row{}, err
	}
	row := Row{
		Certain: c.certain && len(r.space.tenant.Incomplete) == 0, Principals: r.sheets[0].labels(c.who), People: c.people, Resources: r.sheets[1].labels(c.what),
		Witness: witness,
	}
	w, last := r.space.weigh(c.uses)
	row.Recorded, row.RecordedBy, row.Last = w.SignIns, w.SignedIn, last
	for i, marks := range r.diagram.project(2, c.after) {
		sheet := r.sheets[2+i]
		if limit := sheet.limit(marks); len(limit.Closed) > 0 || sheet.dimension == clients {
			row.Conditions = append(row.Conditions, limit)
		}
	}
	if c.unknown != nil {
		row.Unknown = reasonsOf(r.space.evaluator.Evaluate(witness), c.unknown)
	}
	return row, nil
}

// limit says which values of a dimension are marked.
func (s *sheet) limit(marks []bool) Limit {
	out := Limit{Dimension: s.dimension.String()}
	for i, open := range marks {
		label := s.atoms[s.classes[i].atoms[0]].label
		if open {
			out.Open = append(out.Open, label)
		} else {
			out.Closed = append(out.Closed, label)
		}
	}
	out.Closed = append(out.Closed, s.labels(s.left)...)
	return out
}

// reasonsOf returns why a decision is not known, once each, by some policies.
func reasonsOf(e condaccess.Evaluation, by func(policy int) bool) []condaccess.Reason {
	var out []condaccess.Reason
	for i := range e.Policies {
		if !by(i) || e.Policies[i].Stops() != condaccess.Unsure {
			continue
		}
		for _, r := range e.Policies[i].Reasons {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// all holds every policy.
func all(int) bool { return true }
