package gaps

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// BenchmarkGaps finds what is open to two attackers in a tenant of fifty
// thousand users, how much memory the space then holds, and the most that the
// process has held at once beyond what it held before, with what was not yet
// collected.
func BenchmarkGaps(b *testing.B) {
	for _, size := range []size{{84, 50000, 150, 40}, {200, 50000, 150, 40}} {
		tenant := newWorld(5).tenant(b, size)
		for _, p := range Profiles()[:2] {
			b.Run(p.Name, func(b *testing.B) {
				for b.Loop() {
					before := heap()
					held := resetPeak()
					space, err := NewSpace(condaccess.NewEvaluator(tenant, condaccess.Options{}))
					if err != nil {
						b.Fatal(err)
					}
					report, err := space.Report(p, 20)
					if err != nil {
						b.Fatal(err)
					}
					most := resident("VmHWM:")
					b.ReportMetric(float64(size.policies), "policies")
					b.ReportMetric(float64(report.Nodes), "nodes")
					b.ReportMetric(float64(len(report.Rows)+report.Further), "rows")
					b.ReportMetric(float64(heap()-before)/(1<<20), "MiB")
					b.ReportMetric(float64(held)/(1<<20), "held-MiB")
					b.ReportMetric(float64(most-held)/(1<<20), "peak-MiB")
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

// resetPeak lets the system measure the peak from here on, and returns the
// memory that the process holds; 0 where the system does not tell.
func resetPeak() int64 {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	return resident("VmRSS:")
}

// resident returns a size in bytes that the system tells of the process.
func resident(name string) int64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == name {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}
