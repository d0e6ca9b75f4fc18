package sfu

import (
	"math/bits"

	"nara/sfu/wire"
)

const (
	// repairTries is how often one packet is sent again at most.
	repairTries = 6
	// repairMemory is how many of the last repairs of a downTrack are known.
	repairMemory = 128
	// firstRoundTrip is assumed as long as nobody has measured it.
	firstRoundTrip = 50e6 // ns
	// The ring reaches back this long, in ns, and so many round trips: enough
	// for the client to notice, and to ask again when the repair is lost too.
	repairReach, repairRounds = 200e6, 3
)

// repair sends what a client misses of one downTrack again (RFC 4588), as a
// stream of its own: so its indices, which make the nonces, are its own too.
type repair struct {
	out    wire.Outgoing // SSRC, the next index, header extension; 0: no repairs
	recent *[repairMemory]resent

	sent   uint64
	missed uint64 // asked for when it was gone
}

// resent is one repaired packet.
type resent struct {
	index uint64 // out, of the packet
	at    int64
	tries int
}

// pause is the least time between two repairs of one packet.
func (p *peer) pause() int64 {
	if t := p.conn.Path().RoundTrip; t > 0 {
		return t
	}
	return firstRoundTrip
}

// due says whether the packet may be sent again: not twice within a round
// trip, for then the first may still be under way, and not for ever.
func (r *repair) due(index uint64, now, roundTrip int64) bool {
	if r.recent == nil {
		r.recent = &[repairMemory]resent{}
	}
	e := &r.recent[index%repairMemory]
	if e.index != index || e.tries == 0 {
		*e = resent{index: index}
	} else if e.tries == repairTries || now-e.at < roundTrip {
		return false
	}
	e.at = now
	e.tries++
	return true
}

// knows says whether the packet was sent again lately.
func (r *repair) knows(index uint64) bool {
	return r.recent != nil && r.recent[index%repairMemory].tries > 0 && r.recent[index%repairMemory].index == index
}

// resend sends the packet with a sequence number of the downTrack again, if it
// belongs to what is bound now and the publication's ring has it still. A
// client that is stuck without asks for a keyframe itself.
func (d *downTrack) resend(seq uint16, now int64) {
	r := &d.repair
	if d.format.Repair == 0 || r.out.SSRC == 0 || d.stream == nil {
		return
	}
	in, out, ok := d.numbers.find(seq)
	var p wire.Packet
	if !ok || !d.stream.Find(in, &p) {
		if r.knows(out) {
			return
		}
		r.missed++
		d.peer.room.counts.PacketsMissed++
		return
	}
	if !r.due(out, now, d.peer.pause()) {
		return
	}
	if !d.peer.allowance.take(len(p.Payload)) {
		d.peer.room.counts.RepairsRefused++
		return
	}
	o := &r.out
	o.PayloadType, o.Marker, o.Padding = d.format.Repair, p.Marker, p.Padding
	o.Timestamp = d.numbers.time(place{in, p.Timestamp})
	if d.peer.conn.SendRepair(o, seq, p.Payload) {
		r.sent++
		d.peer.room.counts.PacketsResent++
	}
	o.Index++
}

// Limits of what one client gets again: a quarter of what is sent to it and
// some more, and no flood of small packets. Each request costs a look-up, those
// beyond the limit nothing.
const (
	repairShare    = 4
	repairBytes    = 100_000 / 8 // a second
	repairBurst    = 128 << 10   // bytes at once
	repairPackets  = 500         // a second
	repairRequests = 4000        // a second
)

// allowance is what is left of the limits of one client, in billionths, so
// that the shortest times still add something. Full at first.
type allowance struct {
	at                       int64
	sent                     uint64 // by then, of media
	bytes, packets, requests int64
}

// fill adds what time and media have earned.
func (a *allowance) fill(sent uint64, now int64) {
	passed := min(now-a.at, 1e9)
	if a.at == 0 {
		passed, a.bytes = 1e9, repairBurst*1e9
	}
	earned := min(sent-min(sent, a.sent), repairShare*repairBurst)
	a.bytes = min(repairBurst*1e9, a.bytes+passed*repairBytes+int64(earned)*1e9/repairShare)
	a.packets = min(repairPackets*1e9, a.packets+passed*repairPackets)
	a.requests = min(repairRequests*1e9, a.requests+passed*repairRequests)
	a.at, a.sent = max(now, 1), sent
}

// asks says whether the client may ask for n more packets.
func (a *allowance) asks(n int) bool {
	ok := a.requests >= int64(n)*1e9
	if ok {
		a.requests -= int64(n) * 1e9
	}
	return ok
}

// take says whether a packet of n bytes may be sent again.
func (a *allowance) take(n int) bool {
	ok := a.packets >= 1e9 && a.bytes >= int64(n)*1e9
	if ok {
		a.packets -= 1e9
		a.bytes -= int64(n) * 1e9
	}
	return ok
}

// Missing sends what the client asks for again.
func (p *peer) Missing(ssrc uint32, seq, mask uint16) {
	d := p.sends(ssrc)
	if d == nil {
		return
	}
	now, n := p.room.shard.loop.Now(), 1+bits.OnesCount16(mask)
	p.allowance.fill(p.octets(), now)
	if !p.allowance.asks(n) {
		p.room.counts.RepairsRefused += uint64(n)
		return
	}
	p.room.counts.PacketsMissing += uint64(n)
	d.resend(seq, now)
	for ; mask != 0; mask &= mask - 1 {
		d.resend(seq+1+uint16(bits.TrailingZeros16(mask)), now)
	}
}
