package procedure

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/kql/types"
)

// errEmptyWindow tells that a window of a timeline has no row. Whether Kusto
// then gives a row of zeros or none is not documented.
var errEmptyWindow = errors.New("a window has no rows, and what Kusto then gives is not documented; narrow the start and the end")

// An event is a row of a metric: an id at a place of the timeline.
type event struct {
	id string
	at int64
}

// A series is the events of one combination of dimensions, in the order of the
// timeline.
type series struct {
	dims   []types.Value
	events []event
}

// readSeries reads rows of id, time and dimensions; those without an id or a
// time are in no count. The series come in the order they are met.
func readSeries(in Table) []*series {
	var list []*series
	for _, rows := range byDimensions(in) {
		s := &series{dims: rows[0][2:]}
		for _, row := range rows {
			s.events = append(s.events, event{id: keyOf(row[0]).text, at: row[1].Int})
		}
		slices.SortStableFunc(s.events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
		list = append(list, s)
	}
	return list
}

// byDimensions groups rows of two values and dimensions by these, in the order
// they are met. Rows that lack one of the values are in none.
func byDimensions(in Table) [][][]types.Value {
	var groups [][][]types.Value
	index := map[string]int{}
	dims := make([]int, 0, len(in.Columns))
	for i := 2; i < len(in.Columns); i++ {
		dims = append(dims, i)
	}
	for _, row := range in.Rows {
		if !row[0].Valid || !row[1].Valid {
			continue
		}
		key := rowKey(row, dims)
		n, ok := index[key]
		if !ok {
			n = len(groups)
			index[key] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], row)
	}
	return groups
}

// A span is a part of the timeline, both ends of which belong to it, cut into
// windows of one length.
type span struct{ start, end, length int64 }

// maxWindows is how many windows a timeline may have.
const maxWindows = 100_000

func (s span) check() error {
	switch {
	case s.length <= 0:
		return fmt.Errorf("a length of %d is none", s.length)
	case s.end < s.start:
		return errors.New("the end is before the start")
	case uint64(s.end)-uint64(s.start) > uint64(s.length)*maxWindows:
		return fmt.Errorf("there are more than %d windows", maxWindows)
	}
	return nil
}

// windows is how many there are.
func (s span) windows() int { return int((s.end-s.start)/s.length) + 1 }

// window is the number of the one that an instant is in, from 0; before the
// start it is negative.
func (s span) window(at int64) int { return int(floorDiv(at-s.start, s.length)) }

func (s span) holds(at int64) bool { return at >= s.start && at <= s.end }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// A reading is a row of a result: a window, a series and what was counted.
type reading struct {
	window int
	series int
	counts []int64
}

// readings orders rows by window, then series, and says them in columns:
// window, dimensions, counts.
func (c *call) readings(s span, list []*series, found []reading) [][]types.Value {
	slices.SortStableFunc(found, func(a, b reading) int {
		return cmp.Or(cmp.Compare(a.window, b.window), cmp.Compare(a.series, b.series))
	})
	rows := make([][]types.Value, len(found))
	for i, f := range found {
		at := types.Value{Type: c.out[0].Type, Valid: true, Int: s.start + int64(f.window)*s.length}
		rows[i] = append(append(rows[i], at), list[f.series].dims...)
		for _, n := range f.counts {
			rows[i] = append(rows[i], types.NewLong(n))
		}
	}
	return rows
}

// activeUsersCount counts, for each bin, the ids that at one of their events in
// it had events in several periods of the time up to it. Arguments: start,
// end, lookback, period, how many periods, bin.
func activeUsersCount(c *call) ([][]types.Value, error) {
	bins := span{c.number(0), c.number(1), c.number(5)}
	periods := span{c.number(0), c.number(1), c.number(3)}
	if err := errors.Join(bins.check(), periods.check()); err != nil {
		return nil, err
	}
	list := readSeries(c.in)
	var found []reading
	for i, s := range list {
		active := make(map[int]int64)
		for _, events := range byID(s.events) {
			for bin := range activeBins(events, bins, periods, c.number(2), int(c.number(4))) {
				active[bin]++
			}
		}
		for bin, n := range active {
			found = append(found, reading{window: bin, series: i, counts: []int64{n}})
		}
	}
	return c.readings(bins, list, found), nil
}

// byID returns the events of each id, in order of the timeline.
func byID(events []event) map[string][]event {
	of := make(map[string][]event)
	for _, e := range events {
		of[e.id] = append(of[e.id], e)
	}
	return of
}

// activeBins returns the bins in which one id was active: at an event of it,
// the time since lookback before held events in enough periods.
func activeBins(events []event, bins, periods span, lookback int64, enough int) map[int]bool {
	active := make(map[int]bool)
	first := 0
	inside := make(map[int]int) // period → events of it within the lookback
	for _, e := range events {
		inside[periods.window(e.at)]++
		for events[first].at <= e.at-lookback {
			p := periods.window(events[first].at)
			if inside[p]--; inside[p] == 0 {
				delete(inside, p)
			}
			first++
		}
		if bins.holds(e.at) && len(inside) >= enough {
			active[bins.window(e.at)] = true
		}
	}
	return active
}

// activityCounts counts events, ids and new ids in each window, and all ids so
// far. Arguments: start, end, window.
func activityCounts(c *call) ([][]types.Value, error) {
	s := span{c.number(0), c.number(1), c.number(2)}
	if err := s.check(); err != nil {
		return nil, err
	}
	list := readSeries(c.in)
	var found []reading
	for i, one := range list {
		windows := one.inWindows(s)
		seen := make(map[string]bool)
		for w, ids := range windows {
			if len(ids) == 0 {
				return nil, errEmptyWindow
			}
			here, fresh := make(map[string]bool), int64(0)
			for _, id := range ids {
				here[id] = true
				if !seen[id] {
					seen[id] = true
					fresh++
				}
			}
			found = append(found, reading{window: w, series: i, counts: []int64{int64(len(ids)), int64(len(here)), fresh, int64(len(seen))}})
		}
	}
	return c.readings(s, list, found), nil
}

// inWindows returns the ids of the events in each window.
func (s *series) inWindows(of span) [][]string {
	windows := make([][]string, of.windows())
	for _, e := range s.events {
		if of.holds(e.at) {
			w := of.window(e.at)
			windows[w] = append(windows[w], e.id)
		}
	}
	return windows
}

// slidingWindowCounts counts events and ids in the time that ends with each
// bin. Arguments: start, end, lookback, bin.
func slidingWindowCounts(c *call) ([][]types.Value, error) {
	s := span{c.number(0), c.number(1), c.number(3)}
	lookback := c.number(2)
	if err := s.check(); err != nil {
		return nil, err
	}
	if lookback < s.length || lookback%s.length != 0 {
		return nil, errors.New("a lookback that is no multiple of the bin is not supported: where it then starts is not documented")
	}
	list := readSeries(c.in)
	var found []reading
	for i, one := range list {
		first, next := 0, 0
		ids := make(map[string]int)
		for w := range s.windows() {
			end := s.start + int64(w+1)*s.length
			for ; next < len(one.events) && one.events[next].at < end && one.events[next].at <= s.end; next++ {
				ids[one.events[next].id]++
			}
			for ; first < next && one.events[first].at < end-lookback; first++ {
				id := one.events[first].id
				if ids[id]--; ids[id] == 0 {
					delete(ids, id)
				}
			}
			if first == next {
				return nil, errEmptyWindow
			}
			found = append(found, reading{window: w, series: i, counts: []int64{int64(next - first), int64(len(ids))}})
		}
	}
	return c.readings(s, list, found), nil
}
