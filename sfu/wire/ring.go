package wire

const (
	// With its header 8 KiB, a size that the allocator has: the unused rest of
	// larger ones is more than what smaller ones lose at their ends.
	chunkBytes   = 8<<10 - 16
	streamChunks = 64  // 512 KiB for one stream
	connChunks   = 128 // 1 MiB for one client: 1 s at MaxBits and a rest for each stream
	ringSlots    = 64  // at first; doubled up to windowBits: nothing older is repaired

	minDepth     = 200e6 // ns
	maxDepth     = 1e9
	defaultDepth = 300e6

	trimInterval = 10e9
)

// chunk is memory for payloads of one stream, in the order in which they came.
type chunk struct {
	last int64 // ns, of the newest payload
	used int
	data [chunkBytes]byte
}

// pool is the chunks of a Loop that no ring uses: peaks of different streams
// share memory. Guarded by the loop's lock.
type pool struct {
	free   []*chunk
	low    int // the least number free since the last trim
	trimAt int64
}

func (p *pool) take() *chunk {
	n := len(p.free) - 1
	if n < 0 {
		return new(chunk)
	}
	c := p.free[n]
	p.free[n] = nil
	p.free = p.free[:n]
	p.low = min(p.low, n)
	c.used = 0
	return c
}

func (p *pool) give(c *chunk) { p.free = append(p.free, c) }

// trim lets half of what nobody needed for a while go.
func (p *pool) trim(now int64) {
	if now < p.trimAt {
		return
	}
	keep := len(p.free) - (p.low+1)/2
	clear(p.free[keep:])
	p.free = p.free[:keep]
	p.low, p.trimAt = keep, now+trimInterval
}

// slot tells where the payload of an index is. It is there as long as its
// chunk.
type slot struct {
	index     uint64
	timestamp uint32
	chunk     uint32 // number
	at, size  uint16 // in the chunk
	flags     uint8
}

const (
	slotMarker = 1 << iota
	slotPadding
	slotKeyframe
)

// ring keeps the last packets of a stream, opened. Chunks have numbers that
// count up; those from first to before end are there.
type ring struct {
	conn       *Conn
	depth      int64 // ns
	first, end uint32
	chunks     [streamChunks]*chunk // by number%streamChunks
	slots      []slot               // by index%len, a power of two
}

func newRing(c *Conn) *ring {
	return &ring{conn: c, depth: defaultDepth, first: 1, end: 1, slots: make([]slot, ringSlots)}
}

func (r *ring) chunk(number uint32) *chunk { return r.chunks[number%streamChunks] }

// room returns n bytes of memory to open a packet into, as an empty slice, or
// nil when the client has used up its share. They are taken by keep.
func (r *ring) room(n int) []byte {
	if r.end != r.first {
		if c := r.chunk(r.end - 1); chunkBytes-c.used >= n {
			return c.data[c.used : c.used : c.used+n]
		}
	}
	if n > chunkBytes {
		return nil
	}
	r.forgetOld()
	if r.end-r.first == streamChunks || r.conn.chunks == connChunks {
		if r.end == r.first {
			return nil
		}
		r.forget()
	}
	c := r.conn.loop.chunks.take()
	r.conn.chunks++
	r.chunks[r.end%streamChunks] = c
	r.end++
	return c.data[0:0:n]
}

// keep remembers p, whose payload was written to what room returned, behind
// skip bytes.
func (r *ring) keep(p *Packet, skip int) {
	c := r.chunk(r.end - 1)
	c.last = r.conn.loop.now
	at := c.used + skip
	c.used = at + len(p.Payload)
	s := r.slot(p.Index)
	*s = slot{index: p.Index, timestamp: p.Timestamp, chunk: r.end - 1, at: uint16(at), size: uint16(len(p.Payload))}
	if p.Marker {
		s.flags |= slotMarker
	}
	if p.Padding {
		s.flags |= slotPadding
	}
	if p.Keyframe {
		s.flags |= slotKeyframe
	}
}

// slot is the place for an index. There are more places as soon as one would
// be used twice; at last what stands there is older, for the replay window has
// refused what is not.
func (r *ring) slot(index uint64) *slot {
	for {
		s := &r.slots[index%uint64(len(r.slots))]
		switch {
		case !r.holds(s) || s.index == index:
			return s
		case len(r.slots) == windowBits:
			return s
		}
		old := r.slots
		r.slots = make([]slot, 2*len(old))
		for i := range old {
			if r.holds(&old[i]) {
				r.slots[old[i].index%uint64(len(r.slots))] = old[i]
			}
		}
	}
}

func (r *ring) holds(s *slot) bool { return s.chunk-r.first < r.end-r.first }

// find is nil when the packet is not there, or not any more.
func (r *ring) find(index uint64) *slot {
	if s := &r.slots[index%uint64(len(r.slots))]; s.index == index && r.holds(s) {
		return s
	}
	return nil
}

// forget gives the oldest chunk back.
func (r *ring) forget() {
	at := &r.chunks[r.first%streamChunks]
	r.conn.loop.chunks.give(*at)
	*at = nil
	r.conn.chunks--
	r.first++
}

// forgetOld gives back what is older than the ring is deep.
func (r *ring) forgetOld() {
	for r.end != r.first && r.conn.loop.now-r.chunk(r.first).last > r.depth {
		r.forget()
	}
}

func (r *ring) isEmpty() bool { return r.end == r.first }

// empty gives everything back.
func (r *ring) empty() {
	for r.end != r.first {
		r.forget()
	}
}

// Find fills p with the packet of an index, if the ring has it still. The
// payload is valid until the next packet is received.
func (s *Stream) Find(index uint64, p *Packet) bool {
	if s.ring == nil {
		return false
	}
	e := s.ring.find(index)
	if e == nil {
		return false
	}
	*p = Packet{Stream: s, Index: index, Timestamp: e.timestamp, Payload: s.ring.chunk(e.chunk).data[e.at:][:e.size],
		Marker: e.flags&slotMarker != 0, Padding: e.flags&slotPadding != 0, Keyframe: e.flags&slotKeyframe != 0}
	return true
}

// Group is the first packet of the newest keyframe, if it is at most fresh ns
// old and everything since is in the ring.
func (s *Stream) Group(fresh int64) (from uint64, ok bool) {
	if s.ring == nil || !s.key.known || s.ring.conn.loop.now-s.key.at > fresh {
		return 0, false
	}
	for i := s.key.index; i <= s.win.high; i++ {
		if s.ring.find(i) == nil {
			return 0, false
		}
	}
	return s.key.index, true
}

// Newest is the highest index that came.
func (s *Stream) Newest() uint64 { return s.win.high }

// Keep says how far back the ring should reach, in ns: 200 ms to 1 s. It keeps
// less of a client that sends more than its share of memory.
func (s *Stream) Keep(depth int64) {
	if s.ring != nil {
		s.ring.depth = min(max(depth, minDepth), maxDepth)
	}
}
