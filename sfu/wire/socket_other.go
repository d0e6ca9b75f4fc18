//go:build !linux || portable

package wire

import "net"

// socket is the loop's end of the network.
type socket struct {
	conn    *net.UDPConn
	allowed int // of receiveBuffer, as far as is known
}

func (s *socket) open(conn *net.UDPConn) error {
	s.conn = conn
	if conn.SetReadBuffer(receiveBuffer) == nil {
		s.allowed = receiveBuffer
	}
	_ = conn.SetWriteBuffer(sendBuffer) // the system may allow less
	return nil
}

// read hands over one datagram at a time until the socket is closed.
func (l *Loop) read() error {
	buf := make([]byte, maxDatagram)
	var from address
	for {
		n, ap, err := l.socket.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return err
		}
		l.Lock()
		l.stats.ReceiveCalls++
		from = address{ap}
		l.packet(buf[:n], &from)
		l.Unlock()
	}
}
