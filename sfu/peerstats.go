package sfu

import (
	"time"

	"nara/sfu/answer"
	"nara/sfu/wire"
)

// PeerStats is how one participant's connection fares.
type PeerStats struct {
	Room         RoomID
	Peer         PeerID
	Connected    bool
	Admitted     bool
	Path         wire.PathStats
	Publications []PublicationStats // in the order of the m-lines
	DownTracks   []DownTrackStats   // likewise
}

// PublicationStats is how well a publication arrives here.
type PublicationStats struct {
	PublicationInfo
	Codec           string
	PacketsReceived uint64
	BytesReceived   uint64
	PacketsLost     uint64 // and not repaired
	PacketsRepaired uint64 // that came as retransmissions
	Malformed       uint64 // redundancy that could not be read
	Bitrate         uint64 // bits in the last second
	KeyframesAsked  uint64
	Subscribers     int // DownTracks that it is bound to
	// Undecodable counts the admitted peers that have receive m-lines of its
	// kind, but none that takes its codec.
	Undecodable int
	Layers      []LayerStats
}

// LayerStats is one RID of simulcast, or all there is.
type LayerStats struct {
	RID             string
	Alive           bool // came within half a second
	PacketsReceived uint64
	BytesReceived   uint64
	PacketsLost     uint64
	Jitter          time.Duration // RFC 3550 appendix A.8
}

// DownTrackStats is how well a receive m-line arrives at its client.
type DownTrackStats struct {
	Mid             string
	Kind            Kind
	Publication     PublicationID // "" for none; what follows counts from the first on
	Codec           string        // "" for none
	Layer           string        // RID
	Waiting         bool          // for a keyframe to begin with
	PacketsSent     uint64
	BytesSent       uint64
	PacketsResent   uint64
	PacketsMissed   uint64 // asked for again when we had them no more
	KeyframesWanted uint64 // requests of the client
	Replays         uint64
	Stalls          uint64

	// As the client's last report tells of what is bound now.
	Loss        float64 // share of packets since the report before
	PacketsLost int32
	Jitter      time.Duration
	RoundTrip   time.Duration // 0: unknown
}

// PeerStats tells of one peer.
func (m *Manager) PeerStats(room RoomID, peer PeerID) (PeerStats, error) {
	p, err := m.findPeer(room, peer)
	if err != nil {
		return PeerStats{}, err
	}
	defer p.room.shard.loop.Unlock()
	s := PeerStats{Room: room, Peer: peer, Connected: p.conn.Connected(), Admitted: p.admitted,
		Path: p.conn.Path()}
	for _, l := range p.lines {
		if l.pub != nil {
			s.Publications = append(s.Publications, l.pub.stats())
		}
		if l.down != nil {
			s.DownTracks = append(s.DownTracks, l.down.stats())
		}
	}
	return s, nil
}

func (pub *publication) stats() PublicationStats {
	s := PublicationStats{PublicationInfo: pub.info, Codec: codecName(pub.format), PacketsRepaired: pub.repaired,
		Malformed: pub.malformed, Bitrate: pub.bitrate, KeyframesAsked: pub.keyframesAsked, Subscribers: len(pub.subs)}
	for i := range pub.layers {
		l := &pub.layers[i]
		ls := LayerStats{RID: l.rid, Alive: l.alive(pub.peer.room.shard.loop.Now()), PacketsReceived: l.packets,
			BytesReceived: l.bytes, PacketsLost: l.packetsLost()}
		if l.stream != nil {
			ls.Jitter = ticks(l.stream.Jitter(), pub.format.Clock)
		}
		s.PacketsReceived += ls.PacketsReceived
		s.BytesReceived += ls.BytesReceived
		s.PacketsLost += ls.PacketsLost
		s.Layers = append(s.Layers, ls)
	}
	for _, p := range pub.peer.room.peers {
		if p != pub.peer && p.admitted && !p.decodes(pub) {
			s.Undecodable++
		}
	}
	return s
}

// decodes says whether the peer could receive the publication; one without
// receive m-lines of its kind does not count as unable.
func (p *peer) decodes(pub *publication) bool {
	able := true
	for _, d := range p.downTracks {
		if d.kind != pub.info.Kind {
			continue
		}
		if _, able = d.carries(pub); able {
			return true
		}
	}
	return able
}

func (d *downTrack) stats() DownTrackStats {
	s := DownTrackStats{Mid: d.mid, Kind: d.kind, PacketsSent: d.packets, BytesSent: d.octets, PacketsResent: d.repair.sent,
		PacketsMissed: d.repair.missed, KeyframesWanted: d.keyframes, Replays: d.replays, Stalls: d.stalls}
	if d.pub == nil {
		return s
	}
	s.Publication, s.Codec, s.Waiting = d.pub.info.ID, codecName(d.format), d.waiting
	if d.layer != nil {
		s.Layer = d.layer.rid
	}
	r := d.reception
	s.Loss, s.PacketsLost, s.RoundTrip = float64(r.FractionLost)/256, r.TotalLost, time.Duration(r.RoundTrip)
	s.Jitter = ticks(r.Jitter, d.format.Clock)
	return s
}

// ticks is how long n ticks of a clock are.
func ticks(n, clock uint32) time.Duration {
	return time.Duration(n) * time.Second / time.Duration(clock)
}

// codecName is the encoding name of the format's media subtype.
func codecName(f answer.Format) string {
	switch f.Codec {
	case wire.Opus:
		return "opus"
	case wire.VP8:
		return "VP8"
	case wire.H264:
		return "H264"
	}
	return ""
}
