package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/conshelf/conshelf/kql/types"
)

// A screen is what a dialogue prints; waiting for a text needs no clock.
type screen struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed *sync.Cond
}

func newScreen() *screen {
	s := &screen{}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
	return s.text.Write(p)
}

// wait waits for a text to be printed, and forgets what was printed.
func (s *screen) wait(t *testing.T, text string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	end := time.AfterFunc(20*time.Second, s.changed.Broadcast)
	defer end.Stop()
	start := time.Now()
	for !strings.Contains(s.text.String(), text) {
		if time.Since(start) > 19*time.Second {
			t.Fatalf("no %q in %q", text, s.text.String())
		}
		s.changed.Wait()
	}
	s.text.Reset()
}

// startREPL starts a dialogue over no case; typing goes into the file, and
// done gives its error.
func startREPL(t *testing.T) (typing *os.File, out *screen, done chan error) {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	in, typing, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = in.Close(), typing.Close() })
	out = newScreen()
	a := &app{in: in, out: out, err: out, caseDir: filepath.Join(t.TempDir(), "none"), memory: "1GB", threads: 1}
	f := &queryFlags{format: "table"}
	o, err := a.output(f)
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.sessionOrEmpty(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	r, err := a.newREPL(t.Context(), s, in, o)
	if err != nil {
		t.Fatal(err)
	}
	done = make(chan error, 1)
	go func() { r.greet(); done <- r.loop(t.Context()) }()
	out.wait(t, prompt)
	return typing, out, done
}

func keys(t *testing.T, typing *os.File, s string) {
	t.Helper()
	if _, err := typing.WriteString(s); err != nil {
		t.Fatal(err)
	}
}

func TestREPL(t *testing.T) {
	typing, out, done := startREPL(t)
	steps := []struct{ name, keys, want string }{
		{"a whole query runs at once", "print answer = 42\r", "42"},
		{"a bar goes on", "range x from 1 to 3 step 1 |\r", promptMore},
		{"to an empty line", "summarize total = sum(x)\r\r", "6"},
		{"let waits for its query", "let a = 7;\r", promptMore},
		{"and runs with it", "print b = a;\r", "7"},
		{"what is pasted does not run by itself", "\x1b[200~print c = 8\r\r| extend d = c + 1\r\x1b[201~", promptMore},
		{"but when its end is typed", "\r", "9"},
		{"an error is said, and is not the end", "print x\r", "error KS142"},
		{"a command", ".columns SigninLogs\r", "UserPrincipalName"},
		{"one that is none", ".nothing\r", "no command is called .nothing"},
		{"tab completes an operator", "SigninLogs | summ\t", "summarize "},
		{"Ctrl-C drops the line", "\x03", prompt},
		{"tab completes a column", "SigninLogs | where UserPrin\t", "UserPrincipalName "},
		{"again", "\x03", prompt},
		{"a query", "print b = 7\r", "7"},
		{"a bar takes the query before it up again", "| where b == 7\r", promptMore},
		{"to its own end", "| project seven = b\r\r", "seven"},
		{"a format", ".format json\r", prompt},
		{"is used", "print answer = 43\r", `{"answer":43}`},
	}
	for _, step := range steps {
		keys(t, typing, step.keys)
		out.wait(t, step.want)
	}
	keys(t, typing, "\x04")
	if err := <-done; err != nil {
		t.Errorf("the dialogue ended with %v", err)
	}
}

// Ctrl-C stops the query that runs, and not the program.
func TestREPLInterrupt(t *testing.T) {
	typing, out, done := startREPL(t)
	keys(t, typing, "range x from 1 to 100000000000 step 1 | summarize sum(x)\r")
	out.wait(t, "running")
	keys(t, typing, "\x03")
	out.wait(t, "stopped")
	keys(t, typing, "print answer = 44\r")
	out.wait(t, "44")
	keys(t, typing, "\x04")
	if err := <-done; err != nil {
		t.Errorf("the dialogue ended with %v", err)
	}
}

// The history is kept for the next time, without what is typed twice.
func TestHistory(t *testing.T) {
	dir := t.TempDir()
	h, err := openHistory(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"one", "two", "two", "  ", "three"} {
		h.Add(line)
	}
	again, err := openHistory(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	if again.Len() != 3 || again.At(0) != "three" || again.At(2) != "one" {
		t.Errorf("history %v", again.lines)
	}
	if info, err := os.Stat(filepath.Join(dir, "history.kql")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("history file: %v, %v", info, err)
	}
}

func TestAppendValue(t *testing.T) {
	tests := []struct {
		value types.Value
		want  string
	}{
		{types.NewDateTime(0), `"0001-01-01T00:00:00Z"`},
		{types.NewDateTime(1), `"0001-01-01T00:00:00.0000001Z"`},
		{types.NewTimeSpan(types.TicksPerDay), `"1.00:00:00"`},
		{types.Null(types.Dynamic), "null"},
		{types.Null(types.String), `""`},
		{types.NewDynamic("{\n \"a\": 1}"), `{"a":1}`},
		{types.NewString("a\nb\u2028"), "\"a\\nb\u2028\""},
	}
	for _, test := range tests {
		if got := string(appendValue(nil, test.value)); got != test.want {
			t.Errorf("appendValue(%+v) = %s, want %s", test.value, got, test.want)
		}
	}
}
