// Package replay asks what Conditional Access policies make of sign-ins that a
// log recorded: of an attacker's, of everyone else's, and whether it is what
// the log says.
//
//	records ──features──▶ groups of equal ones ──Evaluator──▶ outcomes ──▶ tallies, people met, agreement
//
// Its one rule: an outcome that is not known is counted as everything that it
// may be. Each number is what is certain, and what is possible.
package replay

import (
	"cmp"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A Record is a sign-in of a log, or several that say the same but for their ids
// and times.
type Record struct {
	SignIn    *condaccess.SignIn
	User, App string // as the log names them
	Result    string // its code as the log has it; 0 is a success
	Recorded  []condaccess.Recorded
	Malicious bool
	// Count is how many they are, of which the first is at the time of SignIn and
	// the last at Last. Zero is one.
	Count int
	Last  time.Time
}

func (r *Record) count() int { return max(r.Count, 1) }

func (r *Record) last() time.Time {
	if r.Count > 1 {
		return r.Last
	}
	return r.SignIn.Time
}

// Unreached tells whether the tenant's policies had no say.
func (r *Record) Unreached() bool { return r.SignIn.NotReached != "" }

// A Replay evaluates sign-ins against policies. It is not for several
// goroutines.
type Replay struct {
	eras      eras
	out       Result
	met       map[sighting]*sightings
	agreement map[string]*Agreement
	strangers map[string]*Stranger
	malicious []*Record
	scratch   condaccess.Evaluation
}

// A Result is what a replay came to.
type Result struct {
	Malicious  Tally `json:"malicious"`
	Legitimate Tally `json:"legitimate"`
	Distinct   int   `json:"distinct"` // sign-ins that the policies tell apart
}

// A Tally counts sign-ins by what the policies make of them.
type Tally struct {
	Records    int      `json:"records"`
	Unreached  int      `json:"unreached"`
	Stopped    Interval `json:"stopped"`
	Challenged Interval `json:"challenged"`
	Allowed    Interval `json:"allowed"`
	Unknown    int      `json:"unknown"` // of which more than one is possible
}

// An Interval is how many are certain, and how many possible.
type Interval struct {
	Certain  int `json:"certain"`
	Possible int `json:"possible"`
}

// New returns a replay against the policies of one evaluator, whenever a
// sign-in was.
func New(e *condaccess.Evaluator) *Replay {
	return NewOver(nil, func(time.Time) *condaccess.Evaluator { return e })
}

// NewOver returns a replay against the policies as they were: at returns those
// of a moment, which are the same from one of the moments, in order, to the next.
// At the zero Time it is asked for those of sign-ins that do not say when they
// were.
func NewOver(moments []time.Time, at func(time.Time) *condaccess.Evaluator) *Replay {
	return &Replay{eras: newEras(moments, at), met: make(map[sighting]*sightings), agreement: make(map[string]*Agreement), strangers: make(map[string]*Stranger)}
}

// Add replays a sign-in, or equal ones: those that policies may tell apart, by
// the moments that Apart gives, are not equal.
func (r *Replay) Add(rec *Record) {
	t := &r.out.Legitimate
	if rec.Malicious {
		t = &r.out.Malicious
	}
	t.Records += rec.count()
	if rec.Malicious {
		r.malicious = append(r.malicious, rec)
	}
	if rec.Unreached() {
		t.Unreached += rec.count()
		return
	}
	era := r.eras.of(rec.SignIn.Time)
	o := r.outcome(era, rec.SignIn)
	t.add(o.possible, rec.count())
	if !rec.Malicious {
		r.meet(rec, o)
	}
	r.agree(era, rec, o)
}

// Result returns what was counted.
func (r *Replay) Result() Result {
	out := r.out
	for _, era := range r.eras.all {
		if era != nil {
			out.Distinct += len(era.outcomes)
		}
	}
	return out
}

// Malicious returns the attacker's sign-ins that policies were asked about, each
// with what it may have come to and every policy's answer.
func (r *Replay) Malicious() []Explained {
	var out []Explained
	for _, rec := range r.malicious {
		if rec.Unreached() {
			continue
		}
		e := r.eras.of(rec.SignIn.Time).evaluator.Evaluate(rec.SignIn)
		out = append(out, Explained{rec, possible(&e).String(), e.Policies})
	}
	return out
}

// An Explained sign-in is one with what each policy made of it.
type Explained struct {
	Record   *Record
	Outcome  string // stopped, challenged or allowed; several where it is not known which
	Policies []condaccess.PolicyResult
}

func (t *Tally) add(p outcomes, n int) {
	certain := p&(p-1) == 0
	if !certain {
		t.Unknown += n
	}
	for _, x := range []struct {
		of *Interval
		is outcomes
	}{{&t.Stopped, stopped}, {&t.Challenged, challenged}, {&t.Allowed, allowed}} {
		if p&x.is == 0 {
			continue
		}
		x.of.Possible += n
		if certain {
			x.of.Certain += n
		}
	}
}

// A Meeting is a person, and an application, that a policy would stop or ask
// for more.
type Meeting struct {
	Policy      *condaccess.Policy
	User, App   string
	Count       int
	Certain     int // of Count
	First, Last time.Time
}

// A sighting is the sign-ins of one person with one application of which the
// policies make the same.
type sighting struct {
	outcome   *outcome
	user, app string
}

type sightings struct {
	count       int
	first, last time.Time
}

func (r *Replay) meet(rec *Record, o *outcome) {
	if len(o.stops) == 0 {
		return
	}
	k := sighting{o, rec.User, rec.App}
	met := r.met[k]
	if met == nil {
		met = &sightings{first: rec.SignIn.Time, last: rec.SignIn.Time}
		r.met[k] = met
	}
	met.count += rec.count()
	met.span(rec.SignIn.Time, rec.last())
}

func (s *sightings) span(first, last time.Time) {
	if first.Before(s.first) {
		s.first = first
	}
	if last.After(s.last) {
		s.last = last
	}
}

// Meetings returns whom of the legitimate the policies would stop or ask for
// more, the most often met first.
func (r *Replay) Meetings() []*Meeting {
	type key struct {
		policy, user, app string
	}
	met := make(map[key]*Meeting)
	var out []*Meeting
	for k, s := range r.met {
		for _, by := range k.outcome.stops {
			at := key{k.outcome.era.keys[by.policy], k.user, k.app}
			p, m := k.outcome.era.evaluator.Policies()[by.policy], met[at]
			if m == nil {
				m = &Meeting{Policy: p, User: k.user, App: k.app, First: s.first, Last: s.last}
				met[at] = m
				out = append(out, m)
			}
			if newer(p, m.Policy) {
				m.Policy = p
			}
			m.add(s, by.certain)
		}
	}
	slices.SortFunc(out, func(a, b *Meeting) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.User, b.User), cmp.Compare(a.App, b.App),
			cmp.Compare(a.Policy.ID, b.Policy.ID), cmp.Compare(a.Policy.Name, b.Policy.Name))
	})
	return out
}

// newer tells which of two versions of a policy a meeting names.
func newer(p, than *condaccess.Policy) bool {
	return cmp.Or(p.Modified.Compare(than.Modified), cmp.Compare(p.Name, than.Name)) > 0
}

func (m *Meeting) add(s *sightings, certain bool) {
	m.Count += s.count
	if certain {
		m.Certain += s.count
	}
	span := sightings{first: m.First, last: m.Last}
	span.span(s.first, s.last)
	m.First, m.Last = span.first, span.last
}
