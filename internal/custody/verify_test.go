package custody_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// evidenceIn are originals in memory, by their source.
type evidenceIn fstest.MapFS

func (e evidenceIn) Open(p custody.Promise) (io.ReadCloser, string, error) {
	f, err := fstest.MapFS(e).Open(p.Source)
	if err != nil {
		return nil, p.Source, err
	}
	return f, p.Source, nil
}

func someone() custody.Actor {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	return custody.Actor{User: "adele", Host: "desk.contoso.com", Version: "1", Now: func() time.Time {
		at = at.Add(time.Second)
		return at
	}}
}

// aCase makes a case with a database of some blocks, in a directory.
func aCase(t *testing.T, dir string, originals map[string][]byte) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	database := make([]byte, 600<<10)
	for i := range database {
		database[i] = byte(random.Uint32())
	}
	write(t, dir, custody.DatabaseName, database)
	write(t, dir, "report.html", []byte("<p>a report</p>\n"))
	j, err := custody.Open(dir, someone())
	check(t, err)
	rows, err := custody.OpenRows(dir, 0)
	check(t, err)
	appendLine(t, j, custody.Line{Event: custody.CaseCreated})
	appendLine(t, j, custody.Line{Event: custody.CaseOpened})
	for i, name := range slices.Sorted(maps.Keys(originals)) {
		tables, region := note(t, rows, int64(i+1), 50)
		appendLine(t, j, custody.Line{Event: custody.FileIngested, File: &custody.Promise{
			Number: int64(i + 1), Path: name, Source: name, Size: int64(len(originals[name])), SHA256: custody.Sum(originals[name]),
			Tables: tables, Rows: region,
		}})
	}
	check(t, rows.Close())
	inventory, err := custody.TakeInventory(os.DirFS(dir), true)
	check(t, err)
	appendLine(t, j, custody.Line{Event: custody.CaseClosed, Inventory: inventory})
}

func note(t *testing.T, rows *custody.RowFile, file int64, n int) ([]custody.TableRows, custody.Region) {
	t.Helper()
	notes := rows.Begin()
	batch := table(file, n)
	check(t, notes.Stored(types.Table{Name: "T", Columns: []types.Column{batch.Vectors[0].Column}}, []*engine.Vector{&batch.Vectors[0]}, batch.Origins))
	tables, region, err := notes.Finish()
	check(t, err)
	return tables, region
}

func table(file int64, n int) *engine.Batch {
	b := engine.NewBatch("T")
	for i := range n {
		b.Vectors[b.Column(types.Column{Name: "n", Type: types.Long})].SetInt(int64(i))
		b.EndRow(engine.Origin{File: file, Record: int64(i + 1)})
	}
	return b
}

func appendLine(t *testing.T, j *custody.Journal, line custody.Line) {
	t.Helper()
	_, err := j.Append(line)
	check(t, err)
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	check(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func inMemory(t *testing.T, dir string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	check(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = &fstest.MapFile{Data: data}
		return err
	}))
	return files
}

func findings(t *testing.T, fsys fs.FS, originals custody.Originals) []string {
	t.Helper()
	var list []string
	custody.Verify(fsys, custody.Options{Originals: originals, Tell: func(f custody.Finding) {
		if !f.Unchecked {
			list = append(list, f.String())
		}
	}})
	return list
}

// A thousand flips of one bit, anywhere in the case and its evidence: each is
// found, and what is named is what was flipped.
func TestEveryFlippedBitIsNamed(t *testing.T) {
	dir := t.TempDir()
	originals := map[string][]byte{
		"a.json": []byte(strings.Repeat(`{"id":"a"}`+"\n", 500)),
		"b.csv":  []byte(strings.Repeat("id,value\n", 900)),
	}
	aCase(t, dir, originals)
	files := inMemory(t, dir)
	sources := fstest.MapFS{}
	for name, data := range originals {
		sources[name] = &fstest.MapFile{Data: data}
	}
	if got := findings(t, files, evidenceIn(sources)); len(got) > 0 {
		t.Fatalf("nothing was flipped: %q", got)
	}
	all := fstest.MapFS{}
	maps.Copy(all, files)
	maps.Copy(all, sources)
	names := slices.Sorted(maps.Keys(all))
	random := rand.New(rand.NewPCG(7, 7))
	for range 1000 {
		name := names[random.IntN(len(names))]
		data := all[name].Data
		at, bit := random.IntN(len(data)), byte(1)<<random.IntN(8)
		data[at] ^= bit
		got := findings(t, files, evidenceIn(sources))
		if !slices.ContainsFunc(got, func(line string) bool { return names1(line, name, data, at, bit) }) {
			t.Errorf("%s, byte %d, bit %08b: told %q", name, at, bit, got)
		}
		data[at] ^= bit
	}
}

// names1 tells whether a finding names the file, and the line or block.
func names1(line, name string, data []byte, at int, bit byte) bool {
	switch name {
	case custody.JournalName:
		data[at] ^= bit
		number := 1 + strings.Count(string(data[:at]), "\n")
		data[at] ^= bit
		return strings.HasPrefix(line, fmt.Sprintf("%s: line %d: ", name, number))
	case custody.DatabaseName:
		const block = 256 << 10
		from := at / block * block
		return strings.HasPrefix(line, fmt.Sprintf("%s: changed: bytes %d to %d, says line ", name, from, min(from+block, len(data))-1))
	}
	return strings.Contains(line, name)
}

// What is missing, longer, shorter or new is named too.
func TestWhatIsNotThereIsNamed(t *testing.T) {
	dir := t.TempDir()
	originals := map[string][]byte{"a.json": []byte("{}")}
	aCase(t, dir, originals)
	whole := inMemory(t, dir)
	there := fstest.MapFS{"a.json": {Data: []byte("{}")}}
	tests := []struct {
		name   string
		change func(files, sources fstest.MapFS)
		want   string
	}{
		{"no journal", func(f, _ fstest.MapFS) { delete(f, custody.JournalName) }, "custody.jsonl: is not there"},
		{"no database", func(f, _ fstest.MapFS) { delete(f, custody.DatabaseName) }, "evidence.duckdb: is not there any more, says line 4"},
		{"no digests", func(f, _ fstest.MapFS) { delete(f, custody.RowsName) }, "custody.rows: cannot be read"},
		{"a log of the database", func(f, _ fstest.MapFS) { f["evidence.duckdb.wal"] = &fstest.MapFile{} }, "evidence.duckdb.wal: the journal does not have it"},
		{"a longer report", func(f, _ fstest.MapFS) { f["report.html"].Data = append(f["report.html"].Data, '!') }, "report.html: has 17 bytes, and had 16"},
		{"no original", func(_, s fstest.MapFS) { delete(s, "a.json") }, "file 1: a.json: the original is no longer at a.json"},
		{"a shorter original", func(_, s fstest.MapFS) { s["a.json"] = &fstest.MapFile{Data: []byte("{")} }, "file 1: a.json: the original at a.json was changed: it has 1 bytes, and had 2"},
		{"no last line", func(f, _ fstest.MapFS) { cutLines(f, 3, 4) }, "the session that line 2 of the journal opened was stopped"},
		{"a line taken out", func(f, _ fstest.MapFS) { cutLines(f, 1, 2) }, "custody.jsonl: line 2: is not there: line 3 stands in its place"},
		{"digests behind the end", func(f, _ fstest.MapFS) { f[custody.RowsName].Data = append(f[custody.RowsName].Data, 1, 2) }, "custody.rows: has 2 bytes after its end"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files, sources := clone(whole), clone(there)
			test.change(files, sources)
			got := findings(t, files, evidenceIn(sources))
			if !slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, test.want) }) {
				t.Errorf("got %q, want one with %q", got, test.want)
			}
		})
	}
}

// cutLines takes lines from up to to out of the journal, from 0.
func cutLines(files fstest.MapFS, from, to int) {
	lines := strings.SplitAfter(string(files[custody.JournalName].Data), "\n")
	files[custody.JournalName].Data = []byte(strings.Join(slices.Delete(lines, from, to), ""))
}

func clone(files fstest.MapFS) fstest.MapFS {
	copied := fstest.MapFS{}
	for name, f := range files {
		copied[name] = &fstest.MapFile{Data: slices.Clone(f.Data)}
	}
	return copied
}

// A line that was cut off in the writing is named until the next line is
// written, which says what there was of it; then the chain holds.
func TestATornLineIsMended(t *testing.T) {
	dir := t.TempDir()
	aCase(t, dir, map[string][]byte{"a.json": []byte("{}")})
	path := filepath.Join(dir, custody.JournalName)
	whole, err := os.ReadFile(path)
	check(t, err)
	check(t, os.WriteFile(path, append(whole, `{"line":5,"previous":"ab`...), 0o600))
	sources := evidenceIn{"a.json": {Data: []byte("{}")}}
	if got := findings(t, os.DirFS(dir), sources); len(got) != 1 || !strings.Contains(got[0], "line 5: is cut off") {
		t.Errorf("torn: %q", got)
	}
	j, err := custody.Open(dir, someone())
	check(t, err)
	appendLine(t, j, custody.Line{Event: custody.CaseSealed})
	if got := findings(t, os.DirFS(dir), sources); len(got) > 0 {
		t.Errorf("mended: %q", got)
	}
	lines := j.Chain().Lines
	if last := lines[len(lines)-1]; last.Event != custody.CaseSealed || last.Number != 6 || lines[len(lines)-2].Event != custody.LineMended {
		t.Errorf("last line: %+v", last)
	}
	mended, err := os.ReadFile(path)
	check(t, err)
	mended[len(whole)+3] ^= 1 // within what was torn
	check(t, os.WriteFile(path, mended, 0o600))
	if got := findings(t, os.DirFS(dir), sources); len(got) == 0 {
		t.Error("a change of the torn line is not seen")
	}
}

// Two that append at the same time write one chain.
func TestTwoAppend(t *testing.T) {
	dir := t.TempDir()
	a, err := custody.Open(dir, someone())
	check(t, err)
	b, err := custody.Open(dir, someone())
	check(t, err)
	for range 3 {
		appendLine(t, a, custody.Line{Event: custody.CaseSealed})
		appendLine(t, b, custody.Line{Event: custody.CaseVerified})
	}
	data, err := os.ReadFile(filepath.Join(dir, custody.JournalName))
	check(t, err)
	if chain := custody.Read(data); len(chain.Lines) != 6 || len(chain.Faults) > 0 {
		t.Errorf("%d lines, faults %v", len(chain.Lines), chain.Faults)
	}
}

// Rows that were changed, taken out or added are named by file and record.
func TestRowsAreNamed(t *testing.T) {
	dir := t.TempDir()
	rows, err := custody.OpenRows(dir, 0)
	check(t, err)
	var kept []custody.Promise
	for file := range int64(2) {
		tables, region := note(t, rows, file+1, 5)
		kept = append(kept, custody.Promise{Number: file + 1, Path: "x.json", Tables: tables, Rows: region})
	}
	check(t, rows.Close())
	type row struct{ file, record, value int64 }
	stored := []row{{1, 1, 0}, {1, 2, 1}, {1, 3, 2}, {1, 4, 3}, {1, 5, 4}, {2, 1, 0}, {2, 2, 1}, {2, 3, 2}, {2, 4, 3}, {2, 5, 4}}
	tests := []struct {
		name string
		now  []row
		want []string
	}{
		{"as they were", stored, nil},
		{"one changed", replaced(stored, 7, row{2, 3, 9}), []string{"table T: file 2 (x.json), record 3: was changed"}},
		{"one taken out", slices.Delete(slices.Clone(stored), 1, 2), []string{"table T: file 1 (x.json), record 2: is not there any more"}},
		{"the last taken out", stored[:9], []string{"table T: file 2 (x.json), record 5: is not there any more"}},
		{"one twice", slices.Insert(slices.Clone(stored), 2, row{1, 2, 1}), []string{"table T: file 1 (x.json), record 2: was added"}},
		{"a new file", append(slices.Clone(stored), row{3, 1, 1}), []string{"table T: file 3: 1 rows are of a file that the journal does not know"}},
		{"two changed places", replaced(replaced(stored, 0, row{1, 1, 1}), 1, row{1, 2, 0}), []string{"table T: file 1 (x.json), record 1: was changed", "table T: file 1 (x.json), record 2: was changed"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			notes, err := os.Open(filepath.Join(dir, custody.RowsName))
			check(t, err)
			defer func() { check(t, notes.Close()) }()
			var got []string
			table := custody.NewRowChecker(notes, kept).Table(types.Table{Name: "T", Columns: []types.Column{{Name: "n", Type: types.Long}}}, func(f custody.Finding) { got = append(got, f.String()) })
			for _, r := range test.now {
				table.Row(engine.Origin{File: r.file, Record: r.record}, []types.Value{types.NewLong(r.value)})
			}
			table.End(kept)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func replaced[T any](list []T, at int, value T) []T {
	list = slices.Clone(list)
	list[at] = value
	return list
}

// What is full leaves the journal as it was.
func TestAppendToNothing(t *testing.T) {
	j, err := custody.Open(filepath.Join(t.TempDir(), "none"), someone())
	check(t, err)
	if _, err := j.Append(custody.Line{Event: custody.CaseCreated}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
