package duckdb

import (
	"strconv"
	"strings"
	"time"

	"github.com/conshelf/conshelf/kql/types"
)

// parseDateTime reads a datetime as Kusto's todatetime does: ISO 8601 first,
// then the forms of RFC 822 and 850, and dates with the month before the day.
// An offset is applied; without one the time is UTC.
func parseDateTime(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if t, ok := parseISO(s); ok {
		return t, true
	}
	for _, layout := range layouts() {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		ticks := types.TicksOf(t)
		return ticks, valid(ticks)
	}
	return 0, false
}

// layouts returns the forms that are not ISO 8601.
func layouts() []string {
	var list []string
	dates := []string{
		"1-2-2006", "1/2/2006", "2006/1/2", "2006.1.2", "20060102",
		"2 Jan 2006", "2 January 2006", "Jan 2 2006", "January 2 2006", "Jan 2, 2006", "January 2, 2006",
		"Mon, 2 Jan 2006", "Mon, 2 Jan 06", "Mon, 02-Jan-06", "Monday, 02-Jan-06", "2 Jan 06", "2-Jan-2006", "02-Jan-06",
	}
	clocks := []string{"", " 15:04:05 MST", " 15:04:05", " 15:04 MST", " 15:04", " 15:04:05 -0700", " 3:04:05 PM", " 3:04 PM", " 15:04:05Z", "T15:04:05Z", "T15:04:05"}
	for _, date := range dates {
		for _, clock := range clocks {
			list = append(list, date+clock)
		}
	}
	return list
}

// parseISO reads yyyy-MM[-dd][( |T)hh:mm[:ss[.fffffff]]][Z|±hh:mm].
func parseISO(s string) (int64, bool) {
	c := cursor{s: s}
	year, ok := c.number(4, 4)
	if !ok || !c.skip('-') {
		return 0, false
	}
	month, ok := c.number(1, 2)
	if !ok {
		return 0, false
	}
	day := 1
	if c.skip('-') {
		if day, ok = c.number(1, 2); !ok {
			return 0, false
		}
	}
	ticks, ok := makeDateTime(int64(year), int64(month), int64(day), 0, 0, 0)
	if !ok || c.done() {
		return ticks, ok
	}
	if !c.skip('T') && !c.skip('t') && !c.skip(' ') {
		return 0, false
	}
	for c.skip(' ') {
	}
	clock, ok := c.clock()
	if !ok {
		return 0, false
	}
	offset, ok := c.offset()
	ticks += clock - offset
	return ticks, ok && c.done() && valid(ticks)
}

// A cursor reads a text from start to end.
type cursor struct {
	s string
	i int
}

func (c *cursor) done() bool { return c.i == len(c.s) }

func (c *cursor) skip(b byte) bool {
	if c.i < len(c.s) && c.s[c.i] == b {
		c.i++
		return true
	}
	return false
}

// number reads a number of at least least digits, and at most most.
func (c *cursor) number(least, most int) (int, bool) {
	start := c.i
	n := 0
	for c.i < len(c.s) && c.i-start < most && c.s[c.i] >= '0' && c.s[c.i] <= '9' {
		n = n*10 + int(c.s[c.i]-'0')
		c.i++
	}
	return n, c.i-start >= least
}

// clock reads hh:mm[:ss[.fffffff]].
func (c *cursor) clock() (int64, bool) {
	hour, ok := c.number(1, 2)
	if !ok || hour > 24 || !c.skip(':') {
		return 0, false
	}
	minute, ok := c.number(1, 2)
	if !ok || minute > 59 {
		return 0, false
	}
	ticks := int64(hour)*types.TicksPerHour + int64(minute)*types.TicksPerMinute
	if hour == 24 && minute != 0 {
		return 0, false
	}
	if !c.skip(':') {
		return ticks, true
	}
	second, ok := c.number(1, 2)
	if !ok || second > 59 || hour == 24 && second != 0 {
		return 0, false
	}
	ticks += int64(second) * types.TicksPerSecond
	if !c.skip('.') && !c.skip(':') {
		return ticks, true
	}
	start := c.i
	fraction, ok := c.number(1, 7)
	for n := c.i - start; n < 7; n++ {
		fraction *= 10
	}
	for c.i < len(c.s) && c.s[c.i] >= '0' && c.s[c.i] <= '9' {
		c.i++
	}
	return ticks + int64(fraction), ok
}

// offset reads Z, ±hh:mm, ±hhmm, ±hh or nothing.
func (c *cursor) offset() (int64, bool) {
	c.skip(' ')
	if c.done() || c.skip('Z') || c.skip('z') {
		return 0, true
	}
	if strings.EqualFold(c.s[c.i:], "GMT") || strings.EqualFold(c.s[c.i:], "UTC") {
		c.i = len(c.s)
		return 0, true
	}
	sign := int64(1)
	if c.skip('-') {
		sign = -1
	} else if !c.skip('+') {
		return 0, false
	}
	hours, ok := c.number(2, 2)
	if !ok {
		return 0, false
	}
	c.skip(':')
	minutes := 0
	if !c.done() {
		if minutes, ok = c.number(2, 2); !ok {
			return 0, false
		}
	}
	return sign * (int64(hours)*types.TicksPerHour + int64(minutes)*types.TicksPerMinute), hours <= 14 && minutes <= 59
}

// parseTimeSpan reads [-][d.]hh:mm[:ss[.fffffff]], a number of days, or a
// number with a unit, as in a literal.
func parseTimeSpan(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	sign := int64(1)
	rest, negative := strings.CutPrefix(s, "-")
	if negative {
		sign = -1
	}
	if rest == "" {
		return 0, false
	}
	if !strings.Contains(rest, ":") {
		t, ok := parseQuantity(rest)
		return sign * t, ok
	}
	days := 0
	if d, clock, ok := strings.Cut(rest, "."); ok && !strings.Contains(d, ":") {
		n, err := strconv.Atoi(d)
		if err != nil || n < 0 || n > 10_675_199 {
			return 0, false
		}
		days, rest = n, clock
	}
	c := cursor{s: rest}
	ticks, ok := c.clock()
	if !ok || !c.done() || ticks >= types.TicksPerDay {
		return 0, false
	}
	return sign * (int64(days)*types.TicksPerDay + ticks), true
}

// parseQuantity reads a number of days, or of the unit that follows it.
func parseQuantity(s string) (int64, bool) {
	i := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if i < 0 {
		n, err := strconv.ParseInt(s, 10, 64)
		return n * types.TicksPerDay, err == nil && n <= 10_675_199
	}
	f, err := strconv.ParseFloat(s[:i], 64)
	if err != nil {
		return 0, false
	}
	unit := int64(0)
	switch s[i:] {
	case "d":
		unit = types.TicksPerDay
	case "h":
		unit = types.TicksPerHour
	case "m":
		unit = types.TicksPerMinute
	case "s":
		unit = types.TicksPerSecond
	case "ms":
		unit = ticksPerMillisecond
	default:
		return 0, false
	}
	return truncate(f * float64(unit))
}
