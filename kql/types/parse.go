package types

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ParseDateTime reads a datetime as Kusto does, in ticks: ISO 8601 first, then
// the American order of month and day, then the forms of RFC 822 and RFC 850.
// Without an offset it is UTC.
func ParseDateTime(text string) (ticks int64, ok bool) {
	text = strings.TrimSpace(text)
	for _, date := range dateLayouts() {
		for _, clock := range clockLayouts() {
			for _, zone := range zoneLayouts(clock) {
				if t, err := time.Parse(date+clock+zone, text); err == nil && t.Year() >= 1 {
					return TicksOf(t.UTC()), t.UTC().Year() >= 1
				}
			}
		}
	}
	return 0, false
}

func dateLayouts() []string {
	return []string{
		"2006-01-02", "2006-1-2", "2006.01.02", "2006/01/02", "20060102", "2006-01", "2006",
		"01-02-2006", "1-2-2006", "01/02/2006", "1/2/2006",
		"2 Jan 2006", "2 Jan 06", "2 January 2006", "Jan 2 2006", "Jan 2, 2006", "January 2, 2006",
		"Mon, 2 Jan 2006", "Mon, 2 Jan 06", "Monday, 02-Jan-06", "02-Jan-06",
	}
}

func clockLayouts() []string {
	return []string{"", " 15:04", "T15:04", " 15:04:05", "T15:04:05", " 3:04 PM", " 3:04:05 PM"}
}

func zoneLayouts(clock string) []string {
	if clock == "" {
		return []string{"", "Z"}
	}
	return []string{"", "Z07:00", " Z07:00", "-0700", " -0700", " GMT", " UTC"}
}

// ParseTimeSpan reads a timespan literal, in ticks: 1d, 1.5h, 2 seconds,
// [-][d.]hh:mm[:ss[.fffffff]], or a plain number of days.
func ParseTimeSpan(text string) (ticks int64, ok bool) {
	text = strings.TrimSpace(text)
	rest, negative := strings.CutPrefix(text, "-")
	rest = strings.TrimSpace(strings.TrimPrefix(rest, "+"))
	ticks, ok = clockTicks(rest)
	if !ok {
		ticks, ok = unitTicks(rest)
	}
	if negative {
		ticks = -ticks
	}
	return ticks, ok
}

var clockForm = regexp.MustCompile(`^(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$`)

// clockTicks reads [d.]hh:mm[:ss[.fffffff]].
func clockTicks(text string) (int64, bool) {
	m := clockForm.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	days, err := strconv.ParseInt("0"+m[1], 10, 64)
	if err != nil || days > 10_675_199 {
		return 0, false
	}
	h, _ := strconv.ParseInt(m[2], 10, 64)
	minutes, _ := strconv.ParseInt(m[3], 10, 64)
	s, _ := strconv.ParseInt("0"+m[4], 10, 64)
	frac, _ := strconv.ParseInt((m[5] + "0000000")[:7], 10, 64)
	if h > 23 || minutes > 59 || s > 59 {
		return 0, false
	}
	return days*TicksPerDay + h*TicksPerHour + minutes*TicksPerMinute + s*TicksPerSecond + frac, true
}

var unitForm = regexp.MustCompile(`^(\d+(?:\.\d+)?)\s*([a-z]*)$`)

// unitTicks reads a number and a unit.
func unitTicks(text string) (int64, bool) {
	m := unitForm.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	unit, ok := unitInTicks(m[2])
	if !ok {
		return 0, false
	}
	n, ok := new(big.Rat).SetString(m[1])
	if !ok {
		return 0, false
	}
	n.Mul(n, unit)
	whole := new(big.Int).Quo(n.Num(), n.Denom())
	return whole.Int64(), whole.IsInt64()
}

func unitInTicks(unit string) (*big.Rat, bool) {
	switch unit {
	case "", "d", "day", "days":
		return big.NewRat(TicksPerDay, 1), true
	case "h", "hr", "hrs", "hour", "hours":
		return big.NewRat(TicksPerHour, 1), true
	case "m", "min", "minute", "minutes":
		return big.NewRat(TicksPerMinute, 1), true
	case "s", "sec", "second", "seconds":
		return big.NewRat(TicksPerSecond, 1), true
	case "ms", "milli", "millis", "millisec", "millisecond", "milliseconds":
		return big.NewRat(TicksPerSecond/1000, 1), true
	case "micro", "micros", "microsec", "microsecond", "microseconds":
		return big.NewRat(10, 1), true
	case "nano", "nanos", "nanosec", "nanosecond", "nanoseconds":
		return big.NewRat(1, 100), true
	case "tick", "ticks":
		return big.NewRat(1, 1), true
	}
	return nil, false
}

var guidForm = regexp.MustCompile(`^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$`)

// ParseGUID reads a guid, with or without braces and dashes, and returns it in
// lower case with dashes.
func ParseGUID(text string) (guid string, ok bool) {
	s := strings.ToLower(strings.Trim(strings.TrimSpace(text), "{}()"))
	if !guidForm.MatchString(s) {
		return "", false
	}
	s = strings.ReplaceAll(s, "-", "")
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:], true
}
