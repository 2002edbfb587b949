package main

import (
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/conshelf/conshelf/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"conshelf": func() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the program as its users do: each script is a session.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": status,
			"mkbin":  mkbin,
			"within": within,
		},
	})
}

// status runs a command and checks its exit status: status 3 conshelf ingest x.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [args]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = err.Error()
		const prefix = "exit status "
		if len(got) > len(prefix) && got[:len(prefix)] == prefix {
			got = got[len(prefix):]
		}
	}
	if got != args[0] {
		ts.Fatalf("%v: exit status %s, want %s", args[1:], got, args[0])
	}
}

// within runs status and fails if that took longer: within 3s status 5 conshelf x.
func within(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 || args[1] != "status" {
		ts.Fatalf("usage: within DURATION status N command [args]")
	}
	most, err := time.ParseDuration(args[0])
	ts.Check(err)
	start := time.Now()
	status(ts, false, args[2:])
	if took := time.Since(start); took > most {
		ts.Fatalf("%v took %s, which is more than %s", args[3:], took, most)
	}
}

// mkbin writes a file that no text form can hold: mkbin KIND FILE.
func mkbin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mkbin kind file")
	}
	data, ok := binaries(args[0])
	if !ok {
		ts.Fatalf("no such kind: %s", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o600))
}
