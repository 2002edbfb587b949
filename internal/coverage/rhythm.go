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
	strays     = 100  // of so many rows one may lie outside the days that count, at either end
)

// width is that of the bins that a rhythm is measured in: the finest in which
// the usual hour with rows has five for each.
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

// A rhythm is at which hours of working days, and of weekends, a table has
// rows. Working days are kind 0, weekends kind 1.
type rhythm struct {
	width int64
	rows  map[int64]int64      // by the start of the bin
	first int64                // the first day that counts
	last  int64                // the last
	total [2][hoursOfDay]tally // of the days from first to last
}

const hoursOfDay = 24

// A tally is what the bins of an hour hold, of several days.
type tally struct{ full, rows int64 }

// rhythmOf measures the days in which all but the rarest rows are: one record
// of another year is no day of the table's life.
func rhythmOf(bins []bin) rhythm {
	r := rhythm{width: width(bins), rows: make(map[int64]int64)}
	var total int64
	for _, b := range bins {
		total += b.rows
		r.rows[b.at-b.at%r.width] += b.rows
	}
	r.first, r.last = day(dayOfRow(bins, total/strays)), day(dayOfRow(bins, total-1-total/strays))
	for at, n := range r.rows {
		if d := day(at); d >= r.first && d <= r.last {
			t := &r.total[kind(d)][hour(at)]
			t.full++
			t.rows += n
		}
	}
	return r
}

// dayOfRow returns a time on the day of row n, counted from 0.
func dayOfRow(bins []bin, n int64) int64 {
	for _, b := range bins {
		if n -= b.rows; n < 0 {
			return b.at
		}
	}
	return bins[len(bins)-1].at
}

func day(ticks int64) int64  { return ticks / types.TicksPerDay }
func hour(ticks int64) int64 { return ticks % types.TicksPerDay / types.TicksPerHour }

// kind is 1 of a Saturday or Sunday, else 0. Day 0 was a Monday.
func kind(day int64) int64 {
	if day%7 >= 5 {
		return 1
	}
	return 0
}

// daysOf counts the days of a kind from a to b.
func daysOf(of, a, b int64) int64 {
	if b < a {
		return 0
	}
	before := func(day int64) int64 { // of the days 0 to day-1
		weekends := day/7*2 + max(0, day%7-5)
		if of == 1 {
			return weekends
		}
		return day - weekends
	}
	return before(b+1) - before(a)
}

// A promise is what the days outside a stretch say of a bin in it.
type promise struct {
	empty float64 // the logarithm of the probability that it is
	full  float64 // the share of comparable bins that are not
	rows  float64 // the mean of them
}

// promises tells for each hour of a working day, and of a weekend, what the
// days promise that [from, to) does not touch; zero if they are too few.
func (r rhythm) promises(from, to int64) (p [2][hoursOfDay]promise) {
	first, last := max(day(from), r.first), min(day(to-1), r.last)
	touched := []int64{first, last} // of all days that it touches only these have rows
	if first >= last {
		touched = touched[:daysOf(0, first, last)+daysOf(1, first, last)]
	}
	bins := types.TicksPerHour / r.width
	for k := range p {
		days := daysOf(int64(k), r.first, r.last) - daysOf(int64(k), first, last)
		if days < leastDays {
			continue
		}
		n := float64(days * bins)
		for h := range p[k] {
			t := r.total[k][h]
			for _, d := range touched {
				if kind(d) == int64(k) {
					t = r.without(t, d, int64(h))
				}
			}
			p[k][h] = promise{
				empty: math.Log((n - float64(t.full) + 1) / (n + 2)),
				full:  float64(t.full) / n,
				rows:  float64(t.rows) / n,
			}
		}
	}
	return p
}

// without takes the bins of an hour of a day from a tally.
func (r rhythm) without(t tally, day, hour int64) tally {
	start := day*types.TicksPerDay + hour*types.TicksPerHour
	for at := start; at < start+types.TicksPerHour; at += r.width {
		if n := r.rows[at]; n > 0 {
			t.full--
			t.rows -= n
		}
	}
	return t
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
// a hole. Days that lie in it whole are alike, so that years cost what days do.
func (r rhythm) missing(from, to int64) (usual float64, hole bool) {
	promises := r.promises(from, to)
	var sum promise
	add := func(k, h int64, times float64) {
		p := promises[k][h]
		sum.full += p.full * times
		sum.rows += p.rows * times
		sum.empty += p.empty * times
	}
	part := func(from, to int64) {
		for at := from + (r.width-from%r.width)%r.width; at+r.width <= to; at += r.width {
			add(kind(day(at)), hour(at), 1)
		}
	}
	whole := day(from + types.TicksPerDay - 1) // the first day that is whole
	if end := day(to); whole < end {
		for k := range int64(len(promises)) {
			times := float64(daysOf(k, whole, end-1) * (types.TicksPerHour / r.width))
			for h := range int64(hoursOfDay) {
				add(k, h, times)
			}
		}
		part(from, whole*types.TicksPerDay)
		part(end*types.TicksPerDay, to)
	} else {
		part(from, to)
	}
	return sum.rows, sum.full >= leastFull && sum.empty <= math.Log(chance)
}

// length is how long a hole is.
func (h Hole) length() time.Duration { return h.To.Sub(h.From) }
