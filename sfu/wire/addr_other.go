//go:build !linux || portable

package wire

import "net/netip"

// sockaddr is an address as package net wants it.
type sockaddr struct{ netip.AddrPort }

// addrKey is an address with what it came in by, as a map key.
type addrKey struct {
	remote netip.AddrPort
	via    uint8
	tcp    uint64 // number of the connection
}

func (a *address) key() addrKey {
	if a.tcp != nil {
		return addrKey{tcp: a.tcp.id}
	}
	return addrKey{remote: a.remote.AddrPort, via: a.via}
}

// addrPort has IPv4 as such also when a dual-stack socket maps it into IPv6
// (RFC 3493 section 3.7).
func (r *sockaddr) addrPort() netip.AddrPort { return netip.AddrPortFrom(r.Addr().Unmap(), r.Port()) }

func sockaddrOf(ap netip.AddrPort) sockaddr { return sockaddr{ap} }
