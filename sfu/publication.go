package sfu

import (
	"crypto/rand"
	"slices"

	"nara/sfu/answer"
	"nara/sfu/wire"
)

// publication is what a peer sends on one m-line. It is the wire.Sink of that
// m-line. Guarded by the loop's lock.
type publication struct {
	info    PublicationInfo
	peer    *peer
	format  answer.Format
	rids    []string // of simulcast; nil: one layer
	visible bool     // others may receive it

	layers  []layer // in the client's order, at least one
	subs    []*downTrack
	primary []byte // of the packet at hand if that is redundant: its Opus alone

	repaired       uint64 // packets that came as retransmissions
	malformed      uint64 // redundancy that could not be read
	keyframesAsked uint64
	bitrate        uint64 // in the last whole second
	bytesBefore    uint64
	secondAt       int64 // when the next second is over
}

func newPublication(p *peer, m answer.Media, source SourceName) *publication {
	pub := &publication{peer: p, format: m.Formats[0], rids: m.Layers,
		info: PublicationInfo{ID: PublicationID(rand.Text()), Mid: m.Mid, Source: source, Kind: Kind(m.Kind)}}
	pub.layers = make([]layer, max(1, len(m.Layers)))
	for i := range pub.layers {
		pub.layers[i].pub = pub
	}
	for i, rid := range m.Layers {
		pub.layers[i].rid = rid
	}
	return pub
}

// goesOn says whether the m-line still sends this publication.
func (pub *publication) goesOn(m answer.Media, source SourceName) bool {
	f := m.Formats[0]
	return pub.info.Mid == m.Mid && pub.info.Source == source && pub.info.Kind == Kind(m.Kind) &&
		pub.format.Codec == f.Codec && pub.format.Profile == f.Profile && slices.Equal(pub.rids, m.Layers)
}

// incoming is what the transport must know of it.
func (pub *publication) incoming(m answer.Media) wire.Incoming {
	f := m.Formats[0]
	return wire.Incoming{Mid: m.Mid, Codec: f.Codec, PayloadType: f.PayloadType, Repair: f.Repair, Redundant: f.Redundant,
		Clock: f.Clock, SSRC: m.SSRC, RepairSSRC: m.RepairSSRC, Layers: m.Layers, Nack: f.Nack && f.Repair != 0,
		MidExt: m.MidExt, LayerExt: m.LayerExt, RepairedExt: m.RepairedExt, TransportExt: m.TransportExt, Sink: pub}
}

// RTP forwards a packet to everything that is bound, in this stack frame.
func (pub *publication) RTP(p *wire.Packet) {
	n := p.Stream.Layer()
	if n >= len(pub.layers) {
		return
	}
	r, l := pub.peer.room, &pub.layers[n]
	r.due = 0
	r.counts.PacketsReceived++
	r.counts.BytesReceived += uint64(len(p.Payload))
	now := r.shard.loop.Now()
	l.heard(p, now)
	if p.Repaired {
		pub.repaired++
		r.counts.PacketsRepaired++
	}
	if p.Redundant {
		if pub.primary = wire.Primary(p.Payload); pub.primary == nil {
			pub.malformed++
			return
		}
	}
	for _, d := range pub.subs {
		d.forward(l, p, now)
	}
}

// SenderReport sets the clock of a layer. The publisher's clock becomes the
// server's by a difference that is set once for each peer: its audio and video
// stay together, and m-lines that share a msid stream but carry different
// peers are not pulled apart.
func (pub *publication) SenderReport(s *wire.Stream, ntp uint64, rtp uint32) {
	p, n := pub.peer, s.Layer()
	if n >= len(pub.layers) {
		return
	}
	if !p.clockKnown {
		p.clockKnown, p.clockOffset = true, p.room.shard.loop.NTP()-ntp
	}
	l := &pub.layers[n]
	first := l.reportedOf != s
	l.report, l.reportedOf = timeline{ntp + p.clockOffset, rtp, true}, s
	if !first {
		return
	}
	for _, d := range pub.subs {
		if d.stream == s {
			d.sendReport() // lip sync at once
		}
	}
}

// Broken asks for the keyframe that alone mends the picture.
func (pub *publication) Broken(s *wire.Stream) {
	n := s.Layer()
	for _, d := range pub.subs {
		if n < len(pub.layers) && d.wanted == &pub.layers[n] {
			d.wanted.askKeyframe()
			return
		}
	}
}

// best is the layer to forward: the client's last that it sends now. Which one
// a subscriber needs is not asked here.
func (pub *publication) best(now int64) *layer {
	for i := len(pub.layers) - 1; i > 0; i-- {
		if pub.layers[i].alive(now) {
			return &pub.layers[i]
		}
	}
	return &pub.layers[0]
}

// tick moves subscribers to another layer, begins what waits, and asks again
// for keyframes that have not come.
func (pub *publication) tick(now int64) {
	for _, d := range pub.subs {
		if len(pub.layers) > 1 {
			d.follow(pub.best(now), now)
		}
		d.tick(now)
		if d.waiting && d.kind == Video {
			pub.peer.room.due = 0
		}
		if d.wanted.wantsKeyframe {
			d.wanted.askKeyframe()
		}
	}
	if now >= pub.secondAt {
		pub.second(now)
	}
}

// second measures the bitrate, and lets the ring reach back as far as the
// slowest subscriber may still ask.
func (pub *publication) second(now int64) {
	var bytes uint64
	for i := range pub.layers {
		bytes += pub.layers[i].bytes
	}
	if since := now - pub.secondAt + 1e9; pub.secondAt != 0 {
		pub.bitrate = (bytes - pub.bytesBefore) * 8 * 1e9 / uint64(since)
	}
	pub.bytesBefore, pub.secondAt = bytes, now+1e9
	if pub.info.Kind != Video {
		return
	}
	var slowest int64
	for _, d := range pub.subs {
		slowest = max(slowest, d.peer.pause())
	}
	for i := range pub.layers {
		if s := pub.layers[i].stream; s != nil {
			s.Keep(repairReach + repairRounds*slowest)
		}
	}
}
