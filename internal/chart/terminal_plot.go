package chart

import (
	"math"
	"strings"
)

// A grid is the cells of a plot. A cell holds a character, or dots of
// Braille, two wide and four high.
type grid struct {
	width, height int
	char          []rune
	dots          []byte
	series        []int
}

func newGrid(width, height int) *grid {
	g := &grid{width: width, height: height, char: make([]rune, width*height), dots: make([]byte, width*height), series: make([]int, width*height)}
	for i := range g.series {
		g.series[i] = -1
	}
	return g
}

// dotBits are the bits of Braille's dots, by row and column.
var dotBits = [4][2]byte{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// dot sets a dot; x and y are counted in dots from the lower left.
func (g *grid) dot(x, y, series int) {
	if x < 0 || y < 0 || x >= 2*g.width || y >= 4*g.height {
		return
	}
	row := 4*g.height - 1 - y
	at := row/4*g.width + x/2
	g.dots[at] |= dotBits[row%4][x%2]
	g.series[at] = series
}

// set puts a character; one of another series there becomes #.
func (g *grid) set(x, y int, char rune, series int) {
	if x < 0 || y < 0 || x >= g.width || y >= g.height {
		return
	}
	at := (g.height-1-y)*g.width + x
	if g.char[at] != 0 && g.series[at] != series {
		char = '#'
	}
	g.char[at], g.series[at] = char, series
}

func (p *printer) row(g *grid, row int) string {
	var b strings.Builder
	for x := range g.width {
		at := row*g.width + x
		switch {
		case g.char[at] != 0:
			b.WriteString(p.colour(g.series[at], string(g.char[at])))
		case g.dots[at] != 0:
			b.WriteString(p.colour(g.series[at], string(rune(0x2800+int(g.dots[at])))))
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// plot prints the kinds that have two axes.
func (p *printer) plot() {
	segments := p.c.segments()
	y := p.c.yScale(segments, p.o.Height/3)
	margin := 1
	for _, t := range y.ticks {
		margin = max(margin, cells(t.label))
	}
	g := newGrid(p.o.Width-margin-2, p.o.Height)
	x := p.c.xScale(max(2, g.width/14))
	p.paint(g, segments, x, y)
	if p.c.YTitle != "" {
		p.line(cut(p.c.YTitle, p.o.Width))
	}
	p.frame(g, y, margin)
	p.below(g, x, margin)
	if p.c.XTitle != "" {
		title := cut(p.c.XTitle, g.width)
		p.line(strings.Repeat(" ", margin+2+(g.width-cells(title))/2) + title)
	}
}

// frame prints the rows of the grid with the ticks of its values.
func (p *printer) frame(g *grid, y scale, margin int) {
	labels := make([]string, g.height)
	for _, t := range y.ticks {
		row := g.height - 1 - int(math.Round(y.at(t.value)*float64(g.height-1)))
		labels[row] = t.label
	}
	axis, ticked := "│", "┤"
	if p.o.ASCII {
		axis, ticked = "|", "+"
	}
	for row, label := range labels {
		mark := axis
		if label != "" {
			mark = ticked
		}
		p.line(padLeft(label, margin) + " " + mark + p.row(g, row))
	}
}

// below prints the axis of places and the labels that have room.
func (p *printer) below(g *grid, x scale, margin int) {
	line, corner, tickMark := "─", "└", '┬'
	if p.o.ASCII {
		line, corner, tickMark = "-", "+", '+'
	}
	axis := []rune(strings.Repeat(line, g.width))
	labels := []byte(strings.Repeat(" ", g.width))
	out, free := string(labels), 0
	var b strings.Builder
	for _, t := range x.ticks {
		at := min(g.width-1, int(x.at(t.value)*float64(g.width)))
		label := cut(t.label, max(4, g.width/2))
		start := clampInt(at-cells(label)/2, 0, g.width-cells(label))
		if start < free {
			continue
		}
		axis[at] = tickMark
		b.WriteString(strings.Repeat(" ", start-cells(b.String())) + label)
		free = start + cells(label) + 1
	}
	if b.Len() > 0 {
		out = b.String()
	}
	p.line(strings.Repeat(" ", margin+1) + corner + string(axis))
	p.line(strings.Repeat(" ", margin+2) + out)
}

func clampInt(v, low, high int) int { return max(low, min(v, high)) }

func (p *printer) paint(g *grid, segments [][]segment, x, y scale) {
	for k, list := range segments {
		switch p.c.Kind {
		case Line:
			p.lines(g, list, k, x, y)
		case Area:
			if p.c.Stacking != Apart || len(segments) == 1 {
				p.fill(g, list, k, x, y)
			} else {
				p.lines(g, list, k, x, y)
			}
		case Scatter:
			for _, s := range list {
				p.point(g, s, k, x, y)
			}
		case Column:
			p.columns(g, list, k, y)
		case Bar, Pie:
			panic("chart: bars have no grid")
		}
	}
}

// point draws a single value.
func (p *printer) point(g *grid, s segment, series int, x, y scale) {
	if s.gap || !y.inside(s.to) {
		return
	}
	p.stroke(g, series, [2]float64{x.at(s.x), y.at(s.to)}, [2]float64{x.at(s.x), y.at(s.to)})
}

// lines joins the points of a series; a gap breaks the line.
func (p *printer) lines(g *grid, list []segment, series int, x, y scale) {
	for i, s := range list {
		p.point(g, s, series, x, y)
		if i == 0 || s.gap || list[i-1].gap || !y.inside(s.to) || !y.inside(list[i-1].to) {
			continue
		}
		before := list[i-1]
		p.stroke(g, series, [2]float64{x.at(before.x), y.at(before.to)}, [2]float64{x.at(s.x), y.at(s.to)})
	}
}

// stroke draws from one place of the grid to another; both are from 0 to 1.
func (p *printer) stroke(g *grid, series int, from, to [2]float64) {
	width, height := p.resolution(g)
	x0, y0, x1, y1 := from[0]*float64(width-1), from[1]*float64(height-1), to[0]*float64(width-1), to[1]*float64(height-1)
	steps := int(math.Ceil(max(math.Abs(x1-x0), math.Abs(y1-y0))))
	for i := range steps + 1 {
		f := 0.0
		if steps > 0 {
			f = float64(i) / float64(steps)
		}
		p.put(g, int(math.Round(x0+f*(x1-x0))), int(math.Round(y0+f*(y1-y0))), series)
	}
}

func (p *printer) resolution(g *grid) (width, height int) {
	if p.letters() {
		return g.width, g.height
	}
	return 2 * g.width, 4 * g.height
}

func (p *printer) put(g *grid, x, y, series int) {
	if p.letters() {
		g.set(x, y, p.mark(series), series)
		return
	}
	g.dot(x, y, series)
}

// fill paints what is between a series and what it stands on.
func (p *printer) fill(g *grid, list []segment, series int, x, y scale) {
	width, height := p.resolution(g)
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		if a.gap || b.gap {
			continue
		}
		start, end := int(math.Round(x.at(a.x)*float64(width-1))), int(math.Round(x.at(b.x)*float64(width-1)))
		for column := start; column <= end; column++ {
			f := 0.0
			if end > start {
				f = float64(column-start) / float64(end-start)
			}
			low := y.at(clamp(a.from+f*(b.from-a.from), y.min, y.max)) * float64(height-1)
			high := y.at(clamp(a.to+f*(b.to-a.to), y.min, y.max)) * float64(height-1)
			low, high = min(low, high), max(low, high)
			for row := int(math.Ceil(low)); row <= int(math.Round(high)); row++ {
				p.put(g, column, row, series)
			}
		}
	}
	for _, s := range list {
		p.point(g, s, series, x, y)
	}
}

// columnsFit tells whether upright columns can be told apart and named.
func (p *printer) columnsFit() bool {
	room := p.o.Width - 10
	beside := 1
	if p.c.Stacking == Apart {
		beside = len(p.c.Series)
	}
	n := len(p.c.X.Labels)
	if n == 0 || n*(beside+1) > room {
		return false
	}
	if p.c.X.Ordered {
		return true
	}
	for _, label := range p.c.X.Labels {
		if cells(cut(label, room)) >= room/n {
			return false
		}
	}
	return true
}

// columns draws the upright columns of a series.
func (p *printer) columns(g *grid, list []segment, series int, y scale) {
	beside, place := 1, 0
	if p.c.Stacking == Apart {
		beside, place = len(p.c.Series), series
	}
	slot := float64(g.width) / float64(len(p.c.X.Labels))
	width := max(1, int(slot*0.8)/beside)
	for _, s := range list {
		if s.gap {
			continue
		}
		start := int(slot*s.x+(slot-float64(width*beside))/2) + place*width
		low := y.at(clamp(min(s.from, s.to), y.min, y.max)) * float64(g.height)
		high := y.at(clamp(max(s.from, s.to), y.min, y.max)) * float64(g.height)
		if y.log {
			low, high = 0, y.at(s.to)*float64(g.height)
		}
		for column := start; column < start+width; column++ {
			p.column(g, column, low, high, series)
		}
	}
}

// column draws one cell's width of a column from low to high, in rows.
func (p *printer) column(g *grid, x int, low, high float64, series int) {
	for row := int(low); row < g.height && float64(row) < high; row++ {
		covered := min(high, float64(row+1)) - max(low, float64(row))
		whole := p.letters() || p.c.Stacking != Apart || float64(row) < low
		switch {
		case whole && covered >= 0.5:
			g.set(x, row, p.solid(series), series)
		case whole:
		case covered >= 15.0/16:
			g.set(x, row, '█', series)
		default:
			g.set(x, row, lowerEighths[clampInt(int(math.Round(covered*8)), 1, 7)], series)
		}
	}
}

func (p *printer) solid(series int) rune {
	if p.letters() {
		return p.mark(series)
	}
	return '█'
}
