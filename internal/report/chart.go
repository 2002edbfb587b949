package report

import (
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/incident"
)

// A chart is an incident's alerts over time, a lane for each tactic, in the
// units of an SVG's view box.
type chart struct {
	Width, Height int
	Lanes         []lane
	Ticks         []tick
	Marks         []mark
}

type lane struct {
	Label            string
	X1, X2, Y, TextY int
}

type tick struct {
	Label       string
	Anchor      string
	X, Y, TextY int
}

type mark struct {
	Severity      incident.Severity
	X, Y, BarY, W int
}

const (
	chartWidth = 960
	chartLeft  = 170
	chartRight = chartWidth - 24
	laneHeight = 30
)

// noTactic is the lane of alerts that name none.
const noTactic incident.Tactic = "NoTactic"

func newChart(inc incident.Incident) *chart {
	if len(inc.Alerts) == 0 {
		return nil
	}
	tactics := tacticsOf(inc)
	first, last := inc.Alerts[0].First, inc.Alerts[0].Last
	for _, a := range inc.Alerts {
		first, last = earlier(first, a.First), later(last, a.Last)
	}
	c := &chart{Width: chartWidth, Height: len(tactics)*laneHeight + 44}
	for i, t := range tactics {
		y := laneY(i)
		c.Lanes = append(c.Lanes, lane{tacticText(t), chartLeft, chartRight, y, y + 4})
	}
	for _, a := range inc.Alerts {
		x := place(a.First, first, last)
		y := laneY(slices.Index(tactics, tacticOf(a)))
		c.Marks = append(c.Marks, mark{a.Severity, x, y, y - 3, place(a.Last, first, last) - x})
	}
	c.Ticks = ticks(first, last, c.Height)
	return c
}

func laneY(i int) int { return 20 + i*laneHeight }

func place(t, first, last time.Time) int {
	all := last.Sub(first)
	if all <= 0 {
		return (chartLeft + chartRight) / 2
	}
	return chartLeft + 8 + int(float64(chartRight-chartLeft-16)*(float64(t.Sub(first))/float64(all)))
}

func ticks(first, last time.Time, height int) []tick {
	bottom := height - 26
	if !last.After(first) {
		return []tick{{when(first), "middle", place(first, first, last), bottom, height - 8}}
	}
	middle := first.Add(last.Sub(first) / 2)
	return []tick{
		{when(first), "start", place(first, first, last), bottom, height - 8},
		{when(middle), "middle", place(middle, first, last), bottom, height - 8},
		{when(last), "end", place(last, first, last), bottom, height - 8},
	}
}

// tacticOf is the lane an alert stands in: the first of its tactics.
func tacticOf(a incident.Alert) incident.Tactic {
	if len(a.Tactics) == 0 {
		return noTactic
	}
	return a.Tactics[0]
}

func tacticsOf(inc incident.Incident) []incident.Tactic {
	var all []incident.Tactic
	for _, a := range inc.Alerts {
		if t := tacticOf(a); !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b incident.Tactic) int {
		if attack.Order(a) == 0 || attack.Order(b) == 0 {
			return attack.Order(b) - attack.Order(a)
		}
		return compareTactics(a, b)
	})
	return all
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
