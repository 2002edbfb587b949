package types

import (
	"fmt"
	"strings"
	"time"
)

// Ticks of 100 ns in common units.
const (
	TicksPerSecond int64 = 10_000_000
	TicksPerMinute       = 60 * TicksPerSecond
	TicksPerHour         = 60 * TicksPerMinute
	TicksPerDay          = 24 * TicksPerHour
)

// LastTick is the last instant that a datetime can be,
// 9999-12-31T23:59:59.9999999Z.
const LastTick int64 = 3_155_378_975_999_999_999

// unixEpoch is 1970-01-01 in ticks since 0001-01-01.
const unixEpoch int64 = 621_355_968_000_000_000

// TicksOf returns t in ticks since 0001-01-01 UTC; less than a tick is cut.
func TicksOf(t time.Time) int64 {
	return unixEpoch + t.Unix()*TicksPerSecond + int64(t.Nanosecond()/100)
}

// TimeOf returns the instant of a number of ticks since 0001-01-01, in UTC.
func TimeOf(ticks int64) time.Time {
	since := ticks - unixEpoch
	sec, rest := since/TicksPerSecond, since%TicksPerSecond
	if rest < 0 {
		sec, rest = sec-1, rest+TicksPerSecond
	}
	return time.Unix(sec, rest*100).UTC()
}

// FormatDateTime prints a datetime as Kusto's tostring does:
// 2020-01-01T00:00:00.0000000Z.
func FormatDateTime(ticks int64) string {
	return TimeOf(ticks).Format("2006-01-02T15:04:05.0000000Z")
}

// FormatTimeSpan prints a timespan as Kusto's tostring does:
// [-][d.]hh:mm:ss[.fffffff].
func FormatTimeSpan(ticks int64) string {
	var b strings.Builder
	n := uint64(ticks)
	if ticks < 0 {
		b.WriteByte('-')
		n = -n
	}
	if days := n / uint64(TicksPerDay); days > 0 {
		fmt.Fprintf(&b, "%d.", days)
	}
	n %= uint64(TicksPerDay)
	fmt.Fprintf(&b, "%02d:%02d:%02d", n/uint64(TicksPerHour), n/uint64(TicksPerMinute)%60, n/uint64(TicksPerSecond)%60)
	if frac := n % uint64(TicksPerSecond); frac > 0 {
		fmt.Fprintf(&b, ".%07d", frac)
	}
	return b.String()
}
