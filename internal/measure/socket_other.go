//go:build !linux

package measure

import (
	"net"
	"net/netip"
	"time"
)

// stamps takes the time of reading for that of arrival.
type stamps struct{}

func (stamps) ask(*net.UDPConn) {}

func (stamps) read(conn *net.UDPConn, b []byte) (n int, from netip.AddrPort, wall int64, err error) {
	n, from, err = conn.ReadFromUDPAddrPort(b)
	return n, from, time.Now().UnixNano(), err
}
