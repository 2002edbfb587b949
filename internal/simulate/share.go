package simulate

import "math/bits"

// share returns total*part/whole without overflow; part is at most whole.
func share(total, part, whole int64) int64 {
	high, low := bits.Mul64(uint64(total), uint64(part))
	if high >= uint64(whole) {
		return total
	}
	quotient, _ := bits.Div64(high, low, uint64(whole))
	return int64(quotient)
}
