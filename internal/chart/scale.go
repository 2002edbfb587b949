package chart

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/conshelf/conshelf/kql/types"
)

// A scale maps values onto an axis: 0 at its start, 1 at its end.
type scale struct {
	min, max float64
	log      bool
	ticks    []tick
}

type tick struct {
	value float64
	label string
}

func (s scale) at(v float64) float64 {
	low, high := s.min, s.max
	if s.log {
		v, low, high = math.Log10(v), math.Log10(low), math.Log10(high)
	}
	if high == low {
		return 0.5
	}
	return (v - low) / (high - low)
}

// inside tells whether a value has a place on the axis.
func (s scale) inside(v float64) bool { return v >= s.min && v <= s.max }

// segments returns the bounds of every bar or area: from and to of each point
// of each series, in the order of the points.
func (c *Chart) segments() [][]segment {
	out := make([][]segment, len(c.Series))
	up, down, whole := map[float64]float64{}, map[float64]float64{}, map[float64]float64{}
	for _, s := range c.Series {
		for _, p := range s.Points {
			whole[p.X] += p.Y
		}
	}
	for i, s := range c.Series {
		for _, p := range s.Points {
			y, base := p.Y, 0.0
			if c.Stacking == Percent && whole[p.X] > 0 {
				y = 100 * y / whole[p.X]
			}
			if c.Stacking != Apart {
				under := up
				if y < 0 {
					under = down
				}
				base = under[p.X]
				under[p.X] += y
			}
			out[i] = append(out[i], segment{x: p.X, from: base, to: base + y, value: p.Y, gap: p.Gap})
		}
	}
	return out
}

type segment struct {
	x, from, to float64
	value       float64
	gap         bool
}

// yScale is the axis of the values, with about n ticks.
func (c *Chart) yScale(segments [][]segment, n int) scale {
	low, high := math.Inf(1), math.Inf(-1)
	for _, list := range segments {
		for _, s := range list {
			if !s.gap {
				low, high = min(low, s.to), max(high, s.to)
			}
		}
	}
	if low > high {
		low, high = 0, 1
	}
	if filled := c.Kind != Line && c.Kind != Scatter; !c.LogY && (filled || low > 0 && low < high/2) {
		low, high = min(low, 0), max(high, 0)
	}
	if c.YMin != nil {
		low = *c.YMin
	}
	if c.YMax != nil {
		high = *c.YMax
	}
	if c.LogY {
		return logScale(low, high)
	}
	s := numberScale(low, high, n)
	if c.YMin != nil {
		s.min = low
	}
	if c.YMax != nil {
		s.max = high
	}
	return s.clipped()
}

// clipped drops the ticks that are outside.
func (s scale) clipped() scale {
	var in []tick
	for _, t := range s.ticks {
		if s.inside(t.value) {
			in = append(in, t)
		}
	}
	s.ticks = in
	return s
}

// numberScale widens low and high to round numbers.
func numberScale(low, high float64, n int) scale {
	if low == high {
		low, high = low-math.Abs(low)/2, high+math.Abs(high)/2
		if low == high {
			high = 1
		}
	}
	step := roundStep((high - low) / float64(max(n, 1)))
	first, last := math.Floor(low/step), math.Ceil(high/step)
	s := scale{min: first * step, max: last * step}
	for i := first; i <= last; i++ {
		s.ticks = append(s.ticks, tick{i * step, numberLabel(i*step, step)})
	}
	return s
}

// roundStep is the least of 1, 2, 5, 10, … that is no less than v.
func roundStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

func logScale(low, high float64) scale {
	first, last := math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	if first == last {
		last++
	}
	s := scale{min: math.Pow(10, first), max: math.Pow(10, last), log: true}
	for e := first; e <= last; e++ {
		v := math.Pow(10, e)
		s.ticks = append(s.ticks, tick{v, numberLabel(v, v)})
	}
	return s
}

// numberLabel prints a tick with the digits that the step needs.
func numberLabel(v, step float64) string {
	if a := math.Abs(v); a != 0 && (a >= 1e15 || a < 1e-6) {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	for _, unit := range []struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(v) >= unit.size && step >= unit.size/1000 {
			return trimZeros(strconv.FormatFloat(v/unit.size, 'f', 3, 64)) + unit.name
		}
	}
	return trimZeros(strconv.FormatFloat(v, 'f', digitsOf(step), 64))
}

func digitsOf(step float64) int {
	if step >= 1 || step == 0 {
		return 1
	}
	return int(math.Ceil(-math.Log10(step))) + 1
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// valueLabel prints a value as it is.
func valueLabel(v float64) string { return types.FormatReal(v) }

// xScale is the axis of the places of a chart whose x is no category.
func (c *Chart) xScale(n int) scale {
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range c.Series {
		for _, p := range s.Points {
			low, high = min(low, p.X), max(high, p.X)
		}
	}
	if low > high {
		low, high = 0, 1
	}
	switch c.X.Kind {
	case Times:
		return timeScale(low, high, n)
	case Numbers:
		s := numberScale(low, high, n)
		s.min, s.max = low, high
		return s.clipped()
	case Categories:
		s := scale{min: -0.5, max: float64(len(c.X.Labels)) - 0.5}
		for i, label := range c.X.Labels {
			s.ticks = append(s.ticks, tick{float64(i), label})
		}
		return s
	}
	panic(c.X.Kind)
}

// timeSteps are the distances between ticks of time that people read easily.
var timeSteps = [...]time.Duration{
	time.Microsecond, time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	day, 2 * day, 7 * day, 14 * day, 30 * day, 90 * day, 365 * day, 5 * 365 * day, 50 * 365 * day, 100 * 365 * day,
}

const day = 24 * time.Hour

func timeScale(low, high float64, n int) scale {
	s := scale{min: low, max: high}
	span := high - low
	step := timeSteps[len(timeSteps)-1]
	for _, d := range timeSteps {
		if span/ticksOf(d) <= float64(max(n, 1)) {
			step = d
			break
		}
	}
	width := ticksOf(step)
	for v := math.Ceil(low/width) * width; v <= high; v += width {
		s.ticks = append(s.ticks, tick{v, timeLabel(v, step)})
	}
	if len(s.ticks) == 0 {
		s.ticks = []tick{{low, timeLabel(low, time.Second)}}
	}
	return s
}

func ticksOf(d time.Duration) float64 { return float64(d) / 100 }

// timeLabel prints a tick with what the step needs; midnight is its date.
func timeLabel(v float64, step time.Duration) string {
	t := types.TimeOf(int64(math.Round(v)))
	switch {
	case step >= day || t.Truncate(day).Equal(t):
		return t.Format("2006-01-02")
	case step >= time.Minute:
		return t.Format("15:04")
	case step >= time.Second:
		return t.Format("15:04:05")
	}
	return t.Format("15:04:05.000000")
}
