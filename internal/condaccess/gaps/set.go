package gaps

import "math/bits"

// maxPolicies is how many policies a diagram can tell apart.
const maxPolicies = 512

// A set is a set of policies, by their number.
type set [maxPolicies / 64]uint64

func (s *set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s *set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s *set) and(o *set) set {
	var out set
	for i := range s {
		out[i] = s[i] & o[i]
	}
	return out
}

func (s *set) or(o *set) set {
	var out set
	for i := range s {
		out[i] = s[i] | o[i]
	}
	return out
}

func (s *set) without(o *set) set {
	var out set
	for i := range s {
		out[i] = s[i] &^ o[i]
	}
	return out
}

func (s *set) meets(o *set) bool {
	for i := range s {
		if s[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

func (s *set) empty() bool { return *s == set{} }

// each calls f for every member, in order.
func (s *set) each(f func(i int)) {
	for w, word := range s {
		for ; word != 0; word &= word - 1 {
			f(w*64 + bits.TrailingZeros64(word))
		}
	}
}

// list returns the members in order.
func (s *set) list() []int {
	var out []int
	s.each(func(i int) { out = append(out, i) })
	return out
}

// choose returns those members of a part of a set, which begins at first, that
// are in a choice.
func (s *set) choose(first int, in func(int) bool) set {
	var out set
	s.each(func(i int) {
		if in(i - first) {
			out.add(i)
		}
	})
	return out
}
