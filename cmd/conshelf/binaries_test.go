package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// binaries are the kinds of files that a script cannot hold.
func binaries() map[string]func(io.Writer) {
	return map[string]func(io.Writer){
		"binary": func(w io.Writer) {
			write(w, append([]byte("MZ\x90\x00\x03"), bytes.Repeat([]byte{0, 0xff, 0x80, 7}, 512)...))
		},
		"truncated-gzip": func(w io.Writer) {
			whole := gzipped(signIns(1, 2000))
			write(w, whole[:len(whole)*2/3])
		},
		"many-sign-ins": func(w io.Writer) { write(w, signIns(1000, 40_000)) },
		"gzip":          func(w io.Writer) { write(w, gzipped(signIns(1, 10))) },
		"downloads":     func(w io.Writer) { write(w, downloads(500)) },
		"nameless": func(w io.Writer) {
			write(w, regexp.MustCompile(`,"OfficeObjectId":"[^"]*"`).ReplaceAll(downloads(300), nil))
		},
		"groups":       func(w io.Writer) { write(w, groups(10_000)) },
		"nesting-bomb": func(w io.Writer) { write(w, []byte(`{"value":[`+strings.Repeat(`{"a":[`, 100_000))) },
		"gzip-bomb":    func(w io.Writer) { z := gzip.NewWriter(w); blanks(z); must(z.Close()) },
		"zstd-bomb":    func(w io.Writer) { z := zstdWriter(w); blanks(z); must(z.Close()) },
		"zip-bomb":     func(w io.Writer) { zipFile(w, "a.json", blanks) },
		"tar-bomb":     tarBomb,
		"heavy-zip":    heavy,
		"crowded-zip":  crowd,
		"climbing-tar": climbing,
		"climbing-zip": climbingZip,
		"nested-zip":   func(w io.Writer) { write(w, russian(6)) },
		"long-line":    func(w io.Writer) { longLine(w, 100<<20) },
		"longest-line": func(w io.Writer) { sparseLine(w, 4<<30) },
		"deep":         func(w io.Writer) { between(w, strings.Repeat(`{"a":[`, 10_000)) },
		"not-utf8":     func(w io.Writer) { between(w, "{\"\xff\xfe\":\"\xc0\x80\",\x00}") },
		"bytes": func(w io.Writer) {
			between(w, `{"Type":"SigninLogs","TimeGenerated":"2026-03-01T09:00:00Z","Id":"bytes","UserPrincipalName":"a`+"\xff\x80"+`b"}`)
		},
		"nuls":     func(w io.Writer) { write(w, bytes.Repeat([]byte("a,\x00\n"), 1000)) },
		"nul-json": func(w io.Writer) { between(w, "{\"Type\":\"Sig\x00ninLogs\"}") },
	}
}

// groups returns groups of which each is in the one before; the last holds a
// user called deepest.
func groups(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"groups":[`)
	for i := range n {
		fmt.Fprintf(&b, `{"id":"g%d","members":["g%d"]},`, i, i+1)
	}
	fmt.Fprintf(&b, `{"id":"g%d","members":["deepest"]}]}`, n)
	return b.Bytes()
}

// downloads returns rows of OfficeActivity in which somebody downloads as many
// files, each twice.
func downloads(n int) []byte {
	var b bytes.Buffer
	for i := range 2 * n {
		fmt.Fprintf(&b, `{"Type":"OfficeActivity","TimeGenerated":"2026-03-04T10:%02d:%02dZ","OfficeId":"d%d","Operation":"FileDownloaded","OfficeWorkload":"SharePoint","UserId":"Ana@contoso.com","OfficeObjectId":"https://contoso.example/%d"}`+"\n",
			i/60%60, i%60, i, i%n)
	}
	return b.Bytes()
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

// signIns returns rows of SigninLogs, one a line, with ids from first on.
func signIns(first, n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"Type":"SigninLogs","TimeGenerated":"2026-03-01T08:%02d:%02dZ","Id":"id-%d","UserPrincipalName":"adele@contoso.com","IPAddress":"192.0.2.%d","ResultType":"0","Category":"SignInLogs"}`+"\n",
			i/60%60, i%60, first+i, i%250)
	}
	return b.Bytes()
}

// TestKilledIngest kills the program in the middle of a file: what was loaded
// before is all there, and of the file there is nothing.
func TestKilledIngest(t *testing.T) {
	program, err := exec.LookPath("conshelf")
	if err != nil {
		t.Fatalf("the test binary did not install the command: %v", err)
	}
	dir := t.TempDir()
	good := filepath.Join(dir, "good.jsonl")
	if err := os.WriteFile(good, signIns(1, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, program, "ingest", good, "--case", filepath.Join(dir, "case"))

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "ingest", "-", "--case", filepath.Join(dir, "case"))
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// The pipe holds far less than this, so most of it has been read when the
	// last write returns; the file has no end yet.
	for i := range 20 {
		if _, err := stdin.Write(signIns(1000+1000*i, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the killed program ended well")
	}

	if got, want := run(t, program, "query", "SigninLogs | count", "--case", filepath.Join(dir, "case"), "-o", "csv"), "Count\r\n100\r\n"; got != want {
		t.Errorf("after the kill the case has %q, want %q", got, want)
	}
	run(t, program, "ingest", good, "--case", filepath.Join(dir, "case"))
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s", program, args, err, stderr.String())
	}
	return out.String()
}
