package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/escape"
)

// The size of a picture, and the room around its plot.
const (
	svgWidth    = 960.0
	plotHeight  = 340.0
	marginLeft  = 70.0
	marginRight = 20.0
	lineHeight  = 18.0
	letter      = 6.6 // how wide a letter is, about
)

// palette are the colours of the series: told apart by most colour-blind
// readers, and by their brightness in print.
var palette = [...]string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#7b3294", "#4d4d4d", "#a6611a", "#1b7837"}

func paint(series int) string { return palette[series%len(palette)] }

// SVG draws the chart as an SVG element that needs nothing else: no script, no
// style, no font. Text of the evidence is text in it, and values are shown
// under the pointer.
func (c *Chart) SVG() string {
	d := &drawing{c: c, top: 8}
	if c.Title != "" {
		d.top += lineHeight + 6
		d.text(svgWidth/2, d.top-8, "middle", 15, c.Title)
	}
	switch c.Kind {
	case Pie:
		d.pie()
	case Bar:
		d.bars()
	case Line, Area, Scatter, Column:
		d.plot()
	}
	d.legend()
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" role="img" aria-label="%s" font-family="system-ui, sans-serif" fill="currentColor">`,
		num(svgWidth), num(d.top+4), attr(c.describe())) + "\n" + d.out.String() + "</svg>"
}

// describe says what the picture shows to who does not see it.
func (c *Chart) describe() string {
	names := [...]string{Line: "line chart", Area: "area chart", Scatter: "scatter chart", Column: "column chart", Bar: "bar chart", Pie: "pie chart"}
	points := 0
	for _, s := range c.Series {
		points += len(s.Points)
	}
	text := fmt.Sprintf("%s of %s by %s: %d values in %d series", names[c.Kind], c.YTitle, c.XTitle, points, len(c.Series))
	if c.Title != "" {
		return c.Title + ": " + text
	}
	return text
}

// A drawing is an SVG in the making; top is where the next part goes.
type drawing struct {
	c   *Chart
	out strings.Builder
	top float64
}

// attr makes text that an attacker may have chosen safe between tags and in
// quoted attributes.
func attr(s string) string { return html.EscapeString(escape.Line(s)) }

func num(f float64) string { return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) }

func (d *drawing) text(x, y float64, anchor string, size int, s string) {
	fmt.Fprintf(&d.out, `<text x="%s" y="%s" text-anchor="%s" font-size="%d">%s</text>`+"\n", num(x), num(y), anchor, size, attr(s))
}

func (d *drawing) rule(x1, y1, x2, y2, opacity float64) {
	fmt.Fprintf(&d.out, `<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="currentColor" stroke-opacity="%s"/>`+"\n", num(x1), num(y1), num(x2), num(y2), num(opacity))
}

func (d *drawing) rect(x, y, width, height float64, series int, title string) {
	fmt.Fprintf(&d.out, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"><title>%s</title></rect>`+"\n", num(x), num(y), num(max(width, 0.5)), num(max(height, 0.5)), paint(series), attr(title))
}

// A frame is where a plot is, and its scales.
type frame struct {
	left, top, width, height float64
	x, y                     scale
}

func (f frame) px(v float64) float64 { return f.left + f.x.at(v)*f.width }
func (f frame) py(v float64) float64 { return f.top + (1-f.y.at(v))*f.height }

// plot draws the kinds whose values are upright.
func (d *drawing) plot() {
	segments := d.c.segments()
	f := frame{
		left: marginLeft, top: d.top + lineHeight, width: svgWidth - marginLeft - marginRight, height: plotHeight,
		x: d.c.xScale(9), y: d.c.yScale(segments, 6),
	}
	d.text(8, d.top+lineHeight-10, "start", 12, d.c.YTitle)
	for _, t := range f.y.ticks {
		d.rule(f.left, f.py(t.value), f.left+f.width, f.py(t.value), 0.15)
		d.text(f.left-6, f.py(t.value)+4, "end", 12, t.label)
	}
	d.rule(f.left, f.top+f.height, f.left+f.width, f.top+f.height, 0.6)
	bottom := d.places(f)
	for k, list := range segments {
		d.series(f, k, list)
	}
	d.text(f.left+f.width/2, bottom+lineHeight, "middle", 12, d.c.XTitle)
	d.top = bottom + lineHeight + 8
}

// places draws the labels below the axis: level where they have room, or
// slanted, as many as have room. It returns where they end.
func (d *drawing) places(f frame) float64 {
	base, longest := f.top+f.height, 0
	for _, t := range f.x.ticks {
		longest = max(longest, cells(cut(t.label, 24)))
	}
	slot := f.width / max(1, float64(len(f.x.ticks)))
	slanted := d.c.X.Kind == Categories && float64(longest)*letter > slot
	free := math.Inf(-1)
	for _, t := range f.x.ticks {
		at := f.px(t.value)
		if at < free {
			continue
		}
		d.rule(at, base, at, base+5, 0.6)
		label := cut(t.label, 24)
		if slanted {
			fmt.Fprintf(&d.out, `<text transform="translate(%s %s) rotate(-35)" text-anchor="end" font-size="12">%s<title>%s</title></text>`+"\n",
				num(at+4), num(base+16), attr(label), attr(t.label))
			free = at + lineHeight
			continue
		}
		half := float64(cells(label)) * letter / 2
		d.text(min(at, svgWidth-half), base+lineHeight, "middle", 12, label)
		free = at + 2*half + 8
	}
	if slanted {
		return base + 16 + float64(longest)*letter*0.6
	}
	return base + lineHeight
}

func (d *drawing) series(f frame, k int, list []segment) {
	switch d.c.Kind {
	case Line:
		d.lines(f, k, list)
		d.dots(f, k, list, 2)
	case Area:
		d.areas(f, k, list)
		d.lines(f, k, list)
		d.dots(f, k, list, 2)
	case Scatter:
		d.dots(f, k, list, 3)
	case Column:
		d.columns(f, k, list)
	case Bar, Pie:
		panic("chart: bars have no frame")
	}
}

// runs are the parts of a series between gaps.
func runs(f frame, list []segment) [][]segment {
	var out [][]segment
	var run []segment
	for _, s := range list {
		if !s.gap && f.y.inside(s.to) {
			run = append(run, s)
			continue
		}
		out, run = append(out, run), nil
	}
	return append(out, run)
}

func (d *drawing) lines(f frame, k int, list []segment) {
	for _, run := range runs(f, list) {
		if len(run) < 2 {
			continue
		}
		fmt.Fprintf(&d.out, `<polyline fill="none" stroke="%s" stroke-width="1.8" stroke-linejoin="round" points="%s"/>`+"\n", paint(k), points(f, run, false))
	}
}

func (d *drawing) areas(f frame, k int, list []segment) {
	for _, run := range runs(f, list) {
		if len(run) < 2 {
			continue
		}
		fmt.Fprintf(&d.out, `<polygon fill="%s" fill-opacity="0.35" points="%s %s"/>`+"\n", paint(k), points(f, run, false), points(f, run, true))
	}
}

// points are the upper edge of a run, or the lower one backwards.
func points(f frame, run []segment, lower bool) string {
	list := make([]string, len(run))
	for i, s := range run {
		if !lower {
			list[i] = num(f.px(s.x)) + "," + num(f.py(s.to))
			continue
		}
		base := clamp(s.from, f.y.min, f.y.max)
		list[len(run)-1-i] = num(f.px(s.x)) + "," + num(f.py(base))
	}
	return strings.Join(list, " ")
}

// dense is how many points of a line have no dot of their own, unless they
// stand alone.
const dense = 300

func (d *drawing) dots(f frame, k int, list []segment, size float64) {
	for _, run := range runs(f, list) {
		for _, s := range run {
			if d.c.Kind != Scatter && len(list) > dense && len(run) > 1 {
				break
			}
			fmt.Fprintf(&d.out, `<circle cx="%s" cy="%s" r="%s" fill="%s"><title>%s</title></circle>`+"\n",
				num(f.px(s.x)), num(f.py(s.to)), num(size), paint(k), attr(d.told(k, s)))
		}
	}
}

// told is what is shown under the pointer.
func (d *drawing) told(k int, s segment) string {
	place := ""
	switch d.c.X.Kind {
	case Times:
		place = exactTime(s.x)
	case Numbers:
		place = valueLabel(s.x)
	case Categories:
		place = d.c.X.Labels[int(s.x)]
	}
	return d.c.Series[k].Name + ", " + place + ": " + valueLabel(s.value)
}

func (d *drawing) columns(f frame, k int, list []segment) {
	slot := f.width / float64(len(d.c.X.Labels))
	beside, place := 1.0, 0.0
	if d.c.Stacking == Apart {
		beside, place = float64(len(d.c.Series)), float64(k)
	}
	width := slot * 0.8 / beside
	for _, s := range list {
		if s.gap {
			continue
		}
		low, high := f.base(s)
		d.rect(f.left+slot*s.x+slot*0.1+place*width, f.py(high), width, f.py(low)-f.py(high), k, d.told(k, s))
	}
}

// base returns the ends of a column within the axis.
func (f frame) base(s segment) (low, high float64) {
	from := s.from
	if f.y.log {
		from = f.y.min
	}
	return clamp(min(from, s.to), f.y.min, f.y.max), clamp(max(from, s.to), f.y.min, f.y.max)
}

func (d *drawing) legend() {
	if !d.c.legend() {
		return
	}
	x := marginLeft
	d.top += lineHeight
	for i, s := range d.c.Series {
		name := cut(s.Name, 60)
		width := 20 + float64(cells(name))*letter + 16
		if x+width > svgWidth && x > marginLeft {
			x = marginLeft
			d.top += lineHeight
		}
		fmt.Fprintf(&d.out, `<rect x="%s" y="%s" width="12" height="12" fill="%s"/>`+"\n", num(x), num(d.top-10), paint(i))
		d.text(x+18, d.top, "start", 12, name)
		x += width
	}
	d.top += 8
}
