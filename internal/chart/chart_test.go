package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/kql/types"
)

var users = []types.Column{{Name: "user", Type: types.String}, {Name: "n", Type: types.Long}}

func row(values ...any) []types.Value {
	out := make([]types.Value, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case int:
			out[i] = types.NewLong(int64(v))
		case float64:
			out[i] = types.NewReal(v)
		case string:
			out[i] = types.NewString(v)
		case types.Value:
			out[i] = v
		}
	}
	return out
}

func at(text string) types.Value {
	ticks, ok := types.ParseDateTime(text)
	if !ok {
		panic(text)
	}
	return types.NewDateTime(ticks)
}

func must(t *testing.T, kind string, props map[string]string, cols []types.Column, rows [][]types.Value) *Chart {
	t.Helper()
	c, err := New(kind, props, cols, rows)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What would be drawn otherwise than the rows say is not drawn, and why is said.
func TestNotDrawn(t *testing.T) {
	times := []types.Column{{Name: "T", Type: types.DateTime}, {Name: "k", Type: types.String}, {Name: "n", Type: types.Long}}
	many := make([][]types.Value, 40)
	for i := range many {
		many[i] = row(strings.Repeat("x", i+1), i)
	}
	tests := []struct {
		name, kind string
		props      map[string]string
		cols       []types.Column
		rows       [][]types.Value
		want       string
	}{
		{"kind", "treemap", nil, users, [][]types.Value{row("a", 1)}, "there is no picture of render treemap"},
		{"no rows", "barchart", nil, users, nil, "there are no rows"},
		{"no time", "timechart", nil, users, [][]types.Value{row("a", 1)}, "needs a column of datetime"},
		{"no numbers", "barchart", nil, users[:1], [][]types.Value{row("a")}, "no column is left for the values"},
		{"no such column", "barchart", map[string]string{"ycolumns": "m"}, users, [][]types.Value{row("a", 1)}, "no column m"},
		{"text as value", "barchart", map[string]string{"ycolumns": "user", "xcolumn": "n"}, users, [][]types.Value{row("a", 1)}, "not of numbers"},
		{"same place twice", "barchart", nil, users, [][]types.Value{row("a", 1), row("a", 2)}, "two values for a"},
		{"negative part", "piechart", nil, users, [][]types.Value{row("a", -1)}, "below zero"},
		{"logarithm of zero", "barchart", map[string]string{"yaxis": "log"}, users, [][]types.Value{row("a", 0)}, "logarithmic"},
		{"two axes", "linechart", map[string]string{"ysplit": "axes"}, users, [][]types.Value{row("a", 1)}, "ysplit"},
		{"too many slices", "piechart", nil, users, many, "too many"},
		{"place without a value", "timechart", nil, times, [][]types.Value{row(types.Null(types.DateTime), "a", 1)}, "a row without a value"},
		{
			"areas with different places", "stackedareachart", nil, times,
			[][]types.Value{row(at("2026-03-01"), "a", 1), row(at("2026-03-02"), "a", 1), row(at("2026-03-02"), "b", 1)},
			"use make-series",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := New(test.kind, test.props, test.cols, test.rows)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("New = %v, want %q", err, test.want)
			}
		})
	}
}

// The rows of summarize by bin and a string are a series for each string, in
// the order of time, each point at its own place; a null is a gap.
func TestSeries(t *testing.T) {
	cols := []types.Column{{Name: "k", Type: types.String}, {Name: "T", Type: types.DateTime}, {Name: "n", Type: types.Long}}
	c := must(t, "timechart", nil, cols, [][]types.Value{
		row("b", at("2026-03-05"), 5), row("a", at("2026-03-01"), 1), row("b", at("2026-03-01"), 2), row("b", at("2026-03-02"), types.Null(types.Long)),
	})
	if len(c.Series) != 2 || c.Series[0].Name != "b" || c.Series[1].Name != "a" || c.X.Kind != Times {
		t.Fatalf("series %+v", c.Series)
	}
	p := c.Series[0].Points
	if len(p) != 3 || p[0].Y != 2 || !p[1].Gap || p[2].Y != 5 || p[2].X-p[0].X != 4*864e9 {
		t.Errorf("points %+v", p)
	}
	if strings.Count(c.SVG(), "<polyline") != 0 {
		t.Error("a line goes over a gap")
	}
}

// The arrays of make-series are drawn like rows.
func TestArrays(t *testing.T) {
	cols := []types.Column{{Name: "k", Type: types.String}, {Name: "n", Type: types.Dynamic}, {Name: "T", Type: types.Dynamic}}
	c := must(t, "timechart", nil, cols, [][]types.Value{
		row("a", types.NewDynamic("[1,null,3]"), types.NewDynamic(`["2026-03-01T00:00:00.0000000Z","2026-03-02T00:00:00.0000000Z","2026-03-03T00:00:00.0000000Z"]`)),
	})
	if p := c.Series[0].Points; c.Series[0].Name != "a" || len(p) != 3 || p[0].Y != 1 || !p[1].Gap || p[2].Y != 3 || c.XTitle != "T" {
		t.Errorf("chart %+v", c)
	}
}

// Columns over time stand in the order of time, whatever the order of the rows.
func TestColumnsInOrder(t *testing.T) {
	cols := []types.Column{{Name: "T", Type: types.DateTime}, {Name: "n", Type: types.Long}}
	c := must(t, "columnchart", nil, cols, [][]types.Value{row(at("2026-03-02"), 2), row(at("2026-03-01"), 1)})
	if c.X.Labels[0] != "2026-03-01" || c.Series[0].Points[0].Y != 1 {
		t.Errorf("labels %v, points %v", c.X.Labels, c.Series[0].Points)
	}
}

// Series that stand on one another end where the sum is; in percent at 100.
func TestStacking(t *testing.T) {
	cols := append(users[:2:2], types.Column{Name: "m", Type: types.Long})
	rows := [][]types.Value{row("a", 1, 3), row("b", 2, 2)}
	for kind, want := range map[string]float64{"stacked": 4, "stacked100": 100} {
		c := must(t, "barchart", map[string]string{"kind": kind}, cols, rows)
		if s := c.segments(); s[1][0].to != want || s[1][0].from != s[0][0].to {
			t.Errorf("%s: segments %+v", kind, s)
		}
	}
}

// Whatever the names are, a chart on a terminal has nothing that acts on it,
// keeps its width, and without colour says which series is which.
func TestTerminalIsHarmless(t *testing.T) {
	cols := []types.Column{{Name: "n\x1b[2J", Type: types.Long}, {Name: "k", Type: types.String}, {Name: "y\u202e", Type: types.Long}}
	rows := [][]types.Value{row(1, "\x1b]0;owned\x07", 5), row(2, "\x1b]0;owned\x07", 7), row(1, "日本語の名前", 2), row(2, "日本語の名前", -3)}
	for _, kind := range []string{"linechart", "areachart", "scatterchart", "columnchart", "barchart"} {
		for _, o := range []Terminal{{}, {Width: 30, Height: 5}, {ASCII: true}, {Width: 200, Colour: true}, {Width: 1}} {
			c := must(t, kind, map[string]string{"title": "\x1b[31mtitle\n"}, cols, rows)
			got := c.Terminal(o)
			if o.Colour {
				got = regexp.MustCompile(`\x1b\[[0-9]+m`).ReplaceAllString(got, "")
			}
			if got != escape.Terminal(strings.ReplaceAll(got, "\u2800", "")) {
				t.Errorf("%s %+v: %q", kind, o, got)
			}
			for line := range strings.Lines(got) {
				if n := cells(strings.TrimSuffix(line, "\n")); n > max(30, o.Width, 80*(1-min(o.Width, 1))) {
					t.Errorf("%s %+v: a line of %d: %q", kind, o, n, line)
				}
			}
			if o.ASCII && strings.ContainsFunc(got, func(r rune) bool { return r > 0x7E }) {
				t.Errorf("%s: not ASCII: %q", kind, got)
			}
			if !o.Colour && !strings.Contains(got, "a ") {
				t.Errorf("%s %+v: no letter for the first series:\n%s", kind, o, got)
			}
		}
	}
}

// A picture is one element of well-formed XML, whatever the names are, and has
// no script, no style and no link.
func TestSVGIsHarmless(t *testing.T) {
	hostile := `"><script>alert(1)</script><img src=x onerror=alert(1)>` + "\x00\x1b\u202e"
	cols := []types.Column{{Name: hostile, Type: types.String}, {Name: "y", Type: types.Real}}
	rows := [][]types.Value{row(hostile, 1.5), row("</svg>", 2.5)}
	for _, kind := range []string{"columnchart", "barchart", "piechart", "linechart", "areachart"} {
		c := must(t, kind, map[string]string{"title": hostile, "xtitle": hostile, "ytitle": hostile}, cols, rows)
		svg := c.SVG()
		decoder := xml.NewDecoder(strings.NewReader(svg))
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v in\n%s", kind, err, svg)
			}
			if start, ok := token.(xml.StartElement); ok {
				checkElement(t, kind, start)
			}
		}
	}
}

func checkElement(t *testing.T, kind string, e xml.StartElement) {
	t.Helper()
	switch e.Name.Local {
	case "svg", "text", "title", "line", "rect", "circle", "path", "polyline", "polygon":
	default:
		t.Errorf("%s: element %s", kind, e.Name.Local)
	}
	for _, a := range e.Attr {
		if a.Name.Local == "style" || a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on") {
			t.Errorf("%s: attribute %s", kind, a.Name.Local)
		}
		if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
			t.Errorf("%s: %s=%s", kind, a.Name.Local, a.Value)
		}
	}
}

// An axis has round ticks, and its ends hold all values.
func TestScales(t *testing.T) {
	tests := []struct {
		low, high float64
		want      string
	}{
		{0, 34, "0 10 20 30 40"},
		{-4, 40, "-10 0 10 20 30 40"},
		{0, 0, "0 0.2 0.4 0.6 0.8 1"},
		{0, 1234567, "0 500k 1M 1.5M"},
		{0.01, 0.02, "0.01 0.012 0.014 0.016 0.018 0.02"},
	}
	for _, test := range tests {
		s := numberScale(test.low, test.high, 5)
		var labels []string
		for _, tick := range s.ticks {
			labels = append(labels, tick.label)
		}
		if got := strings.Join(labels, " "); got != test.want || s.min > test.low || s.max < test.high {
			t.Errorf("numberScale(%v, %v) = %s (%v to %v), want %s", test.low, test.high, got, s.min, s.max, test.want)
		}
	}
	day := timeScale(float64(at("2026-03-01").Int), float64(at("2026-03-03").Int), 5)
	if len(day.ticks) != 5 || day.ticks[0].label != "2026-03-01" || day.ticks[1].label != "12:00" {
		t.Errorf("ticks of two days %+v", day.ticks)
	}
}
