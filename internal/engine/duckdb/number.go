package duckdb

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// numberFunctions are those of numbers. A result that is no number is null
// where Kusto says so, and NaN elsewhere.
func numberFunctions() []function {
	list := []function{
		{name: "kql_round", signature: "dl:d", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.real(round(r.real(0), r.long(1)))
			}
		}},
		{name: "kql_pow", signature: "dd:d", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.real(math.Pow(r.real(0), r.real(1)))
			}
		}},
		{name: "kql_atan2", signature: "dd:d", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.real(math.Atan2(r.real(0), r.real(1)))
			}
		}},
		{name: "kql_tohex", signature: "ll:s", eval: func(r *row, out *result) {
			if r.anyNull() {
				out.text("")
				return
			}
			out.text(fmt.Sprintf("%0*x", int(max(0, min(r.long(1), 64))), uint64(r.long(0))))
		}},
		{name: "kql_shift_left", signature: "ll:l", eval: func(r *row, out *result) {
			if !r.anyNull() && r.long(1) >= 0 {
				out.long(int64(uint64(r.long(0)) << (uint64(r.long(1)) % 64)))
			}
		}},
		{name: "kql_shift_right", signature: "ll:l", eval: func(r *row, out *result) {
			if !r.anyNull() && r.long(1) >= 0 {
				out.long(r.long(0) >> (uint64(r.long(1)) % 64))
			}
		}},
		{name: "kql_count_ones", signature: "l:l", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.long(int64(bits.OnesCount64(uint64(r.long(0)))))
			}
		}},
		{name: "kql_absolute", signature: "l:l", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.long(max(r.long(0), -r.long(0)))
			}
		}},
		{name: "kql_low_int", signature: "l:i", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.int(int32(r.long(0)))
			}
		}},
		{name: "kql_hash", signature: "s:l", eval: func(r *row, out *result) { out.long(int64(xxHash64(r.text(0)))) }},
	}
	for _, f := range []struct {
		name string
		eval func(float64) float64
	}{
		{"acos", math.Acos},
		{"asin", math.Asin},
		{"atan", math.Atan},
		{"cos", math.Cos},
		{"sin", math.Sin},
		{"tan", math.Tan},
		{"cot", func(x float64) float64 { return 1 / math.Tan(x) }},
		{"degrees", func(x float64) float64 { return x * 180 / math.Pi }},
		{"radians", func(x float64) float64 { return x * math.Pi / 180 }},
		{"exp", math.Exp},
		{"exp10", func(x float64) float64 { return math.Pow(10, x) }},
		{"exp2", math.Exp2},
		{"log", math.Log},
		{"log10", math.Log10},
		{"log2", math.Log2},
		{"sqrt", math.Sqrt},
		{"gamma", math.Gamma},
		{"loggamma", func(x float64) float64 {
			g, _ := math.Lgamma(x)
			return g
		}},
	} {
		list = append(list, function{name: "kql_" + f.name, signature: "d:d", eval: func(r *row, out *result) {
			if r.null(0) {
				return
			}
			x := r.real(0)
			y := f.eval(x)
			if math.IsNaN(y) && !math.IsNaN(x) {
				return // outside the domain
			}
			out.real(y)
		}})
	}
	return list
}

// round rounds half away from zero at so many decimals, negative ones too.
func round(x float64, decimals int64) float64 {
	switch {
	case decimals > 15 || math.IsInf(x, 0) || math.IsNaN(x):
		return x
	case decimals < -300:
		return 0
	case decimals < 0:
		unit := math.Pow10(int(-decimals))
		return math.Round(x/unit) * unit
	}
	unit := math.Pow10(int(decimals))
	if math.Abs(x) > math.MaxFloat64/unit {
		return x
	}
	return math.Round(x*unit) / unit
}

const (
	prime1 uint64 = 11400714785074694791
	prime2 uint64 = 14029467366897019727
	prime3 uint64 = 1609587929392839161
	prime4 uint64 = 9650029242287828579
	prime5 uint64 = 2870177450012600261
)

// xxHash64 is xxHash with 64 bits and no seed.
func xxHash64(s string) uint64 {
	b := []byte(s)
	n := uint64(len(b))
	h := prime5
	if n >= 32 {
		h = xxStripes(&b)
	}
	h += n
	for ; len(b) >= 8; b = b[8:] {
		h = bits.RotateLeft64(h^xxRound(0, binary.LittleEndian.Uint64(b)), 27)*prime1 + prime4
	}
	if len(b) >= 4 {
		h = bits.RotateLeft64(h^uint64(binary.LittleEndian.Uint32(b))*prime1, 23)*prime2 + prime3
		b = b[4:]
	}
	for _, c := range b {
		h = bits.RotateLeft64(h^uint64(c)*prime5, 11) * prime1
	}
	h = (h ^ h>>33) * prime2
	h = (h ^ h>>29) * prime3
	return h ^ h>>32
}

func xxRound(a, in uint64) uint64 { return bits.RotateLeft64(a+in*prime2, 31) * prime1 }

func xxStripes(b *[]byte) uint64 {
	one, two := prime1, prime2
	v := [4]uint64{one + two, two, 0, -one}
	for ; len(*b) >= 32; *b = (*b)[32:] {
		for k := range v {
			v[k] = xxRound(v[k], binary.LittleEndian.Uint64((*b)[8*k:]))
		}
	}
	h := bits.RotateLeft64(v[0], 1) + bits.RotateLeft64(v[1], 7) + bits.RotateLeft64(v[2], 12) + bits.RotateLeft64(v[3], 18)
	for _, x := range v {
		h = (h^xxRound(0, x))*prime1 + prime4
	}
	return h
}
