package sfu

import (
	"math/rand/v2"

	"nara/sfu/answer"
	"nara/sfu/wire"
)

const (
	// reportInterval is the time between two sender reports.
	reportInterval = 1e9
	// maxReports is how many a client gets of one DownTrack within that: a
	// publisher that changes its streams all the time must not flood others.
	maxReports = 10
	// maxShift is how far, in ms, the time that reports tell may be from the
	// time that passed.
	maxShift = 500
)

// downTrack is a receive m-line of a peer with what is bound to it. Its SSRC
// stands in the answer, so a publication can be bound and another one later
// without any SDP. Guarded by the loop's lock.
type downTrack struct {
	peer    *peer
	mid     string
	kind    Kind
	pair    int             // audio and video with one number share a msid stream: lip sync
	formats []answer.Format // that the client can receive here, best first

	pub     *publication
	format  answer.Format // of pub, as this client knows it
	wanted  *layer        // of pub
	layer   *layer        // that the numbers follow; nil before the first packet
	stream  *wire.Stream  // of layer
	waiting bool          // for the packet to begin with; for video a keyframe
	numbers rewriter
	out     wire.Outgoing
	repair  repair
	wishes  wishes

	told        timeline // of the out numbers, as the client was told last
	reportAt    int64    // when it is to be told again
	reports     int      // left to tell
	reportsTill int64    // until then
	replayedAt  int64    // 0: never

	packets   uint64
	octets    uint64
	replays   uint64
	stalls    uint64
	keyframes uint64 // that the client has asked for
	reception wire.Reception
}

// newDownTrack makes one with SSRCs that the connection has not used. The
// first index is below 2^15, so that no receiver guesses the rollover wrong.
func newDownTrack(p *peer, mid string, kind Kind) *downTrack {
	d := &downTrack{peer: p, mid: mid, kind: kind, pair: p.freePair(kind),
		numbers: rewriter{next: uint64(rand.Uint32N(1 << 15))}, out: wire.Outgoing{SSRC: p.newSSRC()}}
	if kind == Video {
		d.repair.out = wire.Outgoing{SSRC: p.newSSRC(), Index: uint64(rand.Uint32N(1 << 15))}
	}
	return d
}

// offered takes what the client's offer says of the m-line. What it cannot
// receive any more is unbound.
func (d *downTrack) offered(m answer.Media) {
	d.formats = m.Formats
	d.out.TransportExt, d.repair.out.TransportExt = m.TransportExt, m.TransportExt
	if d.pub == nil {
		return
	}
	f, ok := d.carries(d.pub)
	if !ok {
		d.unbind()
		return
	}
	d.format = f
}

// carries finds the format in which the client can receive a publication.
func (d *downTrack) carries(pub *publication) (answer.Format, bool) {
	for _, f := range d.formats {
		if f.Carries(pub.format) {
			return f, true
		}
	}
	return answer.Format{}, false
}

// bind puts a publication that it carries onto a free downTrack.
func (d *downTrack) bind(pub *publication) {
	now := d.peer.room.shard.loop.Now()
	d.format, _ = d.carries(pub)
	d.pub, d.wanted, d.waiting, d.wishes = pub, pub.best(now), true, wishes{}
	pub.subs = append(pub.subs, d)
	d.peer.changed, d.peer.room.due = true, 0
	d.start(now)
}

// unbind frees the downTrack.
func (d *downTrack) unbind() {
	pub := d.pub
	if pub == nil {
		return
	}
	pub.subs = without(pub.subs, d)
	d.pub, d.wanted, d.layer, d.stream = nil, nil, nil, nil
	d.reception = wire.Reception{}
	d.peer.changed = true
}

// start begins to send as soon as it can: with the frame group that is there,
// or with the keyframe that it asks for. Before the client is connected that
// would come too early and use up the throttle.
func (d *downTrack) start(now int64) {
	if d.peer.conn.Connected() && !d.replay(now) {
		d.wish(now)
	}
}

// follow wants another layer; the one before goes on until that has a
// keyframe.
func (d *downTrack) follow(l *layer, now int64) {
	if d.wanted != l {
		d.wanted = l
		d.start(now)
	}
}

// forward sends a packet on. It is called for each packet and downTrack.
func (d *downTrack) forward(l *layer, p *wire.Packet, now int64) {
	if (d.waiting || d.stream != p.Stream) && (d.wanted != l || !d.begin(p, now)) {
		return
	}
	d.send(p, now)
}

// send gives a packet the downTrack's own numbers.
func (d *downTrack) send(p *wire.Packet, now int64) {
	var ok bool
	o, payload := &d.out, p.Payload
	if o.Index, o.Timestamp, ok = d.numbers.rewrite(place{p.Index, p.Timestamp}, now); !ok {
		return
	}
	o.PayloadType, o.Marker, o.Padding = d.format.PayloadType, p.Marker, p.Padding
	if p.Redundant {
		if payload = d.pub.primary; d.format.Redundant != 0 {
			payload, o.PayloadType = p.Payload, d.format.Redundant
			wire.Retype(payload, d.format.PayloadType)
		}
	}
	if d.peer.conn.SendRTP(o, payload) {
		d.packets++
		d.octets += uint64(len(payload))
		d.peer.room.counts.PacketsForwarded++
		d.peer.room.counts.BytesForwarded += uint64(len(payload))
	}
}

// begin starts with this packet if it can: the client is connected, and video
// begins with a keyframe.
func (d *downTrack) begin(p *wire.Packet, now int64) bool {
	if !d.peer.conn.Connected() {
		return false
	}
	if d.kind == Video && !p.Keyframe {
		d.wish(now)
		return false
	}
	if p.Index < p.Stream.Newest() && d.replay(now) {
		return true // its beginning came last: what had come since is in the ring
	}
	d.renumber(p.Stream, place{p.Index, p.Timestamp}, place{}, now)
	return true
}

// renumber lets the numbers follow the stream s of the wanted layer from a
// packet on; edge is where a replay ends. Time goes on as the client was told
// by the last report, so that lip sync survives; without that as it did on the
// server's clock.
func (d *downTrack) renumber(s *wire.Stream, at, edge place, now int64) {
	live := at
	if edge.index != 0 {
		live = edge
	}
	offset := d.numbers.tsOffset
	if d.stream != s {
		offset = d.numbers.after(live.ts, now, d.format.Clock)
		if told, c := d.told, d.wanted.clock(s); told.known && c.known {
			ntp := d.peer.room.shard.loop.NTP()
			exact := told.at(ntp, d.format.Clock) - c.at(ntp, d.format.Clock)
			if off := int64(int32(exact - offset)); max(off, -off) < maxShift*int64(d.format.Clock)/1000 {
				offset = exact // else the reports say something else than the packets
			}
		}
	}
	d.numbers.begin(at, edge, offset)
	d.layer, d.stream, d.waiting = d.wanted, s, false
	d.sendReport()
}

// tick begins what waits, wishes again, and reports each second.
func (d *downTrack) tick(now int64) {
	if d.wishes.due {
		d.wish(now)
	}
	if d.waiting {
		if d.kind == Video {
			d.start(now)
		}
		return
	}
	if now >= d.reportAt {
		d.sendReport()
	}
}

// sendReport tells the client which of the downTrack's own time it is now,
// reckoned from the publisher's last sender report. The time of sending stands
// in it, so that the client's answer tells the round trip.
func (d *downTrack) sendReport() {
	c := d.layer.clock(d.stream)
	if !c.known {
		return
	}
	loop := d.peer.room.shard.loop
	now := loop.Now()
	if now >= d.reportsTill {
		d.reports, d.reportsTill = maxReports, now+reportInterval
	}
	if d.reports == 0 {
		d.reportAt = d.reportsTill
		return
	}
	d.reports--
	ntp := loop.NTP()
	d.told = timeline{ntp, c.at(ntp, d.format.Clock) + d.numbers.tsOffset, true}
	d.reportAt = now + reportInterval
	d.peer.conn.SendSenderReport(d.out.SSRC, ntp, d.told.rtp, uint32(d.packets), uint32(d.octets))
}
