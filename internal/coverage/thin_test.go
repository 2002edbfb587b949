package coverage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/types"
)

// levelBins has as many rows in each hour of the days from monday on as count
// says.
func levelBins(days int, count func(t time.Time) int) []bin {
	var bins []bin
	for h := range days * 24 {
		t := monday.Add(time.Duration(h) * time.Hour)
		if n := count(t); n > 0 {
			at := types.TicksOf(t)
			bins = append(bins, bin{at: at, rows: int64(n), first: at, last: at + types.TicksPerHour - 1})
		}
	}
	return bins
}

func TestThin(t *testing.T) {
	weekday := func(busy, idle int) func(time.Time) int {
		return func(t time.Time) int {
			if office(t) {
				return busy + t.Day()%3
			}
			return idle
		}
	}
	at := func(days, from, to int) func(time.Time) bool {
		a := monday.Add(time.Duration(days*24+from) * time.Hour)
		b := monday.Add(time.Duration(days*24+to) * time.Hour)
		return func(t time.Time) bool { return !t.Before(a) && t.Before(b) }
	}
	for _, c := range []struct {
		name  string
		days  int
		count func(time.Time) int
		in    func(time.Time) bool
		part  int // of the rows in that time that are there, in percent
		want  string
	}{
		{name: "nights and weekends of a tenant that sleeps", days: 28, count: weekday(1000, 2)},
		{name: "nights and weekends of a tenant that does not", days: 28, count: weekday(1000, 300)},
		{
			name: "most of a morning is lost", days: 28, count: weekday(1000, 2), in: at(9, 9, 12), part: 5,
			want: "2026-03-11 09:00 2026-03-11 12:00 150 of 3,000\n",
		},
		{
			name: "most of a morning is lost, from within an hour", days: 28, in: at(9, 9, 12), part: 5,
			count: func(t time.Time) int {
				if at(9, 8, 9)(t) || at(9, 12, 13)(t) {
					return 450
				}
				return weekday(1000, 2)(t)
			},
			want: "2026-03-11 09:00 2026-03-11 12:00 150 of 3,000\n",
		},
		{name: "half of a morning is not most of it", days: 28, count: weekday(1000, 2), in: at(9, 9, 12), part: 50},
		{name: "a holiday of a tenant that sleeps", days: 28, count: weekday(1000, 2), in: at(9, 0, 24), part: 3},
		{name: "a holiday of a small tenant", days: 28, count: weekday(30, 1), in: at(9, 0, 24), part: 7},
		{name: "an hour of a small tenant", days: 28, count: weekday(30, 1), in: at(9, 10, 12), part: 10},
		{name: "an afternoon off", days: 28, count: weekday(1000, 2), in: at(9, 12, 18), part: 10},
		{name: "a holiday of a tenant that does not sleep is a weekend", days: 28, count: weekday(2000, 300), in: at(9, 7, 18), part: 15},
		{
			name: "a day of a tenant that does not sleep, less than a weekend", days: 28, count: weekday(2000, 300), in: at(9, 0, 24), part: 3,
			want: "2026-03-11 00:00 2026-03-12 00:00 777 of 25,900\n",
		},
		{
			name: "two days of twelve", days: 16, count: weekday(2000, 300), in: at(3, 0, 48), part: 3,
			want: "2026-03-05 00:00 2026-03-07 00:00 1,554 of 51,800\n",
		},
		{name: "three days tell no floor", days: 3, count: weekday(1000, 2), in: at(1, 9, 12), part: 5},
		{
			name: "a Sunday that is always quiet", days: 28,
			count: func(t time.Time) int {
				if t.Weekday() == time.Sunday {
					return 20
				}
				return 500
			},
		},
		{name: "none at all is a hole", days: 28, count: weekday(1000, 300), in: at(9, 9, 12), part: 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			bins := levelBins(c.days, func(t time.Time) int {
				n := c.count(t)
				if c.in != nil && c.in(t) {
					return n * c.part / 100
				}
				return n
			})
			w := incident.Window{From: monday, To: monday.AddDate(0, 0, c.days)}
			var got strings.Builder
			for _, thin := range thinIn(bins, holesIn(bins, w, false)) {
				fmt.Fprintf(&got, "%s %s %s of %s\n", thin.From.Format("2006-01-02 15:04"), thin.To.Format("2006-01-02 15:04"), thousands(thin.Rows), thousands(thin.Usual))
			}
			if diff := gocmp.Diff(c.want, got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
