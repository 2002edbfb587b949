package duckdb

import (
	"fmt"
	"strings"
	"syscall"

	"github.com/conshelf/conshelf/internal/engine"
)

// space says in our words that the disk is full; DuckDB gives no code for it,
// only the system's own words.
func space(err error) error {
	if err == nil {
		return nil
	}
	for _, full := range []syscall.Errno{syscall.ENOSPC, syscall.EFBIG, syscall.EDQUOT} {
		if strings.Contains(strings.ToLower(err.Error()), full.Error()) {
			return fmt.Errorf("%w: %w", engine.ErrNoSpace, err)
		}
	}
	return err
}
