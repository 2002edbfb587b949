package ingest

import (
	"bytes"
	"cmp"
	"strings"
	"time"

	"github.com/conshelf/conshelf/kql/types"
)

// A dateOrder is how a file writes dates such as 3/4/2026.
type dateOrder int

const (
	orderUnknown dateOrder = iota // no value has decided; read as month first
	monthFirst
	dayFirst
	orderMixed // values contradict each other: such dates are not read
)

// A clock reads the times of one file, in one order of day and month, and
// notes what its dates say about that order.
type clock struct {
	order         dateOrder
	ambiguous     int64 // dates that either order could read
	saysMonth     bool  // a date that only month first can read
	saysDay       bool
	firstMonthDay string // such a date
	firstDayMonth string
}

// add adds what d has noted of later dates.
func (c *clock) add(d *clock) {
	c.ambiguous += d.ambiguous
	c.saysMonth = c.saysMonth || d.saysMonth
	c.saysDay = c.saysDay || d.saysDay
	c.firstMonthDay = cmp.Or(c.firstMonthDay, d.firstMonthDay)
	c.firstDayMonth = cmp.Or(c.firstDayMonth, d.firstDayMonth)
}

// verdict is the order that the file's dates call for.
func (c *clock) verdict() dateOrder {
	switch {
	case c.saysMonth && c.saysDay:
		return orderMixed
	case c.saysMonth:
		return monthFirst
	case c.saysDay:
		return dayFirst
	}
	return orderUnknown
}

// ticks reads a time in any of the forms that exports have. A time without a
// zone is UTC. What is smaller than a tick is cut.
func (c *clock) ticks(b []byte) (int64, bool) {
	b = bytes.TrimSpace(b)
	if n, ok := dotNetDate(b); ok {
		return n, true
	}
	p := timeParser{b: b, whole: true}
	if !p.date(c) {
		return 0, false
	}
	if !p.timeOfDay() || !p.zone() || p.i != len(b) {
		return 0, false
	}
	return p.ticks()
}

// isMangled tells whether b is 19:04.4, or 19:04,4: what a spreadsheet leaves of
// a time with fractions of a second.
func isMangled(b []byte) bool {
	minutes, rest, ok := bytes.Cut(b, []byte(":"))
	point := bytes.IndexAny(rest, ".,")
	if !ok || point < 0 {
		return false
	}
	seconds, fraction := rest[:point], rest[point+1:]
	return len(minutes) <= 2 && len(seconds) == 2 && len(fraction) <= 3 &&
		allDigits(minutes) && allDigits(seconds) && allDigits(fraction)
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return len(b) > 0
}

// dotNetDate reads /Date(1728344797000)/, which Windows PowerShell writes.
func dotNetDate(b []byte) (int64, bool) {
	b, ok := bytes.CutPrefix(b, []byte("/Date("))
	if !ok {
		return 0, false
	}
	if b, ok = bytes.CutSuffix(b, []byte(")/")); !ok {
		return 0, false
	}
	if n := bytes.LastIndexAny(b, "+-"); n > 0 {
		b = b[:n] // the zone says how to print the instant, not which it is
	}
	ms, ok := parseInt(b)
	if !ok || ms > 253402300799999 || ms < -62135596800000 {
		return 0, false
	}
	return types.TicksOf(time.UnixMilli(ms)), true
}

// A timeParser reads one time from left to right.
type timeParser struct {
	b                    []byte
	i                    int
	whole                bool // all of b must be the time
	year, month, day     int
	hour, minute, second int
	fraction             int64 // in ticks
	offset               int64 // of the zone, in ticks
}

func (p *timeParser) peek() byte {
	if p.i < len(p.b) {
		return p.b[p.i]
	}
	return 0
}

func (p *timeParser) accept(c byte) bool {
	if p.peek() != c || c == 0 {
		return false
	}
	p.i++
	return true
}

// number reads between least and most digits.
func (p *timeParser) number(n *int, least, most int) bool {
	start := p.i
	for *n = 0; p.i < len(p.b) && p.i-start < most && isDigit(p.b[p.i]); p.i++ {
		*n = *n*10 + int(p.b[p.i]-'0')
	}
	return p.i-start >= least && !isDigit(p.peek())
}

// date reads year-month-day, two numbers and a year, or Mar 4, 2026.
func (p *timeParser) date(c *clock) bool {
	if c := p.peek() | 0x20; 'a' <= c && c <= 'z' {
		return p.namedDate()
	}
	var first int
	start := p.i
	if !p.number(&first, 1, 4) {
		return false
	}
	digits := p.i - start
	separator := p.peek()
	if separator != '-' && separator != '/' && separator != '.' {
		return false
	}
	p.i++
	p.afterPoint(separator)
	var second, third int
	if !p.number(&second, 1, 2) || !p.accept(separator) {
		return false
	}
	p.afterPoint(separator)
	if digits == 4 {
		p.year, p.month = first, second
		if !p.number(&p.day, 1, 2) {
			return false
		}
		if separator == '.' { // in Korean and Hungarian the day has one too
			p.accept('.')
		}
		return true
	}
	if digits > 2 || !p.number(&third, 4, 4) {
		return false
	}
	p.year = third
	if separator == '.' { // nobody writes the month first with points
		p.day, p.month = first, second
		return true
	}
	return p.ordered(c, first, second)
}

// afterPoint passes the space that some cultures write behind the points of a
// date.
func (p *timeParser) afterPoint(separator byte) {
	if separator == '.' {
		p.blank()
	}
}

// namedDate reads a date whose month is named in English, as portals write it.
func (p *timeParser) namedDate() bool {
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	n := 0
	for n < len(p.b)-p.i && p.b[p.i+n]|0x20 >= 'a' && p.b[p.i+n]|0x20 <= 'z' {
		n++
	}
	if n != 3 {
		return false
	}
	at := strings.Index(names, strings.ToLower(string(p.b[p.i:p.i+3])))
	if p.i += 3; at < 0 || at%3 != 0 {
		return false
	}
	p.month = at/3 + 1
	if !p.blank() || !p.number(&p.day, 1, 2) {
		return false
	}
	p.accept(',')
	return p.blank() && p.number(&p.year, 4, 4)
}

func (p *timeParser) ordered(c *clock, first, second int) bool {
	p.month, p.day = first, second
	switch {
	case first > 12 && second > 12:
		return false
	case first > 12:
		c.note(&c.saysDay, &c.firstDayMonth, p.b)
		p.day, p.month = first, second
	case second > 12:
		c.note(&c.saysMonth, &c.firstMonthDay, p.b)
	case first == second:
	default:
		c.ambiguous++
		if c.order == orderMixed {
			return false
		}
		if c.order == dayFirst {
			p.day, p.month = first, second
		}
	}
	return true
}

// learn notes what a date says about the order when its instant is known from
// elsewhere, to the day.
func (c *clock) learn(b []byte, instant int64) {
	if c.saysMonth || c.saysDay {
		return
	}
	b = bytes.TrimSpace(b)
	month, day := fits(b, monthFirst, instant), fits(b, dayFirst, instant)
	switch {
	case month && !day:
		c.note(&c.saysMonth, &c.firstMonthDay, b)
	case day && !month:
		c.note(&c.saysDay, &c.firstDayMonth, b)
	}
}

// fits tells whether the date of b, read in an order, is within a day of an
// instant: the zone may be another.
func fits(b []byte, order dateOrder, instant int64) bool {
	p := timeParser{b: b}
	c := clock{order: order}
	if !p.date(&c) {
		return false
	}
	days := daysBefore(p.year, p.month, p.day) - instant/types.TicksPerDay
	return -1 <= days && days <= 1
}

func (c *clock) note(says *bool, example *string, b []byte) {
	if !*says {
		*says, *example = true, string(b[:min(len(b), 32)])
	}
}

// timeOfDay reads the time, if there is one.
func (p *timeParser) timeOfDay() bool {
	if p.i == len(p.b) {
		return true
	}
	p.accept(',')
	if !p.accept('T') && !p.accept('t') && !p.blank() {
		return false
	}
	for p.blank() {
	}
	afternoon, halved := p.halfBefore()
	if !p.number(&p.hour, 1, 2) {
		return false
	}
	colon := p.peek()
	if colon != '.' { // which some cultures write instead
		colon = ':'
	}
	if !p.accept(colon) || !p.number(&p.minute, 2, 2) {
		return false
	}
	if colon == '.' && p.peek() != colon {
		return false // what might be minutes might be a fraction
	}
	if p.accept(colon) {
		if !p.number(&p.second, 2, 2) || !p.fractions() {
			return false
		}
	}
	if halved {
		return p.inHalf(afternoon)
	}
	return p.halfOfDay()
}

// halfBefore passes the half of the day that Chinese, Korean and Japanese write
// before the hour.
func (p *timeParser) halfBefore() (afternoon, ok bool) {
	for n, word := range []string{"上午", "오전", "午前", "下午", "오후", "午後"} {
		if bytes.HasPrefix(p.b[p.i:], []byte(word)) {
			p.i += len(word)
			for p.blank() {
			}
			return n >= 3, true
		}
	}
	return false, false
}

// blank passes one space, of which some versions of Windows have a narrow one.
func (p *timeParser) blank() bool {
	for _, space := range []string{" ", "\u202F", "\u00A0"} {
		if bytes.HasPrefix(p.b[p.i:], []byte(space)) {
			p.i += len(space)
			return true
		}
	}
	return false
}

// fractions reads what is smaller than a second, behind a point, or behind the
// comma that most of the portal's languages have there. In a longer text a comma
// may as well be the sentence's.
func (p *timeParser) fractions() bool {
	if !p.accept('.') && (!p.whole || !p.accept(',')) {
		return true
	}
	start := p.i
	for unit := types.TicksPerSecond / 10; isDigit(p.peek()); p.i++ {
		p.fraction += int64(p.b[p.i]-'0') * unit
		unit /= 10
	}
	return p.i > start
}

// halfOfDay reads AM or PM, if there is one.
func (p *timeParser) halfOfDay() bool {
	start := p.i
	for p.blank() {
	}
	if c := p.peek() | 0x20; c != 'a' && c != 'p' {
		p.i = start
		return true
	}
	afternoon, ok := p.half()
	if !ok {
		p.i = start
		return true
	}
	return p.inHalf(afternoon)
}

// inHalf makes the hour one of twenty-four.
func (p *timeParser) inHalf(afternoon bool) bool {
	if p.hour < 1 || p.hour > 12 {
		return false
	}
	p.hour %= 12
	if afternoon {
		p.hour += 12
	}
	return true
}

// half passes AM, pm, a.m. or p. m., and tells which half of the day it is.
func (p *timeParser) half() (afternoon, ok bool) {
	rest := p.b[p.i:]
	for _, form := range []string{"am", "a.m.", "a. m.", "a.\u00A0m.", "a.\u202Fm."} {
		if len(rest) < len(form) || !strings.EqualFold(string(rest[1:len(form)]), form[1:]) {
			continue
		}
		if c := rest[0] | 0x20; c == 'a' || c == 'p' {
			p.i += len(form)
			return c == 'p', true
		}
	}
	return false, false
}

// zone reads Z, UTC, or an offset such as +01:00.
func (p *timeParser) zone() bool {
	for p.blank() {
	}
	if p.accept('Z') || p.accept('z') || p.i == len(p.b) {
		return true
	}
	if rest := string(p.b[p.i:]); rest == "UTC" || rest == "GMT" {
		p.i = len(p.b)
		return true
	}
	sign := int64(1)
	if p.accept('-') {
		sign = -1
	} else if !p.accept('+') {
		return false
	}
	hours, minutes := 0, 0
	if !p.zoneNumber(&hours) {
		return false
	}
	if p.accept(':') || isDigit(p.peek()) {
		if !p.zoneNumber(&minutes) {
			return false
		}
	}
	p.offset = sign * (int64(hours)*types.TicksPerHour + int64(minutes)*types.TicksPerMinute)
	return hours <= 14 && minutes < 60
}

func (p *timeParser) zoneNumber(n *int) bool {
	if p.i+2 > len(p.b) || !isDigit(p.b[p.i]) || !isDigit(p.b[p.i+1]) {
		return false
	}
	*n = int(p.b[p.i]-'0')*10 + int(p.b[p.i+1]-'0')
	p.i += 2
	return true
}

// ticks puts the parts together, if they are a time.
func (p *timeParser) ticks() (int64, bool) {
	if p.year < 1 || p.month < 1 || p.month > 12 || p.day < 1 || p.day > daysIn(p.year, p.month) {
		return 0, false
	}
	if p.hour > 23 || p.minute > 59 || p.second > 59 {
		return 0, false
	}
	n := daysBefore(p.year, p.month, p.day)*types.TicksPerDay +
		int64(p.hour)*types.TicksPerHour + int64(p.minute)*types.TicksPerMinute +
		int64(p.second)*types.TicksPerSecond + p.fraction - p.offset
	return n, n >= 0 && n < daysBefore(10000, 1, 1)*types.TicksPerDay
}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	}
	return 31
}

// daysBefore counts the days from 0001-01-01 to a date.
func daysBefore(year, month, day int) int64 {
	y := int64(year - 1)
	days := y*365 + y/4 - y/100 + y/400
	for m := 1; m < month; m++ {
		days += int64(daysIn(year, m))
	}
	return days + int64(day-1)
}
