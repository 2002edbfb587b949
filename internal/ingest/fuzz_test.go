package ingest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/conshelf/conshelf/internal/evidence"
)

// inputs returns the files that the cases of the formats are about.
func inputs(f *testing.F) [][]byte {
	f.Helper()
	cases, err := filepath.Glob(filepath.Join("testdata", "*", "*.txtar"))
	if err != nil || len(cases) == 0 {
		f.Fatalf("no cases: %v", err)
	}
	var list [][]byte
	for _, path := range cases {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(data).Files {
			if !strings.HasPrefix(file.Name, "want") && len(file.Data) < 1<<16 {
				list = append(list, file.Data)
			}
		}
	}
	return list
}

// told are the records that frames cut, as number@offset, bytes and fault.
func (r *record) told() string {
	return fmt.Sprintf("%d@%d %q %s %d", r.number, r.offset, r.raw, r.fault, len(r.members))
}

// cutAll cuts a text into records, and fails where numbers or offsets do not
// rise or a record is not what stands at its offset.
func cutAll(t *testing.T, text []byte, next func(*record) bool) []string {
	t.Helper()
	var list []string
	var r record
	last := int64(-1)
	for next(&r) {
		list = append(list, r.told())
		if r.number != int64(len(list)) || r.offset <= last {
			t.Fatalf("record %d is number %d at %d, after %d", len(list), r.number, r.offset, last)
		}
		last = r.offset
		if r.fault == "" && !bytes.HasPrefix(text[r.offset:], r.raw) {
			t.Fatalf("record %d is %q, which does not stand at %d", r.number, r.raw, r.offset)
		}
	}
	return list
}

// FuzzJSONFrames cuts any text. However its bytes arrive, the records are the
// same.
func FuzzJSONFrames(f *testing.F) {
	for _, data := range inputs(f) {
		f.Add(data)
	}
	f.Add([]byte(`[{"a":1,"b":2},{"a":3,"b":tru},{"a":5,"b":6}]`))
	f.Add([]byte(`[{"a":x,"b":[{"c":1,"d":2}]},{"a":3,"b":4},{"a":5,"b":6}]`))
	f.Add([]byte(`[{"a":1}{"a":2}][{"b":"\ud800"}]{"value":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		known := func(members []member) bool { return len(members) > 1 }
		whole := newJSONFrames(windowOn(bytes.NewReader(data), 1<<20), 20)
		whole.known = known
		want := cutAll(t, data, whole.next)
		pieces := newJSONFrames(windowOn(iotest.OneByteReader(bytes.NewReader(data)), 1<<20), 20)
		pieces.known = known
		if got := cutAll(t, data, pieces.next); !slices.Equal(got, want) || whole.problem() != pieces.problem() {
			t.Errorf("in one piece %q (%s), byte by byte %q (%s)", want, whole.problem(), got, pieces.problem())
		}
	})
}

// FuzzCSVFrames cuts any text.
func FuzzCSVFrames(f *testing.F) {
	for _, data := range inputs(f) {
		f.Add(data)
	}
	f.Add([]byte("a;b\r\n\"1\"\"\n2\"x;\"\"\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := newCSVFrames(windowOn(bytes.NewReader(data), 1<<20))
		want := cutAll(t, data, whole.next)
		pieces := newCSVFrames(windowOn(iotest.OneByteReader(bytes.NewReader(data)), 1<<20))
		if got := cutAll(t, data, pieces.next); !slices.Equal(got, want) || whole.problem() != pieces.problem() {
			t.Errorf("in one piece %q, byte by byte %q", want, got)
		}
	})
}

// FuzzEncoding decodes any bytes to UTF-8. What was UTF-16 gives its text.
func FuzzEncoding(f *testing.F) {
	f.Add([]byte("\uFEFF{}"), true)
	f.Add([]byte(wide(binary.LittleEndian, "\uFEFF{\"a\":\"é\U0001F600\"}")), false)
	f.Add([]byte{0xFF, 0xFE, 0x00, 0xD8}, false)
	f.Fuzz(func(t *testing.T, data []byte, big bool) {
		enc, mark := sniffEncoding(data)
		text, err := io.ReadAll(enc.decode(bytes.NewReader(data[mark:])))
		if err != nil || enc != utf8Text && !utf8.Valid(text) {
			t.Errorf("%q gives %q, %v", data, text, err)
		}
		if !utf8.Valid(data) || strings.HasPrefix(string(data), byteOrderMark) {
			return
		}
		order, want := binary.AppendByteOrder(binary.LittleEndian), utf16Little
		if big {
			order, want = binary.BigEndian, utf16Big
		}
		coded := []byte(wide(order, byteOrderMark+string(data)))
		enc, mark = sniffEncoding(coded)
		text, err = io.ReadAll(enc.decode(bytes.NewReader(coded[mark:])))
		if enc != want || err != nil || !slices.Equal(utf16.Encode([]rune(string(text))), utf16.Encode([]rune(string(data)))) {
			t.Errorf("%q as %v gives %q, %v", data, want, text, err)
		}
	})
}

// FuzzContainers opens any bytes as what they seem to be packed in.
func FuzzContainers(f *testing.F) {
	lines := riskLines("r1", "r2")
	for _, data := range [][]byte{
		gzippedSeed(),
		[]byte("\x28\xb5\x2f\xfd\x04\x00\x11\x00\x00{}\x5b\x2a\x00\x00"),
		[]byte("PK\x05\x06" + strings.Repeat("\x00", 18)),
	} {
		f.Add(data)
	}
	for _, make := range []func(*testing.T) string{
		func(t *testing.T) string {
			return zipped(t, map[string]string{"a": lines, "b.zip": zipped(t, map[string]string{"c": lines})})
		},
		func(t *testing.T) string { return tarred(t, regular("a", lines), regular("../b", lines)) },
		func(t *testing.T) string { return zstdPacked(t, tarred(t, regular("a", lines))) },
		func(t *testing.T) string {
			return string(gzipped(t, []byte(tarred(t, regular("a.gz", string(gzipped(t, []byte(lines))))))))
		},
	} {
		f.Add([]byte(make(&testing.T{})))
	}
	f.Fuzz(balanced)
}

// FuzzRecords reads any records of every family of formats. The seeds are the
// cases of the formats, so that each shape is begun with.
func FuzzRecords(f *testing.F) {
	for _, data := range inputs(f) {
		f.Add(data)
	}
	f.Fuzz(balanced)
}

// balanced reads data and fails where a record is neither stored nor a
// duplicate nor quarantined, or one worker makes something else than three.
func balanced(t *testing.T, data []byte) {
	var first []string
	for _, workers := range []int{1, 3} {
		m := &memory{}
		o := Options{Stdin: bytes.NewReader(data), Workers: workers, Limits: Limits{Unpacked: 1 << 20, Record: 1 << 16, Members: 50}}
		var files []string
		stored := int64(0)
		err := New(m, o).Ingest(t.Context(), []string{"-"}, nil, func(file evidence.File, rejects []evidence.Reject) error {
			if !file.Counts.Balanced() || int64(len(rejects)) > file.Counts.Quarantined {
				t.Errorf("%+v with %d rejects", file.Counts, len(rejects))
			}
			stored += file.Counts.Stored
			entry, err := json.Marshal([]any{file, rejects})
			files = append(files, string(entry))
			return err
		})
		if err != nil || stored != int64(len(m.rows)) {
			t.Errorf("%d rows of %d stored, %v", len(m.rows), stored, err)
		}
		if first == nil {
			first = files
		} else if !slices.Equal(first, files) {
			t.Errorf("one worker tells %q, three tell %q", first, files)
		}
	}
}
