package builtin

// datetimes are the functions of datetime and timespan.
func datetimes() []Function {
	return []Function{
		{Name: "now", Signatures: sigs(sig(instant, span).optional(1)), Replaced: true, Doc: "The instant the query is asked at, moved by an offset.", Traps: []string{"one value for the whole query"}},
		{Name: "ago", Signatures: sigs(sig(instant, span)), Replaced: true, Doc: "The instant that long before now."},
		{
			Name: "bin", Column: FirstArg, Doc: "Rounds down to a multiple of the second argument.",
			Signatures: sigs(sig(long, long, long), sig(double, double, double), sig(decimal, decimal, decimal), sig(instant, instant, span), sig(span, span, span)),
			Traps:      []string{"weeks start on Monday: bins of a datetime count from 0001-01-01", "negative numbers are rounded down too", "a bin that is not positive gives null"},
		},
		alias("floor", "bin"),
		{
			Name: "bin_at", Column: FirstArg, Doc: "Rounds down to a multiple of the second argument, counted from the third.",
			Signatures: sigs(sig(long, long, long, long), sig(double, double, double, double), sig(instant, instant, span, instant), sig(span, span, span, span)),
		},
		{Name: "datetime_add", Signatures: sigs(sig(instant, text, long, instant)), Constant: []int{0}, Doc: "The datetime moved by that many of a unit."},
		{Name: "datetime_diff", Signatures: sigs(sig(long, text, instant, instant)), Constant: []int{0}, Doc: "The boundaries of a unit between two datetimes, first minus second.", Traps: []string{"it counts boundaries crossed, not whole units"}},
		{Name: "datetime_part", Signatures: sigs(sig(integer, text, instant)), Constant: []int{0}, Doc: "A unit of a datetime."},
		{Name: "datetime_local_to_utc", Signatures: sigs(sig(instant, instant, text)), Doc: "The UTC of a local datetime of a time zone."},
		{Name: "datetime_utc_to_local", Signatures: sigs(sig(instant, instant, text)), Doc: "The local datetime of a time zone."},
		{Name: "format_datetime", Column: FirstArg, Signatures: sigs(sig(text, instant, text)), Doc: "The datetime in a format of y M d H h m s f F t."},
		{Name: "format_timespan", Column: FirstArg, Signatures: sigs(sig(text, span, text)), Doc: "The timespan in a format of d h m s f F."},
		{Name: "make_datetime", Signatures: sigs(
			sig(instant, long, long, long, long, long, double).optional(1), sig(instant, long, long, long),
			sig(instant, text)), Doc: "The datetime of its parts, or null if there is none."},
		{Name: "make_timespan", Signatures: sigs(sig(span, long, long, double).optional(1), sig(span, long, long, long, double)), Doc: "The timespan of its parts, or null if there is none."},
		{Name: "unixtime_seconds_todatetime", Signatures: sigs(sig(instant, long), sig(instant, double)), Doc: "The datetime of seconds since 1970."},
		{Name: "unixtime_milliseconds_todatetime", Signatures: sigs(sig(instant, long), sig(instant, double)), Doc: "The datetime of milliseconds since 1970."},
		{Name: "unixtime_microseconds_todatetime", Signatures: sigs(sig(instant, long), sig(instant, double)), Doc: "The datetime of microseconds since 1970."},
		{Name: "unixtime_nanoseconds_todatetime", Signatures: sigs(sig(instant, long), sig(instant, double)), Doc: "The datetime of nanoseconds since 1970."},
		{
			Name: "ingestion_time", Replaced: true, Signatures: sigs(sig(instant)), Doc: "When the row was taken in; in a plan, the columns that stand for it.",
			Traps: []string{"evidence does not record it: _TimeReceived stands for it, or TimeGenerated"},
		},
	}
}

// timeUnits are the functions that find a part of a datetime, or the start or
// end of one.
func timeUnits() []Function {
	list := []Function{
		{Name: "hourofday", Signatures: sigs(sig(integer, instant)), Doc: "The hour, 0 to 23."},
		{Name: "dayofmonth", Signatures: sigs(sig(integer, instant)), Doc: "The day of the month, from 1."},
		{Name: "dayofyear", Signatures: sigs(sig(integer, instant)), Doc: "The day of the year, from 1."},
		{Name: "dayofweek", Signatures: sigs(sig(span, instant)), Doc: "The days since Sunday.", Traps: []string{"the result is a timespan: 1.00:00:00 is Monday"}},
		{Name: "monthofyear", Signatures: sigs(sig(integer, instant)), Doc: "The month, from 1."},
		{Name: "week_of_year", Signatures: sigs(sig(integer, instant)), Doc: "The week of the year, as ISO 8601 counts."},
		{Name: "getyear", Signatures: sigs(sig(integer, instant)), Doc: "The year."},
		alias("getmonth", "monthofyear"),
		alias("weekofyear", "week_of_year"),
	}
	for _, unit := range []string{"day", "week", "month", "year"} {
		list = append(list,
			Function{Name: "startof" + unit, Column: startName(unit), Signatures: sigs(sig(instant, instant, long).optional(1)), Doc: "The start of the " + unit + ", moved by that many.", Traps: weekTrap(unit)},
			Function{Name: "endof" + unit, Signatures: sigs(sig(instant, instant, long).optional(1)), Doc: "The last tick of the " + unit + ", moved by that many.", Traps: weekTrap(unit)})
	}
	return list
}

func weekTrap(unit string) []string {
	if unit != "week" {
		return nil
	}
	return []string{"a week starts on Sunday, though bin(t, 7d) starts on Monday"}
}

// startName is how startof<unit> names a column: only startofday does.
func startName(unit string) NameRule {
	if unit == "day" {
		return FirstArg
	}
	return NoName
}
