package rule

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// Beyond says in what the rule is beyond what Sentinel takes. It is empty for
// a rule that Sentinel would deploy.
func (r *Rule) Beyond() []string {
	var wrong []string
	say := func(is bool, format string, args ...any) {
		if is {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	most := func(what, text string, limit int) {
		size := utf8.RuneCountInString(text)
		say(size > limit, "%s has %d characters; Sentinel allows %d", what, size, limit)
	}
	most("name", r.Name, 256)
	most("description", r.Description, 5000)
	most("query", r.Query, 10000)
	say(r.Query == "", "the query is empty")
	say(len(r.Entities) > 10, "there are %d entity mappings; Sentinel allows 10", len(r.Entities))
	for _, m := range r.Entities {
		say(len(m.Fields) > 3, "the mapping of %s has %d fields; Sentinel allows 3", m.Type, len(m.Fields))
	}
	say(len(r.Details) > 20, "there are %d custom details; Sentinel allows 20", len(r.Details))
	if r.Kind == Scheduled {
		wrong = append(wrong, r.schedule()...)
	}
	return wrong
}

// schedule says what Sentinel does not take of a schedule.
func (r *Rule) schedule() []string {
	var wrong []string
	if r.Frequency < 5*time.Minute || r.Frequency > 14*day {
		wrong = append(wrong, fmt.Sprintf("queryFrequency is %s; it is between 5m and 14d", shortDurationOf(r.Frequency)))
	}
	if r.Period < 5*time.Minute || r.Period > 14*day {
		wrong = append(wrong, fmt.Sprintf("queryPeriod is %s; it is between 5m and 14d", shortDurationOf(r.Period)))
	}
	if r.Period >= 2*day && r.Frequency < time.Hour {
		wrong = append(wrong, "a queryPeriod of 2d or more needs a queryFrequency of 1h or more")
	}
	return wrong
}

// shortDurationOf writes a time as Sentinel's YAML does, in whole minutes.
func shortDurationOf(d time.Duration) string {
	switch {
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", (d+time.Minute-1)/time.Minute)
}
