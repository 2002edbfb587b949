package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/cli"
)

// TestReplayNamesThePoliciesOfALog replays a tenant's sign-ins of which no policy
// was exported: those that the log names are said, and that they were not given.
func TestReplayNamesThePoliciesOfALog(t *testing.T) {
	log := filepath.Join("..", "..", "..", "shared", "data", "logs", "signins", "signinlogs_demo_tenant.jsonl") //nolint:misspell // the name of a folder
	if _, err := os.Stat(log); err != nil {
		t.Skip("the log of a tenant is not beside the checkout")
	}
	place := filepath.Join(t.TempDir(), "case")
	run := func(want int, args ...string) string {
		var out, stderr bytes.Buffer
		if got := cli.Main(append(args, "--case", place), strings.NewReader(""), &out, &stderr); got != want {
			t.Fatalf("%v: status %d, want %d\n%s", args, got, want, stderr.String())
		}
		return stderr.String()
	}
	run(0, "ingest", "-q", log)
	said := run(1, "ca", "replay")
	for _, want := range []string{
		"policies that the log names and that were not given, so that what it recorded of them was not compared: 12\n",
		"Semolen - Admin MFA (4c5a5ea0-5d9f-4730-baaa-7a69cf29ef26): ",
		"the case holds no Conditional Access policy",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}
