package duckdb

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/internal/simulate"
	"github.com/conshelf/conshelf/kql/sqlgen"
)

// The benchmark of reading: a million sign-ins, or CONSHELF_ROWS of them, as
// JSON Lines of at least recordSize bytes each. They are simulated once, into
// CONSHELF_CACHE or the user's cache directory.
const (
	ingestRows = 1_000_000
	recordSize = 4096
)

// BenchmarkIngest sets the ingest beside what bounds it: counting the lines,
// unpacking the same text, and the database's own reader of JSON. That one has
// the same threads, memory and kind of file, and writes the same columns but for
// those of a row's origin, all rows into one table. It takes the columns and
// their types from the first record, hashes neither the file nor a record, looks
// for no duplicates, knows no origins, leaves null what Kusto has as an
// empty text, and gives up at the first record that it cannot read. Each is one run;
// x-read_json is how many times as fast as it the run was, by the wall and by CPU
// time, which tells more where others use the machine too.
func BenchmarkIngest(b *testing.B) {
	path := signInFile(b)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	rows := int64(ingestRowCount(b))
	packed := path + ".zst"
	var baseWall, baseCPU float64 // of read_json
	for _, run := range []struct {
		name string
		do   func(b *testing.B) int64 // the size of what it wrote, 0: nothing
	}{
		{"lines", func(b *testing.B) int64 { return countLines(b, path) }},
		{"zstd", func(b *testing.B) int64 { return unpackAll(b, packed) }},
		{"read_json", func(b *testing.B) int64 { return readJSON(b, path) }},
		{"conshelf", func(b *testing.B) int64 { return ingestOne(b, path, rows) }},
		{"conshelf-zst", func(b *testing.B) int64 { return ingestOne(b, packed, rows) }},
	} {
		b.Run(run.name, func(b *testing.B) {
			resetPeak()
			before := usage(b)
			written := int64(0)
			for b.Loop() {
				written = run.do(b)
			}
			after := usage(b)
			n := float64(b.N)
			wall := b.Elapsed().Seconds() / n
			b.ReportMetric(float64(info.Size())/1e6/wall, "MB/s")
			b.ReportMetric(float64(rows)/wall, "rows/s")
			cpu := (after - before).Seconds() / n
			b.ReportMetric(cpu, "CPU-s")
			if run.name == "read_json" {
				baseWall, baseCPU = wall, cpu
			} else if baseWall > 0 {
				b.ReportMetric(baseWall/wall, "x-read_json")
				b.ReportMetric(baseCPU/cpu, "x-read_json-CPU")
			}
			b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
			if written > 0 {
				b.ReportMetric(100*float64(written)/float64(info.Size()), "%of-raw")
			}
		})
	}
}

func ingestRowCount(b *testing.B) int {
	b.Helper()
	text := os.Getenv("CONSHELF_ROWS")
	if text == "" {
		return ingestRows
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("CONSHELF_ROWS=%s is no number of rows", text)
	}
	return n
}

// signInFile returns the path of the sign-ins, which it makes if need be, with
// a compressed copy beside it.
func signInFile(b *testing.B) string {
	b.Helper()
	cache := os.Getenv("CONSHELF_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			b.Fatal(err)
		}
		cache = filepath.Join(dir, "conshelf-bench")
	}
	rows := ingestRowCount(b)
	path := filepath.Join(cache, fmt.Sprintf("sign-ins-%d.jsonl", rows))
	if _, err := os.Stat(path + ".zst"); err == nil {
		return path
	} else if !errors.Is(err, fs.ErrNotExist) {
		b.Fatal(err)
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := writeSignIns(b.Context(), cache, path, rows); err != nil {
		b.Fatal(err)
	}
	return path
}

// writeSignIns writes so many sign-ins, one a line as Graph has them, and packs
// them: of one tenant after the other, which takes no more room at a time than
// one of them.
func writeSignIns(ctx context.Context, cache, to string, rows int) (err error) {
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	packed, err := os.Create(to + ".making")
	if err != nil {
		return err
	}
	z, err := zstd.NewWriter(packed, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(io.MultiWriter(out, z), 1<<20)
	for seed := uint64(1); rows > 0; seed++ {
		n := min(rows, ingestRows)
		if err := writeTenant(ctx, cache, seed, n, w); err != nil {
			return err
		}
		rows -= n
	}
	if err := errors.Join(w.Flush(), z.Close(), packed.Close()); err != nil {
		return err
	}
	return os.Rename(to+".making", to+".zst")
}

func writeTenant(ctx context.Context, cache string, seed uint64, rows int, to *bufio.Writer) error {
	work := filepath.Join(cache, "making")
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	_, err := simulate.Write(ctx, work, simulate.Options{
		Seed: seed, Users: 2000, Days: 30, SignIns: rows, PadTo: recordSize + 600, Attacks: []simulate.Attack{},
		Formats: simulate.Formats{OneSignInFile: true, Exports: []simulate.Export{simulate.InteractiveSignIns, simulate.NonInteractiveSignIns}},
	})
	if err != nil {
		return err
	}
	return propertiesOf(filepath.Join(work, "signins.jsonl"), to, rows)
}

// propertiesOf writes what diagnostic records say of sign-ins.
func propertiesOf(from string, to *bufio.Writer, rows int) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for n := 0; n < rows && lines.Scan(); n++ {
		_, properties, ok := bytes.Cut(lines.Bytes(), []byte(`"properties":`))
		if !ok {
			return errors.New("a record without properties")
		}
		_, _ = to.Write(bytes.TrimSuffix(properties, []byte("}")))
		_ = to.WriteByte('\n')
	}
	return lines.Err()
}

func countLines(b *testing.B, path string) int64 {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines, buffer := 0, make([]byte, 1<<20)
	for {
		n, err := f.Read(buffer)
		lines += bytes.Count(buffer[:n], []byte("\n"))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if lines == 0 {
		b.Fatal("no lines")
	}
	return 0
}

func unpackAll(b *testing.B, path string) int64 {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := zstd.NewReader(f)
	if err != nil {
		b.Fatal(err)
	}
	defer z.Close()
	if _, err := io.Copy(io.Discard, z); err != nil {
		b.Fatal(err)
	}
	return 0
}

// ingestOne reads a file into a new case, closes it and returns its size.
func ingestOne(b *testing.B, path string, rows int64) int64 {
	b.Helper()
	dir := b.TempDir()
	defer func() { _ = os.RemoveAll(dir) }()
	store := filepath.Join(dir, "evidence.duckdb")
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(LoadOwn(LoadMemory)))
	e, err := Open(b.Context(), Options{Path: store, MemoryLimit: LoadShare(LoadMemory)})
	if err != nil {
		b.Fatal(err)
	}
	err = ingest.New(e, ingest.Options{Limits: ingest.Limits{Unpacked: 1 << 40}}).Ingest(b.Context(), []string{path}, nil, func(f evidence.File, _ []evidence.Reject) error {
		if f.Counts.Stored != rows || f.Problem != "" {
			return fmt.Errorf("%+v, problem %q", f.Counts, f.Problem)
		}
		return nil
	})
	if err := errors.Join(err, e.Close()); err != nil {
		b.Fatal(err)
	}
	return sizeOf(b, store)
}

// readJSON has the database read the same file into columns of the same types.
func readJSON(b *testing.B, path string) int64 {
	b.Helper()
	ctx := context.Background()
	dir := b.TempDir()
	defer func() { _ = os.RemoveAll(dir) }()
	store := filepath.Join(dir, "evidence.duckdb")
	db, err := openDatabase([][2]string{{"temp_directory", dir}, {"memory_limit", strconv.Itoa(int(LoadShare(LoadMemory))) + "B"}})
	if err != nil {
		b.Fatal(err)
	}
	c, err := db.acquire()
	if err != nil {
		b.Fatal(err)
	}
	read, selected := readColumns(b, path)
	err = c.exec(ctx, "ATTACH "+sqlgen.Quote(store)+" AS evidence (STORAGE_VERSION 'v1.5.0')")
	if err == nil {
		err = c.exec(ctx, "CREATE TABLE evidence.main.SigninLogs AS SELECT "+selected+" FROM read_json("+sqlgen.Quote(path)+
			", format='newline_delimited', columns={"+read+"})")
	}
	db.release(c)
	db.close()
	if err != nil {
		b.Fatal(err)
	}
	return sizeOf(b, store)
}

// readColumns returns the columns of the file as read_json wants them, and how
// to make those of the table from them. The first record has them all.
func readColumns(b *testing.B, path string) (read, selected string) {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var first map[string]json.RawMessage
	if err := json.NewDecoder(f).Decode(&first); err != nil {
		b.Fatal(err)
	}
	var reads, selects []string
	for _, name := range slices.Sorted(maps.Keys(first)) {
		column, kind := sqlgen.Identifier(name), "VARCHAR"
		switch first[name][0] {
		case '{', '[':
			kind = "JSON"
		case 't', 'f':
			kind = "BOOLEAN"
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			kind = "BIGINT"
		}
		reads = append(reads, sqlgen.Quote(name)+": "+sqlgen.Quote(kind))
		if name == "createdDateTime" {
			const ticks = "epoch_us(createdDateTime::TIMESTAMP) * 10 + 621355968000000000"
			column = ticks + " AS CreatedDateTime, " + ticks + " AS TimeGenerated"
		}
		selects = append(selects, column)
	}
	return strings.Join(reads, ", "), strings.Join(append(selects, derivedColumns()...), ", ")
}

// derivedColumns are those of a sign-in that its record does not have by a name
// of their own.
func derivedColumns() []string {
	return []string{
		"userDisplayName AS Identity",
		"'Sign-in activity' AS OperationName",
		"if(isInteractive, 'SignInLogs', 'NonInteractiveUserSignInLogs') AS Category",
		`if(isInteractive, 'SigninLogs', 'AADNonInteractiveUserSignInLogs') AS "Type"`,
		"json_extract_string(status, '$.errorCode') AS ResultType",
		"if(ResultType = '0', '', json_extract_string(status, '$.failureReason')) AS ResultDescription",
		"json_extract_string(location, '$.countryOrRegion') AS CountryOrRegion",
	}
}

func sizeOf(b *testing.B, path string) int64 {
	b.Helper()
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

// usage is the CPU time of this process so far.
func usage(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resetPeak and peak measure the most memory that the process has held at
// once since resetPeak; 0 where the system does not tell.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

func peak() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}
