package sfu

// Stats counts since the start, over all loops.
type Stats struct {
	Rooms, Peers            int
	PacketsIn, PacketsOut   uint64 // datagrams
	BytesIn, BytesOut       uint64
	ReceiveCalls, SendCalls uint64 // system calls
	Dropped                 uint64 // the socket did not take them
	Unknown                 uint64 // from nobody we know
	Refused                 uint64 // failed authentication, replayed or malformed
	Policed                 uint64 // beyond MaxBitsPerSecond or MaxPacketsPerSecond
	Handshakes              uint64 // begun, also by others in a client's name
	HandshakesDone          uint64
	HandshakeErrors         uint64
	HandshakesPutOff        uint64 // too many at once: the client asks again
	Overrun                 uint64 // came faster to a shared port than the loops took them
	Recovery                Recovery
	RoundTrip               Distribution // seconds, one value for each report of a client
	Loss                    Distribution // share of packets since the report before, likewise
	ByRoom                  []RoomStats
}

// RoomStats counts one room's media since it was made.
type RoomStats struct {
	Room             RoomID
	Peers, Waiting   int
	Publications     int
	DownTracks       int
	Bound            int
	PacketsReceived  uint64
	BytesReceived    uint64
	PacketsForwarded uint64
	BytesForwarded   uint64
	Recovery
}

// Recovery counts losses and what was done about them.
type Recovery struct {
	PacketsLost     uint64 // between publishers and us, and not repaired
	PacketsRepaired uint64 // that publishers sent again
	PacketsMissing  uint64 // that subscribers asked for again
	PacketsResent   uint64 // that they got
	PacketsMissed   uint64 // that we had no more
	RepairsRefused  uint64 // beyond a subscriber's limits
	KeyframesAsked  uint64
	Replays         uint64 // frame groups sent to newcomers
	Stalls          uint64 // times a DownTrack had to begin anew because the socket took no more
}

func (c *Recovery) add(o Recovery) {
	c.PacketsLost += o.PacketsLost
	c.PacketsRepaired += o.PacketsRepaired
	c.PacketsMissing += o.PacketsMissing
	c.PacketsResent += o.PacketsResent
	c.PacketsMissed += o.PacketsMissed
	c.RepairsRefused += o.RepairsRefused
	c.KeyframesAsked += o.KeyframesAsked
	c.Replays += o.Replays
	c.Stalls += o.Stalls
}

// Distribution counts values by size: Counts[i] are those of at most
// Bounds[i], the last those beyond all bounds.
type Distribution struct {
	Bounds []float64
	Counts []uint64
	Sum    float64
}

// Bounds of the distributions.
var (
	roundTripBounds = [...]float64{.005, .01, .02, .035, .05, .075, .1, .15, .25, .5, 1}
	lossBounds      = [...]float64{0, .01, .02, .05, .1, .2, .5}
)

// newDistribution has no values yet.
func newDistribution(bounds []float64) Distribution {
	return Distribution{Bounds: bounds, Counts: make([]uint64, len(bounds)+1)}
}

func (d *Distribution) observe(v float64) {
	i := 0
	for i < len(d.Bounds) && v > d.Bounds[i] {
		i++
	}
	d.Counts[i]++
	d.Sum += v
}

func (d *Distribution) add(o Distribution) {
	for i, n := range o.Counts {
		d.Counts[i] += n
	}
	d.Sum += o.Sum
}

// Stats counts everything; it takes every loop's lock once, briefly.
func (m *Manager) Stats() Stats {
	t := Stats{RoundTrip: newDistribution(roundTripBounds[:]), Loss: newDistribution(lossBounds[:])}
	for _, s := range m.shards {
		s.loop.Lock()
		w := s.loop.Stats()
		for r := range s.rooms {
			rs := r.stats()
			t.ByRoom = append(t.ByRoom, rs)
			t.Rooms++
			t.Peers += rs.Peers
			t.Recovery.add(rs.Recovery)
		}
		t.Recovery.add(s.ended)
		t.RoundTrip.add(s.roundTrip)
		t.Loss.add(s.loss)
		s.loop.Unlock()
		t.PacketsIn += w.PacketsIn
		t.PacketsOut += w.PacketsOut
		t.BytesIn += w.BytesIn
		t.BytesOut += w.BytesOut
		t.ReceiveCalls += w.ReceiveCalls
		t.SendCalls += w.SendCalls
		t.Dropped += w.Dropped
		t.Unknown += w.Unknown
		t.Refused += w.Refused
		t.Policed += w.Policed
		t.Handshakes += w.Handshakes
		t.HandshakesDone += w.HandshakesDone
		t.HandshakeErrors += w.HandshakeErrors
		t.HandshakesPutOff += w.HandshakesPutOff
		t.Overrun += w.Overrun
	}
	return t
}

// RoomStats counts one room.
func (m *Manager) RoomStats(room RoomID) (RoomStats, error) {
	r, err := m.find(room)
	if err != nil {
		return RoomStats{}, err
	}
	defer r.shard.loop.Unlock()
	return r.stats(), nil
}
