package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/escape"
)

// A collection is when each table has rows, in the units of an SVG's view box:
// a lane for each table, a bar for each stretch of time, its holes marked.
type collection struct {
	Width, Height int
	Lanes         []stripe
	Ticks         []tick
}

// A stripe is one table. Bars are one path, so that a page of many tables
// stays small.
type stripe struct {
	Label    string
	X1, X2   int
	Y, TextY int
	Path     string
	Holes    []block
}

type block struct{ X, Y, W, H int }

const (
	stripeHeight = 30
	barHeight    = 22
	barCount     = 170 // stretches that the window is cut into, at the most
	stripeLeft   = 250
)

// newCollection returns nil if nothing was collected that has a time.
func newCollection(s coverage.Statement) *collection {
	if len(s.Tables) == 0 || !s.Window.To.After(s.Window.From) {
		return nil
	}
	c := &collection{Width: chartWidth, Height: len(s.Tables)*stripeHeight + 44}
	for i, t := range s.Tables {
		base := (i + 1) * stripeHeight
		label := t.Name
		if t.Tenant != "" {
			label += " " + escape.Cut(t.Tenant, 8, "")
		}
		l := stripe{Label: label, X1: stripeLeft, X2: chartRight, Y: base, TextY: base - 7, Path: bars(s, t, base)}
		for _, h := range t.Holes {
			x := across(s, h.From)
			l.Holes = append(l.Holes, block{x, base - barHeight, max(2, across(s, h.To)-x), barHeight})
		}
		c.Lanes = append(c.Lanes, l)
	}
	bottom := c.Height - 26
	middle := s.Window.From.Add(s.Window.To.Sub(s.Window.From) / 2)
	c.Ticks = []tick{
		{when(s.Window.From), "start", stripeLeft, bottom, c.Height - 8},
		{when(middle), "middle", across(s, middle), bottom, c.Height - 8},
		{when(s.Window.To), "end", chartRight, bottom, c.Height - 8},
	}
	return c
}

// across is where a time stands.
func across(s coverage.Statement, t time.Time) int {
	share := float64(t.Sub(s.Window.From)) / float64(s.Window.To.Sub(s.Window.From))
	return stripeLeft + int(float64(chartRight-stripeLeft)*min(1, max(0, share)))
}

// bars draws the hours of a table, as many together as the width needs. Their
// height grows with the root of the rows, so that few are seen beside many.
func bars(s coverage.Statement, t coverage.Table, base int) string {
	hours := int(s.Window.To.Sub(s.Window.From)/time.Hour) + 1
	each := time.Duration((hours+barCount-1)/barCount) * time.Hour
	counts := make([]int64, int(s.Window.To.Sub(s.Window.From)/each)+1)
	for _, h := range t.Hours {
		counts[min(len(counts)-1, int(max(0, h.Start.Sub(s.Window.From))/each))] += h.Rows
	}
	most := slices.Max(counts)
	var b strings.Builder
	for i, n := range counts {
		if n == 0 {
			continue
		}
		from, to := across(s, s.Window.From.Add(time.Duration(i)*each)), across(s, s.Window.From.Add(time.Duration(i+1)*each))
		height := max(2, int(math.Round(barHeight*math.Sqrt(float64(n)/float64(most)))))
		writePath(&b, from, base, max(1, to-from-1), height)
	}
	return b.String()
}

// writePath draws a rectangle that stands on the base line.
func writePath(b *strings.Builder, x, base, width, height int) {
	fmt.Fprintf(b, "M%d %dv-%dh%dv%dz", x, base, height, width, height)
}
