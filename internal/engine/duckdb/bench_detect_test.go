package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/rules"
)

// detectLimit is the memory that the whole program may hold in the benchmark of
// the rules: the default of the command line.
const detectLimit = 4 << 30

// BenchmarkDetect runs the whole rule pack over tenants of a million sign-ins
// and more, with the other tables in proportion: CONSHELF_SIZES are the
// numbers. Beside it, in the same run, every column of every table that the
// pack reads is read once. Every rule's time is printed, the slowest first.
func BenchmarkDetect(b *testing.B) {
	for _, signIns := range detectSizes(b) {
		dir := detectCase(b, signIns)
		b.Run(strconv.Itoa(signIns), func(b *testing.B) {
			for b.Loop() {
				detectOnce(b, dir)
			}
		})
	}
}

func detectSizes(b *testing.B) []int {
	b.Helper()
	text := cmp.Or(os.Getenv("CONSHELF_SIZES"), "1000000 5000000 20000000")
	var sizes []int
	for _, word := range strings.Fields(text) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			b.Fatalf("CONSHELF_SIZES: %s is no number of sign-ins", word)
		}
		sizes = append(sizes, n)
	}
	return sizes
}

func detectOnce(b *testing.B, dir string) {
	b.Helper()
	opener, opened := detectOpener()
	c, err := investigation.OpenExisting(b.Context(), dir, opener)
	if err != nil {
		b.Fatal(err)
	}
	var watch stopwatch
	resetPeak()
	cpu, start := usage(b), time.Now()
	found, err := c.Find(b.Context(), investigation.Options{Rules: rules.FS(), Observe: watch.observe})
	if err != nil {
		b.Fatal(err)
	}
	took := time.Since(start)
	b.ReportMetric(took.Seconds(), "rules-s")
	b.ReportMetric((usage(b) - cpu).Seconds(), "CPU-s")
	b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
	b.ReportMetric(float64(len(found.Rules)), "rules")
	b.ReportMetric(float64(len(found.Alerts)), "alerts")
	floor := readAll(b, opened.engine, tablesRead(found.Rules))
	b.ReportMetric(floor.Seconds(), "scan-s")
	b.ReportMetric(took.Seconds()/floor.Seconds(), "rules/scan")
	for _, line := range watch.lines() {
		b.Log(line)
	}
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
}

// An openedEngine is the engine that an opener opened.
type openedEngine struct{ engine *Engine }

func detectOpener() (investigation.Opener, *openedEngine) {
	opened := &openedEngine{}
	return func(ctx context.Context, database, temp string) (engine.Engine, error) {
		var err error
		opened.engine, err = Open(ctx, Options{Path: database, TempDir: temp, MemoryLimit: Share(detectLimit)})
		return opened.engine, err
	}, opened
}

// A stopwatch times rules.
type stopwatch struct {
	mu    sync.Mutex
	times []ruleTime
}

type ruleTime struct {
	name string
	took time.Duration
}

func (w *stopwatch) observe(r *rule.Compiled) func() {
	start := time.Now()
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.times = append(w.times, ruleTime{r.Name, time.Since(start)})
	}
}

func (w *stopwatch) lines() []string {
	slices.SortFunc(w.times, func(a, b ruleTime) int { return cmp.Or(cmp.Compare(b.took, a.took), cmp.Compare(a.name, b.name)) })
	lines := make([]string, len(w.times))
	for i, t := range w.times {
		lines[i] = fmt.Sprintf("%8.2f s  %s", t.took.Seconds(), t.name)
	}
	return lines
}

func tablesRead(pack []*rule.Compiled) []string {
	var names []string
	for _, r := range pack {
		if r.Query == nil {
			continue
		}
		for _, s := range plan.Scans(r.Query) {
			names = append(names, s.Table.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// readAll reads every column of the tables once.
func readAll(b *testing.B, e *Engine, tables []string) time.Duration {
	b.Helper()
	start := time.Now()
	for _, name := range tables {
		t, ok := e.catalog()[name]
		if !ok {
			continue
		}
		var columns []string
		for _, c := range t.columns {
			columns = append(columns, sqlgen.Identifier(c.physical))
		}
		query := "SELECT bit_xor(hash(" + strings.Join(columns, ", ") + ")) FROM " + t.from()
		if err := e.scan(b.Context(), query, func(bindings.DataChunk) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

// detectCase returns the case of so many sign-ins, in CONSHELF_CACHE or the
// user's cache directory. It is made if need be.
func detectCase(b *testing.B, signIns int) string {
	b.Helper()
	cache := os.Getenv("CONSHELF_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			b.Fatal(err)
		}
		cache = filepath.Join(dir, "conshelf-bench")
	}
	dir := filepath.Join(cache, fmt.Sprintf("tenant-%d", signIns))
	if _, err := os.Stat(dir); err == nil {
		return dir
	} else if !errors.Is(err, fs.ErrNotExist) {
		b.Fatal(err)
	}
	making := dir + ".making"
	if err := errors.Join(os.RemoveAll(making), os.MkdirAll(making, 0o755)); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(making) }()
	start := time.Now()
	if err := multiply(b, making, signIns); err != nil {
		b.Fatal(err)
	}
	b.Logf("made the tenant of %d sign-ins in %s", signIns, time.Since(start).Round(time.Second))
	if err := os.Rename(filepath.Join(making, "case"), dir); err != nil {
		b.Fatal(err)
	}
	return dir
}
