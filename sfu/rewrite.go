package sfu

const (
	// rewriteWindow is how far behind the newest a late packet may still come:
	// as far as the replay window of what comes in.
	rewriteWindow = 1024
	// squeeze divides the distances in time within a frame group that is
	// replayed (as a shift): the receiver catches up with it in a sixteenth of
	// the time instead of playing everything later from then on.
	squeeze = 4
)

// place is a packet's in index and timestamp.
type place struct {
	index uint64
	ts    uint32
}

// rewriter gives a DownTrack one continuous numbering over all publications
// that it carries in turn. Since the out index makes the SRTP nonce, its first
// duty is never to give one out twice: out = in + offset within a binding,
// each binding begins above all that were used, what is older than its
// beginning is refused, and a window of what was given out refuses the rest,
// whatever the caller does.
type rewriter struct {
	next     uint64 // lowest out index that was never used
	offset   uint64 // out - in, modulo 2^64
	start    uint64 // lowest in index of the binding
	edge     place  // where a replayed frame group ends and live packets go on
	tsOffset uint32
	lastTS   uint32 // of the newest packet sent
	lastAt   int64  // ns, when
	used     bool
	given    [rewriteWindow / 64]uint64 // ring: bit i%rewriteWindow for out index i
}

// begin starts a binding at a packet: its out index follows the last one
// without a gap. What lies before edge is replayed: its distances in time are
// squeezed. The out timestamps become the in timestamps plus tsOffset, or more
// where that would not go on after the last one.
func (r *rewriter) begin(at, edge place, tsOffset uint32) {
	r.start, r.offset, r.edge, r.tsOffset = at.index, r.next-at.index, edge, tsOffset
	if back := int32(r.lastTS + 1 - r.time(at)); r.used && back > 0 {
		r.tsOffset += uint32(back)
	}
}

// after is the offset with which the timestamp ts goes on as the time did.
func (r *rewriter) after(ts uint32, now int64, clock uint32) uint32 {
	if !r.used {
		return 0
	}
	return r.lastTS + uint32((now-r.lastAt)/1000*int64(clock)/1_000_000) + 1 - ts
}

// time is the out timestamp of a packet of the binding.
func (r *rewriter) time(p place) uint32 {
	if p.index < r.edge.index {
		p.ts = r.edge.ts - (r.edge.ts-p.ts)>>squeeze
	}
	return p.ts + r.tsOffset
}

// rewrite gives the out index of a packet, or says that it is too old or was
// given before. The index counts as used from then on.
func (r *rewriter) rewrite(p place, now int64) (out uint64, ts uint32, ok bool) {
	if p.index < r.start {
		return 0, 0, false
	}
	out, ts = p.index+r.offset, r.time(p)
	bit := uint64(1) << (out % 64)
	word := &r.given[out/64%uint64(len(r.given))]
	switch {
	case out >= r.next:
		if out-r.next >= rewriteWindow {
			clear(r.given[:])
		} else {
			for i := r.next; i < out; i++ {
				r.given[i/64%uint64(len(r.given))] &^= 1 << (i % 64)
			}
		}
		r.next, r.lastTS, r.lastAt, r.used = out+1, ts, now, true
	case r.next-out > rewriteWindow || *word&bit != 0:
		return 0, 0, false
	}
	*word |= bit
	return out, ts, true
}

// find is the reverse: the newest packet of the binding, and of no other, that
// was sent with a sequence number.
func (r *rewriter) find(seq uint16) (in, out uint64, ok bool) {
	back := uint64(uint16(r.next-1) - seq)
	first := r.start + r.offset
	if !r.used || back >= r.next-first {
		return 0, 0, false
	}
	out = r.next - 1 - back
	return out - r.offset, out, true
}
