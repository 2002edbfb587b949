package chart

import (
	"fmt"
	"math"
	"time"

	"github.com/conshelf/conshelf/kql/types"
)

// bars draws lying bars, a band for each category.
func (d *drawing) bars() {
	segments := d.c.segments()
	beside := 1
	if d.c.Stacking == Apart {
		beside = len(d.c.Series)
	}
	label := 0
	for _, name := range d.c.X.Labels {
		label = max(label, cells(cut(name, 36)))
	}
	left := max(marginLeft, float64(label)*letter+16)
	band := max(lineHeight, float64(beside)*12) + 6
	y := d.c.yScale(segments, 6)
	width, top := svgWidth-left-marginRight-50, d.top+4
	px := func(v float64) float64 { return left + y.at(clamp(v, y.min, y.max))*width }
	bottom := top + band*float64(len(d.c.X.Labels))
	for _, t := range y.ticks {
		d.rule(px(t.value), top, px(t.value), bottom, 0.15)
		d.text(px(t.value), bottom+lineHeight, "middle", 12, t.label)
	}
	for i, name := range d.c.X.Labels {
		d.text(left-8, top+band*(float64(i)+0.5)+4, "end", 12, cut(name, 36))
	}
	for k, list := range segments {
		for _, s := range list {
			if s.gap {
				continue
			}
			low, high := frame{y: y}.base(s)
			height, place := (band-6)/float64(beside), 0.0
			if d.c.Stacking == Apart {
				place = float64(k) * height
			}
			at := top + band*s.x + 3 + place
			d.rect(px(low), at, px(high)-px(low), height-1, k, d.told(k, s))
			if d.c.Stacking == Apart {
				d.text(px(high)+4, at+height/2+4, "start", 11, numberLabel(s.value, math.Abs(s.value)/1000))
			}
		}
	}
	d.text(left+width/2, bottom+2*lineHeight, "middle", 12, d.c.YTitle)
	d.top = bottom + 2*lineHeight + 8
}

// pie draws the slices clockwise from the top, and a legend with the parts.
func (d *drawing) pie() {
	const radius = 150.0
	points, total := d.c.Series[0].Points, 0.0
	for _, p := range points {
		total += p.Y
	}
	cx, cy, at := 190.0, d.top+radius+8, 0.0
	for i, p := range points {
		part := 0.0
		if total > 0 {
			part = p.Y / total
		}
		title := fmt.Sprintf("%s: %s (%.1f%%)", d.c.X.Labels[i], valueLabel(p.Y), 100*part)
		d.slice(cx, cy, radius, at, part, i, title)
		at += part
		y := d.top + lineHeight*(float64(i)+1)
		fmt.Fprintf(&d.out, `<rect x="400" y="%s" width="12" height="12" fill="%s"/>`+"\n", num(y-10), paint(i))
		d.text(420, y, "start", 12, cut(d.c.X.Labels[i], 48)+fmt.Sprintf("  %s (%.1f%%)", valueLabel(p.Y), 100*part))
	}
	d.top = max(cy+radius, d.top+lineHeight*float64(len(points))) + 12
}

func (d *drawing) slice(cx, cy, radius, from, part float64, i int, title string) {
	if part <= 0 {
		return
	}
	if part > 1-1e-9 {
		fmt.Fprintf(&d.out, `<circle cx="%s" cy="%s" r="%s" fill="%s"><title>%s</title></circle>`+"\n", num(cx), num(cy), num(radius), paint(i), attr(title))
		return
	}
	edge := func(f float64) string {
		return num(cx+radius*math.Sin(2*math.Pi*f)) + " " + num(cy-radius*math.Cos(2*math.Pi*f))
	}
	large := 0
	if part > 0.5 {
		large = 1
	}
	fmt.Fprintf(&d.out, `<path d="M%s %s L%s A%s %s 0 %d 1 %s Z" fill="%s" stroke="#fff" stroke-width="1"><title>%s</title></path>`+"\n",
		num(cx), num(cy), edge(from), num(radius), num(radius), large, edge(from+part), paint(i), attr(title))
}

// exactTime is a place on an axis of time as a reader of logs knows it.
func exactTime(v float64) string {
	return types.TimeOf(int64(v)).Round(time.Microsecond).Format("2006-01-02 15:04:05.999999") + "Z"
}
