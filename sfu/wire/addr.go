package wire

import "net/netip"

// address is where a datagram came from, and by which end of ours: answers
// leave by the same.
type address struct {
	remote sockaddr
	via    uint8    // number of the loop's socket
	tcp    *tcpConn // nil: UDP
}

func (a *address) addrPort() netip.AddrPort {
	if a.tcp != nil {
		return a.tcp.remote
	}
	return a.remote.addrPort()
}

// addressOf is for addresses that did not come from the kernel.
func addressOf(ap netip.AddrPort) address { return address{remote: sockaddrOf(ap)} }
