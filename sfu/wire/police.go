package wire

// What one client may send in a second: beyond it packets are dropped unopened.
const (
	MaxBits    = 6_000_000
	MaxPackets = 3000
	maxChecks  = 200 // connectivity checks
)

// bucket holds up to a second's worth of rate. The level is in billionths, so
// that the shortest batches still fill it.
type bucket struct {
	rate, level int64
	at          int64 // ns, of level
}

func newBucket(rate, now int64) bucket { return bucket{rate, rate * 1e9, now} }

// take takes n out and says whether there was enough.
func (b *bucket) take(n, now int64) bool {
	if now != b.at {
		b.level = min(b.rate*1e9, b.level+min(now-b.at, 1e9)*b.rate)
		b.at = now
	}
	if b.level < n*1e9 {
		return false
	}
	b.level -= n * 1e9
	return true
}

// allows says whether the client may send a packet of n bytes now.
func (c *Conn) allows(n int) bool {
	now := c.loop.now
	return c.packets.take(1, now) && c.bits.take(8*int64(n), now)
}

// rate counts events in the running second.
type rate struct {
	second int64
	n      int
}

func (r *rate) over(limit int, now int64) bool {
	if s := now / 1e9; s != r.second {
		r.second, r.n = s, 0
	}
	r.n++
	return r.n > limit
}
