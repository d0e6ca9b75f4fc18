//go:build !linux || portable

package wire

import "net/netip"

// address is where a datagram came from and goes to.
type address struct{ netip.AddrPort }

type addrKey = netip.AddrPort

func (a *address) known() bool                { return a.IsValid() }
func (a *address) key() addrKey               { return a.AddrPort }
func (a *address) addrPort() netip.AddrPort   { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }
func addressOf(ap netip.AddrPort) (a address) { return address{ap} }
