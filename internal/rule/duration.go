package rule

import (
	"regexp"
	"strconv"
	"time"
)

const day = 24 * time.Hour

var (
	shortDuration = regexp.MustCompile(`^([0-9]{1,4})([mhd])$`)
	isoDuration   = regexp.MustCompile(`^P(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,7})M)?)?$`)
)

// parseDuration reads a time as Sentinel's rules write it, 5m, 1h or 14d, or
// as its API does, PT5M or P14D.
func parseDuration(text string) (time.Duration, bool) {
	if m := shortDuration.FindStringSubmatch(text); m != nil {
		unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": day}[m[2]]
		return times(m[1], unit), true
	}
	m := isoDuration.FindStringSubmatch(text)
	if m == nil || m[1]+m[2]+m[3] == "" || text[len(text)-1] == 'T' {
		return 0, false
	}
	return times(m[1], day) + times(m[2], time.Hour) + times(m[3], time.Minute), true
}

// times returns that many units; digits is empty or short enough to fit.
func times(digits string, unit time.Duration) time.Duration {
	n, _ := strconv.Atoi(digits) // '' is none
	return time.Duration(n) * unit
}
