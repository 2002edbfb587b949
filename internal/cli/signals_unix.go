//go:build unix

package cli

import (
	"os/signal"
	"syscall"
)

// ignoreSizeLimit has a write beyond the limit of a file's size fail, as on a
// disk that is full, in place of ending the program.
func ignoreSizeLimit() { signal.Ignore(syscall.SIGXFSZ) }
