package chart

import (
	"fmt"
	"strings"
)

// A Terminal is what a chart is printed on.
type Terminal struct {
	Width, Height int  // 0: 80 by 16
	ASCII         bool // no other characters are printed
	Colour        bool // series may be told apart by colour
}

// least is the narrowest terminal that a chart is laid out for.
const least = 30

// Terminal prints the chart for a terminal. Each line is at most Width wide,
// and nothing in it acts on the terminal but the colours.
func (c *Chart) Terminal(o Terminal) string {
	if o.Width <= 0 {
		o.Width = 80
	}
	if o.Height <= 0 {
		o.Height = 16
	}
	o.Width = max(o.Width, least)
	p := &printer{c: c, o: o}
	if c.Title != "" {
		p.line(cut(c.Title, o.Width))
	}
	switch {
	case c.Kind == Pie:
		p.pie()
	case c.Kind == Bar || c.Kind == Column && !p.columnsFit():
		p.bars()
	default:
		p.plot()
	}
	p.legend()
	if o.ASCII {
		return onlyASCII(p.out.String())
	}
	return p.out.String()
}

func onlyASCII(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '…':
			return '~'
		case r > 0x7E:
			return '?'
		}
		return r
	}, s)
}

type printer struct {
	c   *Chart
	o   Terminal
	out strings.Builder
}

func (p *printer) line(s string) {
	p.out.WriteString(strings.TrimRight(s, " "))
	p.out.WriteByte('\n')
}

// letters tells whether series are drawn as letters: in ASCII, and where
// several could not be told apart.
func (p *printer) letters() bool { return p.o.ASCII || !p.o.Colour && len(p.c.Series) > 1 }

// mark is the letter of a series.
func (p *printer) mark(series int) rune {
	if len(p.c.Series) == 1 {
		return '*'
	}
	return rune("abcdefghijklmnopqrstuvwxyzABCDEFGH"[series])
}

// colours are the numbers of a terminal's colours, each readable on dark and
// on light; the first has no colour of its own.
var colours = [...]int{36, 33, 35, 32, 31, 34, 96, 93, 95, 92, 91, 94}

func (p *printer) colour(series int, s string) string {
	if !p.o.Colour || series < 0 {
		return s
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", colours[series%len(colours)], s)
}

func (p *printer) legend() {
	if !p.c.legend() {
		return
	}
	width := 0
	for i, s := range p.c.Series {
		sample := "██"
		if p.letters() {
			sample = string(p.mark(i))
		}
		name := cut(s.Name, p.o.Width-4)
		item := cells(sample) + 1 + cells(name)
		if width > 0 && width+2+item > p.o.Width {
			p.out.WriteByte('\n')
			width = 0
		}
		if width > 0 {
			p.out.WriteString("  ")
			width += 2
		}
		p.out.WriteString(p.colour(i, sample) + " " + name)
		width += item
	}
	p.out.WriteByte('\n')
}
