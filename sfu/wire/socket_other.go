//go:build !linux || portable

package wire

import (
	"errors"
	"net"
	"net/netip"
)

const (
	receiveBatch = 1
	// maxFailures one after the other mean that a socket cannot be read any
	// more.
	maxFailures = 1000
)

// socket is one end of the network.
type socket struct {
	conn    *net.UDPConn
	addr    netip.AddrPort
	allowed int // of receiveBuffer, as far as is known
}

func (s *socket) prepare() error {
	if s.conn.SetReadBuffer(receiveBuffer) == nil {
		s.allowed = receiveBuffer
	}
	_ = s.conn.SetWriteBuffer(sendBuffer) // the system may allow less
	return nil
}

// batch is one datagram.
type batch struct {
	n    int
	from address
	size int
	buf  [maxDatagram]byte
}

// at is the datagram, where it came from, and how long it has waited in the
// socket as far as is known.
func (b *batch) at(int) (d []byte, from *address, waited int64) { return b.buf[:b.size], &b.from, 0 }

// read hands over one datagram at a time until the socket is closed. Some
// systems also fail because a datagram was too long, or a client is gone.
func (s *socket) read(via uint8, take func(*batch)) error {
	b := &batch{n: 1}
	b.from.via = via
	for failures := 0; ; {
		n, ap, err := s.conn.ReadFromUDPAddrPort(b.buf[:])
		if err != nil {
			if failures++; failures == maxFailures || errors.Is(err, net.ErrClosed) {
				return err
			}
			continue
		}
		failures = 0
		b.size, b.from.remote = n, sockaddr{ap}
		take(b)
	}
}
