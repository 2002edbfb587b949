package duckdb

import (
	"math"
	"strings"
	"time"

	"github.com/conshelf/conshelf/kql/types"
)

const (
	ticksPerMillisecond = types.TicksPerSecond / 1000
	ticksPerMicrosecond = types.TicksPerSecond / 1_000_000
	lastTick            = types.LastTick
)

// timeFunctions are those of datetime and timespan. Datetimes outside the
// years 1 to 9999 are null.
func timeFunctions() []function {
	return []function{
		{name: "kql_start_of", signature: "sll:l", eval: func(r *row, out *result) {
			if r.anyNull() {
				return
			}
			if t, ok := startOf(r.text(0), r.long(1), r.long(2)); ok && valid(t) {
				out.long(t)
			}
		}},
		{name: "kql_end_of", signature: "sll:l", eval: func(r *row, out *result) {
			if r.anyNull() {
				return
			}
			if t, ok := startOf(r.text(0), r.long(1), r.long(2)+1); ok {
				out.long(t - 1)
			}
		}},
		{name: "kql_date_part", signature: "sl:l", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.long(datePart(r.text(0), r.long(1)))
			}
		}},
		{name: "kql_date_diff", signature: "sll:l", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.long(boundaries(r.text(0), r.long(1)) - boundaries(r.text(0), r.long(2)))
			}
		}},
		{name: "kql_date_add", signature: "sll:l", eval: func(r *row, out *result) {
			if r.anyNull() {
				return
			}
			if t, ok := dateAdd(r.text(0), r.long(1), r.long(2)); ok {
				out.long(t)
			}
		}},
		{name: "kql_format_datetime", signature: "ls:s", eval: func(r *row, out *result) {
			if r.null(0) {
				out.text("")
				return
			}
			out.text(formatDateTime(r.long(0), r.text(1)))
		}},
		{name: "kql_format_timespan", signature: "ls:s", eval: func(r *row, out *result) {
			if r.null(0) {
				out.text("")
				return
			}
			out.text(formatTimeSpan(r.long(0), r.text(1)))
		}},
		{name: "kql_make_datetime", signature: "llllld:l", eval: func(r *row, out *result) {
			if r.anyNull() {
				return
			}
			if t, ok := makeDateTime(r.long(0), r.long(1), r.long(2), r.long(3), r.long(4), r.real(5)); ok {
				out.long(t)
			}
		}},
		{name: "kql_make_timespan", signature: "llld:l", eval: func(r *row, out *result) {
			if r.anyNull() {
				return
			}
			if t, ok := makeTimeSpan(r.long(0), r.long(1), r.long(2), r.real(3)); ok {
				out.long(t)
			}
		}},
		{name: "kql_unixtime_long", signature: "lll:l", eval: func(r *row, out *result) {
			if r.anyNull() {
				return
			}
			if t, ok := unixTimeLong(r.long(0), r.long(1), r.long(2)); ok {
				out.long(t)
			}
		}},
		{name: "kql_unixtime", signature: "dd:l", eval: func(r *row, out *result) {
			if r.anyNull() {
				return
			}
			if t, ok := unixTime(r.real(0), r.real(1)); ok {
				out.long(t)
			}
		}},
	}
}

func valid(ticks int64) bool { return ticks >= 0 && ticks <= lastTick }

// appendDateTime prints a datetime as types.FormatDateTime does.
func appendDateTime(b []byte, ticks int64) []byte {
	t := types.TimeOf(ticks)
	year, month, day := t.Date()
	b = digits(b, year, 4)
	b = digits(append(b, '-'), int(month), 2)
	b = digits(append(b, '-'), day, 2)
	b = digits(append(b, 'T'), t.Hour(), 2)
	b = digits(append(b, ':'), t.Minute(), 2)
	b = digits(append(b, ':'), t.Second(), 2)
	b = digits(append(b, '.'), t.Nanosecond()/100, 7)
	return append(b, 'Z')
}

func digits(b []byte, n, width int) []byte {
	for at := int(math.Pow10(width - 1)); at > 0; at /= 10 {
		b = append(b, byte('0'+n/at%10))
	}
	return b
}

// startOf returns the start of the unit that t is in, moved by so many units.
func startOf(unit string, t, by int64) (int64, bool) {
	if !valid(t) || by > 4_000_000 || by < -4_000_000 {
		return 0, false
	}
	at := types.TimeOf(t)
	year, month, _ := at.Date()
	var start int64
	switch unit {
	case "day":
		start = t - t%types.TicksPerDay + by*types.TicksPerDay
	case "week":
		start = t - t%types.TicksPerDay + (by*7-int64(at.Weekday()))*types.TicksPerDay
	case "month":
		return firstOf(time.Date(year, month+time.Month(by), 1, 0, 0, 0, 0, time.UTC))
	case "year":
		return firstOf(time.Date(year+int(by), 1, 1, 0, 0, 0, 0, time.UTC))
	default:
		panic("no unit " + unit)
	}
	// The end of the last year is one tick before a start that is no datetime.
	return start, start >= 0 && start <= lastTick+1
}

// firstOf returns the ticks of a first day, up to that of the year 10000.
func firstOf(day time.Time) (int64, bool) {
	if year := day.Year(); year < 1 || year > 10_000 {
		return 0, false
	}
	start := types.TicksOf(day)
	return start, start <= lastTick+1
}

func datePart(part string, ticks int64) int64 {
	t := types.TimeOf(ticks)
	switch part {
	case "year":
		return int64(t.Year())
	case "quarter":
		return int64(t.Month()-1)/3 + 1
	case "month":
		return int64(t.Month())
	case "week_of_year":
		_, week := t.ISOWeek()
		return int64(week)
	case "day":
		return int64(t.Day())
	case "dayofyear":
		return int64(t.YearDay())
	case "hour":
		return int64(t.Hour())
	case "minute":
		return int64(t.Minute())
	case "second":
		return int64(t.Second())
	case "millisecond":
		return int64(t.Nanosecond() / 1_000_000)
	case "microsecond":
		return int64(t.Nanosecond() / 1000)
	case "nanosecond":
		return int64(t.Nanosecond())
	}
	panic("no part " + part)
}

// boundaries returns how many of a unit's boundaries lie before a datetime.
func boundaries(unit string, ticks int64) int64 {
	t := types.TimeOf(ticks)
	switch unit {
	case "year":
		return int64(t.Year())
	case "quarter":
		return int64(t.Year())*4 + int64(t.Month()-1)/3
	case "month":
		return int64(t.Year())*12 + int64(t.Month())
	case "week":
		return (ticks/types.TicksPerDay + 1) / 7 // 0001-01-01 is a Monday, a week starts on Sunday
	case "day":
		return ticks / types.TicksPerDay
	case "hour":
		return ticks / types.TicksPerHour
	case "minute":
		return ticks / types.TicksPerMinute
	case "second":
		return ticks / types.TicksPerSecond
	case "millisecond":
		return ticks / ticksPerMillisecond
	case "microsecond":
		return ticks / ticksPerMicrosecond
	case "nanosecond":
		return ticks * 100
	}
	panic("no unit " + unit)
}

func dateAdd(unit string, n, ticks int64) (int64, bool) {
	step := int64(0)
	if (unit == "year" || unit == "quarter") && (n > 200_000 || n < -200_000) {
		return 0, false // n in months could come round to a date
	}
	switch unit {
	case "year":
		return addMonths(ticks, n*12)
	case "quarter":
		return addMonths(ticks, n*3)
	case "month":
		return addMonths(ticks, n)
	case "week":
		step = 7 * types.TicksPerDay
	case "day":
		step = types.TicksPerDay
	case "hour":
		step = types.TicksPerHour
	case "minute":
		step = types.TicksPerMinute
	case "second":
		step = types.TicksPerSecond
	case "millisecond":
		step = ticksPerMillisecond
	case "microsecond":
		step = ticksPerMicrosecond
	case "nanosecond":
		return ticks + n/100, valid(ticks + n/100)
	default:
		panic("no unit " + unit)
	}
	if n > lastTick/step || n < -lastTick/step {
		return 0, false
	}
	return ticks + n*step, valid(ticks + n*step)
}

// addMonths keeps the day, or takes the month's last.
func addMonths(ticks, n int64) (int64, bool) {
	if n > 200_000 || n < -200_000 {
		return 0, false
	}
	t := types.TimeOf(ticks)
	year, month, day := t.Date()
	first := time.Date(year, month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	moved := types.TicksOf(first) + int64(min(day, last)-1)*types.TicksPerDay + ticks%types.TicksPerDay
	return moved, valid(moved)
}

func makeDateTime(year, month, day, hour, minute int64, second float64) (int64, bool) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || !(second >= 0 && second < 60) {
		return 0, false
	}
	date := time.Date(int(year), time.Month(month), int(day), int(hour), int(minute), 0, 0, time.UTC)
	if day > 31 || date.Day() != int(day) {
		return 0, false
	}
	return types.TicksOf(date) + int64(math.Round(second*float64(types.TicksPerSecond))), true
}

func makeTimeSpan(day, hour, minute int64, second float64) (int64, bool) {
	if day < 0 || day > 10_000_000 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || !(second >= 0 && second < 60) {
		return 0, false
	}
	return day*types.TicksPerDay + hour*types.TicksPerHour + minute*types.TicksPerMinute + int64(math.Round(second*float64(types.TicksPerSecond))), true
}

// unixTimeLong returns the datetime of n units since 1970, of which one is
// multiply ticks or divide make one. Less than a tick is cut.
func unixTimeLong(n, multiply, divide int64) (int64, bool) {
	if n /= divide; n > lastTick/multiply || n < -lastTick/multiply {
		return 0, false
	}
	t := types.TicksOf(time.Unix(0, 0)) + n*multiply
	return t, valid(t)
}

// unixTime returns the datetime of n units of so many ticks since 1970.
func unixTime(n, ticks float64) (int64, bool) {
	since := math.Trunc(n * ticks)
	if !(math.Abs(since) < float64(lastTick)) {
		return 0, false
	}
	t := types.TicksOf(time.Unix(0, 0)) + int64(since)
	return t, valid(t)
}

// formatDateTime formats with .NET's letters, as many of them as Kusto has;
// what is no letter stands for itself.
func formatDateTime(ticks int64, format string) string {
	t := types.TimeOf(ticks)
	fraction := t.Nanosecond() / 100
	var b []byte
	for i := 0; i < len(format); {
		n := run(format[i:])
		switch letter := format[i]; letter {
		case 'y':
			b = year(b, t.Year(), n)
		case 'M':
			b = padded(b, int(t.Month()), n)
		case 'd':
			b = padded(b, t.Day(), n)
		case 'H':
			b = padded(b, t.Hour(), n)
		case 'h':
			b = padded(b, (t.Hour()+11)%12+1, n)
		case 'm':
			b = padded(b, t.Minute(), n)
		case 's':
			b = padded(b, t.Second(), n)
		case 'f', 'F':
			b = appendFraction(b, fraction, n, letter == 'F')
		case 't':
			b = append(b, meridiem(t.Hour(), n)...)
		default:
			b = append(b, format[i:i+n]...)
		}
		i += n
	}
	return string(b)
}

func run(s string) int {
	n := 1
	for n < len(s) && s[n] == s[0] {
		n++
	}
	return n
}

func padded(b []byte, value, width int) []byte {
	if width == 1 && value >= 10 {
		width = 2
	}
	return digits(b, value, width)
}

func year(b []byte, value, width int) []byte {
	switch width {
	case 1:
		return padded(b, value%100, 1)
	case 2:
		return digits(b, value%100, 2)
	}
	return digits(b, value, 4)
}

func meridiem(hour, n int) string {
	word := "AM"
	if hour >= 12 {
		word = "PM"
	}
	return word[:min(n, 2)]
}

// appendFraction writes n digits of a second's ticks; short leaves zeros at
// the end away, and the point before if nothing remains.
func appendFraction(b []byte, ticks, n int, short bool) []byte {
	text := string(digits(nil, ticks, 7))[:min(n, 7)]
	if short {
		text = strings.TrimRight(text, "0")
		if text == "" && len(b) > 0 && b[len(b)-1] == '.' {
			return b[:len(b)-1]
		}
	}
	return append(b, text...)
}

// formatTimeSpan formats with the letters d h H m s f F.
func formatTimeSpan(ticks int64, format string) string {
	var b []byte
	n := uint64(ticks)
	if ticks < 0 {
		b = append(b, '-')
		n = -n
	}
	for i := 0; i < len(format); {
		count := run(format[i:])
		switch letter := format[i]; letter {
		case 'd':
			b = padded(b, int(n/uint64(types.TicksPerDay)), max(count, width(int(n/uint64(types.TicksPerDay)))))
		case 'h', 'H':
			b = padded(b, int(n/uint64(types.TicksPerHour)%24), count)
		case 'm':
			b = padded(b, int(n/uint64(types.TicksPerMinute)%60), count)
		case 's':
			b = padded(b, int(n/uint64(types.TicksPerSecond)%60), count)
		case 'f', 'F':
			b = appendFraction(b, int(n%uint64(types.TicksPerSecond)), count, letter == 'F')
		default:
			b = append(b, format[i:i+count]...)
		}
		i += count
	}
	return string(b)
}

func width(n int) int {
	w := 1
	for ; n >= 10; n /= 10 {
		w++
	}
	return w
}
