package duckdb

import (
	"math/big"
	"net/netip"
	"strconv"
	"strings"
)

// addressFunctions are those of IP addresses. An address that cannot be read
// gives null, never false: it was not looked at.
func addressFunctions() []function {
	return []function{
		{name: "kql_ipv4_is_private", signature: "s:b", eval: func(r *row, out *result) {
			if p, ok := ipv4(r.text(0)); ok {
				out.bool(isPrivate(p))
			}
		}},
		{name: "kql_ipv4_in_range", signature: "ss:b", eval: func(r *row, out *result) { out.inRange(r.text(0), r.text(1), ipv4) }},
		{name: "kql_ipv6_in_range", signature: "ss:b", eval: func(r *row, out *result) { out.inRange(r.text(0), r.text(1), ipv6) }},
		{name: "kql_ipv4_in_any", signature: "sS:b", eval: func(r *row, out *result) { out.inAny(r.text(0), r.list(1), ipv4) }},
		{name: "kql_ipv6_in_any", signature: "sS:b", eval: func(r *row, out *result) { out.inAny(r.text(0), r.list(1), ipv6) }},
		{name: "kql_ipv4_compare", signature: "ssl:l", eval: func(r *row, out *result) { out.compare(r, ipv4, 32) }},
		{name: "kql_ipv6_compare", signature: "ssl:l", eval: func(r *row, out *result) { out.compare(r, ipv6, 128) }},
		{name: "kql_ipv4_suffix", signature: "s:l", eval: func(r *row, out *result) {
			if p, ok := ipv4(r.text(0)); ok {
				out.long(int64(p.Bits()))
			}
		}},
		{name: "kql_parse_ipv4", signature: "sl:l", eval: func(r *row, out *result) {
			p, ok := ipv4(r.text(0))
			if !ok || r.null(1) || r.long(1) < 0 || r.long(1) > 32 {
				return
			}
			p = netip.PrefixFrom(p.Addr(), min(p.Bits(), int(r.long(1)))).Masked()
			b := p.Addr().As4()
			out.long(int64(b[0])<<24 | int64(b[1])<<16 | int64(b[2])<<8 | int64(b[3]))
		}},
		{name: "kql_parse_ipv6", signature: "sl:s", eval: func(r *row, out *result) {
			p, ok := ipv6(r.text(0))
			if ok && p.Bits() <= 32 && strings.Contains(r.text(0), ".") {
				p = netip.PrefixFrom(p.Addr(), p.Bits()+96) // the length is that of the IPv4 address at the end
			}
			if !ok || r.null(1) || r.long(1) < 0 || r.long(1) > 128 {
				out.text("")
				return
			}
			p = netip.PrefixFrom(p.Addr(), min(p.Bits(), int(r.long(1)))).Masked()
			out.text(p.Addr().StringExpanded())
		}},
		{name: "kql_format_ipv4", signature: "slb:s", eval: func(r *row, out *result) { out.text(formatIPv4(r)) }},
		{name: "kql_has_ipv4", signature: "sS:b", eval: func(r *row, out *result) { out.bool(hasIPv4(r.text(0), r.list(1), false)) }},
		{name: "kql_has_ipv4_prefix", signature: "sS:b", eval: func(r *row, out *result) { out.bool(hasIPv4(r.text(0), r.list(1), true)) }},
		{name: "kql_ipv4_cidrs", signature: "ss:s", eval: func(r *row, out *result) {
			from, ok1 := ipv4(r.text(0))
			to, ok2 := ipv4(r.text(1))
			if ok1 && ok2 && from.Addr().Compare(to.Addr()) <= 0 {
				out.text(joinArray(cidrs(from.Addr(), to.Addr())))
			}
		}},
		{name: "kql_version", signature: "s:s", eval: func(r *row, out *result) {
			if v, ok := version(r.text(0)); ok {
				out.text(v)
			}
		}},
	}
}

// ipv4 reads an address, with or without the length of a prefix.
func ipv4(s string) (netip.Prefix, bool) {
	p, ok := prefix(s)
	return p, ok && p.Addr().Is4()
}

// ipv6 reads an address of either kind; an IPv4 address is mapped.
func ipv6(s string) (netip.Prefix, bool) {
	p, ok := prefix(s)
	if ok && p.Addr().Is4() {
		return netip.PrefixFrom(netip.AddrFrom16(p.Addr().As16()), p.Bits()+96), true
	}
	return p, ok
}

func prefix(s string) (netip.Prefix, bool) {
	s = strings.TrimSpace(s)
	address, length, hasLength := strings.Cut(s, "/")
	a, err := netip.ParseAddr(address)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	bits := a.BitLen()
	if hasLength {
		if bits, err = strconv.Atoi(length); err != nil || bits < 0 || bits > a.BitLen() {
			return netip.Prefix{}, false
		}
	}
	return netip.PrefixFrom(a, bits), true
}

func isPrivate(p netip.Prefix) bool {
	for _, network := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"} {
		n := netip.MustParsePrefix(network)
		if p.Bits() >= n.Bits() && n.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

type parsePrefix func(string) (netip.Prefix, bool)

func contains(network, p netip.Prefix) bool {
	return p.Bits() >= network.Bits() && network.Contains(p.Addr())
}

func (w *result) inRange(address, network string, parse parsePrefix) {
	p, ok1 := parse(address)
	n, ok2 := parse(network)
	if ok1 && ok2 {
		w.bool(contains(n, p))
	}
}

func (w *result) inAny(address string, networks []string, parse parsePrefix) {
	p, ok := parse(address)
	if !ok {
		return
	}
	for _, network := range networks {
		if n, ok := parse(network); ok && contains(n, p) {
			w.bool(true)
			return
		}
	}
	w.bool(false)
}

// compare orders two addresses under the shortest of their prefixes and the
// one given.
func (w *result) compare(r *row, parse parsePrefix, most int64) {
	a, ok1 := parse(r.text(0))
	b, ok2 := parse(r.text(1))
	if !ok1 || !ok2 || r.null(2) || r.long(2) < 0 || r.long(2) > most {
		return
	}
	bits := min(a.Bits(), b.Bits(), int(r.long(2)))
	a, b = netip.PrefixFrom(a.Addr(), bits).Masked(), netip.PrefixFrom(b.Addr(), bits).Masked()
	w.long(int64(a.Addr().Compare(b.Addr())))
}

// formatIPv4 prints an address, given as text or as a number, under a prefix;
// with the prefix's length if asked for.
func formatIPv4(r *row) string {
	p, ok := ipv4(r.text(0))
	if n, err := strconv.ParseInt(r.text(0), 10, 64); err == nil && n >= 0 && n <= 1<<32-1 {
		p, ok = netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), 32), true
	}
	if !ok || r.null(1) || r.long(1) < 0 || r.long(1) > 32 {
		return ""
	}
	bits := min(p.Bits(), int(r.long(1)))
	p = netip.PrefixFrom(p.Addr(), bits).Masked()
	if r.bool(2) {
		return p.String()
	}
	return p.Addr().String()
}

// hasIPv4 tells whether a text has one of the addresses, or an address that
// starts with one of them, bounded by characters that are no letter or digit.
func hasIPv4(s string, wanted []string, prefixes bool) bool {
	for _, w := range wanted {
		if prefixes && !strings.HasSuffix(w, ".") || w == "" {
			if _, err := netip.ParseAddr(w); err != nil {
				continue
			}
		}
		if !prefixes {
			if _, ok := ipv4(w); !ok {
				continue
			}
		}
		if hasAddress(s, w, prefixes) {
			return true
		}
	}
	return false
}

func hasAddress(s, wanted string, prefixed bool) bool {
	for from := 0; from < len(s); {
		i := strings.Index(s[from:], wanted)
		if i < 0 {
			return false
		}
		start := from + i
		end := start
		for end < len(s) && (s[end] == '.' || s[end] >= '0' && s[end] <= '9') {
			end++
		}
		address := strings.TrimRight(s[start:end], ".")
		_, err := netip.ParseAddr(address)
		if err == nil && (prefixed || address == wanted) && !wordBefore(s, start) && !wordAt(s, start+len(address)) {
			return true
		}
		from = start + 1
	}
	return false
}

func wordBefore(s string, i int) bool { return i > 0 && (wordAt(s, i-1) || s[i-1] == '.') }

func wordAt(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	c := s[i]
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// cidrs lists the fewest networks that make up a range.
func cidrs(from, to netip.Addr) []string {
	var list []string
	for {
		bits := 32
		for bits > 0 {
			wider := netip.PrefixFrom(from, bits-1).Masked()
			if wider.Addr() != from || last(wider).Compare(to) > 0 {
				break
			}
			bits--
		}
		network := netip.PrefixFrom(from, bits)
		list = append(list, quoted(network.String()))
		end := last(network)
		if end.Compare(to) >= 0 {
			return list
		}
		from = end.Next()
	}
}

func last(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	return netip.AddrFrom4(b)
}

// version writes up to four parts of a version as one number: each but the
// first has eight digits.
func version(s string) (string, bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return "", false
	}
	n := new(big.Int)
	for i := range 4 {
		part := "0"
		if i < len(parts) {
			part = parts[i]
		}
		v, err := strconv.ParseUint(part, 10, 27)
		if err != nil || v > 99_999_999 {
			return "", false
		}
		n.Mul(n, big.NewInt(100_000_000)).Add(n, new(big.Int).SetUint64(v))
	}
	return n.String(), true
}
