package sfu

import (
	"math/rand/v2"

	"nara/sfu/wire"
)

// peer is one participant's connection. It is the wire.Handler of its Conn.
// Guarded by the loop's lock.
type peer struct {
	id          PeerID
	room        *room
	conn        *wire.Conn
	fingerprint [32]byte
	admitted    bool
	removed     bool

	lines      []line // by m-line
	downTracks []*downTrack
	version    uint64 // of lines and bindings
	changed    bool   // bindings: to be told
	lastSSRC   uint32

	clockKnown  bool
	clockOffset uint64 // NTP, server's clock - peer's
	allowance   allowance
}

// line is what the peer's n-th m-line is used for: a publication, a downTrack,
// or neither.
type line struct {
	mid  string
	pub  *publication
	down *downTrack
}

func newPeer(id PeerID, r *room, remote wire.Remote) *peer {
	p := &peer{id: id, room: r, fingerprint: remote.Fingerprint, lastSSRC: rand.Uint32()}
	p.conn = r.shard.loop.Connect(remote, p)
	return p
}

// newSSRC counts, so that no connection uses one twice. 0 and 1 are not for
// media: 1 sends our reports.
func (p *peer) newSSRC() uint32 {
	p.lastSSRC++
	for p.lastSSRC < 2 {
		p.lastSSRC++
	}
	return p.lastSSRC
}

// freePair is the lowest pair number that no downTrack of the kind has.
func (p *peer) freePair(kind Kind) int {
	for n := 0; ; n++ {
		if p.downTrack(kind, n) == nil {
			return n
		}
	}
}

func (p *peer) downTrack(kind Kind, pair int) *downTrack {
	for _, d := range p.downTracks {
		if d.kind == kind && d.pair == pair {
			return d
		}
	}
	return nil
}

// free chooses the downTrack for a publication that it can carry: beside what comes from the
// same peer, so that the client keeps them in lip sync; else beside nothing;
// else any. Among equals the first m-line.
func (p *peer) free(pub *publication) *downTrack {
	other := Audio
	if pub.info.Kind == Audio {
		other = Video
	}
	var best *downTrack
	bestScore := -1
	for _, d := range p.downTracks {
		if d.kind != pub.info.Kind || d.pub != nil {
			continue
		}
		if _, ok := d.carries(pub); !ok {
			continue
		}
		score := 1
		if beside := p.downTrack(other, d.pair); beside != nil && beside.pub != nil {
			score = 0
			if beside.pub.peer == pub.peer {
				score = 2
			}
		}
		if score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

// receives says whether the publication is bound to one of p's downTracks.
func (p *peer) receives(pub *publication) bool {
	for _, d := range pub.subs {
		if d.peer == p {
			return true
		}
	}
	return false
}

// assignments has every receive m-line in order.
func (p *peer) assignments() []Assignment {
	list := []Assignment{}
	for _, l := range p.lines {
		if l.down == nil {
			continue
		}
		a := Assignment{Mid: l.mid}
		if l.down.pub != nil {
			a.Publication = l.down.pub.info.ID
		}
		list = append(list, a)
	}
	return list
}

// Connected tells that media can flow: only now a keyframe is of use.
func (p *peer) Connected() {
	p.room.shard.events.add(PeerConnected{p.room.id, p.id})
	now := p.room.shard.loop.Now()
	for _, d := range p.downTracks {
		if d.pub != nil {
			d.start(now)
		}
	}
}

// Failed removes the peer.
func (p *peer) Failed(why wire.Failure) {
	r := p.room
	r.remove(p)
	r.settle(nil)
	r.shard.events.add(PeerLost{r.id, p.id, LossReason(why)})
}

// sends finds the downTrack that sends media as ssrc.
func (p *peer) sends(ssrc uint32) *downTrack {
	for _, d := range p.downTracks {
		if d.out.SSRC == ssrc {
			return d
		}
	}
	return nil
}

// octets counts the media bytes of all downTracks.
func (p *peer) octets() (n uint64) {
	for _, d := range p.downTracks {
		n += d.octets
	}
	return n
}

// KeyframeWanted is for what is bound to the SSRC.
func (p *peer) KeyframeWanted(ssrc uint32) {
	if d := p.sends(ssrc); d != nil && d.pub != nil {
		d.keyframes++
		d.wish(p.room.shard.loop.Now())
	}
}

// Received is how well the client receives a downTrack.
func (p *peer) Received(ssrc uint32, r wire.Reception) {
	d := p.sends(ssrc)
	if d == nil {
		return
	}
	d.reception = r
	p.room.shard.reported(r)
}

// Stalled lets video wait for a keyframe, for a frame with a hole is of no use
// to anyone. Nothing may be sent here, so the tick begins anew, also when what
// was lost is the last that comes for a while.
func (p *peer) Stalled() {
	for _, d := range p.downTracks {
		if d.kind == Video && d.pub != nil && !d.waiting {
			d.waiting, p.room.due = true, 0
			d.stalls++
			p.room.counts.Stalls++
		}
	}
}
