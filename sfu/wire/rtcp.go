package wire

import "encoding/binary"

// RTCP packet types and feedback formats (RFC 3550, 4585, 5104).
const (
	typeSenderReport   = 200
	typeReceiverReport = 201
	typeTransport      = 205
	typePayload        = 206
	formatNack         = 1
	formatPLI          = 1
	formatFIR          = 4
	formatTransportCC  = 15
)

// Reception is a report block (RFC 3550 section 6.4.1): how well the client
// receives a stream of ours.
type Reception struct {
	FractionLost uint8 // of 256, since the report before
	TotalLost    int32
	Jitter       uint32 // RTP ticks
	RoundTrip    int64  // ns, 0: unknown
}

// ntpEpoch is 1970 in NTP seconds (RFC 5905 section 6).
const ntpEpoch = 2_208_988_800

// NTP is Now as a 64-bit NTP timestamp of the machine's clock. The caller
// holds the lock.
func (l *Loop) NTP() uint64 {
	t := l.wall + l.now
	return uint64(t/1e9+ntpEpoch)<<32 | uint64(t%1e9)<<32/1e9
}

// reportWindow refuses replayed SRTCP packets of one sender SSRC: each SSRC
// has an index of its own (RFC 3711 section 3.2.1).
type reportWindow struct {
	ssrc uint32
	at   int64 // of the last packet
	win  window
}

// rtcp reads what a client reports. Only what forwarding needs is taken.
func (c *Conn) rtcp(b []byte) {
	l := c.loop
	if c.in == nil || len(b) < 8 {
		l.stats.Refused++
		return
	}
	b, index, err := c.in.openRTCP(b)
	if err != nil || !c.freshReport(binary.BigEndian.Uint32(b[4:]), uint64(index)) {
		l.stats.Refused++
		return
	}
	for len(b) >= 4 {
		n := 4 + 4*int(binary.BigEndian.Uint16(b[2:]))
		if n > len(b) || b[0]>>6 != 2 {
			l.stats.Refused++
			return
		}
		c.report(b[:n])
		b = b[n:]
	}
}

// freshReport is called for authentic packets only, so only the client itself
// can fill the table. The sender that was silent longest is then forgotten: a
// long call must not end in reports that nobody reads.
func (c *Conn) freshReport(ssrc uint32, index uint64) bool {
	oldest := 0
	for i := range c.reports {
		r := &c.reports[i]
		if r.ssrc == ssrc {
			if !r.win.fresh(index) {
				return false
			}
			r.win.mark(index)
			r.at = c.loop.now
			return true
		}
		if r.at < c.reports[oldest].at {
			oldest = i
		}
	}
	if c.silent.has(ssrc) {
		return false
	} else if len(c.reports) < 2*MaxStreams {
		oldest = len(c.reports)
		c.reports = append(c.reports, reportWindow{})
	} else if !c.silent.add(c.reports[oldest].ssrc) {
		return false
	}
	r := &c.reports[oldest]
	*r = reportWindow{ssrc: ssrc, at: c.loop.now}
	r.win.mark(index)
	return true
}

// report takes one packet of a compound.
func (c *Conn) report(b []byte) {
	switch format := b[0] & 31; {
	case b[1] == typeSenderReport && len(b) >= 28:
		c.blocks(b[28:], int(format))
		s := c.stream(binary.BigEndian.Uint32(b[4:]))
		if s == nil || s.in == nil || s.repair || !s.win.started {
			return
		}
		ntp := binary.BigEndian.Uint64(b[8:])
		s.lastSR, s.lastSRAt = uint32(ntp>>16), c.loop.now
		s.in.Sink.SenderReport(s, ntp, binary.BigEndian.Uint32(b[16:]))
	case b[1] == typeReceiverReport && len(b) >= 8:
		c.blocks(b[8:], int(format))
	case b[1] == typeTransport && format == formatNack && len(b) >= 16:
		for e := b[12:]; len(e) >= 4; e = e[4:] {
			c.handler.Missing(binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint16(e), binary.BigEndian.Uint16(e[2:]))
		}
	case b[1] == typeTransport && format == formatTransportCC:
		c.acknowledge(b)
	case b[1] == typePayload && format == formatPLI && len(b) >= 12:
		c.handler.KeyframeWanted(binary.BigEndian.Uint32(b[8:]))
	case b[1] == typePayload && format == formatFIR:
		for e := b[min(len(b), 12):]; len(e) >= 8; e = e[8:] {
			c.handler.KeyframeWanted(binary.BigEndian.Uint32(e))
		}
	}
}

// blocks takes n report blocks (RFC 3550 section 6.4.1).
func (c *Conn) blocks(b []byte, n int) {
	for ; n > 0 && len(b) >= 24; n, b = n-1, b[24:] {
		r := Reception{FractionLost: b[4], TotalLost: int32(binary.BigEndian.Uint32(b[4:])<<8) >> 8, Jitter: binary.BigEndian.Uint32(b[12:])}
		if sent := binary.BigEndian.Uint32(b[16:]); sent != 0 {
			r.RoundTrip = c.measured(sent, binary.BigEndian.Uint32(b[20:]))
		}
		c.handler.Received(binary.BigEndian.Uint32(b), r)
	}
}

// measured is the round trip of a sender report that we wrote at sent and the
// client kept for delay, both in 1/65536 s, or 0 when that cannot be. It goes
// into the Conn's own, smoothed as RFC 6298 section 2 does.
func (c *Conn) measured(sent, delay uint32) int64 {
	l := c.loop
	n := uint32((l.NTP()-uint64(l.now-l.came)<<32/1e9)>>16) - sent - delay
	if n > maxRoundTrip {
		return 0
	}
	ns := max(int64(n)*1e9>>16, 1)
	if c.roundTrip == 0 {
		c.roundTrip = ns
	}
	c.roundTrip += (ns - c.roundTrip) / 8
	return ns
}

// maxRoundTrip is more than anybody talks over, in 1/65536 s.
const maxRoundTrip = 10 << 16

// AskKeyframe sends a picture loss indication for a stream of the client (RFC
// 4585 section 6.3.1) and says whether it could.
func (c *Conn) AskKeyframe(ssrc uint32) bool {
	if c.out == nil || c.closed {
		return false
	}
	r := c.loop.scratch[:12]
	r[0], r[1] = 0x80|formatPLI, typePayload
	binary.BigEndian.PutUint16(r[2:], 2)
	binary.BigEndian.PutUint32(r[4:], serverSSRC)
	binary.BigEndian.PutUint32(r[8:], ssrc)
	c.sendRTCP(r)
	return true
}

// SendSenderReport tells the client that the stream ssrc, which we send, was
// at RTP time rtp when the wall clock was ntp.
func (c *Conn) SendSenderReport(ssrc uint32, ntp uint64, rtp, packets, octets uint32) {
	r := c.loop.scratch[:28]
	r[0], r[1] = 0x80, typeSenderReport
	binary.BigEndian.PutUint16(r[2:], 6)
	binary.BigEndian.PutUint32(r[4:], ssrc)
	binary.BigEndian.PutUint64(r[8:], ntp)
	binary.BigEndian.PutUint32(r[16:], rtp)
	binary.BigEndian.PutUint32(r[20:], packets)
	binary.BigEndian.PutUint32(r[24:], octets)
	c.sendRTCP(r)
}

// sendReceiverReport is what a browser's loss statistics and round trip time
// live on.
func (c *Conn) sendReceiverReport() {
	r := c.loop.scratch[:8]
	r[0], r[1] = 0x80, typeReceiverReport
	binary.BigEndian.PutUint32(r[4:], serverSSRC)
	for _, s := range c.streams {
		if !s.win.started || s.in == nil || s.repair {
			continue
		}
		r = s.appendBlock(r, c.loop.now)
		r[0]++
	}
	if r[0] == 0x80 {
		return
	}
	binary.BigEndian.PutUint16(r[2:], uint16(len(r)/4-1))
	c.sendRTCP(r)
}

// appendBlock appends a report block (RFC 3550 section 6.4.1 and appendix A.3).
func (s *Stream) appendBlock(r []byte, now int64) []byte {
	expected := s.expected()
	var fraction, delay uint32
	if n, got := expected-s.expPrior, s.received-s.recPrior; n > got {
		fraction = uint32(min((n-got)<<8/n, 255))
	}
	s.expPrior, s.recPrior = expected, s.received
	if s.lastSR != 0 {
		delay = uint32((now - s.lastSRAt) * 65536 / 1e9)
	}
	lost := uint32(min(s.Lost(), 1<<23-1))
	for _, v := range [...]uint32{s.ssrc, fraction<<24 | lost, uint32(s.win.high), uint32(s.jitter), s.lastSR, delay} {
		r = binary.BigEndian.AppendUint32(r, v)
	}
	return r
}
