package chart

import (
	"fmt"
	"math"
	"strings"
)

// eighths are blocks of one to seven eighths of a cell, from the left and from
// below.
var (
	leftEighths  = [...]string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"}
	lowerEighths = [...]rune{' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇'}
)

// bars prints a line for each bar, or for each category where the series stand
// on one another.
func (p *printer) bars() {
	segments := p.c.segments()
	y := p.c.yScale(segments, 5)
	label := p.labelWidth()
	room := p.o.Width - label - 1 - p.valueWidth() - 1
	for i, name := range p.c.X.Labels {
		first := padLeft(cut(name, label), label)
		if p.c.Stacking != Apart {
			p.stackedBar(first, segments, i, y, room)
			continue
		}
		for k := range segments {
			s, ok := segmentAt(segments[k], float64(i))
			if !ok {
				continue
			}
			p.line(first + " " + p.bar(k, s, y, room))
			first = strings.Repeat(" ", label)
		}
	}
	if p.c.YTitle != "" {
		p.line(strings.Repeat(" ", label+1) + cut(p.c.YTitle, p.o.Width-label-1))
	}
}

func (p *printer) labelWidth() int {
	width := 1
	for _, label := range p.c.X.Labels {
		width = max(width, cells(cut(label, p.o.Width/3)))
	}
	return width
}

func (p *printer) valueWidth() int {
	width := 4
	for _, s := range p.c.Series {
		for _, point := range s.Points {
			width = max(width, len(valueLabel(point.Y)))
		}
	}
	return width
}

func segmentAt(list []segment, x float64) (segment, bool) {
	for _, s := range list {
		if s.x == x {
			return s, true
		}
	}
	return segment{}, false
}

// bar draws one bar and its value.
func (p *printer) bar(series int, s segment, y scale, room int) string {
	if s.gap {
		return "(no value)"
	}
	zero := y.min
	if !y.log {
		zero = clamp(0, y.min, y.max)
	}
	from, to := y.at(min(zero, s.to))*float64(room), y.at(max(zero, s.to))*float64(room)
	return p.colour(series, p.run(series, from, to)) + " " + valueLabel(s.value)
}

func clamp(v, low, high float64) float64 { return min(max(v, low), high) }

// run draws a bar from one place of a line to another; a bar that is not empty
// is seen.
func (p *printer) run(series int, from, to float64) string {
	start := int(math.Round(from))
	blank := strings.Repeat(" ", max(0, start))
	if p.letters() {
		n := int(math.Round(to)) - start
		if n == 0 && to > from {
			n = 1
		}
		return blank + strings.Repeat(string(p.mark(series)), max(0, n))
	}
	length := to - float64(start)
	eighth := int(math.Round(length * 8))
	if eighth <= 0 && to > from {
		eighth = 1
	}
	eighth = max(0, eighth)
	return blank + strings.Repeat("█", eighth/8) + leftEighths[eighth%8]
}

// stackedBar draws the series of a category one after the other.
func (p *printer) stackedBar(label string, segments [][]segment, i int, y scale, room int) {
	line, at, total := label+" ", 0, 0.0
	for k := range segments {
		s, ok := segmentAt(segments[k], float64(i))
		if !ok || s.gap {
			continue
		}
		total += s.value
		end := int(math.Round(y.at(max(s.from, s.to)) * float64(room)))
		start := max(at, int(math.Round(y.at(min(s.from, s.to))*float64(room))))
		mark := "█"
		if p.letters() {
			mark = string(p.mark(k))
		}
		line += strings.Repeat(" ", max(0, start-at)) + p.colour(k, strings.Repeat(mark, max(0, end-start)))
		at = max(at, end)
	}
	p.line(line + " " + valueLabel(total))
}

// pie prints the parts of a whole as bars: a round picture of characters
// cannot be compared.
func (p *printer) pie() {
	total := 0.0
	for _, point := range p.c.Series[0].Points {
		total += point.Y
	}
	label := p.labelWidth()
	room := p.o.Width - label - 1 - p.valueWidth() - 10
	for i, point := range p.c.Series[0].Points {
		part := 0.0
		if total > 0 {
			part = point.Y / total
		}
		bar := p.run(0, 0, part*float64(room))
		p.line(fmt.Sprintf("%s %s %5.1f%% %s", padLeft(cut(p.c.X.Labels[i], label), label), p.colour(i, padRight(bar, room)), 100*part, valueLabel(point.Y)))
	}
}
