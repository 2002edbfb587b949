package ingest

import (
	"bytes"
	"net/netip"
	"strings"
)

// Addresses of the network, which logs write in many ways and analytics
// compare as text.

// noAddress is what some logs write where they have no address.
const noAddress = "<null>"

// isAddressColumn tells whether a published column, in lower case, holds the
// address of one who asked.
func isAddressColumn(lower string) bool {
	switch lower {
	case "ipaddress", "calleripaddress", "clientip", "client_ipaddress", "clientipaddress", "actoripaddress", "sourceip",
		"ipaddressfromresourceprovider", "globalsecureaccessipaddress", "sourceipaddress", "remoteip":
		return true
	}
	return false
}

// address returns a function that sets column to an address without its port
// and brackets. What was taken off is kept in the side column.
func address(column string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		if string(v.raw) == noAddress {
			m.side(m.row.column(column), v)
			return
		}
		if v.kind != kindString && v.kind != kindText || bytes.IndexByte(v.raw, ':') < 0 && bytes.IndexByte(v.raw, '[') < 0 {
			m.give(column, v)
			return
		}
		written := m.text(v)
		clean := cleanAddress(string(written))
		if clean == string(written) {
			m.give(column, v)
			return
		}
		m.give(column, m.literal(clean))
		m.side(m.row.column(column), v)
	}
}

// cleanAddress returns the address of an endpoint such as 192.0.2.1:443,
// [2001:db8::1]:443 or ::ffff:192.0.2.1. What is no endpoint stays as it is.
func cleanAddress(s string) string {
	trimmed := strings.TrimSpace(s)
	if p, err := netip.ParseAddrPort(trimmed); err == nil {
		return p.Addr().Unmap().String()
	}
	bare := strings.TrimSuffix(strings.TrimPrefix(trimmed, "["), "]")
	if a, err := netip.ParseAddr(bare); err == nil && (bare != trimmed || a.Is4In6()) {
		return a.Unmap().String()
	}
	return s
}
