package sfu

import (
	"crypto/rand"

	"nara/sfu/wire"
)

// keyframeThrottle is the least time between two keyframe requests to one
// publisher; a request within it is remembered, not dropped.
const keyframeThrottle = 300e6

// publication is what a peer sends on one m-line. It is the wire.Sink of that
// m-line. Guarded by the loop's lock.
type publication struct {
	info    PublicationInfo
	peer    *peer
	visible bool // others may receive it

	stream *wire.Stream // that came last; nil before the first packet
	subs   []*downTrack
	report struct {
		stream *wire.Stream
		ntp    uint64 // by the server's clock
		rtp    uint32
	}

	wantsKeyframe bool // asked for, or to be asked for, and not come yet
	asked         bool
	askedAt       int64
}

func newPublication(p *peer, mid string, source SourceName, kind Kind) *publication {
	return &publication{peer: p, info: PublicationInfo{ID: PublicationID(rand.Text()), Mid: mid, Source: source, Kind: kind}}
}

// RTP forwards a packet to everything that is bound, in this stack frame.
func (pub *publication) RTP(p *wire.Packet) {
	r := pub.peer.room
	r.counts.PacketsReceived++
	r.counts.BytesReceived += uint64(len(p.Payload))
	pub.stream = p.Stream
	if p.Keyframe {
		pub.wantsKeyframe = false
	}
	now := r.shard.loop.Now()
	for _, d := range pub.subs {
		d.forward(p, now)
	}
}

// SenderReport is passed on to everything that is bound, by each one's own
// numbers. The publisher's clock becomes the server's by a difference that is
// set once for each peer: its audio and video stay together, and m-lines that
// share a msid stream but carry different peers are not pulled apart.
func (pub *publication) SenderReport(s *wire.Stream, ntp uint64, rtp uint32) {
	p := pub.peer
	if !p.clockKnown {
		p.clockKnown, p.clockOffset = true, p.room.shard.loop.NTP()-ntp
	}
	pub.report.stream, pub.report.ntp, pub.report.rtp = s, ntp+p.clockOffset, rtp
	for _, d := range pub.subs {
		if d.stream == s && d.packets > 0 {
			d.sendReport()
		}
	}
}

// Broken asks for the keyframe that alone mends the picture.
func (pub *publication) Broken(*wire.Stream) {
	if len(pub.subs) > 0 {
		pub.askKeyframe()
	}
}

// askKeyframe asks the publisher, now or when the throttle allows. Before the
// first packet there is nothing to ask: a stream begins with a keyframe.
func (pub *publication) askKeyframe() {
	if pub.info.Kind != Video {
		return
	}
	pub.wantsKeyframe = true
	now := pub.peer.room.shard.loop.Now()
	if pub.stream == nil || pub.asked && now-pub.askedAt < keyframeThrottle {
		return
	}
	if pub.peer.conn.AskKeyframe(pub.stream.SSRC()) {
		pub.asked, pub.askedAt = true, now
		pub.peer.room.counts.KeyframesAsked++
	}
}

// tick asks again for a keyframe that has not come.
func (pub *publication) tick() {
	if pub.wantsKeyframe && len(pub.subs) > 0 {
		pub.askKeyframe()
	}
}
