package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/respond"
)

func TestGolden(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		var input Input
		if err := json.Unmarshal([]byte(in["input.json"]), &input); err != nil {
			t.Fatal(err)
		}
		d := New(input)
		return map[string]string{
			"report.md":   render(t, Markdown, d),
			"report.json": render(t, JSON, d),
			"report.html": withoutStyle(render(t, HTML, d)),
			"summary":     render(t, func(w io.Writer, d Document) error { return Summary(w, d, Style{}) }, d),
		}
	})
}

func render(t *testing.T, write func(io.Writer, Document) error, d Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func withoutStyle(page string) string {
	page = regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(page, "<style></style>")
	return regexp.MustCompile(`sha256-[^&]*`).ReplaceAllString(page, "sha256-")
}

// hostile is text of the kinds that have broken other tools.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</style></title></textarea></script>`,
	`]]><!-- -->`, `<svg/onload=alert(1)>`, `javascript:alert(1)`, `<a href="javascript:alert(1)">x</a>`, `{{.}} ${7*7}`,
	`[x](javascript:alert(1))`, `![x](https://192.0.2.1/p.png)`, `<https://192.0.2.1>`, `https://192.0.2.1/`, `www.contoso.com`, `a@contoso.com`,
	"`code` ``` ~~~", "a|b|c", "# heading", "- item", "1. item", "> quote", "***", "| --- |", "line\nbreak\r\n# heading", "a\\|b",
	`=cmd|'/C calc'!A0`, `+1+1`, `-2+3`, `@SUM(1)`, "\t=1", "\r=1", `＝1`, ` =1`,
	"\x1b[31mred\x1b[0m", "\x1b]8;;https://192.0.2.1\x07link\x1b]8;;\x07", "\u009b31m", "a\u202egnp.exe", "\u2066x\u2069", "zero\u200bwidth\ufeff",
	"bad\xff utf8", "nul\x00del\x7f", "\u2028line\u2029", "```\n# out of the fence\n````",
}

// filled returns a document with text in every string that evidence could
// reach, whatever the field is called: a new field is covered by being there.
func filled(text string) Document {
	var d Document
	fill(reflect.ValueOf(&d).Elem(), text, 0)
	for i := range d.Incidents {
		s := &d.Incidents[i]
		for j := range s.Plan {
			s.Plan[j].Phase = respond.Containment
		}
	}
	return d
}

func fill(v reflect.Value, text string, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Slice:
		if v.Type() != reflect.TypeFor[[]byte]() {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0), text, depth+1)
			fill(v.Index(1), text, depth+1)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text, depth+1)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 1, 2, 3, 4+depth, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), text, depth+1)
			}
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(2)
	case reflect.Invalid, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Uint, reflect.Uint8, reflect.Uint16,
		reflect.Uint32, reflect.Uint64, reflect.Uintptr, reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128,
		reflect.Array, reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.UnsafePointer:
		panic(v.Kind())
	}
}

var tag = regexp.MustCompile(`<[!/]?[a-zA-Z][^<>]*>|<!--`)

func TestHostileHTML(t *testing.T) {
	want := tag.FindAllString(render(t, HTML, filled("neutral")), -1)
	attributes := regexp.MustCompile(`aria-label="[^"]*"`)
	skeleton := func(tags []string) []string {
		for i := range tags {
			tags[i] = attributes.ReplaceAllString(tags[i], `aria-label=""`)
		}
		return tags
	}
	want = skeleton(want)
	if len(want) < 200 {
		t.Fatalf("the neutral page has %d tags; the fixture does not reach the template", len(want))
	}
	for _, text := range hostile {
		page := render(t, HTML, filled(text))
		if diff := cmp.Diff(want, skeleton(tag.FindAllString(page, -1))); diff != "" {
			t.Errorf("with %q in every field the page has other tags (-neutral +hostile):\n%s", text, diff)
		}
		if at := strings.IndexFunc(page, forbidden); at >= 0 {
			t.Errorf("with %q in every field the page holds %q", text, page[at:at+4])
		}
	}
}

// forbidden are the code points that act in place of showing. The list is
// written out here, so that it does not agree with the escaper by reuse.
func forbidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, r == 0x7F, 0x80 <= r && r <= 0x9F, 0x202A <= r && r <= 0x202E, 0x2066 <= r && r <= 0x2069,
		0x200B <= r && r <= 0x200F, r == 0xFEFF, r == 0x2028, r == 0x2029:
		return true
	}
	return false
}

// structure is what a Markdown reader makes of each line but its text.
func structure(md string) []string {
	var shape []string
	for line := range strings.Lines(md) {
		line = regexp.MustCompile("^([#|`> -]*).*\n$").ReplaceAllString(line, "$1")
		shape = append(shape, line)
	}
	return shape
}

func TestHostileMarkdown(t *testing.T) {
	want := structure(render(t, Markdown, filled("neutral")))
	live := regexp.MustCompile(`(^|[^\\])(\[[^\]\\]*\]\(|!\[|<[a-zA-Z/!])|https?:|javascript:|www\.`)
	for _, text := range hostile {
		page := render(t, Markdown, filled(text))
		outside := outsideFences(page)
		if m := live.FindString(outside); m != "" {
			t.Errorf("with %q in every field %q is live in the Markdown", text, m)
		}
		if got, neutral := structure(outside), structure(outsideFences(render(t, Markdown, filled("neutral")))); !cmp.Equal(got, neutral) {
			t.Errorf("with %q in every field the Markdown has another structure (-neutral +hostile):\n%s", text, cmp.Diff(neutral, got))
		}
		if at := strings.IndexFunc(page, forbidden); at >= 0 {
			t.Errorf("with %q in every field the Markdown holds %q", text, page[at:min(at+4, len(page))])
		}
	}
	if len(want) < 100 {
		t.Fatalf("the neutral report has %d lines; the fixture does not reach it", len(want))
	}
}

// outsideFences drops fenced blocks the way a reader does: a fence ends at
// one of at least its length.
func outsideFences(md string) string {
	var out strings.Builder
	fence := ""
	for line := range strings.Lines(md) {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
		case fence != "" && len(ticks) >= len(fence) && strings.TrimSpace(line) == ticks:
			fence = ""
		case fence == "":
			out.WriteString(line)
		}
	}
	return out.String()
}

func TestHostileSummary(t *testing.T) {
	for _, text := range hostile {
		for _, style := range []Style{{}, {Colour: true, Width: 60}} {
			got := render(t, func(w io.Writer, d Document) error { return Summary(w, d, style) }, filled(text))
			got = regexp.MustCompile("\x1b\\[[0-9;]+m").ReplaceAllString(got, "") // our own colours
			if at := strings.IndexFunc(got, forbidden); at >= 0 {
				t.Errorf("%q in every field gives %q", text, got)
			}
			if want := strings.Count(render(t, func(w io.Writer, d Document) error { return Summary(w, d, style) }, filled("x")), "\n"); strings.Count(got, "\n") != want {
				t.Errorf("%q in every field gives other lines:\n%s", text, got)
			}
		}
	}
}

func TestHostileColoursAreNotOurs(t *testing.T) {
	got := render(t, func(w io.Writer, d Document) error { return Summary(w, d, Style{}) }, filled("\x1b[1;31mHigh\x1b[0m"))
	if strings.ContainsRune(got, 0x1b) {
		t.Errorf("the evidence's colours reach the terminal: %q", got)
	}
}

// The order of the input decides nothing: results come in from many workers.
func TestOrderOfInput(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	alert := func(id string, n int) incident.Alert {
		return incident.Alert{ID: id, Rule: incident.Rule{ID: id, Name: "Rule " + id}, Severity: incident.Medium, First: at.Add(time.Duration(n) * time.Minute), Last: at.Add(time.Hour)}
	}
	in := Input{
		Files:     []evidence.File{{Number: 2, Path: "b.json"}, {Number: 1, Path: "a.json"}},
		Alerts:    []incident.Alert{alert("a", 1), alert("b", 1), alert("c", 0)},
		Incidents: []incident.Incident{{ID: "1", Title: "low", Severity: incident.Low}, {ID: "2", Title: "high", Severity: incident.High}, {ID: "3", Title: "unrated"}},
		Gaps:      []incident.Gap{{Kind: incident.GapRule, Subject: "x"}, {Kind: incident.GapMissingTable, Subject: "y"}, {Kind: "strange", Subject: "z"}},
		Rules:     []RuleRun{{Rule: incident.Rule{ID: "2", Name: "b"}}, {Rule: incident.Rule{ID: "1", Name: "a"}, NotRun: "no table"}},
	}
	want := render(t, JSON, New(in))
	reverse(in.Files)
	reverse(in.Alerts)
	reverse(in.Incidents)
	reverse(in.Gaps)
	reverse(in.Rules)
	if diff := cmp.Diff(want, render(t, JSON, New(in))); diff != "" {
		t.Errorf("reversed input gives another report (-first +reversed):\n%s", diff)
	}
	var order []string
	for _, s := range New(in).Incidents {
		order = append(order, s.Incident.Title)
	}
	if got := fmt.Sprint(order); got != "[high unrated low]" {
		t.Errorf("incidents are in the order %s", got)
	}
	if got := len(New(in).Problems()); got != 1 {
		t.Errorf("Problems = %d, want the one rule that could not run", got)
	}
}

func reverse[T any](s []T) {
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		s[i], s[j] = s[j], s[i]
	}
}

func TestNumberText(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := numberText(n); got != want {
			t.Errorf("numberText(%d) = %s, want %s", n, got, want)
		}
	}
}

// "No alert" and "did not look" never read the same.
func TestVerdict(t *testing.T) {
	ran := []RuleRun{{Rule: incident.Rule{ID: "1", Name: "a"}}}
	gap := []incident.Gap{{Kind: incident.GapMissingTable, Subject: "AuditLogs"}}
	tests := []struct {
		name string
		in   Input
		want string
	}{
		{"nothing ran", Input{}, "No rule ran, so this report says nothing about whether there was an intrusion."},
		{"ran, gaps", Input{Rules: ran, Gaps: gap}, "1 gap in what could be looked at is listed below: where nothing was seen, nothing was ruled out."},
		{"ran", Input{Rules: ran}, "1 rule ran over the evidence and found nothing. No gap is known"},
		{"alert", Input{Rules: ran, Alerts: []incident.Alert{{ID: "1"}}}, "1 rule ran over the evidence and gave 1 alert, none of which forms an incident."},
		{"high", Input{Rules: ran, Incidents: []incident.Incident{{ID: "1", Severity: incident.High}}}, "The evidence shows 1 incident, 1 of High severity"},
		{"low", Input{Rules: ran, Incidents: []incident.Incident{{ID: "1", Severity: incident.Low}}}, "none of High severity"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := New(test.in).Overview.Verdict; !strings.Contains(got, test.want) {
				t.Errorf("verdict = %q, want in it %q", got, test.want)
			}
		})
	}
}
