package sfu

import "nara/sfu/wire"

const (
	// keyframeThrottle is the least time between two keyframe requests for one
	// layer; a request within it is remembered, not dropped.
	keyframeThrottle = 300e6
	// layerSilence is how long a layer may be silent before it counts as
	// switched off by the client.
	layerSilence = 500e6
)

// layer is one coding of a publication: one RID of simulcast (RFC 8853), or
// all there is. Guarded by the loop's lock.
type layer struct {
	pub     *publication
	rid     string       // "" without simulcast
	stream  *wire.Stream // that came last; nil before the first packet
	heardAt int64
	packets uint64
	bytes   uint64
	lost    uint64 // by streams before this one

	// report is what the publisher's last sender report said, by the server's
	// clock, and of which stream.
	report     timeline
	reportedOf *wire.Stream

	wantsKeyframe bool // asked for, or to be asked for, and not come yet
	asked         bool
	askedAt       int64
}

// heard notes a packet.
func (l *layer) heard(p *wire.Packet, now int64) {
	if l.stream != p.Stream {
		if l.stream != nil {
			l.lost += l.stream.Lost()
		}
		l.stream = p.Stream
	}
	l.heardAt = now
	l.packets++
	l.bytes += uint64(len(p.Payload))
	if p.Keyframe {
		l.wantsKeyframe = false
	}
}

// packetsLost counts what never came, up to now.
func (l *layer) packetsLost() uint64 {
	if l.stream == nil {
		return l.lost
	}
	return l.lost + l.stream.Lost()
}

// alive says whether the client sends the layer.
func (l *layer) alive(now int64) bool { return l.stream != nil && now-l.heardAt < layerSilence }

// clock is the time line of one of its streams, if the publisher has told it.
func (l *layer) clock(s *wire.Stream) timeline {
	if l.reportedOf != s {
		return timeline{}
	}
	return l.report
}

// askKeyframe asks the publisher, now or when the throttle allows. Before the
// first packet there is nothing to ask: a stream begins with a keyframe.
func (l *layer) askKeyframe() {
	pub := l.pub
	if pub.info.Kind != Video {
		return
	}
	l.wantsKeyframe, pub.peer.room.due = true, 0
	now := pub.peer.room.shard.loop.Now()
	if l.stream == nil || l.asked && now-l.askedAt < keyframeThrottle {
		return
	}
	if pub.peer.conn.AskKeyframe(l.stream.SSRC()) {
		l.asked, l.askedAt = true, now
		pub.keyframesAsked++
		pub.peer.room.counts.KeyframesAsked++
	}
}
