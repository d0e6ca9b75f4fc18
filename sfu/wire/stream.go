package wire

import "slices"

// MaxStreams bounds the SSRCs that one client may use.
const MaxStreams = 24

// Incoming is an m-line that the client may send on.
type Incoming struct {
	Mid          string
	Codec        Codec
	PayloadType  uint8
	Repair       uint8    // payload type of retransmissions (RFC 4588), 0: none
	Redundant    uint8    // payload type of RED around Opus (RFC 2198), 0: none
	Clock        uint32   // RTP ticks a second
	SSRC         uint32   // 0: the client names it by MID header extensions
	RepairSSRC   uint32   // of the FID group (RFC 5576 section 4.2), 0: found by header extensions
	Layers       []string // RIDs of simulcast (RFC 8853) in the client's order, nil: one stream
	Nack         bool     // the client answers NACK; only with Repair
	MidExt       uint8    // ids of header extensions, 0: not negotiated
	LayerExt     uint8    // rtp-stream-id (RFC 8852)
	RepairedExt  uint8    // repaired-rtp-stream-id
	TransportExt uint8    // transport-wide sequence number
	Sink         Sink
}

// Packet is an authentic RTP packet on its way to the subscribers.
type Packet struct {
	Stream    *Stream
	Index     uint64 // extended sequence number
	Timestamp uint32
	Marker    bool
	Padding   bool
	Keyframe  bool   // begins a keyframe
	Redundant bool   // Payload is RED
	Repaired  bool   // it came as a retransmission
	Payload   []byte // with its padding
}

// Stream is one SSRC that a client sends.
type Stream struct {
	in       *Incoming // nil: the m-line is gone, packets are dropped
	ssrc     uint32
	layer    int
	win      window
	ring     *ring // nil: nothing is kept
	key      keyframe
	base     uint64 // first index
	received uint64
	bytes    uint64

	// receiver report (RFC 3550 section 6.4.1)
	expPrior, recPrior uint64
	transit, jitter    int64
	lastSR             uint32
	lastSRAt           int64
}

// keyframe is the newest of a stream.
type keyframe struct {
	known         bool
	timestamp     uint32
	index         uint64 // of its first packet
	at            int64  // ns
	width, height uint16
}

// retire ends the stream: its m-line is gone, or its client.
func (s *Stream) retire() {
	s.in, s.key = nil, keyframe{}
	if s.ring != nil {
		s.ring.empty()
		s.ring = nil
	}
}

// serve puts the stream under an m-line.
func (s *Stream) serve(c *Conn, in *Incoming) {
	s.in = in
	if keep := in.Nack && in.Codec.Video(); keep && s.ring == nil {
		s.ring = newRing(c)
	} else if !keep && s.ring != nil {
		s.ring.empty()
		s.ring = nil
	}
}

// Layer is the place of the stream's RID in Incoming.Layers, 0 without layers.
func (s *Stream) Layer() int { return s.layer }

// Size is the picture of the newest keyframe, 0 when unknown.
func (s *Stream) Size() (width, height int) { return int(s.key.width), int(s.key.height) }

// SSRC names the stream within its Conn.
func (s *Stream) SSRC() uint32 { return s.ssrc }

// Received counts packets and payload bytes.
func (s *Stream) Received() (packets, bytes uint64) { return s.received, s.bytes }

// Lost counts packets that did not come, never less than 0.
func (s *Stream) Lost() uint64 {
	expected := s.expected()
	return expected - min(expected, s.received)
}

func (s *Stream) expected() uint64 {
	if !s.win.started {
		return 0
	}
	return s.win.high - s.base + 1
}

// Receive says what the client may send from now on. A stream that goes on
// keeps its replay window.
func (c *Conn) Receive(list []Incoming) {
	c.incoming = list
	for _, s := range c.streams {
		var now *Incoming
		for i := range list {
			if in := &list[i]; in.SSRC == s.ssrc || s.in != nil && in.Mid == s.in.Mid {
				now = in
			}
		}
		if now == nil {
			s.retire()
		} else {
			s.serve(c, now)
		}
	}
	for i := range list {
		if in := &list[i]; in.SSRC != 0 && c.stream(in.SSRC) == nil {
			c.adopt(in, in.SSRC)
		}
	}
}

func (c *Conn) stream(ssrc uint32) *Stream {
	for _, s := range c.streams {
		if s.ssrc == ssrc {
			return s
		}
	}
	return nil
}

// adopt adds a stream, in the place of one whose m-line is gone if there are
// too many.
func (c *Conn) adopt(in *Incoming, ssrc uint32) *Stream {
	at := len(c.streams)
	if at < MaxStreams {
		c.streams = append(c.streams, nil)
	} else if at = slices.IndexFunc(c.streams, func(old *Stream) bool { return old.in == nil }); at < 0 {
		return nil
	}
	s := &Stream{ssrc: ssrc}
	s.serve(c, in)
	c.streams[at] = s
	return s
}

// learn finds the m-line of an unknown SSRC by its MID header extension (RFC
// 8843 section 9.2).
func (c *Conn) learn(h *header) *Incoming {
	for i := range c.incoming {
		in := &c.incoming[i]
		if in.PayloadType == h.pt && in.MidExt != 0 && string(h.extension(in.MidExt)) == in.Mid {
			return in
		}
	}
	return nil
}

// rtp opens a packet and hands it to its sink in the same stack frame.
func (c *Conn) rtp(b []byte) {
	l, h := c.loop, &c.loop.hdr
	if c.in == nil || !h.parse(b) {
		l.stats.Refused++
		return
	}
	s := c.stream(h.ssrc)
	var in *Incoming
	index := uint64(h.seq)
	if s != nil {
		in, index = s.in, s.win.guess(h.seq)
		if !s.win.fresh(index) {
			l.stats.Refused++
			return
		}
	} else {
		in = c.learn(h)
	}
	if in == nil || in.PayloadType != h.pt {
		l.stats.Unknown++
		return
	}
	dst := b[h.size:h.size]
	kept := false
	if s != nil && s.ring != nil {
		if room := s.ring.room(len(b) - h.size); room != nil {
			dst, kept = room, true
		}
	}
	payload, err := c.in.openRTP(dst, b, h.size, h.ssrc, index)
	if err != nil {
		l.stats.Refused++
		return
	}
	if s == nil {
		if s = c.adopt(in, h.ssrc); s == nil {
			l.stats.Policed++
			return
		}
		if s.ring != nil {
			if room := s.ring.room(len(payload)); room != nil {
				payload, kept = append(room, payload...), true
			}
		}
	}
	s.arrived(index, h.timestamp, len(payload), l.came)
	if e := h.extension(in.TransportExt); len(e) == 2 {
		c.arrived(uint16(e[0])<<8|uint16(e[1]), h.ssrc)
	}
	p := &l.pkt
	p.Stream, p.Index, p.Timestamp = s, index, h.timestamp
	p.Marker, p.Padding, p.Payload = h.marker, h.padding, payload
	p.Redundant, p.Repaired = false, false
	p.Keyframe = s.begins(p, l.now)
	if kept {
		s.ring.keep(p, 0)
	}
	in.Sink.RTP(p)
}

// begins says whether p begins a keyframe, and remembers it: of the packets of
// one picture that could, the first that came.
func (s *Stream) begins(p *Packet, now int64) bool {
	var begins bool
	var width, height uint16
	switch s.in.Codec {
	case VP8:
		begins, width, height = vp8Keyframe(p.Payload)
	case H264:
		begins = h264Keyframe(p.Payload)
	}
	k := &s.key
	if !begins || k.known && k.timestamp == p.Timestamp && p.Index > k.index {
		return false
	}
	if !k.known || p.Index > k.index || k.timestamp == p.Timestamp {
		*k = keyframe{true, p.Timestamp, p.Index, now, width, height}
	}
	return true
}

// arrived counts a packet; jitter is that of RFC 3550 appendix A.8.
func (s *Stream) arrived(index uint64, timestamp uint32, n int, now int64) {
	if !s.win.started {
		s.base = index
	}
	s.win.mark(index)
	s.received++
	s.bytes += uint64(n)
	transit := now/1000*int64(s.in.Clock)/1_000_000 - int64(timestamp)
	if d := int64(int32(transit - s.transit)); s.received > 1 {
		s.jitter += (max(d, -d) - s.jitter) / 16
	}
	s.transit = transit
}
