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
	SSRC         uint32   // 0: found by MID header extensions, or by a payload type of its own
	RepairSSRC   uint32   // of the FID group (RFC 5576 section 4.2), 0: found likewise
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

// place is what an SSRC is used for.
type place struct {
	in     *Incoming // nil: the m-line is gone, packets are dropped
	layer  int       // of in.Layers
	repair bool      // it carries retransmissions
}

// takes says whether the payload type has its place here.
func (p place) takes(pt uint8) bool {
	switch {
	case p.in == nil:
		return false
	case p.repair:
		return pt == p.in.Repair
	default:
		return pt == p.in.PayloadType || p.in.Redundant != 0 && pt == p.in.Redundant
	}
}

// Stream is one SSRC that a client sends.
type Stream struct {
	place
	ssrc     uint32
	born     int64 // ns
	win      window
	ring     *ring // nil: nothing is kept
	key      keyframe
	missing  []missing
	broken   uint64 // what is before this index will not come, 0: nothing is known to be lost
	repairs  Repairs
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
	s.in, s.key, s.missing, s.broken = nil, keyframe{}, nil, 0
	if s.ring != nil {
		s.ring.empty()
		s.ring = nil
	}
}

// serve puts the stream into its place.
func (s *Stream) serve(c *Conn, at place) {
	s.place = at
	if keep := at.in.Nack && at.in.Codec.Video() && !at.repair; keep && s.ring == nil {
		s.ring = newRing(c)
	} else if !keep && s.ring != nil {
		s.ring.empty()
		s.ring, s.missing, s.broken = nil, nil, 0
	}
}

// Layer is the place of the stream's RID in Incoming.Layers, 0 without layers.
func (s *Stream) Layer() int { return s.layer }

// Size is the picture of the newest keyframe, 0 when unknown.
func (s *Stream) Size() (width, height int) { return int(s.key.width), int(s.key.height) }

// SSRC names the stream within its Conn.
func (s *Stream) SSRC() uint32 { return s.ssrc }

// Received counts packets and payload bytes.
func (s *Stream) Received() (packets, bytes uint64) { return s.received + s.repairs.Repaired, s.bytes }

// Lost counts packets that did not come, also not as retransmissions, never
// less than 0.
func (s *Stream) Lost() uint64 {
	expected := s.expected()
	return expected - min(expected, s.received+s.repairs.Repaired)
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
		if at := s.placeIn(list); at.in != nil {
			s.serve(c, at)
		} else {
			s.retire()
		}
	}
	for i := range list {
		in := &list[i]
		if in.SSRC != 0 && len(in.Layers) == 0 && c.stream(in.SSRC) == nil {
			c.adopt(place{in: in}, in.SSRC)
		}
		if in.Repair != 0 && in.RepairSSRC != 0 && c.stream(in.RepairSSRC) == nil {
			c.adopt(place{in: in, repair: true}, in.RepairSSRC)
		}
	}
}

// placeIn is where the stream belongs by a new list: by its SSRC, else where
// it was.
func (s *Stream) placeIn(list []Incoming) (at place) {
	for i := range list {
		in := &list[i]
		switch {
		case s.ssrc != 0 && s.ssrc == in.SSRC && len(in.Layers) == 0:
			return place{in: in}
		case s.ssrc != 0 && s.ssrc == in.RepairSSRC:
			return place{in: in, repair: true}
		case s.in == nil || s.in.Mid != in.Mid:
		case len(s.in.Layers) == 0 && len(in.Layers) == 0:
			at = place{in: in, repair: s.repair}
		case s.layer < len(s.in.Layers):
			if n := slices.Index(in.Layers, s.in.Layers[s.layer]); n >= 0 {
				at = place{in, n, s.repair}
			}
		}
	}
	return at
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
// too many. Nil: there is no place, or it was a stream before.
func (c *Conn) adopt(at place, ssrc uint32) *Stream {
	n := len(c.streams)
	if c.gone.has(ssrc) {
		return nil
	} else if n < MaxStreams {
		c.streams = append(c.streams, nil)
	} else if n = slices.IndexFunc(c.streams, func(old *Stream) bool { return old.in == nil }); n < 0 {
		return nil
	} else if old := c.streams[n]; old.win.started && !c.gone.add(old.ssrc) {
		return nil
	}
	s := &Stream{ssrc: ssrc, born: c.loop.now}
	s.serve(c, at)
	c.streams[n] = s
	return s
}

// learn finds the place of an unknown SSRC as RFC 8843 section 9.2 says: by the
// MID in a header extension and, with simulcast, the RID of the stream or of
// what it repairs (RFC 8852); without a MID by the payload type.
func (c *Conn) learn(h *header) place {
	named := false
	for i := range c.incoming {
		in := &c.incoming[i]
		mid := h.extension(in.MidExt)
		named = named || mid != nil
		if mid == nil || string(mid) != in.Mid {
			continue
		}
		at := place{in: in, repair: in.Repair != 0 && h.pt == in.Repair}
		if len(in.Layers) > 0 {
			id := in.LayerExt
			if at.repair {
				id = in.RepairedExt
			}
			rid := h.extension(id)
			if at.layer = slices.IndexFunc(in.Layers, func(l string) bool { return l == string(rid) }); at.layer < 0 {
				continue
			}
		}
		return at
	}
	if named {
		return place{}
	}
	return c.only(h.pt)
}

// only is the place of a payload type that no other m-line has, unless the SSRC
// there is announced.
func (c *Conn) only(pt uint8) (at place) {
	for i := range c.incoming {
		in := &c.incoming[i]
		p := place{in: in, repair: in.Repair != 0 && pt == in.Repair}
		if !p.takes(pt) {
			continue
		}
		announced := in.SSRC
		if p.repair {
			announced = in.RepairSSRC
		}
		if at.in != nil || announced != 0 || len(in.Layers) > 0 {
			return place{}
		}
		at = p
	}
	return at
}

// rtp opens a packet and hands it to its sink in the same stack frame.
func (c *Conn) rtp(b []byte) {
	l, h := c.loop, &c.loop.hdr
	if c.in == nil || !h.parse(b) {
		l.stats.Refused++
		return
	}
	s := c.stream(h.ssrc)
	var at place
	index := uint64(h.seq)
	if s != nil {
		at, index = s.place, s.win.guess(h.seq)
		if !s.win.fresh(index) {
			l.stats.Refused++
			return
		}
	} else {
		at = c.learn(h)
	}
	if !at.takes(h.pt) {
		l.stats.Unknown++
		return
	}
	media := s
	if at.repair {
		media = c.original(at)
	}
	dst, kept := b[h.size:h.size], false
	if media != nil && media.ring != nil {
		if room := media.ring.room(len(b) - h.size); room != nil {
			dst, kept = room, true
		}
	}
	payload, err := c.in.openRTP(dst, b, h.size, h.ssrc, index)
	if err != nil {
		l.stats.Refused++
		return
	}
	if s == nil {
		if s = c.adopt(at, h.ssrc); s == nil {
			l.stats.Policed++
			return
		}
	}
	c.due = 0
	if e := h.extension(at.in.TransportExt); len(e) == 2 {
		c.arrived(uint16(e[0])<<8|uint16(e[1]), h.ssrc)
	}
	if at.repair {
		s.win.mark(index)
		c.repaired(media, h, payload, kept)
		return
	}
	if media == nil && s.ring != nil { // its first packet
		if room := s.ring.room(len(payload)); room != nil {
			payload, kept = append(room, payload...), true
		}
	}
	c.notice(s, index)
	s.arrived(index, h.timestamp, len(payload), l.came)
	p := &l.pkt
	*p = Packet{Stream: s, Index: index, Timestamp: h.timestamp, Marker: h.marker, Padding: h.padding,
		Redundant: h.pt != at.in.PayloadType, Payload: payload}
	c.deliver(p, kept, 0)
}

// deliver hands a packet to its sink. A payload that was kept stands skip bytes
// behind what is in the ring.
func (c *Conn) deliver(p *Packet, kept bool, skip int) {
	s := p.Stream
	p.Keyframe = s.begins(p, c.loop.now)
	if kept {
		s.ring.keep(p, skip)
	}
	s.in.Sink.RTP(p)
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

// Jitter is that of the arrival times, in RTP ticks (RFC 3550 appendix A.8).
func (s *Stream) Jitter() uint32 { return uint32(s.jitter) }
