package text

import (
	"math"
	"strings"
	"unicode/utf8"
)

// The parameters of Punycode (RFC 3492).
const (
	punyBase        = 36
	punyMin         = 1
	punyMax         = 26
	punySkew        = 38
	punyDamp        = 700
	punyInitialBias = 72
	punyInitial     = 0x80
	punyPrefix      = "xn--"
)

// EncodePunycode returns a text in Punycode, without a prefix; false if it is
// too long to be encoded.
func EncodePunycode(s string) (string, bool) {
	points := []rune(s)
	var b strings.Builder
	for _, c := range points {
		if c < punyInitial {
			b.WriteRune(c)
		}
	}
	basic := b.Len()
	if basic > 0 {
		b.WriteByte('-')
	}
	n, delta, bias := rune(punyInitial), 0, punyInitialBias
	for done := basic; done < len(points); n++ {
		next := leastFrom(points, n)
		step := int(next-n) * (done + 1)
		if step > math.MaxInt32-delta {
			return "", false
		}
		delta, n = delta+step, next
		for _, c := range points {
			switch {
			case c < n:
				delta++
			case c == n:
				writeVariable(&b, delta, bias)
				bias = adapt(delta, done+1, done == basic)
				delta, done = 0, done+1
			}
		}
		delta++
	}
	return b.String(), true
}

// leastFrom returns the least code point that is not below n.
func leastFrom(points []rune, n rune) rune {
	least := rune(math.MaxInt32)
	for _, c := range points {
		if c >= n && c < least {
			least = c
		}
	}
	return least
}

func threshold(k, bias int) int { return min(max(k-bias, punyMin), punyMax) }

// writeVariable writes a number of variable length.
func writeVariable(b *strings.Builder, q, bias int) {
	for k := punyBase; ; k += punyBase {
		t := threshold(k, bias)
		if q < t {
			break
		}
		b.WriteByte(punyDigits[t+(q-t)%(punyBase-t)])
		q = (q - t) / (punyBase - t)
	}
	b.WriteByte(punyDigits[q])
}

const punyDigits = "abcdefghijklmnopqrstuvwxyz0123456789"

func adapt(delta, points int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (punyBase-punyMin)*punyMax/2; k += punyBase {
		delta /= punyBase - punyMin
	}
	return k + (punyBase-punyMin+1)*delta/(delta+punySkew)
}

// DecodePunycode returns the text that Punycode without a prefix stands for;
// false if it is none.
func DecodePunycode(s string) (string, bool) {
	var points []rune
	if at := strings.LastIndexByte(s, '-'); at >= 0 {
		points, s = []rune(s[:at]), s[at+1:]
	}
	for _, c := range points {
		if c >= punyInitial {
			return "", false
		}
	}
	n, i, bias, basic := punyInitial, 0, punyInitialBias, len(points)
	for s != "" {
		delta, rest, ok := readVariable(s, bias)
		if !ok || len(points) >= maxLabel {
			return "", false
		}
		length := len(points) + 1
		bias = adapt(delta, length, len(points) == basic)
		i += delta
		n += i / length
		i %= length
		if n > utf8.MaxRune || n >= 0xD800 && n < 0xE000 {
			return "", false
		}
		points = append(points, 0)
		copy(points[i+1:], points[i:])
		points[i] = rune(n)
		i, s = i+1, rest
	}
	return string(points), true
}

// maxLabel bounds what is decoded: inserting takes time that grows as the
// square of the length.
const maxLabel = 1 << 14

// readVariable reads a number of variable length.
func readVariable(s string, bias int) (value int, rest string, ok bool) {
	weight := 1
	for k := punyBase; s != ""; k += punyBase {
		digit := strings.IndexByte(punyDigits, s[0]|caseBit(s[0]))
		s = s[1:]
		if digit < 0 || digit > (math.MaxInt32-value)/weight {
			return 0, "", false
		}
		value += digit * weight
		t := threshold(k, bias)
		if digit < t {
			return value, s, true
		}
		if weight > math.MaxInt32/(punyBase-t) {
			return 0, "", false
		}
		weight *= punyBase - t
	}
	return 0, "", false
}

func caseBit(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return 'a' - 'A'
	}
	return 0
}

// EncodeDomain encodes the labels of a domain that are not ASCII.
func EncodeDomain(domain string) (string, bool) {
	return eachLabel(domain, func(label string) (string, bool) {
		if isASCII(label) {
			return label, true
		}
		encoded, ok := EncodePunycode(label)
		return punyPrefix + encoded, ok
	})
}

// DecodeDomain decodes the labels of a domain that are encoded.
func DecodeDomain(domain string) (string, bool) {
	return eachLabel(domain, func(label string) (string, bool) {
		if len(label) < len(punyPrefix) || !strings.EqualFold(label[:len(punyPrefix)], punyPrefix) {
			return label, true
		}
		return DecodePunycode(label[len(punyPrefix):])
	})
}

func eachLabel(domain string, code func(string) (string, bool)) (string, bool) {
	labels := strings.Split(domain, ".")
	for i, label := range labels {
		var ok bool
		if labels[i], ok = code(label); !ok {
			return "", false
		}
	}
	return strings.Join(labels, "."), true
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c >= utf8.RuneSelf }) < 0
}
