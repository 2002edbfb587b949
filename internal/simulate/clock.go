package simulate

import "time"

// An instant is a moment in ticks of 100 ns since 1970, the finest that
// Microsoft's logs write.
type instant int64

const (
	second instant = 10_000_000
	minute         = 60 * second
	hour           = 60 * minute
	day            = 24 * hour
	never  instant = 1<<63 - 1
)

func instantOf(t time.Time) instant {
	return instant(t.Unix())*second + instant(t.Nanosecond()/100)
}

func (i instant) time() time.Time {
	return time.Unix(int64(i/second), int64(i%second)*100).UTC()
}

// between returns an instant in [low, high).
func (d *dice) between(low, high instant) instant {
	return instant(d.span(int64(low), int64(high)))
}

// calendar writes instants. It remembers the last day it wrote, since logs are
// written in order.
type calendar struct {
	day  instant
	date []byte // 2026-03-17
	us   []byte // 3/17/2026
}

func (c *calendar) turn(i instant) {
	today := i - i%day
	if c.date != nil && c.day == today {
		return
	}
	t := today.time()
	c.day = today
	c.date = t.AppendFormat(c.date[:0], "2006-01-02")
	c.us = t.AppendFormat(c.us[:0], "1/2/2006")
}

// seconds appends 2026-03-17T08:05:09.
func (c *calendar) seconds(b []byte, i instant) []byte {
	c.turn(i)
	b = append(b, c.date...)
	b = append(b, 'T')
	s := int(i % day / second)
	return appendClock(b, s/3600, s)
}

// ticks appends 2026-03-17T08:05:09.1234567.
func (c *calendar) ticks(b []byte, i instant) []byte {
	b = append(c.seconds(b, i), '.')
	return appendDigits(b, int(i%second), 7)
}

// american appends 3/17/2026 8:05:09 AM, with sep after the date and the
// fraction, if any, after the seconds.
func (c *calendar) american(b []byte, i instant, sep string, millis bool) []byte {
	c.turn(i)
	b = append(b, c.us...)
	b = append(b, sep...)
	s := int(i % day / second)
	clock := len(b)
	b = appendClock(b, (s/3600+11)%12+1, s)
	if b[clock] == '0' {
		b = append(b[:clock], b[clock+1:]...)
	}
	if millis {
		b = append(b, '.')
		b = appendDigits(b, int(i%second/10_000), 3)
	}
	if s < 12*3600 {
		return append(b, " AM"...)
	}
	return append(b, " PM"...)
}

func appendClock(b []byte, hours, seconds int) []byte {
	b = appendDigits(b, hours, 2)
	b = append(b, ':')
	b = appendDigits(b, seconds/60%60, 2)
	b = append(b, ':')
	return appendDigits(b, seconds%60, 2)
}

func appendDigits(b []byte, n, width int) []byte {
	at := len(b)
	for range width {
		b = append(b, '0')
	}
	for i := at + width - 1; n > 0 && i >= at; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}
