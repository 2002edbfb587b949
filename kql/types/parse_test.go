package types

import "testing"

func TestParseDateTime(t *testing.T) {
	tests := []struct{ text, want string }{
		{"2020-01-02", "2020-01-02T00:00:00.0000000Z"},
		{"2020-01-02 03:04", "2020-01-02T03:04:00.0000000Z"},
		{"2020-01-02T03:04:05.1234567Z", "2020-01-02T03:04:05.1234567Z"},
		{"2020-01-02T03:04:05+02:00", "2020-01-02T01:04:05.0000000Z"},
		{"2015.12.31", "2015-12-31T00:00:00.0000000Z"},
		{"12-02-2022", "2022-12-02T00:00:00.0000000Z"},
		{"12/31/2022 23:59", "2022-12-31T23:59:00.0000000Z"},
		{"2 Dec 2022", "2022-12-02T00:00:00.0000000Z"},
		{"Mon, 02 Jan 2006 15:04:05 GMT", "2006-01-02T15:04:05.0000000Z"},
		{"20221231", "2022-12-31T00:00:00.0000000Z"},
		{"13-01-2022", ""},
		{"yesterday", ""},
		{"0000-01-01", ""},
	}
	for _, test := range tests {
		ticks, ok := ParseDateTime(test.text)
		got := ""
		if ok {
			got = FormatDateTime(ticks)
		}
		if got != test.want {
			t.Errorf("ParseDateTime(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestParseTimeSpan(t *testing.T) {
	tests := []struct{ text, want string }{
		{"1d", "1.00:00:00"},
		{"1.5h", "01:30:00"},
		{"2", "2.00:00:00"},
		{"2 seconds", "00:00:02"},
		{"1tick", "00:00:00.0000001"},
		{"1.02:03:04.5", "1.02:03:04.5000000"},
		{"02:03", "02:03:00"},
		{"-1.02:03:04", "-1.02:03:04"},
		{"10min", "00:10:00"},
		{"1w", "?"},
		{"25:00", "?"},
		{"", "?"},
	}
	for _, test := range tests {
		ticks, ok := ParseTimeSpan(test.text)
		got := "?"
		if ok {
			got = FormatTimeSpan(ticks)
		}
		if got != test.want {
			t.Errorf("ParseTimeSpan(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestParseGUID(t *testing.T) {
	const want = "01234567-89ab-cdef-0123-456789abcdef"
	for _, text := range []string{"01234567-89AB-cdef-0123-456789abcdef", "{0123456789abcdef0123456789abcdef}"} {
		if got, ok := ParseGUID(text); !ok || got != want {
			t.Errorf("ParseGUID(%q) = %q, %v", text, got, ok)
		}
	}
	if _, ok := ParseGUID("xyz"); ok {
		t.Error("ParseGUID(xyz) is a guid")
	}
}
