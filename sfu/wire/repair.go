package wire

import (
	"encoding/binary"
	"slices"
)

const (
	maxMissing = 128  // of a stream; more are not worth asking for
	maxAsks    = 8    // for one packet
	leastWait  = 50e6 // ns, before a packet is asked for again
	tickSlack  = 10e6 // the tick may come so much early
	// A compound that fits every path when it is sealed.
	maxCompound = 1200
)

// Repairs counts what became of the packets of a stream that did not come.
type Repairs struct {
	Asked    uint64 // packets asked for, each once
	Repaired uint64 // came as retransmissions
	GivenUp  uint64
	Repeated uint64 // retransmissions of what was there already
}

// Repairs of the stream since its start.
func (s *Stream) Repairs() Repairs { return s.repairs }

// missing is a packet that did not come yet.
type missing struct {
	index uint64
	since int64 // ns, when the gap was seen
	asked int64 // last time
	asks  uint8
}

// notice looks for a gap before index, or takes index out of one. It is called
// for each packet, before its index is marked.
func (c *Conn) notice(s *Stream, index uint64) {
	switch high := s.win.high; {
	case s.ring == nil || !s.win.started || index == high+1:
	case index < high:
		s.missing = slices.DeleteFunc(s.missing, func(m missing) bool { return m.index == index })
	case index-high-1 > uint64(maxMissing-len(s.missing)):
		s.repairs.GivenUp += uint64(len(s.missing)) + index - high - 1
		s.missing, s.broken = s.missing[:0], index
		c.settleLater()
	default:
		for i := high + 1; i < index; i++ {
			s.missing = append(s.missing, missing{index: i, since: c.loop.now})
		}
		c.settleLater()
	}
}

// settleLater asks for the missing at the end of the batch: what is only out
// of order is there by then.
func (c *Conn) settleLater() {
	if !c.unsettled {
		c.unsettled = true
		c.loop.unsettled = append(c.loop.unsettled, c)
	}
}

// settle is the end of a batch.
func (l *Loop) settle() {
	for _, c := range l.unsettled {
		c.unsettled = false
		if !c.closed {
			c.askMissing()
		}
	}
	clear(l.unsettled)
	l.unsettled = l.unsettled[:0]
}

// askMissing sends a compound of NACKs (RFC 4585 section 6.2.1) for all
// streams, more only when they do not fit, and tells the sinks of what will not come.
func (c *Conn) askMissing() {
	wait := max(c.roundTrip, leastWait) - tickSlack
	r := c.loop.scratch[:0]
	for _, s := range c.streams {
		if len(s.missing) == 0 {
			continue
		}
		if len(r)+12+4*len(s.missing) > maxCompound {
			c.sendRTCP(r)
			r = r[:0]
		}
		r = s.ask(r, c.loop.now, wait)
	}
	if len(r) > 0 {
		c.sendRTCP(r)
	}
	for _, s := range c.streams {
		if s.broken == 0 {
			continue
		}
		if s.in != nil && !(s.key.known && s.key.index >= s.broken) {
			s.in.Sink.Broken(s)
		}
		s.broken = 0
	}
}

// ask gives up what is too late and appends a NACK for the rest that is due.
func (s *Stream) ask(r []byte, now, wait int64) []byte {
	left := s.missing[:0]
	for _, m := range s.missing {
		if now-m.since > s.ring.depth || m.asks == maxAsks && now-m.asked >= wait {
			s.repairs.GivenUp++
			s.broken = max(s.broken, m.index)
			continue
		}
		left = append(left, m)
	}
	s.missing = left
	from, pair := len(r), 0 // of the header, of the last pair
	for i := range s.missing {
		m := &s.missing[i]
		if m.asks > 0 && now-m.asked < wait {
			continue
		}
		if pair > 0 {
			if d := uint16(m.index) - binary.BigEndian.Uint16(r[pair:]); d <= 16 {
				mask := r[pair+2 : pair+4]
				binary.BigEndian.PutUint16(mask, binary.BigEndian.Uint16(mask)|1<<(d-1))
				s.asked(m, now)
				continue
			}
		}
		if pair == 0 {
			r = append(r, 0x80|formatNack, typeTransport, 0, 0)
			r = binary.BigEndian.AppendUint32(r, serverSSRC)
			r = binary.BigEndian.AppendUint32(r, s.ssrc)
		}
		pair = len(r)
		r = binary.BigEndian.AppendUint16(r, uint16(m.index))
		r = append(r, 0, 0)
		s.asked(m, now)
	}
	if pair > 0 {
		binary.BigEndian.PutUint16(r[from+2:], uint16((len(r)-from)/4-1))
	}
	return r
}

func (s *Stream) asked(m *missing, now int64) {
	if m.asks == 0 {
		s.repairs.Asked++
	}
	m.asks++
	m.asked = now
}

// original is the stream that retransmissions of an m-line and layer repair:
// the announced one, or the last that came.
func (c *Conn) original(of place) (found *Stream) {
	for _, s := range c.streams {
		if s.in == of.in && s.layer == of.layer && !s.repair && s.win.started {
			if s.ssrc == of.in.SSRC {
				return s
			}
			if found == nil || s.born >= found.born {
				found = s
			}
		}
	}
	return found
}

// unwrap takes the payload of a retransmission without its padding apart (RFC
// 4588 section 4).
func unwrap(payload []byte, padding bool) (original uint16, rest []byte, ok bool) {
	if padding {
		n := 0
		if len(payload) > 0 {
			n = int(payload[len(payload)-1])
		}
		if n == 0 || n > len(payload) {
			return 0, nil, false
		}
		payload = payload[:len(payload)-n]
	}
	if len(payload) < 2 {
		return 0, nil, true
	}
	return binary.BigEndian.Uint16(payload), payload[2:], true
}

// repaired delivers what an authentic retransmission holds, if it is not
// there. Only the header's clock and the index count, not jitter, nor that the
// packet came: it was lost.
func (c *Conn) repaired(s *Stream, h *header, payload []byte, kept bool) {
	l := c.loop
	seq, rest, ok := unwrap(payload, h.padding)
	switch {
	case !ok:
		l.stats.Refused++
		return
	case rest == nil:
		l.stats.Probes++
		return
	case s == nil:
		l.stats.Unknown++
		return
	}
	index := s.win.guess(seq)
	if !s.win.fresh(index) || index > s.win.high+windowBits {
		s.repairs.Repeated++
		return
	}
	c.notice(s, index)
	s.win.mark(index)
	s.repairs.Repaired++
	s.bytes += uint64(len(rest))
	p := &l.pkt
	*p = Packet{Stream: s, Index: index, Timestamp: h.timestamp, Marker: h.marker, Repaired: true, Payload: rest}
	c.deliver(p, kept, 2)
}
