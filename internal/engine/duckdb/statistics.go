package duckdb

import (
	"encoding/binary"
	"math"

	"github.com/conshelf/conshelf/internal/compute/statistics"
	"github.com/conshelf/conshelf/internal/compute/units"
	"github.com/conshelf/conshelf/kql/types"
)

// statisticsFunctions are those of distributions, distances and units, and
// those that give another value for each row.
func statisticsFunctions() []function {
	return []function{
		{name: "kql_erf", signature: "d:d", eval: func(r *row, out *result) {
			if !r.null(0) {
				out.real(math.Erf(r.real(0)))
			}
		}},
		{name: "kql_erfc", signature: "d:d", eval: func(r *row, out *result) {
			if !r.null(0) {
				out.real(math.Erfc(r.real(0)))
			}
		}},
		{name: "kql_beta_cdf", signature: "ddd:d", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.real(statistics.BetaCDF(r.real(0), r.real(1), r.real(2)))
			}
		}},
		{name: "kql_beta_pdf", signature: "ddd:d", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.real(statistics.BetaPDF(r.real(0), r.real(1), r.real(2)))
			}
		}},
		{name: "kql_beta_inv", signature: "ddd:d", eval: func(r *row, out *result) {
			if r.anyNull() {
				return
			}
			if x, ok := statistics.BetaInv(r.real(0), r.real(1), r.real(2)); ok {
				out.real(x)
			}
		}},
		{name: "kql_welch_test", signature: "dddddd:d", eval: func(r *row, out *result) {
			if !r.anyNull() {
				sample := func(k int) statistics.Sample {
					return statistics.Sample{Mean: r.real(k), Variance: r.real(k + 1), Count: r.real(k + 2)}
				}
				out.real(statistics.Welch(sample(0), sample(3)))
			}
		}},
		{name: "kql_around", signature: "lll:b", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.bool(apart(r.long(0), r.long(1)) <= uint64(max(0, r.long(2))) && r.long(2) >= 0)
			}
		}},
		{name: "kql_around_real", signature: "ddd:b", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.bool(r.real(0) >= r.real(1)-r.real(2) && r.real(0) <= r.real(1)+r.real(2))
			}
		}},
		{name: "kql_convert", signature: "sdss:d", eval: func(r *row, out *result) {
			if !r.null(1) {
				out.real(must(units.Convert(r.text(0), r.real(1), r.text(2), r.text(3))))
			}
		}},
		{name: "kql_hash_long", signature: "l:l", eval: func(r *row, out *result) {
			if !r.null(0) {
				out.long(int64(xxHash64(string(binary.LittleEndian.AppendUint64(nil, uint64(r.long(0)))))))
			}
		}},
		{name: "kql_assert", signature: "bs:b", eval: func(r *row, out *result) {
			if !r.bool(0) {
				panic("assert: " + r.text(1))
			}
			out.bool(true)
		}},
		{name: "kql_random", signature: "ll:d", eval: func(r *row, out *result) {
			out.real(float64(mixed(r.long(0), r.long(1), 0)>>11) / (1 << 53))
		}},
		{name: "kql_random_guid", signature: "ll:s", eval: func(r *row, out *result) { out.text(randomGUID(r.long(0), r.long(1))) }},
	}
}

// apart returns how far two numbers are from each other.
func apart(a, b int64) uint64 {
	if a < b {
		a, b = b, a
	}
	return uint64(a) - uint64(b)
}

// mixed returns bits that look random, always the same for the same call, row
// and part.
func mixed(call, row, part int64) uint64 {
	b := binary.LittleEndian.AppendUint64(nil, uint64(call))
	b = binary.LittleEndian.AppendUint64(b, uint64(row))
	return xxHash64(string(binary.LittleEndian.AppendUint64(b, uint64(part))))
}

// randomGUID writes a guid of version 4.
func randomGUID(call, row int64) string {
	b := binary.BigEndian.AppendUint64(nil, mixed(call, row, 1))
	b = binary.BigEndian.AppendUint64(b, mixed(call, row, 2))
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	return formatGUID(b)
}

// instant sets a datetime, or null if no calendar has it.
func (w *result) instant(ticks int64) {
	if ticks >= 0 && ticks <= types.LastTick {
		w.long(ticks)
	}
}
