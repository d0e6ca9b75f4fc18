package wire

import (
	"context"
	"net"
	"net/netip"
	"slices"
)

const (
	maxDatagram = 2048 // longer ones are dropped

	// What comes while the machine is busy with something else waits in the
	// socket: half a second of 16000 packets/s, each of which the kernel counts
	// with some 2.3 KB against twice this number.
	receiveBuffer = 16 << 20
	sendBuffer    = 4 << 20
)

// family completes the name of a network for package net: an endpoint of IPv6
// takes IPv4 too if it is [::] and no endpoint of IPv4 stands beside it.
func family(network string, at netip.AddrPort, all []netip.AddrPort) string {
	switch {
	case at.Addr().Is4():
		return network + "4"
	case !at.Addr().IsUnspecified() || slices.ContainsFunc(all, func(o netip.AddrPort) bool { return o.Addr().Is4() }):
		return network + "6"
	}
	return network
}

// openSocket opens the UDP socket of one endpoint.
func openSocket(at netip.AddrPort, all []netip.AddrPort) (*socket, error) {
	c, err := (&net.ListenConfig{}).ListenPacket(context.Background(), family("udp", at, all), at.String())
	if err != nil {
		return nil, err
	}
	s := &socket{conn: c.(*net.UDPConn), addr: c.LocalAddr().(*net.UDPAddr).AddrPort()}
	if err := s.prepare(); err != nil {
		_ = c.Close()
		return nil, err
	}
	return s, nil
}
