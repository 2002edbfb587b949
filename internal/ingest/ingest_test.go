package ingest

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/evidence"
)

const risk = `{"id":%q,"riskEventType":"x","riskState":"atRisk","detectedDateTime":"2026-03-04T05:06:07Z"}` + "\n"

func riskLines(ids ...string) string {
	var b strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&b, risk, id)
	}
	return b.String()
}

// write writes files into a new directory and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

type told struct {
	files   []evidence.File
	rejects []evidence.Reject
}

func ingestInto(t *testing.T, m *memory, o Options, known []evidence.File, paths ...string) told {
	t.Helper()
	var got told
	err := New(m, o).Ingest(t.Context(), paths, known, func(f evidence.File, rejects []evidence.Reject) error {
		if !f.Counts.Balanced() {
			t.Errorf("%s is not balanced: %+v", f.Name(), f.Counts)
		}
		got.files = append(got.files, f)
		got.rejects = append(got.rejects, rejects...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if m.open {
		t.Error("a load was left open")
	}
	return got
}

func zipped(t *testing.T, members map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, data := range members {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The same records have the same identities in any container, encoding, order
// and place.
func TestIdentitiesDependOnContentAlone(t *testing.T) {
	lines := riskLines("r1", "r2")
	want := (&memory{})
	ingestInto(t, want, Options{}, nil, write(t, map[string]string{"a.json": lines}))
	if len(want.rows) != 2 {
		t.Fatalf("%d rows", len(want.rows))
	}
	pretty := "[" + strings.ReplaceAll(strings.TrimSpace(riskLines("r2", "r1")), "\n", ",\r\n") + "]"
	pretty = strings.ReplaceAll(pretty, `,"`, `, "`)
	for name, data := range map[string]string{
		"gzip":      string(gzipped(t, []byte(lines))),
		"zip":       zipped(t, map[string]string{"deep/x.log": lines}),
		"zip+gzip":  zipped(t, map[string]string{"x.gz": string(gzipped(t, []byte(lines)))}),
		"gzip+gzip": string(gzipped(t, gzipped(t, []byte(lines)))),
		"zstd":      zstdPacked(t, lines),
		"zstd+gzip": zstdPacked(t, string(gzipped(t, []byte(lines)))),
		"tar":       tarred(t, regular("x.json", lines)),
		"tar.gz":    string(gzipped(t, []byte(tarred(t, regular("x.json", lines))))),
		"tar.zst":   zstdPacked(t, tarred(t, regular("x.json", lines))),
		"tar+gzip":  tarred(t, regular("x.json.gz", string(gzipped(t, []byte(lines))))),
		"zip+zip":   zipped(t, map[string]string{"in.zip": zipped(t, map[string]string{"x": lines})}),
		"zip+tar":   zipped(t, map[string]string{"in.tgz": string(gzipped(t, []byte(tarred(t, regular("x", lines)))))}),
		"zip.gz":    string(gzipped(t, []byte(zipped(t, map[string]string{"x": lines})))),
		"array":     pretty,
		"wrapper":   `{"value":` + pretty + `}`,
		"members":   "{\"riskState\":\"atRisk\",\"detectedDateTime\":\"2026-03-04T05:06:07.000Z\",\"riskEventType\":\"\\u0078\",\"id\":\"r1\"}\n" + riskLines("r2"),
		"mark":      "\uFEFF" + lines,
		"UTF-16LE":  wide(binary.LittleEndian, "\uFEFF"+lines),
		"UTF-16BE":  wide(binary.BigEndian, "\uFEFF"+lines),
		"no mark":   wide(binary.LittleEndian, lines),
	} {
		m := &memory{}
		got := ingestInto(t, m, Options{}, nil, write(t, map[string]string{"other/name.bin": data}))
		if diff := cmp.Diff(want.identities(), m.identities()); diff != "" {
			t.Errorf("%s: %+v (-want +got):\n%s", name, got.files, diff)
		}
	}
}

func wide(order binary.AppendByteOrder, s string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// Offsets count the bytes of the text as it was found.
func TestOffsetsInUTF16(t *testing.T) {
	text := "{\"id\":\"é\U0001F600\"}\n{\"id\":"
	got := ingestInto(t, &memory{}, Options{}, nil, write(t, map[string]string{"a": wide(binary.LittleEndian, "\uFEFF"+text)}))
	if want := int64(2 + 2*13); len(got.rejects) != 2 || got.rejects[1].Offset != want {
		t.Errorf("rejects %+v, want the second at %d", got.rejects, want)
	}
}

func TestARecordIsStoredOnce(t *testing.T) {
	dir := write(t, map[string]string{"a.json": riskLines("r1", "r2", "r1"), "b.json": riskLines("r2", "r3")})
	m := &memory{}
	got := ingestInto(t, m, Options{}, nil, dir)
	want := []evidence.Counts{{Read: 3, Stored: 2, Duplicate: 1}, {Read: 2, Stored: 1, Duplicate: 1}}
	for i, f := range got.files {
		if f.Counts != want[i] || f.Number != int64(i+1) {
			t.Errorf("file %d: %+v, want %+v", f.Number, f.Counts, want[i])
		}
	}
	if len(m.rows) != 3 {
		t.Errorf("%d rows, want 3", len(m.rows))
	}
	var found []string
	for _, r := range m.about {
		if r.table == DuplicateTable {
			found = append(found, fmt.Sprintf("%s %s: file %d record %d", r.cells["Table"].Text, r.cells["Id"].Text, r.cells["File"].Int, r.cells["Record"].Int))
		}
	}
	if want := []string{"AADUserRiskEvents r1: file 1 record 3", "AADUserRiskEvents r2: file 2 record 1"}; !slices.Equal(found, want) {
		t.Errorf("duplicates %q, want %q", found, want)
	}
}

// The same id with other content is another record: both are kept, and told.
func TestTheSameIDWithOtherContentIsKept(t *testing.T) {
	lines := riskLines("r1") + strings.Replace(riskLines("r1"), "atRisk", "dismissed", 1)
	m := &memory{}
	got := ingestInto(t, m, Options{}, nil, write(t, map[string]string{"a": lines}))
	if len(m.rows) != 2 || !strings.Contains(strings.Join(got.files[0].Notes, ";"), "records with the id of another record") {
		t.Errorf("%d rows, notes %q", len(m.rows), got.files[0].Notes)
	}
}

// A file that is already in the case is not loaded again, under any name.
func TestTheSameFileAgain(t *testing.T) {
	dir := write(t, map[string]string{"a": riskLines("r1", "r2"), "b": riskLines("r1", "r2")})
	m := &memory{}
	first := ingestInto(t, m, Options{}, nil, dir)
	if first.files[1].Counts != (evidence.Counts{Read: 2, Duplicate: 2}) || first.files[1].SHA256 != first.files[0].SHA256 {
		t.Errorf("the second file: %+v", first.files[1])
	}
	again := ingestInto(t, m, Options{}, first.files, filepath.Join(dir, "b"))
	f := again.files[0]
	if f.Number != 3 || f.Counts != (evidence.Counts{Read: 2, Duplicate: 2}) || len(m.rows) != 2 {
		t.Errorf("again: %+v, %d rows", f, len(m.rows))
	}
}

// Rows that the store already holds are known even if their file is not.
func TestRowsHeldAreKnown(t *testing.T) {
	m := &memory{}
	ingestInto(t, m, Options{}, nil, write(t, map[string]string{"a": riskLines("r1")}))
	got := ingestInto(t, m, Options{}, nil, write(t, map[string]string{"a": riskLines("r1", "r2")}))
	if got.files[0].Counts != (evidence.Counts{Read: 2, Stored: 1, Duplicate: 1}) {
		t.Errorf("%+v", got.files[0].Counts)
	}
}

func TestBadFilesAreToldAndOthersRead(t *testing.T) {
	whole := gzipped(t, []byte(riskLines("r1", "r2")+strings.Repeat(riskLines("r3"), 20_000)))
	encrypted := []byte(zipped(t, map[string]string{"a": "x"}))
	encrypted[6] |= 1                                              // in the local header
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1 // in the directory
	dir := write(t, map[string]string{
		"a_cut.gz":        string(whole[:len(whole)/2]),
		"b_binary":        "\x7fELF\x00\x00\x00",
		"c_parquet":       "PAR1xxxx",
		"d_bad.zip":       "PK\x03\x04 and nothing else",
		"e_encrypted.zip": string(encrypted),
		"f_empty.zip":     zipped(t, nil),
		"g_nested.zip":    zipped(t, map[string]string{"a.zip": zipped(t, map[string]string{"b.zip": zipped(t, map[string]string{"c.zip": zipped(t, map[string]string{"b": "x"})})})}),
		"h_office.xlsx":   zipped(t, map[string]string{"[Content_Types].xml": "<x/>", "a.xml": "<x/>"}),
		"i_thrice.gz":     string(gzipped(t, gzipped(t, gzipped(t, []byte(riskLines("r9")))))),
		"j_blank.json":    " \r\n ",
		"k_mark.json":     "\uFEFF",
		"z_good.json":     riskLines("r4"),
	})
	if err := os.Symlink(filepath.Join(dir, "z_good.json"), filepath.Join(dir, "l_link")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	want := map[string]string{
		"a_cut.gz": "unexpected EOF", "b_binary": "is not text", "c_parquet": "is a Parquet file",
		"d_bad.zip": "is a zip archive that cannot be read", "e_encrypted.zip": "is encrypted", "f_empty.zip": "is an archive without files",
		"g_nested.zip": "is an archive inside an archive", "h_office.xlsx": "is an Office document",
		"i_thrice.gz": "is compressed more than twice", "j_blank.json": "is empty", "k_mark.json": "is empty",
		"l_link": "is a symbolic link", "z_good.json": "",
	}
	m := &memory{}
	for _, f := range ingestInto(t, m, Options{}, nil, dir).files {
		name := filepath.Base(f.Path)
		problem, ok := want[name]
		if !ok || !strings.Contains(f.Problem, problem) || problem == "" && f.Problem != "" {
			t.Errorf("%s: problem %q, want %q", name, f.Problem, problem)
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("not told of: %v", want)
	}
	ids := make(map[string]bool)
	for _, r := range m.rows {
		ids[r.cells["Id"].Text] = true
	}
	if !ids["r1"] || !ids["r2"] || !ids["r4"] {
		t.Errorf("what could be read was not stored: %v", ids)
	}
}

// What a bomb unpacks to is bounded, and what was read before the bound is
// kept.
func TestBombs(t *testing.T) {
	bomb := riskLines("r1") + strings.Repeat(" ", 8<<20)
	tests := map[string]struct {
		data   string
		limits Limits
		want   string
	}{
		"ratio of gzip":  {string(gzipped(t, []byte(bomb))), Limits{RatioFloor: 1 << 20}, "packed too densely"},
		"ratio of zip":   {zipped(t, map[string]string{"a": bomb}), Limits{RatioFloor: 1 << 20}, "packed too densely"},
		"total of gzip":  {string(gzipped(t, []byte(bomb))), Limits{Unpacked: 1 << 20}, "unpacks to more than the limit"},
		"total of zip":   {zipped(t, map[string]string{"a": riskLines("r1") + strings.Repeat(" ", 1<<19), "b": strings.Repeat(" ", 1<<20)}), Limits{Unpacked: 1 << 20}, "unpacks to more than the limit"},
		"members of zip": {zipped(t, map[string]string{"a": "x", "b": "x", "c": "x"}), Limits{Members: 2}, "has 3 members"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := &memory{}
			got := ingestInto(t, m, Options{Limits: test.limits}, nil, write(t, map[string]string{"bomb": test.data}))
			last := got.files[len(got.files)-1]
			if !strings.Contains(last.Problem, test.want) {
				t.Errorf("problem %q, want %q", last.Problem, test.want)
			}
			if name != "members of zip" && len(m.rows) != 1 {
				t.Errorf("%d rows, want the one before the bound", len(m.rows))
			}
		})
	}
}

func TestMembersThatOverlapAreRefused(t *testing.T) {
	data := []byte(zipped(t, map[string]string{"a": riskLines("r1"), "b": riskLines("r2")}))
	directory := bytes.Index(data, []byte("PK\x01\x02"))
	second := directory + bytes.Index(data[directory+4:], []byte("PK\x01\x02")) + 4
	copy(data[second+42:second+46], data[directory+42:directory+46]) // both begin where the first does
	got := ingestInto(t, &memory{}, Options{}, nil, write(t, map[string]string{"a.zip": string(data)}))
	if len(got.files) != 1 || !strings.Contains(got.files[0].Problem, "overlap") {
		t.Errorf("%+v", got.files)
	}
}

func TestAPathThatDoesNotExistIsAProblem(t *testing.T) {
	dir := write(t, map[string]string{"a": riskLines("r1")})
	m := &memory{}
	missing := filepath.Join(dir, "missing")
	got := ingestInto(t, m, Options{}, nil, dir, missing)
	if len(got.files) != 2 || got.files[0].Problem != "" || !strings.Contains(got.files[1].Problem, "no such file") || got.files[1].Path != filepath.ToSlash(missing) {
		t.Errorf("%+v", got.files)
	}
}

func TestStandardInput(t *testing.T) {
	m := &memory{}
	got := ingestInto(t, m, Options{Stdin: strings.NewReader(riskLines("r1"))}, nil, "-")
	if len(m.rows) != 1 || got.files[0].Path != "-" {
		t.Errorf("%+v", got.files)
	}
	got = ingestInto(t, &memory{}, Options{Stdin: strings.NewReader(riskLines("r1")), Limits: Limits{Stdin: 10}}, nil, "-")
	if !strings.Contains(got.files[0].Problem, "is longer than 10 bytes") {
		t.Errorf("%+v", got.files)
	}
}

// A load that fails leaves nothing behind, and the next one is not fooled.
func TestAFailedLoadIsUndone(t *testing.T) {
	dir := write(t, map[string]string{"a": riskLines("r1")})
	m := &memory{failAt: 1}
	in := New(m, Options{})
	none := func(evidence.File, []evidence.Reject) error { return nil }
	if err := in.Ingest(t.Context(), []string{dir}, nil, none); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("err = %v", err)
	}
	if m.open || len(m.rows) > 0 {
		t.Errorf("open %v, %d rows", m.open, len(m.rows))
	}
	if err := in.Ingest(t.Context(), []string{dir}, nil, none); err != nil || len(m.rows) != 1 {
		t.Errorf("again: %v, %d rows", err, len(m.rows))
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := &memory{}
	o := Options{Progress: func(Progress) { cancel() }}
	err := New(m, o).Ingest(ctx, []string{write(t, map[string]string{"a": riskLines("r1")})}, nil, func(evidence.File, []evidence.Reject) error { return nil })
	if !errors.Is(err, context.Canceled) || m.open || len(m.rows) > 0 {
		t.Errorf("err = %v, open %v, %d rows", err, m.open, len(m.rows))
	}
}

func TestProgressCountsBytesAndRows(t *testing.T) {
	var last Progress
	text := riskLines("r1", "r2")
	o := Options{Progress: func(p Progress) { last = p }}
	in := New(&memory{}, o)
	err := in.Ingest(t.Context(), []string{write(t, map[string]string{"a": text})}, nil, func(evidence.File, []evidence.Reject) error { return nil })
	if err != nil || last.Bytes != int64(len(text)) || last.Rows != 2 {
		t.Errorf("%+v, %v", last, err)
	}
}

// Names that a hostile file makes up do not become columns without bound, and
// are not lost.
func TestColumnsAreBounded(t *testing.T) {
	var b strings.Builder
	for n := range 50 {
		fmt.Fprintf(&b, `{"id":"r%d","riskEventType":"x","riskState":"atRisk","made_up_%d":%d}`+"\n", n, n, n)
	}
	m := &memory{}
	ingestInto(t, m, Options{Limits: Limits{Columns: 10}}, nil, write(t, map[string]string{"a": b.String()}))
	columns := make(map[string]bool)
	kept := 0
	for n, r := range m.rows {
		for name := range r.cells {
			columns[name] = true
		}
		if r.cells["Unlisted"].Text == fmt.Sprintf(`{"made_up_%d":%d}`, n, n) {
			kept++
		}
	}
	if len(columns) > 4+10+2 || kept < 39 || len(m.rows) != 50 {
		t.Errorf("%d columns, %d kept, %d rows", len(columns), kept, len(m.rows))
	}
}

func TestRejectsAreBounded(t *testing.T) {
	text := "{\"riskEventType\":\"x\",\"riskState\":\"y\"}\n" + strings.Repeat("{\"a\":1}\n", 50)
	got := ingestInto(t, &memory{}, Options{Limits: Limits{Rejects: 20}}, nil, write(t, map[string]string{"a": text}))
	f := got.files[0]
	if len(got.rejects) != 20 || f.Counts.Quarantined != 50 || !strings.Contains(strings.Join(f.Notes, ";"), "beyond those listed: 30") {
		t.Errorf("%d rejects, %+v", len(got.rejects), f)
	}
	long := ingestInto(t, &memory{}, Options{}, nil, write(t, map[string]string{"a": "[{\"a\":\"" + strings.Repeat("x", 10_000) + "\"}]"}))
	if len(long.rejects[0].Raw) != rejectRaw {
		t.Errorf("raw has %d bytes", len(long.rejects[0].Raw))
	}
}

// A member that comes twice is not lost.
func TestAMemberTwice(t *testing.T) {
	m := &memory{}
	ingestInto(t, m, Options{}, nil, write(t, map[string]string{
		"a": `{"id":"r1","riskEventType":"x","riskState":"atRisk","riskState":"none","RISKSTATE":"hidden","ID":"r1"}`,
	}))
	c := m.rows[0].cells
	if c["RiskState"].Text != "atRisk" || c["RiskState_original"].Text != `"none"` || c["Unlisted"].Text != `{"RiskState_original":"hidden"}` || c["Id_original"].Valid {
		t.Errorf("%+v", c)
	}
}

// Members may have the names of columns of ours.
func TestMembersNamedAsOurColumns(t *testing.T) {
	m := &memory{}
	ingestInto(t, m, Options{}, nil, write(t, map[string]string{
		"a": `{"Type":"SigninLogs","Unlisted":1,"$key1":2,"TimeGenerated_original":3,"TimeGenerated":"never"}`,
	}))
	c := m.rows[0].cells
	if c["Unlisted"].Text != `{"Unlisted":1,"$key1":2,"TimeGenerated_original":"never"}` || c["TimeGenerated_original"].Text != "3" {
		t.Errorf("%+v", c)
	}
}

// A record that an attacker made invalid is stored, and told.
func TestBytesThatAreNotUTF8(t *testing.T) {
	m := &memory{}
	got := ingestInto(t, m, Options{}, nil, write(t, map[string]string{
		"a": "{\"id\":\"r\xff\",\"riskEventType\":\"x\",\"riskState\":\"atRisk\",\"location\":{\"city\":\"\xfe\"}}",
	}))
	c := m.rows[0].cells
	if c["Id"].Text != "r\uFFFD" || c["Location"].Text != `{"city":"`+"\uFFFD"+`"}` || !strings.Contains(strings.Join(got.files[0].Notes, ";"), "not UTF-8, replaced by U+FFFD: 1") {
		t.Errorf("%+v, notes %q", c, got.files[0].Notes)
	}
}

// A row that says it belongs to the manifest could hide a file as known.
func TestTheManifestCannotBeForged(t *testing.T) {
	m := &memory{}
	got := ingestInto(t, m, Options{}, nil, write(t, map[string]string{
		"a": `{"Type":"Evidence_CL","TimeGenerated":"2026-03-04T05:06:07Z","Manifest":{}}` + "\n" +
			`{"Type":"quarantine_cl","TimeGenerated":"2026-03-04T05:06:07Z"}` + "\n",
	}))
	if got.files[0].Counts.Quarantined != 2 || len(m.about) != 3 || len(m.rows) != 0 {
		t.Errorf("%+v, %+v", got.files, m.about)
	}
}

// Names of files are as hostile as what is in them.
func TestAFileNameThatIsNotUTF8(t *testing.T) {
	data := []byte(zipped(t, map[string]string{"a.json": riskLines("r1")}))
	data = bytes.ReplaceAll(data, []byte("a.json"), []byte("\xff.json"))
	m := &memory{}
	got := ingestInto(t, m, Options{}, nil, write(t, map[string]string{"x.zip": string(data)}))
	if got.files[0].Member != "\uFFFD.json" || len(m.rows) != 1 {
		t.Errorf("%+v", got.files)
	}
}

// Any bytes at all: no panic, balanced counts, an ending.
func FuzzIngest(f *testing.F) {
	f.Add([]byte(riskLines("r1", "r2")))
	f.Add([]byte(`{"value":[{"createdDateTime":"2026-03-04T05:06:07Z","id":"a","appId":"b","ipAddress":"c","status":{"errorCode":1},"location":{"countryOrRegion":"FR"},"signInEventTypes":["nonInteractiveUser"]}]}`))
	f.Add([]byte("RecordType,CreationDate,UserIds,Operations,AuditData\n1,3/4/2026,u,o,\"{\"\"CreationTime\"\":\"\"2026-03-04\"\",\"\"ClientIP\"\":\"\"[::1]:1\"\",\"\"ExtendedProperties\"\":[{\"\"Name\"\":\"\"UserAgent\"\",\"\"Value\"\":1}]}\"\n"))
	f.Add([]byte(`{"records":[{"category":"AuditEvent","time":"x","resourceId":"/SUBSCRIPTIONS/a/RESOURCEGROUPS/b/PROVIDERS/c/d/e","identity":{"claim":{"a":{"b":[1]}}},"properties":{"x":true}}]}`))
	f.Add([]byte("TimeGenerated [UTC],Type,Id_string,\n\"2/25/2026, 9:19:25.391 PM\",SigninLogs,x,y\n"))
	f.Add([]byte(`{"eventTimestamp":"2026-03-04T05:06:07Z","operationName":{"value":"a"},"caller":"c","correlationId":"d","claims":{},"httpRequest":"x"}`))
	f.Add(gzippedSeed())
	f.Add([]byte(wide(binary.LittleEndian, "\uFEFF{\"a\":1}")))
	known := newRecogniser(shapes())
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{Unpacked: 1 << 20, Record: 1 << 16}.withDefaults()
		in := &Ingester{store: &memory{}, options: Options{Stdin: bytes.NewReader(data)}, limits: limits, recogniser: known}
		err := in.Ingest(t.Context(), []string{"-"}, nil,
			func(file evidence.File, _ []evidence.Reject) error {
				if !file.Counts.Balanced() {
					t.Errorf("%+v", file.Counts)
				}
				return nil
			})
		if err != nil {
			t.Error(err)
		}
	})
}

func gzippedSeed() []byte {
	return []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xaa\x56\x4a\x54\xb2\x32\xac\x05\x04\x00\x00\xff\xff\x9d\x9c\xa1\x9f\x07\x00\x00\x00")
}
