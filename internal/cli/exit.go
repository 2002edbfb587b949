package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/conshelf/conshelf/internal/engine"
)

// The exit statuses of the program. They are part of its interface.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitSkipped     = 3   // done, but some input was skipped; it was listed
	exitBudget      = 5   // stopped at a budget: --timeout, --max-rows or --memory
	exitFindings    = 10  // findings at or above --fail-on
	exitEvidence    = 11  // evidence, or a case, does not verify
	exitInterrupted = 130 // SIGINT
)

// A statusError is an error with the exit status that it means.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// usagef returns an error of how the program was called.
func usagef(format string, args ...any) error {
	return &statusError{exitUsage, fmt.Errorf(format, args...)}
}

// silent is the error of a command that has already said what there is to say.
type silent struct{ status int }

func (e silent) Error() string { return fmt.Sprintf("exit status %d", e.status) }

// status says what err means for the exit status, and prints it where that
// was not done.
func status(stderr io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	var quiet silent
	if errors.As(err, &quiet) {
		return quiet.status
	}
	if errors.Is(err, syscall.EPIPE) {
		return exitOK // whoever reads our output has enough
	}
	if errors.Is(err, context.Canceled) {
		printLine(stderr, "conshelf: interrupted; what was loaded before is kept")
		return exitInterrupted
	}
	printLine(stderr, "conshelf: "+message(err))
	var coded *statusError
	if errors.As(err, &coded) {
		return coded.status
	}
	return exitError
}

// message says in one line what went wrong.
func message(err error) string {
	if full(err) {
		return "the disk is full, what was loaded before is kept: make room and run this again: " + err.Error()
	}
	return err.Error()
}

// full tells whether err is of a file that could not grow.
func full(err error) bool {
	return errors.Is(err, engine.ErrNoSpace) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EFBIG)
}
