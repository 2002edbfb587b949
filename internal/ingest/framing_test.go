package ingest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func windowOn(r io.Reader, limit int) *window {
	return &window{r: r, limit: limit, ctx: func() error { return nil }, read: func(int) {}}
}

// cut reads text as JSON and prints each record as number@offset raw, or
// number@offset !fault.
func cut(text string, r io.Reader, limit int) (records []string, problem string) {
	if r == nil {
		r = strings.NewReader(text)
	}
	return drain(newJSONFrames(windowOn(r, limit), 100))
}

func drain(f *jsonFrames) (records []string, problem string) {
	var rec record
	for f.next(&rec) {
		if rec.fault != "" {
			records = append(records, fmt.Sprintf("%d@%d !%s", rec.number, rec.offset, rec.fault))
			continue
		}
		records = append(records, fmt.Sprintf("%d@%d %s", rec.number, rec.offset, rec.raw))
	}
	return records, f.problem()
}

func TestJSONFraming(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
		problem    string
	}{
		{"lines", "{\"a\":1}\r\n\n{\"a\":2}\n", []string{`1@0 {"a":1}`, `2@10 {"a":2}`}, ""},
		{"array", ` [ {"a":1} , {"a":2} ] `, []string{`1@3 {"a":1}`, `2@13 {"a":2}`}, ""},
		{"value wrapper", `{"@odata.context":"x","@odata.count":2,"value":[{"a":1},{"a":2}]}`, []string{`1@48 {"a":1}`, `2@56 {"a":2}`}, ""},
		{"records wrapper", `{"records":[{"a":1}]}`, []string{`1@12 {"a":1}`}, ""},
		{"wrappers by line", "{\"records\":[{\"a\":1}]}\n{\"records\":[]}\n{\"records\":[{\"a\":2}]}", []string{`1@12 {"a":1}`, `2@49 {"a":2}`}, ""},
		{"array of wrappers", `[{"records":[{"a":1}]},{"records":[{"a":2}]}]`, []string{`1@13 {"a":1}`, `2@35 {"a":2}`}, ""},
		{"single object", `{"a":{"value":[1]}}`, []string{`1@0 {"a":{"value":[1]}}`}, ""},
		{"objects without a line between", `{"a":1}{"a":2}`, []string{`1@0 {"a":1}`, `2@7 {"a":2}`}, ""},
		{"arrays without a comma between", `[{"a":1}][{"a":2}]`, []string{`1@1 {"a":1}`, `2@10 {"a":2}`}, ""},
		{"pretty objects", "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}", []string{"1@0 {\n  \"a\": 1\n}", "2@13 {\n  \"a\": 2\n}"}, ""},
		{"marks between files", "\uFEFF{\"a\":1}\n\uFEFF{\"a\":2}", []string{`1@3 {"a":1}`, `2@14 {"a":2}`}, ""},
		{"JSON in a string", `["{\"a\":1}"]`, []string{`1@1 "{\"a\":1}"`}, ""},
		{"empty array", `[]`, nil, ""},
		{"not objects", `[1,{"a":1},null]`, []string{"1@1 !not an object", `2@3 {"a":1}`, "3@11 !not an object"}, ""},
		{"a bad line costs one line", "{\"a\":1}\n{\"a\":}\n{\"a\":3}", []string{`1@0 {"a":1}`, "2@8 !a value is neither text, number, object, array nor word", `3@15 {"a":3}`}, ""},
		{"a bad first line", "{\"a\":01}\n{\"a\":3}", []string{"1@0 !a number begins with 0", `2@9 {"a":3}`}, ""},
		{"a pretty object that breaks is one reject", "{\n \"a\": {\n  \"b\": x\n }\n}\n{\"a\":2}", []string{"1@0 !a value is neither text, number, object, array nor word", `2@24 {"a":2}`}, ""},
		{"a cut last line", "{\"a\":1}\n{\"a\":", []string{`1@0 {"a":1}`, "2@8 !the text ends inside a record"}, "ends inside record 2, which begins at offset 8: it was cut off"},
		{"a cut array", `[{"a":1},{"a"`, []string{`1@1 {"a":1}`, "2@9 !the text ends inside a record"}, "cannot be read from offset 9 to its end, inside an array: the text ends inside a record; 4 bytes were skipped, and how many records they hold is not known"},
		{"an array without an end", `[{"a":1},`, []string{`1@1 {"a":1}`}, "ends inside an array at offset 9: it was cut off, export it again"},
		{
			"a broken element of an array", `[{"a":1,"b":2},{"a":3,"b":tru},{"a":5,"b":6}]`,
			[]string{`1@1 {"a":1,"b":2}`, "2@15 !a value is neither text, number, object, array nor true; skipped 16 bytes to the next element", `3@31 {"a":5,"b":6}`},
			"",
		},
		{
			"objects inside a broken element are no elements", `[{"a":1,"b":2},{"a":3,"c":[{"a":8,"z":9},{"b":x}],"b":4},{"a":5,"b":6}]`,
			[]string{`1@1 {"a":1,"b":2}`, "2@15 !a value is neither text, number, object, array nor word; skipped 42 bytes to the next element", `3@57 {"a":5,"b":6}`},
			"",
		},
		{
			"text inside a broken element is no element", `[{"a":1,"b":2},{"a":"{\"a\":5,\"b\":6}","b"},{"a":5,"b":6}]`,
			[]string{`1@1 {"a":1,"b":2}`, "2@15 !no colon after a member's name; skipped 30 bytes to the next element", `3@45 {"a":5,"b":6}`},
			"",
		},
		{
			"an element whose text does not end", "[{\"a\":1,\"b\":2},\n{\"a\":\"3,\"b\":4},\n{\"a\":5,\"b\":6}]",
			[]string{`1@1 {"a":1,"b":2}`, "2@16 !no comma between two members; skipped 16 bytes to the next element", `3@32 {"a":5,"b":6}`},
			"",
		},
		{
			"a broken first element", `[{"a":x,"b":2},{"a":5,"b":6}]`,
			[]string{"1@1 !a value is neither text, number, object, array nor word"},
			"cannot be read from offset 1 to its end, inside an array: a value is neither text, number, object, array nor word; 28 bytes were skipped, and how many records they hold is not known",
		},
		{
			"a broken last element", `[{"a":1,"b":2},{"a":5,"b":}]`,
			[]string{`1@1 {"a":1,"b":2}`, "2@15 !a value is neither text, number, object, array nor word"},
			"cannot be read from offset 15 to its end, inside an array: a value is neither text, number, object, array nor word; 13 bytes were skipped, and how many records they hold is not known",
		},
		{"elements without a comma", `[{"a":1}{"a":2}]`, []string{`1@1 {"a":1}`, `2@8 {"a":2}`}, ""},
		{
			"what is no element", `[{"a":1,"b":2} x {"a":5,"b":6}]`,
			[]string{`1@1 {"a":1,"b":2}`, "2@15 !no comma between two elements; skipped 2 bytes to the next element", `3@17 {"a":5,"b":6}`},
			"",
		},
		{"a wrapper without an end", `{"value":[{"a":1}],"x"`, []string{`1@10 {"a":1}`}, "ends inside an object that wraps records, at offset 18"},
		{"a raw line feed in text", "{\"a\":\"x\ny\"}\n{\"a\":1}", []string{"1@0 !a control character inside text", `2@12 {"a":1}`}, ""},
		{"a number no double holds", "{\"a\":1e999}\n{\"a\":1}", []string{"1@0 !a number is out of range", `2@12 {"a":1}`}, ""},
		{"a bomb of nesting", "{\"a\":" + strings.Repeat("[", 200) + "}\n{\"a\":1}", []string{"1@0 !nested deeper than 100", `2@207 {"a":1}`}, ""},
		{"a bomb of arrays", strings.Repeat("[", 200_000), []string{"1@4 !nested deeper than 100"}, "cannot be read from offset 4 to its end, inside an array: nested deeper than 100; 199996 bytes were skipped, and how many records they hold is not known"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, problem := cut(test.text, nil, 64<<20)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", test.text, diff)
			}
			if problem != test.problem {
				t.Errorf("problem = %q, want %q", problem, test.problem)
			}
		})
	}
}

// After a broken first element reading goes on at the next record that is
// known: not at an object of the element, nor at text in it.
func TestABrokenFirstElement(t *testing.T) {
	const broken = "!a value is neither text, number, object, array nor word"
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"the second", `[{"x":y},{"log":1,"a":2},{"log":3}]`, []string{"1@1 " + broken + "; skipped 8 bytes to the next element", `2@9 {"log":1,"a":2}`, `3@25 {"log":3}`}},
		{"none of what is in it", `[{"a":{"log":1},"b":[{"log":2}],"c":"{\"log\":3}","d":y},{"log":4}]`, []string{"1@1 " + broken + "; skipped 56 bytes to the next element", `2@57 {"log":4}`}},
		{"what is not known stays with it", `[{"x":y},{"a":1},{"log":2}]`, []string{"1@1 " + broken + "; skipped 16 bytes to the next element", `2@17 {"log":2}`}},
		{"two that are broken", `[{"x":y},{"log":y},{"log":2}]`, []string{"1@1 " + broken + "; skipped 18 bytes to the next element", `2@19 {"log":2}`}},
		{"its text does not end", `[{"x":"y},{"log":1,"a":2},{"log":3}]`, []string{"1@1 !no comma between two members; skipped 9 bytes to the next element", `2@10 {"log":1,"a":2}`, `3@26 {"log":3}`}},
		{"there is none", `[{"x":y},{"a":1}]`, []string{"1@1 " + broken}},
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(test.text), "by byte": iotest.OneByteReader(strings.NewReader(test.text))} {
			f := newJSONFrames(windowOn(r, 1<<20), 100)
			f.known = func(members []member) bool { return string(members[0].key) == "log" }
			got, _ := drain(f)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", test.name, name, diff)
			}
		}
	}
}

// A broken element is skipped wherever the ends of what is in sight fall.
func TestABrokenElementAcrossWindows(t *testing.T) {
	var b strings.Builder
	for n := range 60 {
		end := "}"
		if n%5 == 4 {
			end = "\"}"
		}
		fmt.Fprintf(&b, "%s{\"n\": %d, \"pad\":%q%s", "[,"[min(n, 1):min(n, 1)+1], n, strings.Repeat("x", 90_000+777*n), end)
	}
	b.WriteString("]")
	got, problem := cut(b.String(), nil, 64<<20)
	broken := 0
	for _, r := range got {
		if strings.Contains(r, "!no comma between two members; skipped 9") || strings.Contains(r, "!no comma between two members; skipped 1") {
			broken++
		}
	}
	if len(got) != 60 || broken != 11 || !strings.Contains(problem, "inside an array") {
		t.Errorf("%d records, %d broken, problem %q", len(got), broken, problem)
	}
}

// A text that begins like an element very often, and never is one, takes no
// more than a bounded effort.
func TestALureOfElementsIsBounded(t *testing.T) {
	text := `[{"a":1,"b":2},x` + strings.Repeat(`{"a":[1,1,1,1,1,1,1,1`, 200_000)
	got, problem := cut(text, nil, 64<<20)
	if len(got) != 2 || problem == "" {
		t.Errorf("%d records, problem %q", len(got), problem)
	}
}

// How the bytes arrive makes no difference.
func TestJSONFramingByByte(t *testing.T) {
	text := "[{\"a\":\"é\\u00e9\"},\n{\"b\":[1,2.5e3,true,null]}]\n{\"value\":[{\"c\":1}]}{\"d\":2}"
	want, _ := cut(text, nil, 64<<20)
	for name, r := range map[string]io.Reader{
		"one byte": iotest.OneByteReader(strings.NewReader(text)),
		"data err": iotest.DataErrReader(strings.NewReader(text)),
		"half":     iotest.HalfReader(strings.NewReader(text)),
	} {
		if got, _ := cut("", r, 64<<20); !cmp.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if len(want) != 4 {
		t.Errorf("records: %q", want)
	}
}

// A record that crosses the end of what is in sight is whole.
func TestJSONFramingAcrossWindows(t *testing.T) {
	var b bytes.Buffer
	for n := range 40 {
		fmt.Fprintf(&b, "{\"n\":%d,\"pad\":%q}\n", n, strings.Repeat("x", 100_000))
	}
	got, problem := cut(b.String(), nil, 64<<20)
	if len(got) != 40 || problem != "" || !strings.HasSuffix(got[39], "xx\"}") {
		t.Errorf("%d records, problem %q", len(got), problem)
	}
}

func TestARecordLongerThanTheLimitIsOneReject(t *testing.T) {
	text := "{\"a\":1}\n{\"a\":\"" + strings.Repeat("x", 5<<20) + "\"}\n{\"a\":3}\n"
	got, problem := cut(text, nil, 2<<20)
	if len(got) != 3 || !strings.Contains(got[1], "!a record is longer than 2097152 bytes") || !strings.HasSuffix(got[2], `{"a":3}`) {
		t.Errorf("got %.100q, problem %q", got, problem)
	}
	if want := fmt.Sprintf("3@%d ", strings.LastIndex(text, `{"a":3}`)); !strings.HasPrefix(got[2], want) {
		t.Errorf("got %q, want prefix %q", got[2], want)
	}
}

func TestAReaderThatFailsIsTold(t *testing.T) {
	r := io.MultiReader(strings.NewReader("{\"a\":1}\n{\"a\":2"), iotest.ErrReader(io.ErrUnexpectedEOF))
	got, problem := cut("", r, 64<<20)
	if len(got) != 2 || !strings.Contains(problem, "unexpected EOF") {
		t.Errorf("got %q, problem %q", got, problem)
	}
}

func cutCSV(text string) (records []string, problem string) {
	f := newCSVFrames(windowOn(strings.NewReader(text), 64<<20))
	var rec record
	for f.next(&rec) {
		if rec.fault != "" {
			records = append(records, fmt.Sprintf("%d@%d !%s", rec.number, rec.offset, rec.fault))
			continue
		}
		var cells []string
		for _, m := range rec.members {
			cells = append(cells, fmt.Sprintf("%s=%s", m.key, m.raw))
		}
		records = append(records, fmt.Sprintf("%d@%d %s", rec.number, rec.offset, strings.Join(cells, "|")))
	}
	return records, f.problem()
}

func TestCSVFraming(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
		problem    string
	}{
		{"plain", "a,b\n1,2\n3,4", []string{"1@4 a=1|b=2", "2@8 a=3|b=4"}, ""},
		{"CRLF", "a,b\r\n1,2\r\n\r\n3,\r\n", []string{"1@5 a=1|b=2", "2@12 a=3|b="}, ""},
		{"quotes", "a,b\n\"x \"\"y\"\"\",\"1\n2\"\n\"\",\"\"\"\"\n", []string{"1@4 a=x \"y\"|b=1\n2", "2@20 a=|b=\""}, ""},
		{"semicolons", "a;b\n1,5;2\n", []string{"1@4 a=1,5|b=2"}, ""},
		{"tabs", "a\tb\n1\t2\n", []string{"1@4 a=1|b=2"}, ""},
		{"a quote inside a cell is text", "a,b\nx\"y,2\n", []string{"1@4 a=x\"y|b=2"}, ""},
		{"text after a quote is text", "a,b\n\"x\"y,2\n", []string{"1@4 a=xy|b=2"}, ""},
		{"headings with spaces", " a , b \n1,2\n", []string{"1@8 a=1|b=2"}, ""},
		{"PowerShell's type line", "#TYPE X\r\na,b\r\n1,2\r\n", []string{"1@14 a=1|b=2"}, ""},
		{"Excel's separator line", "sep=;\na;b\n1;2\n", []string{"1@10 a=1|b=2"}, ""},
		{"a long and a short row", "a,b\n1,2,3\n1\n5,6\n", []string{"1@4 !a row has 3 cells, the header 2", "2@10 !a row has 1 cells, the header 2", "3@12 a=5|b=6"}, ""},
		{"a quote that does not end", "a,b\n1,2\n\"3,4\n5,6\n", []string{"1@4 a=1|b=2", "2@8 !a quoted cell does not end"}, "cannot be read from offset 8 to its end: a quoted cell does not end"},
		{"only a header", "a,b\n", nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, problem := cutCSV(test.text)
			if diff := cmp.Diff(test.want, got); diff != "" || problem != test.problem {
				t.Errorf("%q: problem %q (-want +got):\n%s", test.text, problem, diff)
			}
		})
	}
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A value that begins as one that was read before, and goes on otherwise, is
// read anew; one that is the same has the same flags.
func TestValuesThatAreKnown(t *testing.T) {
	long := `{"x":"` + strings.Repeat("y", 100) + `"}`
	spaced := `[1, "\u0061` + strings.Repeat("z", 100) + `"]`
	lines := []string{
		`{"a":` + long + `,"b":` + spaced + `}`,
		`{"a":` + long + `,"b":` + spaced + `}`,
		`{"a":` + strings.Replace(long, `"}`, `","q":1}`, 1) + `,"b":` + spaced + `}`,
		`{"b":` + long + `,"a":` + spaced + `}`,
		`{"a":` + long + `x,"b":1}`,
		`{"a":` + long + `,"b":` + spaced + `}`,
	}
	f := newJSONFrames(windowOn(strings.NewReader(strings.Join(lines, "\n")), 1<<20), 100)
	var r record
	for n, line := range lines {
		if !f.next(&r) || (r.fault == "") != (n != 4) {
			t.Fatalf("line %d: %+v", n, r)
		}
		if n == 4 {
			continue
		}
		s := scan{data: []byte(line), maxDepth: 100}
		s.object(0)
		if diff := cmp.Diff(membersRead(s.members), membersRead(r.members)); diff != "" {
			t.Errorf("line %d: %s", n, diff)
		}
	}
}

// membersRead is all that was read of members.
func membersRead(members []member) []string {
	var list []string
	for _, m := range members {
		list = append(list, fmt.Sprintf("%q %d: %d %d %q", m.key, m.keyFlags, m.kind, m.flags, m.raw))
	}
	return list
}

// A name that is looked for first is that name only if it stands there as a
// whole; whatever else stands there is read as if nothing were known.
func TestNamesThatAreKnown(t *testing.T) {
	f := newJSONFrames(windowOn(strings.NewReader(""), 1<<20), 100)
	for _, line := range []string{
		`{"a":1,"ab":2,"c":3}`, `{"a":1,"ab":2,"c":3}`, `{"a":1,"abc":2,"c":3}`, `{"a" : 1,"ab"	:2, "c":3 }`,
		`{"a":1,"c":3}`, `{"ab":2,"a":1,"a":4,"a":5}`, `{"":1,"":2}`, `{"a":1,"":2,"c":3}`, `{"\u0061":1,"a\"b":2}`, `{"\u0061":1,"a\"b":2}`,
		"{\"\xff\":1,\"a\":2}", "{\"\xff\":1,\"a\":2}", `{"a":1,"ab"2}`, `{"a":1,"ab`, `{"a":1,"ab"`, `{"a":1,"ab":`, `{"a":`, `{"a":{"a":1,"ab":2},"ab":[{"a":1}]}`,
		`{"` + strings.Repeat("n", 300) + `":1,"a":2}`, `{"` + strings.Repeat("n", 300) + `":1,"a":2}`, `{}`,
	} {
		known, plain := &f.scan, scan{maxDepth: 100}
		known.data, plain.data = []byte(line), []byte(line)
		got, want := known.object(0), plain.object(0)
		if got != want || got == malformed && known.reason != plain.reason {
			t.Errorf("%s: %d %s, want %d %s", line, got, known.reason, want, plain.reason)
		}
		if diff := cmp.Diff(membersRead(plain.members), membersRead(known.members)); diff != "" {
			t.Errorf("%s: %s", line, diff)
		}
		for _, m := range known.members {
			if m.fixed && len(m.key) > 0 && &m.key[0] != &f.scan.names.known[string(m.key)].written[1] {
				t.Errorf("%s: %q has memory of its own", line, m.key)
			}
		}
	}
}
