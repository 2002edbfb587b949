package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/types"
)

// monday is 2 March 2026.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// rowsOf has n rows in each hour of the days from monday on of which works
// says so, spread evenly.
func rowsOf(days, n int, works func(t time.Time) bool) []bin {
	rows := make(map[int64]*bin)
	var order []int64
	for h := range days * 24 {
		for i := range n {
			t := monday.Add(time.Duration(h)*time.Hour + time.Duration(i)*time.Hour/time.Duration(n))
			if !works(t) {
				continue
			}
			ticks := types.TicksOf(t)
			at := ticks - ticks%finest
			if rows[at] == nil {
				rows[at] = &bin{at: at, first: ticks}
				order = append(order, at)
			}
			rows[at].rows++
			rows[at].last = ticks
		}
	}
	bins := make([]bin, len(order))
	for i, at := range order {
		bins[i] = *rows[at]
	}
	return bins
}

func office(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && t.Hour() >= 7 && t.Hour() < 18
}

// One record of another year hides no lost day, and costs no more than a day
// does.
func TestARowOfAnotherYear(t *testing.T) {
	lost := func(t time.Time) bool { return t.Month() == 3 && t.Day() == 11 }
	bins := rowsOf(28, 10, func(t time.Time) bool { return office(t) && !lost(t) })
	for _, year := range []int{1601, 1970, 9998} {
		stray := types.TicksOf(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
		all := append([]bin{{at: stray, rows: 1, first: stray, last: stray}}, bins...)
		slices.SortFunc(all, func(a, b bin) int { return cmp.Compare(a.at, b.at) })
		w := incident.Window{From: types.TimeOf(all[0].first), To: types.TimeOf(all[len(all)-1].last + 1)}
		found := false
		for _, h := range holesIn(all, w, false) {
			found = found || h.From.Format(time.DateTime) == "2026-03-10 17:54:00" && h.To.Format(time.DateTime) == "2026-03-12 07:00:00" && h.Usual == 110
		}
		if !found {
			t.Errorf("with a row of %d the lost day is no hole", year)
		}
	}
}

func TestHoles(t *testing.T) {
	between := func(from, to string) func(time.Time) bool {
		a, _ := time.Parse(time.DateTime, from)
		b, _ := time.Parse(time.DateTime, to)
		return func(t time.Time) bool { return !t.Before(a) && t.Before(b) }
	}
	always := func(time.Time) bool { return true }
	for _, c := range []struct {
		name    string
		days, n int
		works   func(time.Time) bool
		lost    func(time.Time) bool
		steady  bool
		want    string
	}{
		{name: "round the clock, nothing lost", days: 14, n: 10, works: always},
		{name: "nights and weekends are no holes", days: 28, n: 10, works: office},
		{
			name: "a working day is lost", days: 28, n: 10, works: office, lost: between("2026-03-11 00:00:00", "2026-03-12 00:00:00"),
			want: "2026-03-10 17:54 2026-03-12 07:00 usual 110\n",
		},
		{
			name: "an hour of a busy log", days: 14, n: 400, works: always, lost: between("2026-03-11 10:00:00", "2026-03-11 11:00:00"),
			want: "2026-03-11 09:59 2026-03-11 11:00 usual 400\n",
		},
		{
			name: "half an hour of a busy log", days: 14, n: 400, works: always, lost: between("2026-03-11 10:10:00", "2026-03-11 10:40:00"),
			want: "2026-03-11 10:09 2026-03-11 10:40 usual 200\n",
		},
		{
			name: "an hour of a log with a row in some hours says nothing", days: 28, n: 1,
			works: func(t time.Time) bool { return t.Hour()%5 == 0 }, lost: between("2026-03-11 10:00:00", "2026-03-11 11:00:00"),
		},
		{
			name: "the last days are lost", days: 28, n: 10, works: office, lost: between("2026-03-26 00:00:00", "2026-04-01 00:00:00"),
			want: "2026-03-25 17:54 2026-03-30 00:00 usual 220\n",
		},
		{name: "two days tell no rhythm", days: 2, n: 10, works: always, lost: between("2026-03-02 10:00:00", "2026-03-03 00:00:00")},
		{
			name: "a long silence of a log that is steady", days: 4, n: 10, works: always, steady: true, lost: between("2026-03-03 00:00:00", "2026-03-05 00:00:00"),
			want: "2026-03-02 23:54 2026-03-05 00:00 usual 0\n",
		},
		{name: "few rows have no rhythm", days: 28, n: 1, works: func(t time.Time) bool { return t.Hour() == 9 }, lost: between("2026-03-09 00:00:00", "2026-03-13 00:00:00")},
	} {
		t.Run(c.name, func(t *testing.T) {
			bins := rowsOf(c.days, c.n, func(t time.Time) bool { return c.works(t) && (c.lost == nil || !c.lost(t)) })
			var got strings.Builder
			w := incident.Window{From: monday, To: monday.AddDate(0, 0, c.days)}
			for _, h := range holesIn(bins, w, c.steady) {
				fmt.Fprintf(&got, "%s %s usual %d\n", h.From.Format("2006-01-02 15:04"), h.To.Format("2006-01-02 15:04"), h.Usual)
			}
			if diff := gocmp.Diff(c.want, got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
