package coverage

import (
	"slices"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/types"
)

// What makes a time thin. An hour is compared with its floor: what it has on
// three of four comparable days. A holiday is quiet and nothing is lost: it
// looks like a weekend, so that a time must have far less than one; unless the
// hours just before and after it, which are as busy, have what they usually
// have, as no holiday begins and ends within a day's work.
const (
	thinDays   = 4   // comparable days, without which an hour has no floor
	thinFloor  = 20  // rows; an hour whose floor is lower says nothing
	thinHour   = 3   // an hour has at most this part of its floor,
	thinTime   = 5   // and all hours of the time together at most this
	thinMost   = 200 // rows, at the least, are less than the floors of the time
	asBusy     = 2   // an hour beside has at least this part of its floor, which is at least this part of the mean
	asQuiet    = 2   // of the floors of a weekend at most this part
	everyFloor = 4   // of so many comparable days one may have less than the floor
)

// A Thin is a time in which a table has far fewer rows than it usually has.
type Thin struct {
	incident.Window
	Rows  int64 `json:"rows"`
	Usual int64 `json:"usual"` // rows that the same hours of most other days have at the least
}

// A level is how many rows a table has at each hour, and usually at the least.
type level struct {
	rows   map[int64]int64      // by the hour since the first of all time
	floors [2][hoursOfDay]int64 // of working days and of weekends; 0: nothing is promised
	holes  []Hole
}

func levelOf(bins []bin, holes []Hole) level {
	l := level{rows: make(map[int64]int64), holes: holes}
	for _, b := range bins {
		l.rows[b.at/types.TicksPerHour] += b.rows
	}
	r := rhythmOf(bins)
	var counts [2][hoursOfDay][]int64
	for at, n := range l.rows {
		if d := at / hoursOfDay; d >= r.first && d <= r.last {
			k, h := kind(d), at%hoursOfDay
			counts[k][h] = append(counts[k][h], n)
		}
	}
	for k := range counts {
		days := daysOf(int64(k), r.first, r.last)
		for h, c := range counts[k] {
			l.floors[k][h] = floorOf(c, days)
		}
	}
	return l
}

// floorOf returns what three of four days have at the least, of which those
// that are not counted have nothing.
func floorOf(counts []int64, days int64) int64 {
	empty := days - int64(len(counts))
	at := days/everyFloor - empty
	if days < thinDays || at < 0 {
		return 0
	}
	slices.Sort(counts)
	return counts[at]
}

func (l level) floor(at int64) int64 { return l.floors[kind(at/hoursOfDay)][at%hoursOfDay] }

// lost tells whether an hour is in a hole, which is told as one.
func (l level) lost(at int64) bool {
	from := types.TimeOf(at * types.TicksPerHour)
	to := types.TimeOf((at + 1) * types.TicksPerHour)
	return slices.ContainsFunc(l.holes, func(h Hole) bool { return h.From.Before(to) && from.Before(h.To) })
}

// thinIn returns the times, between the first and the last hour of the table,
// in which it has far fewer rows than it usually has.
func thinIn(bins []bin, holes []Hole) []Thin {
	l := levelOf(bins, holes)
	if l.floors == [2][hoursOfDay]int64{} { // else most days have rows, and there are not many more of them than bins
		return nil
	}
	var found []Thin
	var s stretch
	end := bins[len(bins)-1].at / types.TicksPerHour
	for at := bins[0].at/types.TicksPerHour + 1; at <= end; at++ {
		floor, lost := l.floor(at), l.lost(at)
		switch {
		case at < end && !lost && floor >= thinFloor && l.rows[at]*thinHour <= floor:
			s.add(at)
		case at < end && !lost && floor < thinFloor: // says nothing
		default:
			if t, ok := l.thin(s); ok {
				found = append(found, t)
			}
			s = stretch{}
		}
	}
	return found
}

// A stretch is hours that are thin, and those between them that say nothing.
type stretch struct{ from, to int64 }

func (s *stretch) add(at int64) {
	if s.to == 0 {
		s.from = at
	}
	s.to = at + 1
}

// thin tells whether a stretch is one in which rows are missing.
func (l level) thin(s stretch) (Thin, bool) {
	var t Thin
	var weekend int64
	for at := s.from; at < s.to; at++ {
		t.Rows += l.rows[at]
		t.Usual += l.floor(at)
		weekend += min(l.floor(at), l.floors[1][at%hoursOfDay])
	}
	if t.Rows == 0 || t.Rows*thinTime > t.Usual || t.Usual-t.Rows < thinMost {
		return Thin{}, false
	}
	if t.Rows*asQuiet > weekend && !l.amidst(s, t.Usual/(s.to-s.from)) {
		return Thin{}, false
	}
	t.Window = incident.Window{From: types.TimeOf(s.from * types.TicksPerHour), To: types.TimeOf(s.to * types.TicksPerHour)}
	return t, true
}

// amidst tells whether the hours beside a stretch are as busy as it usually
// is. The next of them may be partly in it.
func (l level) amidst(s stretch, mean int64) bool {
	busy := func(at int64) bool {
		floor := l.floor(at)
		return floor*asBusy >= mean && l.rows[at]*asBusy >= floor
	}
	return (busy(s.from-1) || busy(s.from-2)) && (busy(s.to) || busy(s.to+1))
}
