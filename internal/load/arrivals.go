package load

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"

	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"

	"nara/internal/measure"
)

// arrivals remembers when the last packets of each stream came to a participant's sockets, for the reader that gets
// them when they have gone through three goroutines of ICE, SRTP and the track.
type arrivals struct {
	mu      sync.Mutex // guards streams
	streams map[uint32]*[recent]arrival
}

// recent is how many packets of a stream may be on their way to the reader.
const recent = 512

type arrival struct {
	wall     int64
	sequence uint16
}

func newArrivals() *arrivals { return &arrivals{streams: map[uint32]*[recent]arrival{}} }

// note remembers a packet as it came, if it is RTP (RFC 7983, section 7; RFC 5761, section 4).
func (a *arrivals) note(packet []byte, wall int64) {
	if len(packet) < 12 || packet[0]>>6 != 2 || packet[1] >= 192 && packet[1] <= 223 {
		return
	}
	ssrc, sequence := binary.BigEndian.Uint32(packet[8:]), binary.BigEndian.Uint16(packet[2:])
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.streams[ssrc]
	if s == nil {
		s = &[recent]arrival{}
		a.streams[ssrc] = s
	}
	s[sequence%recent] = arrival{wall, sequence}
}

// of says when a packet came, in nanoseconds of the wall clock; 0 when that is forgotten.
func (a *arrivals) of(packet []byte) int64 {
	if len(packet) < 12 {
		return 0
	}
	ssrc, sequence := binary.BigEndian.Uint32(packet[8:]), binary.BigEndian.Uint16(packet[2:])
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.streams[ssrc]; s != nil && s[sequence%recent].sequence == sequence {
		return s[sequence%recent].wall
	}
	return 0
}

// network is the machine's network with sockets that note arrivals.
type network struct {
	*stdnet.Net
	arrivals *arrivals
}

// ListenUDP is where ICE gets the socket of a candidate.
func (n network) ListenUDP(name string, at *net.UDPAddr) (transport.UDPConn, error) {
	s, err := measure.ListenSocket(name, at)
	if err != nil {
		return nil, err
	}
	return &socket{s, n.arrivals}, nil
}

// socket notes arrivals; ICE reads it from one goroutine.
type socket struct {
	*measure.Socket
	arrivals *arrivals
}

// ReadFromAddrPort and WriteToAddrPort are what ICE uses of a socket that has them (ice.AddrPortReaderWriter).
func (s *socket) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	n, from, wall, err := s.ReadArrival(b)
	if err == nil {
		s.arrivals.note(b[:n], wall)
	}
	return n, from, err
}

func (s *socket) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return s.WriteToUDPAddrPort(b, to)
}
