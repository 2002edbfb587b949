package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/incident"
)

// A timeFlag is --from or --to as written: RFC 3339, a date, or a span before
// the end of the evidence such as -7d.
type timeFlag string

// resolve returns the instant that the flag means; end is the end of the
// evidence. An empty flag is the zero time.
func (f timeFlag) resolve(name string, end time.Time) (time.Time, error) {
	text := string(f)
	if text == "" {
		return time.Time{}, nil
	}
	if before, ok := strings.CutPrefix(text, "-"); ok {
		d, err := span(before)
		if err != nil || end.IsZero() {
			return time.Time{}, usagef("--%s %s: want a number and d, h or m, such as -7d, and evidence that has times", name, text)
		}
		return end.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usagef("--%s %s: want RFC 3339 (2026-03-01T08:00:00Z), a date (2026-03-01) or a span before the end of the evidence (-7d)", name, text)
}

func span(text string) (time.Duration, error) {
	units := map[byte]time.Duration{'d': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute}
	if text == "" {
		return 0, strconv.ErrSyntax
	}
	unit, ok := units[text[len(text)-1]]
	if !ok {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 32)
	return time.Duration(n) * unit, err
}

// window resolves both flags against the end of the evidence.
func window(from, to timeFlag, end time.Time) (incident.Window, error) {
	f, err := from.resolve("from", end)
	if err != nil {
		return incident.Window{}, err
	}
	t, err := to.resolve("to", end)
	if err != nil {
		return incident.Window{}, err
	}
	if !f.IsZero() && !t.IsZero() && !f.Before(t) {
		return incident.Window{}, usagef("--from %s is not before --to %s", from, to)
	}
	return incident.Window{From: f, To: t}, nil
}
