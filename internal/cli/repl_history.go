package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// historyLines is how many lines a history remembers.
const historyLines = 1000

// A history is the lines typed before, the last first; they are kept in a file
// that only its owner can read.
type history struct {
	path  string
	lines []string // the oldest first
}

// openHistory reads the history of the case, or of the user where there is no
// case.
func openHistory(caseDir string, inCase bool) (*history, error) {
	path := filepath.Join(caseDir, "history.kql")
	if !inCase {
		dir, err := os.UserConfigDir()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(dir, "conshelf", "history.kql")
	}
	h := &history{path: path}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		h.remember(lines.Text())
	}
	return h, firstError(lines.Err(), f.Close())
}

func (h *history) remember(line string) {
	h.lines = append(h.lines, line)
	h.lines = h.lines[max(0, len(h.lines)-historyLines):]
}

// Add remembers a line, unless it is empty or the same as the last. That the
// file cannot be written takes nothing from the dialogue.
func (h *history) Add(line string) {
	if strings.TrimSpace(line) == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.remember(line)
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	_, _ = f.WriteString(line + "\n")
	_ = f.Close()
}

// Len returns how many lines are remembered.
func (h *history) Len() int { return len(h.lines) }

// At returns a line; 0 is the last.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
