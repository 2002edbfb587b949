package types

import (
	"math"
	"testing"
)

func TestString(t *testing.T) {
	for _, test := range []struct {
		value Value
		want  string
	}{
		{NewBool(true), "True"},
		{NewBool(false), "False"},
		{NewLong(math.MinInt64), "-9223372036854775808"},
		{NewReal(1), "1"},
		{NewReal(-0.5), "-0.5"},
		{NewReal(1e14), "100000000000000"},
		{NewReal(1e15), "1E+15"},
		{NewReal(1e20), "1E+20"},
		{NewReal(1e-4), "0.0001"},
		{NewReal(1e-5), "1E-05"}, // .NET: fixed-point only where the exponent is greater than -5
		{NewReal(1e-7), "1E-07"},
		{NewReal(math.NaN()), "NaN"},
		{NewReal(math.Inf(-1)), "-Infinity"},
		{NewDynamic(`"a\"b\u00e5\ud83d\ude00"`), `a"bå😀`},
		{NewDynamic(`{"a":1}`), `{"a":1}`},
		{NewDynamic(`true`), `true`},
		{NewDynamic(`null`), ``},
		{Null(Long), ""},
		{NewDateTime(0), "0001-01-01T00:00:00.0000000Z"},
		{NewDateTime(637134336001234567), "2020-01-01T00:00:00.1234567Z"},
		{NewTimeSpan(TicksPerDay), "1.00:00:00"},
		{NewTimeSpan(-(TicksPerDay + 2*TicksPerHour + 3*TicksPerMinute + 4*TicksPerSecond)), "-1.02:03:04"},
		{NewTimeSpan(5), "00:00:00.0000005"},
	} {
		if got := test.value.String(); got != test.want {
			t.Errorf("%+v prints %q, want %q", test.value, got, test.want)
		}
	}
}

func TestTimeRoundTrip(t *testing.T) {
	for _, ticks := range []int64{0, 1, 637134336001234567, 3155378975999999999} {
		if got := TicksOf(TimeOf(ticks)); got != ticks {
			t.Errorf("%d ticks come back as %d", ticks, got)
		}
	}
}

func TestAppendJSON(t *testing.T) {
	for _, test := range []struct {
		value Value
		want  string
	}{
		{NewString("a\"\x1b\n"), `"a\"\u001b\n"`},
		{NewReal(2), "2.0"},
		{NewReal(math.NaN()), `"NaN"`},
		{NewBool(true), "true"},
		{NewDynamic(`[1]`), `[1]`},
		{Null(Dynamic), "null"},
		{NewTimeSpan(TicksPerHour), `"01:00:00"`},
	} {
		if got := string(test.value.AppendJSON(nil)); got != test.want {
			t.Errorf("%+v is %s in JSON, want %s", test.value, got, test.want)
		}
	}
}
