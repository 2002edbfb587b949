package gaps

import (
	"slices"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// points is how many random sign-ins are asked about in all.
const points = 60000

// A sign-in's evaluation is its membership in the diagram: whether it is granted
// for certain, stopped for certain, or neither.
func TestPointIsWhereTheDiagramHasIt(t *testing.T) {
	counts := make(map[condaccess.Truth]int)
	const worlds = 20
	for seed := range uint64(worlds) {
		w := newWorld(seed)
		z := size{policies: 2 + int(seed), users: 30, groups: 6, apps: 4}
		space, err := NewSpace(condaccess.NewEvaluator(w.tenant(t, z), condaccess.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		cases := situations()
		for i := range cases {
			r, err := space.region(&cases[i])
			if err != nil {
				t.Fatal(err)
			}
			for range points / worlds / len(cases) {
				counts[r.agree(t, seed, w.point(&cases[i], z))]++
			}
		}
	}
	if counts[condaccess.Yes] < points/100 || counts[condaccess.No] < points/100 || counts[condaccess.Unsure] < points/100 {
		t.Errorf("stopped: %v: the worlds are too alike", counts)
	}
}

func situations() []situation {
	var out []situation
	for _, p := range Profiles() {
		out = append(out, p.cases...)
	}
	return out
}

// agree compares a point's evaluation with its membership.
func (r *region) agree(t *testing.T, seed uint64, s *condaccess.SignIn) condaccess.Truth {
	t.Helper()
	e := r.space.evaluator.Evaluate(s)
	stopped := condaccess.No
	for i := range e.Policies {
		stopped = stopped.Or(e.Policies[i].Stops())
	}
	point, ok := r.place(s)
	if !ok {
		t.Fatalf("seed %d: no class for %+v", seed, s)
	}
	got := condaccess.Yes
	switch {
	case r.diagram.holds(r.open(), point):
		got = condaccess.No
	case r.diagram.holds(r.unsure(), point):
		got = condaccess.Unsure
	}
	if got != stopped {
		t.Fatalf("seed %d: stopped is %v by the diagram and %v by evaluation: %+v", seed, got, stopped, s)
	}
	return stopped
}

// What the report lists the evaluator confirms, and a row is there for every
// profile that random points find something open for.
func TestReportsFindWhatPointsFind(t *testing.T) {
	for seed := range uint64(10) {
		w := newWorld(100 + seed)
		z := size{policies: 12, users: 20, groups: 5, apps: 4}
		space, err := NewSpace(condaccess.NewEvaluator(w.tenant(t, z), condaccess.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range Profiles() {
			report, err := space.Report(p, 1000)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			for i := range p.cases {
				r, err := space.region(&p.cases[i])
				if err != nil {
					t.Fatal(err)
				}
				for range 300 {
					point, ok := r.place(w.point(&p.cases[i], z))
					if ok && r.diagram.holds(r.open(), point) && !certain(report) {
						t.Fatalf("seed %d: nothing is reported as open to %s, and something is", seed, p.Name)
					}
				}
			}
		}
	}
}

func certain(r *Report) bool {
	for _, row := range r.Rows {
		if row.Certain {
			return true
		}
	}
	return false
}

// What a comparison lists the evaluator confirms, certain or not, and there is a
// row of the one or the other for every profile that random points find one for.
func TestComparisonsFindWhatPointsFind(t *testing.T) {
	found := make(map[condaccess.Truth]int)
	for seed := range uint64(8) {
		w := newWorld(300 + seed)
		z := size{policies: 8, users: 20, groups: 5, apps: 4}
		space, err := NewSpace(condaccess.NewEvaluator(w.tenant(t, z), condaccess.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		if len(space.standIns()) > 0 {
			continue // of registering nothing is compared
		}
		even, odd := func(i int) bool { return i%2 == 0 }, func(i int) bool { return i%2 == 1 }
		for _, p := range Profiles() {
			c, err := space.Compare(p, even, odd, 2000)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			listed := map[condaccess.Truth]bool{condaccess.No: certain(&Report{Rows: c.Opened}), condaccess.Unsure: slices.ContainsFunc(c.Opened, func(r Row) bool { return !r.Certain && len(r.Unknown) > 0 })}
			for i := range p.cases {
				r, err := space.region(&p.cases[i])
				if err != nil {
					t.Fatal(err)
				}
				for range 150 {
					s := w.point(&p.cases[i], z)
					if is := r.stopped(s, odd); r.stopped(s, even) == condaccess.Yes && is != condaccess.Yes {
						found[is]++
						if !listed[is] {
							t.Fatalf("seed %d: %s: stopped by the others is %v, and no row says so", seed, p.Name, is)
						}
					}
				}
			}
		}
	}
	if found[condaccess.No] < 100 || found[condaccess.Unsure] < 100 {
		t.Errorf("found %v: the worlds are too alike", found)
	}
}
