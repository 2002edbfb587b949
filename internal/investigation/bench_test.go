package investigation

import (
	"crypto/sha256"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/simulate"
	"github.com/conshelf/conshelf/rules"
)

// million is the size of the benchmarks' tenant.
const million = 1_000_000

// BenchmarkMillionSignIns loads a million simulated sign-ins with the rest of
// their tenant, and runs the whole rule pack over them. Beside the load it
// times reading and hashing the same files, which no load can beat.
func BenchmarkMillionSignIns(b *testing.B) {
	dir := b.TempDir()
	exports := filepath.Join(dir, "exports")
	o := simulate.Options{Seed: 1, Users: 2000, Days: 30, SignIns: million}
	if _, err := simulate.Write(b.Context(), exports, o); err != nil {
		b.Fatal(err)
	}
	hashed, size := hashAll(b, exports)
	for b.Loop() {
		c, err := Open(b.Context(), filepath.Join(b.TempDir(), "case"), openDuckDB)
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		loaded, err := c.Ingest(b.Context(), []string{exports}, IngestOptions{})
		if err != nil {
			b.Fatal(err)
		}
		ingest := time.Since(start)
		start = time.Now()
		found, err := c.Find(b.Context(), Options{Rules: rules.FS()})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(size)/1e6/ingest.Seconds(), "ingest-MB/s")
		b.ReportMetric(float64(loaded.Counts().Stored)/ingest.Seconds(), "ingest-rows/s")
		b.ReportMetric(ingest.Seconds()/hashed.Seconds(), "ingest/hash")
		b.ReportMetric(time.Since(start).Seconds(), "rules-s")
		b.ReportMetric(float64(len(found.Rules)), "rules")
		b.ReportMetric(float64(loaded.Counts().Stored), "rows")
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// hashAll reads and hashes every file under dir.
func hashAll(b *testing.B, dir string) (time.Duration, int64) {
	b.Helper()
	start := time.Now()
	var size int64
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		n, err := io.Copy(sha256.New(), f)
		size += n
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return time.Since(start), size
}
