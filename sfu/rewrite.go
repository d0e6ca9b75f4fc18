package sfu

// rewriter gives a DownTrack one continuous numbering over all publications
// that it carries in turn. Since the out index makes the SRTP nonce, its first
// duty is never to give one out twice: out = in + offset within a binding, each
// in index comes at most once (the replay window sees to it), each binding
// begins above all that were used, and what is older than its beginning is
// refused.
type rewriter struct {
	next     uint64 // lowest out index that was never used
	offset   uint64 // out - in, modulo 2^64
	start    uint64 // lowest in index of the binding
	tsOffset uint32
	lastTS   uint32 // of the newest packet sent
	lastAt   int64  // ns, when
	used     bool
}

// begin starts a binding at the in index: the next out index follows the last
// one without a gap. Unless the stream is still the same, the out timestamp
// goes on as the time did, and never stays.
func (r *rewriter) begin(index uint64, ts uint32, now int64, clock uint32, same bool) {
	r.start, r.offset = index, r.next-index
	switch {
	case same && r.used:
	case r.used:
		r.tsOffset = r.lastTS + uint32((now-r.lastAt)/1000*int64(clock)/1_000_000) + 1 - ts
	default:
		r.tsOffset = 0
	}
}

// rewrite gives the out index of a packet, or says that it is too old. The
// index counts as used from then on.
func (r *rewriter) rewrite(index uint64, ts uint32, now int64) (out uint64, outTS uint32, ok bool) {
	if index < r.start {
		return 0, 0, false
	}
	out, outTS = index+r.offset, ts+r.tsOffset
	if out >= r.next {
		r.next, r.lastTS, r.lastAt, r.used = out+1, outTS, now, true
	}
	return out, outTS, true
}
