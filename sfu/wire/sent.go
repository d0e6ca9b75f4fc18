package wire

import "encoding/binary"

const (
	sentLeast = 256  // packets remembered at first
	sentMost  = 4096 // doubled up to this, and no feedback tells of more
	sentStale = 2e9  // ns: who has not been told by then is not told
	ratePause = 200e6
)

// PathStats is how what we send to a client fares.
type PathStats struct {
	RoundTrip int64 // ns, smoothed; 0: unknown
	// Packets with a transport-wide number, and what the client said of them.
	Sent, Acknowledged, Lost uint64
	AcknowledgedBits         int64 // a second, smoothed; 0: unknown, or nothing for long
}

// Path is how what we send to the client fares.
func (c *Conn) Path() PathStats {
	s := &c.sent
	p := PathStats{c.roundTrip, s.next, s.acknowledged, s.lost, s.rate}
	if c.loop.now-s.rateAt > sentStale {
		p.AcknowledgedBits = 0
	}
	return p
}

// sent gives out transport-wide sequence numbers and remembers when and how
// much was sent with each: 8 bytes a packet.
type sent struct {
	next  uint64   // the number of the next packet, extended
	ring  []uint64 // by number%len: µs<<16 | what became of it<<14 | bytes
	heard bool     // the client sends feedback

	acknowledged, lost uint64
	rate               int64 // bits a second
	rateAt             int64 // ns
	bytes              int64 // acknowledged since then
}

// What became of a packet.
const (
	packetPending = iota
	packetLost
	packetArrived
)

const (
	sentBytes     = 1<<14 - 1
	sentFateShift = 14
	sentFate      = 3 << sentFateShift
	sentTimeShift = 16
)

// number is that of the packet to send next; note must follow.
func (s *sent) number() uint16 { return uint16(s.next) }

// note remembers the packet with the number, n bytes long.
func (s *sent) note(n int, now int64) {
	if s.ring == nil {
		s.ring = make([]uint64, sentLeast)
	}
	at := &s.ring[s.next%uint64(len(s.ring))]
	if s.heard && *at != 0 && *at&sentFate == packetPending && len(s.ring) < sentMost &&
		now/1000-int64(*at>>sentTimeShift) < sentStale/1000 {
		old := s.ring
		s.ring = make([]uint64, 2*len(old))
		for k := s.next - uint64(len(old)); k != s.next; k++ {
			s.ring[k%uint64(len(s.ring))] = old[k%uint64(len(old))]
		}
		at = &s.ring[s.next%uint64(len(s.ring))]
	}
	*at = uint64(now/1000)<<sentTimeShift | uint64(min(n, sentBytes))
	s.next++
}

// told notes what the client says of the packet k.
func (s *sent) told(k uint64, arrived bool) {
	if k >= s.next || s.next-k > uint64(len(s.ring)) {
		return // never sent, or long ago
	}
	at := &s.ring[k%uint64(len(s.ring))]
	fate := *at & sentFate >> sentFateShift
	switch {
	case fate == packetArrived || fate == packetLost && !arrived:
		return
	case !arrived:
		s.lost++
		*at |= packetLost << sentFateShift
		return
	case fate == packetLost: // it was only late
		s.lost--
	}
	s.acknowledged++
	s.bytes += int64(*at & sentBytes)
	*at = *at&^sentFate | packetArrived<<sentFateShift
}

// measure takes what was acknowledged into the rate.
func (s *sent) measure(now int64) {
	d := now - s.rateAt
	switch {
	case s.heard && d < ratePause:
		return
	case !s.heard || d > sentStale:
		s.heard, s.rate = true, 0
	default:
		rate := s.bytes * 8e6 / (d / 1000)
		if s.rate == 0 {
			s.rate = rate
		}
		s.rate += (rate - s.rate) / 4
	}
	s.rateAt, s.bytes = now, 0
}

// acknowledge takes a transport-wide feedback packet of the client.
func (c *Conn) acknowledge(b []byte) {
	l, s := c.loop, &c.sent
	if s.next == 0 {
		return
	}
	if len(b) < 20 {
		l.stats.Refused++
		return
	}
	if n := binary.BigEndian.Uint16(b[14:]); !c.told.take(int64(min(n, sentMost)), l.now) {
		l.stats.Policed++
		return
	}
	var a arrivals
	if !a.parse(b) {
		l.stats.Refused++
		return
	}
	last := s.next - 1
	for k := last - uint64(uint16(last)-a.base); ; k++ {
		arrived, _, ok := a.next()
		if !ok {
			break
		}
		s.told(k, arrived)
	}
	s.measure(l.now)
}

// arrivals reads transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-
// extensions-01 section 3.1).
type arrivals struct {
	base      uint16
	reference int32 // of the first delta, in 64 ms
	count     int   // of packets not read yet
	left      int   // of them in the chunk
	chunk     uint16
	chunks    []byte
	deltas    []byte
}

// parse reads the fixed part of an RTCP packet and says whether all of it is
// as it should be. A span that no ring holds is refused: it would be cheap to
// send and dear to read.
func (a *arrivals) parse(b []byte) bool {
	if len(b) < 20 {
		return false
	}
	*a = arrivals{base: binary.BigEndian.Uint16(b[12:]), count: int(binary.BigEndian.Uint16(b[14:])),
		reference: int32(binary.BigEndian.Uint32(b[16:])) >> 8, chunks: b[20:]}
	if a.count == 0 || a.count > sentMost {
		return false
	}
	look, need := *a, 0
	for look.count > 0 {
		symbol, ok := look.symbol()
		if !ok || symbol > symbolLarge {
			return false
		}
		need += int(symbol)
	}
	a.deltas = look.chunks
	return len(a.deltas) >= need
}

// symbol reads the status of the next packet.
func (a *arrivals) symbol() (symbol uint16, ok bool) {
	if a.left == 0 {
		if len(a.chunks) < 2 {
			return 0, false
		}
		a.chunk, a.chunks = binary.BigEndian.Uint16(a.chunks), a.chunks[2:]
		switch a.chunk >> 14 {
		case 2:
			a.left = 14
		case 3:
			a.left = 7
		default:
			if a.left = int(a.chunk & 0x1fff); a.left == 0 {
				return 0, false
			}
		}
	}
	a.count--
	a.left--
	switch a.chunk >> 14 {
	case 2: // one bit each
		return a.chunk >> a.left & 1, true
	case 3: // two bits each
		return a.chunk >> (2 * a.left) & 3, true
	default: // a run
		return a.chunk >> 13 & 3, true
	}
}

// next says whether the next packet arrived, and how long after the one before
// that arrived, in 250 µs. After the last one ok is false.
func (a *arrivals) next() (arrived bool, delta int16, ok bool) {
	if a.count == 0 {
		return false, 0, false
	}
	symbol, _ := a.symbol()
	switch symbol {
	case symbolSmall:
		delta, a.deltas = int16(a.deltas[0]), a.deltas[1:]
	case symbolLarge:
		delta, a.deltas = int16(binary.BigEndian.Uint16(a.deltas)), a.deltas[2:]
	}
	return symbol != symbolLost, delta, true
}
