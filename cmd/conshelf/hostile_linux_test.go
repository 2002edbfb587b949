package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// hostileMemory is how much more memory a hostile file may take than a small
// honest one.
const hostileMemory = 512 << 20

// TestHostileFiles reads files that are made to harm whoever reads them. Each
// costs a bounded amount of memory, is told in one line with what to do, keeps
// the program's status, writes nothing outside the case, and leaves a case
// that opens, with each file in whole or not at all.
func TestHostileFiles(t *testing.T) {
	program, err := exec.LookPath("conshelf")
	if err != nil {
		t.Fatalf("the test binary did not install the command: %v", err)
	}
	idle := ingestHostile(t, program, "honest.json", func(w io.Writer) { write(w, signIns(1, 3)) })
	if idle.status != 0 || idle.rows != "3" {
		t.Fatalf("an honest file: %+v", idle)
	}
	for _, test := range hostileFiles() {
		t.Run(test.name, func(t *testing.T) {
			got := ingestHostile(t, program, test.name, test.make)
			if got.status != 3 || got.rows != test.rows {
				t.Errorf("status %d, %s rows of SigninLogs, want 3 and %s\n%s", got.status, got.rows, test.rows, got.stderr)
			}
			for _, want := range test.says {
				if !strings.Contains(got.stderr, want) {
					t.Errorf("stderr %q does not say %q", got.stderr, want)
				}
			}
			if lines := strings.Count(got.stderr, "\n") - strings.Count(got.stderr, "note: "); lines != len(test.says) {
				t.Errorf("%d lines, want %d: %s", lines, len(test.says), got.stderr)
			}
			if over := got.memory - idle.memory; over > hostileMemory {
				t.Errorf("took %d MiB more than an honest file", over>>20)
			}
		})
	}
}

type hostileRun struct {
	status       int
	stderr, rows string
	memory       int64
}

// ingestHostile reads one file beside an honest one into a new case.
func ingestHostile(t *testing.T, program, name string, make func(io.Writer)) hostileRun {
	t.Helper()
	dir := t.TempDir()
	exports, caseDir := filepath.Join(dir, "a", "b", "exports"), filepath.Join(dir, "a", "b", "case")
	if err := os.MkdirAll(exports, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(exports, name))
	if err != nil {
		t.Fatal(err)
	}
	make(f)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "ingest", exports, "--case", caseDir)
	cmd.Dir = exports
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err = cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	if left := filesUnder(t, dir, caseDir); !slices.Equal(left, []string{filepath.Join(exports, name)}) {
		t.Errorf("outside the case there are %q", left)
	}
	rows := run(t, program, "query", "union isfuzzy=true SigninLogs, (Evidence_CL | take 0) | where isnotempty(Id) | count", "--case", caseDir, "-o", "csv")
	return hostileRun{
		status: cmd.ProcessState.ExitCode(), stderr: stderr.String(), rows: strings.Trim(strings.TrimPrefix(rows, "Count"), "\r\n"),
		memory: cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10,
	}
}

// filesUnder lists the files under dir that are not in the case.
func filesUnder(t *testing.T, dir, caseDir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if path == caseDir {
			return filepath.SkipDir
		}
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

type hostileFile struct {
	name string
	make func(w io.Writer)
	rows string   // of SigninLogs
	says []string // a line each
}

func hostileFiles() []hostileFile {
	return []hostileFile{
		{"bomb.json.gz", func(w io.Writer) { z := gzip.NewWriter(w); blanks(z); must(z.Close()) }, "2", []string{"packed too densely"}},
		{"bomb.json.zst", func(w io.Writer) { z := zstdWriter(w); blanks(z); must(z.Close()) }, "2", []string{"packed too densely"}},
		{"bomb.zip", func(w io.Writer) { zipFile(w, "a.json", blanks) }, "2", []string{"packed too densely"}},
		{"bomb.tar.gz", tarBomb, "0", []string{"packed too densely", "packed too densely"}},
		{"window.zst", func(w io.Writer) { write(w, []byte("\x28\xb5\x2f\xfd\x00\xf8\x00\x00\x00")) }, "0", []string{"window.zst: "}},
		{"deep.zip", func(w io.Writer) { write(w, russian(6)) }, "0", []string{"is an archive inside an archive inside an archive"}},
		{"crowd.zip", crowd, "0", []string{"has 100001 members, more than 100000"}},
		{"climb.tar", climbing, "2", []string{"leads out of the archive", "is a link or a device", "is a link or a device"}},
		{"huge-claim.tar", func(w io.Writer) { write(w, hugeClaim()) }, "2", []string{"huge-claim.tar: "}},
		{"line.json", func(w io.Writer) { longLine(w, 100<<20) }, "4", []string{"1 of 5 records are in quarantine; the first is record 3 at byte"}},
		{"sparse.json", func(w io.Writer) { sparseLine(w, 1<<30) }, "4", []string{"1 of 5 records are in quarantine; the first is record 3 at byte"}},
		{"deep.json", func(w io.Writer) { between(w, strings.Repeat(`{"a":[`, 10_000)) }, "4", []string{"nested deeper than 100"}},
		{"deep-array.json", func(w io.Writer) { write(w, bytes.Repeat([]byte("["), 10<<20)) }, "0", []string{"nested deeper than 100"}},
		{"members.json", func(w io.Writer) { between(w, "{"+strings.Repeat(`"":0,`, 10<<20)+`"a":0}`) }, "4", []string{"has more than"}},
		{"names.json", madeUpNames, "4", []string{"records are in quarantine"}},
		{"invalid.json", func(w io.Writer) { between(w, "{\"\xff\xfe\":\"\xc0\x80\",\x00}") }, "4", []string{"1 of 5 records"}},
		{"nul.csv", func(w io.Writer) { write(w, bytes.Repeat([]byte("a,\x00\n"), 1000)) }, "0", []string{"is not text"}},
		{"columns.csv", func(w io.Writer) { write(w, bytes.Repeat([]byte("a,"), 10<<20)) }, "0", []string{"format not recognised"}},
		{"quote.csv", func(w io.Writer) { quoteWithoutEnd(w, 100<<20) }, "0", []string{"a record is longer than"}},
		{"escape\x1b[2J\nname.json", func(w io.Writer) { write(w, []byte("{\"a\":1}\n")) }, "0", []string{"format not recognised"}},
		{"archive.7z", func(w io.Writer) { write(w, []byte("7z\xbc\xaf\x27\x1c\x00\x04")) }, "0", []string{"is a 7-Zip archive: unpack it first"}},
		{"archive.rar", func(w io.Writer) { write(w, []byte("Rar!\x1a\x07\x01\x00")) }, "0", []string{"is a RAR archive: unpack it first"}},
	}
}
