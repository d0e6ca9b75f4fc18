//go:build !portable

package wire

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// address holds an IPv4 or an IPv6 address as the kernel wants it, so that
// answering costs no conversion.
type address struct {
	unix.RawSockaddrInet6
	size uint32 // of the part in use; 0: none
}

// addrKey is an address as a map key: IPv6 in all words, IPv4 in the last.
type addrKey [3]uint64

func (a *address) known() bool { return a.size != 0 }

func (a *address) key() addrKey {
	if a.Family == unix.AF_INET {
		v := (*unix.RawSockaddrInet4)(unsafe.Pointer(a))
		return addrKey{2: uint64(binary.BigEndian.Uint32(v.Addr[:]))<<16 | uint64(v.Port)}
	}
	return addrKey{binary.BigEndian.Uint64(a.Addr[:8]), binary.BigEndian.Uint64(a.Addr[8:]), 1<<48 | uint64(a.Port)}
}

func (a *address) addrPort() netip.AddrPort {
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&a.Port))[:])
	if a.Family == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(a)).Addr), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), port)
}

// addressOf is for tests and for addresses that did not come from the kernel.
func addressOf(ap netip.AddrPort) (a address) {
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&a.Port))[:], ap.Port())
	if ap.Addr().Is4() {
		a.Family, a.size = unix.AF_INET, unix.SizeofSockaddrInet4
		(*unix.RawSockaddrInet4)(unsafe.Pointer(&a)).Addr = ap.Addr().As4()
		return a
	}
	a.Family, a.size, a.Addr = unix.AF_INET6, unix.SizeofSockaddrInet6, ap.Addr().As16()
	return a
}
