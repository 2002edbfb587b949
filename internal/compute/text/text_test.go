package text

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/kql/types"
)

func TestPunycode(t *testing.T) {
	for _, test := range []struct{ plain, coded string }{
		{"bücher", "bcher-kva"},
		{"münchen", "mnchen-3ya"},
		{"éa", "a-9fa"},
		{"他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"},
		{"abc", "abc-"},
		{"a-b", "a-b-"},
		{"", ""},
	} {
		if got, ok := EncodePunycode(test.plain); !ok || got != test.coded {
			t.Errorf("EncodePunycode(%s) = %s, %v; want %s", test.plain, got, ok, test.coded)
		}
		if got, ok := DecodePunycode(test.coded); !ok || got != test.plain {
			t.Errorf("DecodePunycode(%s) = %s, %v; want %s", test.coded, got, ok, test.plain)
		}
	}
	for _, in := range []string{"é-a", "a-!", "99999999", "a-9"} {
		if got, ok := DecodePunycode(in); ok {
			t.Errorf("DecodePunycode(%s) = %s; want none", in, got)
		}
	}
}

func TestDomains(t *testing.T) {
	const plain, coded = "mail.bücher.contoso.com", "mail.xn--bcher-kva.contoso.com"
	if got, ok := EncodeDomain(plain); !ok || got != coded {
		t.Errorf("EncodeDomain(%s) = %s, %v; want %s", plain, got, ok, coded)
	}
	if got, ok := DecodeDomain(coded); !ok || got != plain {
		t.Errorf("DecodeDomain(%s) = %s, %v; want %s", coded, got, ok, plain)
	}
	if got, ok := DecodeDomain("xn--!.contoso.com"); ok {
		t.Errorf("DecodeDomain = %s; want none", got)
	}
}

func compressed(t *testing.T, open func(io.Writer) io.WriteCloser, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := open(&b)
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestDecompress(t *testing.T) {
	zipped := compressed(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, "Contoso ä")
	if got, err := Gunzip(zipped); got != "Contoso ä" || err != nil {
		t.Errorf("Gunzip = %q, %v", got, err)
	}
	deflated := compressed(t, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, "Contoso ä")
	if got, err := Inflate(deflated); got != "Contoso ä" || err != nil {
		t.Errorf("Inflate = %q, %v", got, err)
	}
	for _, in := range []string{"", "x", "aGVsbG8=", zipped[:len(zipped)-12], deflated} {
		if got, err := Gunzip(in); got != "" || err != nil {
			t.Errorf("Gunzip(%s) = %q, %v; want nothing", in, got, err)
		}
	}
	binary := compressed(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, "\xff\xfe")
	if got, err := Gunzip(binary); got != "" || err != nil {
		t.Errorf("Gunzip of what is no text = %q, %v", got, err)
	}
}

// A few bytes of evidence may not stand for more than memory holds; what is cut
// off is said, not shown as nothing.
func TestDecompressIsBounded(t *testing.T) {
	bomb := compressed(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, strings.Repeat("a", maxInflated+1))
	if got, err := Gunzip(bomb); !errors.Is(err, ErrInflated) {
		t.Errorf("Gunzip = %d bytes, %v; want ErrInflated", len(got), err)
	}
}

func ticks(t *testing.T, s string) int64 {
	t.Helper()
	n, ok := types.ParseDateTime(s)
	if !ok {
		t.Fatalf("%s is no datetime", s)
	}
	return n
}

func TestZones(t *testing.T) {
	zone, err := LoadZone("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ utc, local string }{
		{"2026-01-15 12:00:00.1234567", "2026-01-15 13:00:00.1234567"},
		{"2026-07-15 12:00", "2026-07-15 14:00"},
		{"2026-03-29 00:59:59.9999999", "2026-03-29 01:59:59.9999999"},
		{"2026-03-29 01:00", "2026-03-29 03:00"},
		{"2026-10-24 23:00", "2026-10-25 01:00"},
		{"2026-10-25 02:00", "2026-10-25 03:00"},
	} {
		if got, want := zone.ToLocal(ticks(t, test.utc)), ticks(t, test.local); got != want {
			t.Errorf("ToLocal(%s) = %s, want %s", test.utc, types.FormatDateTime(got), test.local)
		}
		if got, ok := zone.ToUTC(ticks(t, test.local)); !ok || got != ticks(t, test.utc) {
			t.Errorf("ToUTC(%s) = %s, %v; want %s", test.local, types.FormatDateTime(got), ok, test.utc)
		}
	}
	// The first moment of what the clocks skip is the change itself.
	if got, ok := zone.ToUTC(ticks(t, "2026-03-29 02:00")); !ok || got != ticks(t, "2026-03-29 01:00") {
		t.Errorf("ToUTC of the change = %s, %v", types.FormatDateTime(got), ok)
	}
	for _, local := range []string{"2026-03-29 02:30", "2026-10-25 02:00", "2026-10-25 02:30"} {
		if got, ok := zone.ToUTC(ticks(t, local)); ok {
			t.Errorf("ToUTC(%s) = %s; that time is skipped or shown twice", local, types.FormatDateTime(got))
		}
	}
	for _, name := range []string{"", "Local", "Contoso/Nowhere", "../etc/passwd"} {
		if _, err := LoadZone(name); err == nil {
			t.Errorf("LoadZone(%q) found one", name)
		}
	}
}

func TestAgents(t *testing.T) {
	agents, err := NewAgents()
	if err != nil {
		t.Fatal(err)
	}
	const firefox = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
	for _, test := range []struct {
		agent string
		parts []string
		want  string
	}{
		{firefox, []string{"browser"}, `{"Browser":{"Family":"Firefox","MajorVersion":"128","MinorVersion":"0","Patch":""}}`},
		{firefox, []string{"os", "device"}, `{"OperatingSystem":{"Family":"Ubuntu","MajorVersion":"","MinorVersion":"","Patch":"","PatchMinor":""},` +
			`"Device":{"Family":"Other","Brand":"","Model":""}}`},
		{`"}, "x": "`, []string{"Browser"}, `{"Browser":{"Family":"Other","MajorVersion":"","MinorVersion":"","Patch":""}}`},
	} {
		if got := agents.Parse(test.agent, test.parts); got != test.want {
			t.Errorf("Parse(%s, %v) = %s, want %s", test.agent, test.parts, got, test.want)
		}
	}
}
