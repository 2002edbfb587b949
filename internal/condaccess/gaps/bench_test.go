package gaps

import (
	"runtime"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// BenchmarkGaps finds what is open to two attackers in a tenant of fifty
// thousand users, and how much memory the space then holds.
func BenchmarkGaps(b *testing.B) {
	for _, size := range []size{{84, 50000, 150, 40}, {200, 50000, 150, 40}} {
		tenant := newWorld(5).tenant(b, size)
		for _, p := range Profiles()[:2] {
			b.Run(p.Name, func(b *testing.B) {
				for b.Loop() {
					before := heap()
					space, err := NewSpace(condaccess.NewEvaluator(tenant, condaccess.Options{}))
					if err != nil {
						b.Fatal(err)
					}
					report, err := space.Report(p, 20)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(size.policies), "policies")
					b.ReportMetric(float64(report.Nodes), "nodes")
					b.ReportMetric(float64(len(report.Rows)+report.Further), "rows")
					b.ReportMetric(float64(heap()-before)/(1<<20), "MiB")
					runtime.KeepAlive(space)
				}
			})
		}
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
