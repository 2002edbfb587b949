package main

import (
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestMemoryBudget measures what the program really held: never more than a
// fifth above its budget, whether the query spills and ends, or is stopped.
func TestMemoryBudget(t *testing.T) {
	program, err := exec.LookPath("conshelf")
	if err != nil {
		t.Fatalf("the test binary did not install the command: %v", err)
	}
	tests := []struct {
		name   string
		limit  string
		most   int64
		query  string
		status int
		stdout string
	}{
		{"spills", "300MB", 360_000_000, `range x from 1 to 4000000 step 1 | extend s = strcat("some text that is not short at all ", x) | summarize count() by s | count`, 0, "Count\r\n4000000\r\n"},
		{"is stopped", "500MB", 600_000_000, `range x from 1 to 20000000 step 1 | summarize make_list(strcat("some text ", x)) | project array_length(list_)`, 5, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), program, "query", "--case", filepath.Join(t.TempDir(), "none"), "--memory-limit", test.limit, "-o", "csv", test.query)
			var out, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &stderr
			err := cmd.Run()
			var failed *exec.ExitError
			if err != nil && !errors.As(err, &failed) {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != test.status || test.status == 0 && out.String() != test.stdout {
				t.Errorf("status %d, want %d; %q\n%s", got, test.status, out.String(), stderr.String())
			}
			usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			if held := usage.Maxrss * 1024; !ok || held > test.most {
				t.Errorf("the program held %d bytes, the budget is %s", held, test.limit)
			}
		})
	}
}
