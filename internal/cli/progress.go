package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// patience is how long work may take before its progress is shown.
const patience = time.Second

// A progress shows how far a long job is, on one line of a terminal that is
// rewritten. The zero progress, and that of a stream that is no terminal,
// shows nothing.
type progress struct {
	mu    sync.Mutex
	w     io.Writer // nil: show nothing
	verb  string
	total int64 // of bytes; 0: not known
	start time.Time
	last  time.Time
	shown bool
}

func newProgress(w io.Writer, terminal bool, verb string, total int64) *progress {
	p := &progress{verb: verb, total: total, start: time.Now()}
	if terminal {
		p.w = w
	}
	return p
}

// at reports that bytes of text and rows are through, and how many bytes of
// files, which may be packed, the text came from.
func (p *progress) at(text, taken, rows int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	elapsed := now.Sub(p.start)
	if p.w == nil || elapsed < patience || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.shown = now, true
	rate := float64(text) / elapsed.Seconds()
	line := fmt.Sprintf("%s %s, %d rows, %s/s, %.0f rows/s", p.verb, size(text), rows, size(int64(rate)), float64(rows)/elapsed.Seconds())
	if p.total > taken && taken > 0 {
		left := time.Duration(float64(p.total-taken) / float64(taken) * float64(elapsed)).Round(time.Second)
		line += fmt.Sprintf(", %d%%, %s left", 100*taken/p.total, left)
	}
	_, _ = fmt.Fprintf(p.w, "\r\x1b[K%s", line)
}

// step reports that done of total pieces of work are through.
func (p *progress) step(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); p.w != nil && now.Sub(p.start) >= patience {
		p.shown = true
		_, _ = fmt.Fprintf(p.w, "\r\x1b[K%s, %d of %d", p.verb, done, total)
	}
}

// clear removes the line.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// size prints a number of bytes in decimal units.
func size(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	f, i := float64(n), 0
	for f >= 1000 && i < len(units)-1 {
		f, i = f/1000, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}

// parseSize reads a number of bytes as people write it: 500MB, 4GB, 2GiB.
func parseSize(text string) (int64, error) {
	units := []struct {
		suffix string
		bytes  int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1}}
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n <= 0 || n > 1<<62/u.bytes {
			break
		}
		return n * u.bytes, nil
	}
	return 0, errors.New("want a size such as 4GB")
}
