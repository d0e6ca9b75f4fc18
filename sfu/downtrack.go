package sfu

import (
	"math/rand/v2"

	"nara/sfu/wire"
)

// downTrack is a receive m-line of a peer with what is bound to it. Its SSRC
// stands in the answer, so a publication can be bound and another one later
// without any SDP. Guarded by the loop's lock.
type downTrack struct {
	peer  *peer
	mid   string
	kind  Kind
	pair  int // audio and video with one number share a msid stream: lip sync
	clock uint32

	pub     *publication
	stream  *wire.Stream // of pub, that the numbers follow; nil before the first packet
	waiting bool         // for the packet to begin with; for video a keyframe
	numbers rewriter
	out     wire.Outgoing
	packets uint32
	octets  uint32
}

// newDownTrack makes one with an SSRC that the connection has not used. The
// first index is below 2^15, so that no receiver guesses the rollover wrong.
func newDownTrack(p *peer, mid string, kind Kind) *downTrack {
	return &downTrack{peer: p, mid: mid, kind: kind, pair: p.freePair(kind),
		numbers: rewriter{next: uint64(rand.Uint32N(1 << 15))}, out: wire.Outgoing{SSRC: p.newSSRC()}}
}

// bind puts a publication onto a free downTrack.
func (d *downTrack) bind(pub *publication) {
	d.pub, d.stream, d.waiting = pub, nil, true
	pub.subs = append(pub.subs, d)
	d.peer.changed = true
	if d.peer.conn.Connected() { // else the keyframe would come too early and use up the throttle
		pub.askKeyframe()
	}
}

// unbind frees the downTrack.
func (d *downTrack) unbind() {
	pub := d.pub
	if pub == nil {
		return
	}
	for i, o := range pub.subs {
		if o == d {
			pub.subs = append(pub.subs[:i:i], pub.subs[i+1:]...)
			break
		}
	}
	d.pub, d.stream = nil, nil
	d.peer.changed = true
}

// forward sends a packet on. It is called for each packet and DownTrack.
func (d *downTrack) forward(p *wire.Packet, now int64) {
	if d.waiting || d.stream != p.Stream {
		if !d.begin(p, now) {
			return
		}
	}
	var ok bool
	o := &d.out
	if o.Index, o.Timestamp, ok = d.numbers.rewrite(p.Index, p.Timestamp, now); !ok {
		return
	}
	o.Marker, o.Padding = p.Marker, p.Padding
	if d.peer.conn.SendRTP(o, p.Payload) {
		d.packets++
		d.octets += uint32(len(p.Payload))
		d.peer.room.counts.PacketsForwarded++
		d.peer.room.counts.BytesForwarded += uint64(len(p.Payload))
	}
}

// begin starts with this packet if it can: the client is connected, and video
// begins with a keyframe.
func (d *downTrack) begin(p *wire.Packet, now int64) bool {
	if !d.peer.conn.Connected() {
		return false
	}
	if d.kind == Video && !p.Keyframe {
		d.waiting = true
		d.pub.askKeyframe()
		return false
	}
	same := d.stream == p.Stream
	d.numbers.begin(p.Index, p.Timestamp, now, d.clock, same)
	d.stream, d.waiting = p.Stream, false
	if !same && d.pub.report.stream == p.Stream {
		d.sendReport() // lip sync from the first frame
	}
	return true
}

// sendReport tells the client which time the publication's last sender report
// gave to which RTP time, in the downTrack's own numbers.
func (d *downTrack) sendReport() {
	r := &d.pub.report
	d.peer.conn.SendSenderReport(d.out.SSRC, r.ntp, r.rtp+d.numbers.tsOffset, d.packets, d.octets)
}
