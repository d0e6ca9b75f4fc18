package sfu

import "nara/sfu/wire"

const (
	// A frame group is replayed if it is this fresh and no longer than this:
	// a newcomer then sees a picture at once, and the publisher's bits go into
	// the picture instead of another keyframe.
	groupAge     = 500e6
	groupPackets = 64
	// replayInterval keeps a client that cannot take it from getting the same
	// again and again.
	replayInterval = 1e9
)

// replay begins with the newest keyframe of the wanted layer and all that came
// since, if that is in the ring and fresh. Nothing of it is sent twice: the
// binding begins anew with indices of its own.
func (d *downTrack) replay(now int64) bool {
	s := d.wanted.stream
	if d.kind != Video || s == nil || !d.peer.conn.Connected() || d.replayedAt != 0 && now-d.replayedAt < replayInterval {
		return false
	}
	from, ok := s.Group(groupAge)
	newest := s.Newest()
	if !ok || newest-from >= groupPackets {
		return false
	}
	var first, p wire.Packet
	if !s.Find(from, &first) || !s.Find(newest, &p) {
		return false
	}
	d.replayedAt = max(now, 1)
	d.replays++
	d.peer.room.counts.Replays++
	d.renumber(s, place{from, first.Timestamp}, place{newest, p.Timestamp}, now)
	for i := from; i <= newest && !d.waiting; i++ {
		if s.Find(i, &p) {
			d.send(&p, now)
		}
	}
	return true
}
