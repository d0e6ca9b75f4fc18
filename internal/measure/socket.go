package measure

import (
	"net"
	"net/netip"
)

// Socket is a UDP socket of a participant that says when packets came: where the kernel tells (Linux), at the moment it
// put the packet into the socket's queue, so that how soon the generator gets around to reading adds nothing to a delay.
type Socket struct {
	*net.UDPConn
	stamps stamps
}

// ListenSocket opens a socket at an address, with a buffer that takes what comes while the generator is busy.
func ListenSocket(network string, at *net.UDPAddr) (*Socket, error) {
	conn, err := net.ListenUDP(network, at)
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(socketBuffer) // the kernel may give less
	s := &Socket{UDPConn: conn}
	s.stamps.ask(conn)
	return s, nil
}

const socketBuffer = 1 << 20

// ReadArrival reads one packet and says who sent it and when it came, in nanoseconds of the wall clock. One goroutine
// reads at a time.
func (s *Socket) ReadArrival(b []byte) (n int, from netip.AddrPort, wall int64, err error) {
	return s.stamps.read(s.UDPConn, b)
}
