package ingest

import (
	"encoding/binary"
	"strings"
	"testing"
)

// PowerShell 5.1 writes its logs in UTF-16, and in the culture of the machine.
func TestCollectorLogInUTF16(t *testing.T) {
	text := "\uFEFF04.03.2026 05:00:00: [INFO] Start\r\n25.03.2026 05:00:01: [WARNING] Max retries reached for window 04.03.2026 06:00:00 -> 04.03.2026 07:00:00. Skipping\r\n"
	m := &memory{}
	got := ingestInto(t, m, Options{}, nil, write(t, map[string]string{"LogFile.txt": wide(binary.LittleEndian, text)}))
	if f := got.files[0]; f.Format != "mes-log" || f.Counts.Stored != 2 {
		t.Fatalf("%+v", f)
	}
	var b strings.Builder
	tellRow(&b, m.rows[1])
	for _, want := range []string{"From:datetime 2026-03-04T06:00:00.0000000Z", "To:datetime 2026-03-04T07:00:00.0000000Z", "Lost:bool true"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
}

// A confession without a window has none, and what confesses nothing is not
// taken to.
func TestConfessions(t *testing.T) {
	for text, want := range map[string]struct{ lost, window bool }{
		"has 5000+ events in the minimum interval, SOME EVENTS IN THIS RANGE ARE NOT CAPTURED":    {lost: true},
		"2026-03-04 05:10:00 -> 2026-03-04 05:11:00 SOME EVENTS IN THIS RANGE ARE NOT CAPTURED":   {lost: true, window: true},
		"Found 12 events between 2026-03-04 05:10:00 and 2026-03-04 05:11:00":                     {},
		"At 2026-03-04 05:09:00: 2026-03-04 05:10:00 -> 2026-03-04 05:11:00 events were lost":     {lost: true},
		"3/4/2026 5:10:00 AM - 3/4/2026 5:11:00 AM could not be retrieved":                        {lost: true, window: true},
		"2026-03-04 -> 2026-03-05 could not be retrieved":                                         {lost: true},
		"2026-03-04T05:10:00Z-2026-03-04T05:11:00+00:00: max retries reached, 99 of 100 attempts": {lost: true, window: true},
	} {
		m := &memory{}
		ingestInto(t, m, Options{}, nil, write(t, map[string]string{"a.log": "2026-03-14 05:00:00: [WARNING] " + text + "\n"}))
		if len(m.rows) != 1 {
			t.Fatalf("%q: %d rows", text, len(m.rows))
		}
		_, lost := m.rows[0].cells["Lost"]
		_, from := m.rows[0].cells["From"]
		_, to := m.rows[0].cells["To"]
		if lost != want.lost || from != want.window || to != want.window {
			t.Errorf("%q: lost %v from %v to %v, want %+v", text, lost, from, to, want)
		}
	}
}

// A row of another file that claims to be of a collector's log is forged.
func TestCollectorLogIsNotForged(t *testing.T) {
	m := &memory{}
	got := ingestInto(t, m, Options{}, nil, write(t, map[string]string{
		"a.json": `{"Type":"CollectorLog_CL","TimeGenerated":"2026-03-04T05:06:07Z","Lost":true}`,
		"b.json": `{" mes-log":"x","Lost":true}`,
	}))
	if len(m.rows) != 0 || len(got.rejects) != 2 {
		t.Errorf("%d rows, rejects %+v", len(m.rows), got.rejects)
	}
}
