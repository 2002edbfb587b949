package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
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
			"status":  status,
			"mkbin":   mkbin,
			"within":  within,
			"growing": growing,
			"killed":  killed,
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
	fill, ok := binaries()[args[0]]
	if !ok {
		ts.Fatalf("no such kind: %s", args[0])
	}
	f, err := os.OpenFile(ts.MkAbs(args[1]), os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	ts.Check(err)
	fill(f)
	ts.Check(f.Close())
}

// growing runs status while a file grows: growing FILE status N command [args].
func growing(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 || args[1] != "status" {
		ts.Fatalf("usage: growing FILE status N command [args]")
	}
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	stop, stopped := make(chan struct{}), make(chan error)
	go func() { stopped <- errors.Join(grow(f, stop), f.Close()) }()
	defer func() {
		close(stop)
		ts.Check(<-stopped)
	}()
	status(ts, false, args[2:])
}

// grow writes to a file every millisecond.
func grow(f *os.File, stop <-chan struct{}) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return nil
		case <-tick.C:
			if _, err := f.Write(signIns(900_000, 1)); err != nil {
				return err
			}
		}
	}
}

// killed kills a command after a time, or finds that it has ended: killed 50ms
// command [args].
func killed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: killed DURATION command [args]")
	}
	after, err := time.ParseDuration(args[0])
	ts.Check(err)
	program, err := exec.LookPath(args[1])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), after)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	err = cmd.Run()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		ts.Fatalf("%v: %v", args[1:], err)
	}
}
