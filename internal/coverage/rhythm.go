package coverage

import (
	"math"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/types"
)

// What makes an empty time a hole. A table of n comparable days promises a row
// in an hour with a probability that its other days tell (Laplace's rule of
// succession); a stretch is a hole if it is improbable that all of its bins are
// empty by chance, and if several of them usually are not.
const (
	chance     = 1e-6 // that the stretch is empty though all was collected
	leastFull  = 4.0  // bins of the stretch that are usually not empty
	leastDays  = 2    // comparable days, without which an hour promises nothing
	fewestRows = 50   // of the table; fewer have no rhythm
)

// widths are the bins that a rhythm is measured in: the finest in which the
// usual hour with rows has five for each.
func width(bins []bin) int64 {
	hours := make(map[int64]int64)
	for _, b := range bins {
		hours[b.at-b.at%types.TicksPerHour] += b.rows
	}
	counts := make([]int64, 0, len(hours))
	for _, n := range hours {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	switch median := counts[len(counts)/2]; {
	case median >= 60*5:
		return finest
	case median >= 20*5:
		return 15 * types.TicksPerMinute
	}
	return types.TicksPerHour
}

// A rhythm is at which hours a table has rows on which days.
type rhythm struct {
	width int64
	rows  map[int64]int64 // by the start of the bin
	first int64           // the first day that counts
	last  int64           // the last
}

func rhythmOf(bins []bin) rhythm {
	r := rhythm{width: width(bins), rows: make(map[int64]int64)}
	for _, b := range bins {
		r.rows[b.at-b.at%r.width] += b.rows
	}
	r.first, r.last = day(bins[0].at), day(bins[len(bins)-1].at)
	return r
}

func day(ticks int64) int64 { return ticks / types.TicksPerDay }

// weekend tells whether a day is a Saturday or Sunday. Day 0 was a Monday.
func weekend(day int64) bool { return day%7 >= 5 }

// A promise is what the other days say of a bin.
type promise struct {
	empty float64 // the probability that it is
	full  float64 // the share of comparable bins that are not
	rows  float64 // the mean of them
}

// promise tells what the days outside [from, to) that are of the same kind
// promise of the bin at a time.
func (r rhythm) promise(at, from, to int64) (p promise, ok bool) {
	hour := at % types.TicksPerDay / types.TicksPerHour * types.TicksPerHour
	var days, n, full, rows int64
	for d := r.first; d <= r.last; d++ {
		if weekend(d) != weekend(day(at)) || d >= day(from) && d <= day(to-1) {
			continue
		}
		days++
		for i := int64(0); i < types.TicksPerHour; i += r.width {
			n++
			if rows1 := r.rows[d*types.TicksPerDay+hour+i]; rows1 > 0 {
				full++
				rows += rows1
			}
		}
	}
	if days < leastDays {
		return promise{empty: 1}, false
	}
	return promise{
		empty: float64(n-full+1) / float64(n+2),
		full:  float64(full) / float64(n),
		rows:  float64(rows) / float64(n),
	}, true
}

// holesIn returns the stretches of the window in which a table with these bins
// usually has rows and has none.
//
// A steady table has a hole also where it is silent for long.
func holesIn(bins []bin, w incident.Window, steady bool) []Hole {
	holes := []Hole{}
	var total int64
	for _, b := range bins {
		total += b.rows
	}
	r := rhythmOf(bins)
	for _, s := range r.empty(bins, w) {
		usual, hole := 0.0, false
		if total >= fewestRows {
			usual, hole = r.missing(s[0], s[1])
		}
		if hole || steady && s[1]-s[0] > int64(silence/100) {
			holes = append(holes, Hole{incident.Window{From: types.TimeOf(s[0]), To: types.TimeOf(s[1])}, int64(math.Round(usual))})
		}
	}
	return holes
}

// empty returns the stretches without a row, in ticks: between rows to the
// tick, before the first and after the last to the window's ends.
func (r rhythm) empty(bins []bin, w incident.Window) [][2]int64 {
	var found [][2]int64
	last := bins[0].first
	if !w.From.IsZero() {
		last = min(last, types.TicksOf(w.From))
	}
	mark := func(next int64) {
		if next-last > r.width {
			found = append(found, [2]int64{last, next})
		}
	}
	for _, b := range bins {
		mark(b.first)
		last = b.last
	}
	if !w.To.IsZero() {
		mark(types.TicksOf(w.To))
	}
	return found
}

// missing tells how many rows the whole bins of a stretch let expect, if it is
// a hole.
func (r rhythm) missing(from, to int64) (usual float64, hole bool) {
	full, log := 0.0, 0.0
	for at := from + (r.width-from%r.width)%r.width; at+r.width <= to; at += r.width {
		p, ok := r.promise(at, from, to)
		if !ok {
			continue
		}
		full += p.full
		usual += p.rows
		log += math.Log(p.empty)
	}
	return usual, full >= leastFull && log <= math.Log(chance)
}

// length is how long a hole is.
func (h Hole) length() time.Duration { return h.To.Sub(h.From) }
