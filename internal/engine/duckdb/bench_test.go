package duckdb

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// signIns fills a batch with rows such as a sign-in log has.
func signIns(b *engine.Batch, first, rows int) {
	column := func(name string, t types.Scalar) *engine.Vector {
		return &b.Vectors[b.Column(types.Column{Name: name, Type: t})]
	}
	for i := first; i < first+rows; i++ {
		column("TimeGenerated", types.DateTime).SetInt(639_040_752_000_000_000 + int64(i)*types.TicksPerSecond)
		column("UserPrincipalName", types.String).SetText(fmt.Appendf(nil, "user%d@contoso.com", i%20_000))
		column("IPAddress", types.String).SetText(fmt.Appendf(nil, "203.0.113.%d", i%256))
		column("ResultType", types.String).SetText([]byte("50126"))
		column("CorrelationId", types.GUID).SetText(fmt.Appendf(nil, "00000000-0000-0000-0000-%012d", i))
		column("LocationDetails", types.Dynamic).SetText(fmt.Appendf(nil, `{"city":"City %d","countryOrRegion":"NL","geoCoordinates":{"latitude":52.%d,"longitude":4.9}}`, i%50, i%100))
		column("AuthenticationDetails", types.Dynamic).SetText(fmt.Appendf(nil, `[{"authenticationStepDateTime":"2026-01-15T12:00:00Z","succeeded":true,"detail":"step %d"},{"succeeded":false}]`, i))
		b.EndRow(engine.Origin{File: 1, Record: int64(i + 1), Tenant: "00000000-0000-0000-0000-000000000001", Identity: engine.Identity{int64(i), 1}})
	}
}

// BenchmarkLoad takes in 100,000 rows, through the loader and by SQL.
func BenchmarkLoad(b *testing.B) {
	const rows = 100_000
	b.Run("batches", func(b *testing.B) {
		for b.Loop() {
			e := benchEngine(b)
			l, err := e.Begin(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			batch := engine.NewBatch("SigninLogs")
			for i := 0; i < rows; i += engine.BatchRows {
				batch.Reset()
				signIns(batch, i, min(engine.BatchRows, rows-i))
				if err := l.Append(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
			if err := l.Commit(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("sql", func(b *testing.B) {
		for b.Loop() {
			e := benchEngine(b)
			c, err := e.db.acquire()
			if err != nil {
				b.Fatal(err)
			}
			err = c.exec(b.Context(), `CREATE TABLE evidence.main.s AS SELECT 639040752000000000 + n * 10000000 AS TimeGenerated,
				'user' || (n % 20000) || '@contoso.com' AS UserPrincipalName, '203.0.113.' || (n % 256) AS IPAddress, '50126' AS ResultType,
				format('00000000-0000-0000-0000-{:012d}', n) AS CorrelationId,
				'{"city":"City ' || (n % 50) || '","countryOrRegion":"NL","geoCoordinates":{"latitude":52.' || (n % 100) || ',"longitude":4.9}}' AS LocationDetails,
				'[{"authenticationStepDateTime":"2026-01-15T12:00:00Z","succeeded":true,"detail":"step ' || n || '"},{"succeeded":false}]' AS AuthenticationDetails,
				1::BIGINT AS f, n + 1 AS r, '00000000-0000-0000-0000-000000000001' AS t, n AS k1, 1::BIGINT AS k2 FROM range(100000) t(n)`)
			e.db.release(c)
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

func benchEngine(b *testing.B) *Engine {
	b.Helper()
	e, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "evidence.duckdb")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = e.Close() })
	return e
}
