//go:build !portable

package wire

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sockaddr holds an IPv4 or an IPv6 address as the kernel wants it, so that
// answering costs no conversion.
type sockaddr struct {
	unix.RawSockaddrInet6
	size uint32 // of the part in use
}

// addrKey is an address as a map key: IPv6 in all words, IPv4 in the last,
// which also tells the socket; or the number of a TCP connection.
type addrKey [3]uint64

func (a *address) key() addrKey {
	if a.tcp != nil {
		return addrKey{2: 1<<63 | a.tcp.id}
	}
	r, via := &a.remote, uint64(a.via)<<49
	if r.Family == unix.AF_INET {
		v := (*unix.RawSockaddrInet4)(unsafe.Pointer(r))
		return addrKey{2: via | uint64(binary.BigEndian.Uint32(v.Addr[:]))<<16 | uint64(v.Port)}
	}
	return addrKey{binary.BigEndian.Uint64(r.Addr[:8]), binary.BigEndian.Uint64(r.Addr[8:]), via | 1<<48 | uint64(r.Port)}
}

// addrPort has IPv4 as such also when a dual-stack socket maps it into IPv6
// (RFC 3493 section 3.7).
func (r *sockaddr) addrPort() netip.AddrPort {
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&r.Port))[:])
	if r.Family == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(r)).Addr), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(r.Addr).Unmap(), port)
}

func sockaddrOf(ap netip.AddrPort) (r sockaddr) {
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&r.Port))[:], ap.Port())
	if ap.Addr().Is4() {
		r.Family, r.size = unix.AF_INET, unix.SizeofSockaddrInet4
		(*unix.RawSockaddrInet4)(unsafe.Pointer(&r)).Addr = ap.Addr().As4()
		return r
	}
	r.Family, r.size, r.Addr = unix.AF_INET6, unix.SizeofSockaddrInet6, ap.Addr().As16()
	return r
}
