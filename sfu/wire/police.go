package wire

// What one client may send in a second: beyond it packets are dropped unopened.
const (
	MaxBits    = 6_000_000
	MaxPackets = 3000
	maxChecks  = 200 // connectivity checks
	// Packets that its transport-wide feedback tells of, from 24 bytes on for
	// thousands; more than any client is sent.
	maxTold = 20_000
)

// Connectivity checks from unknown addresses that name a client, in a second.
// Each costs an HMAC, and whoever sees a client's packets knows its name: so
// they are counted apart, and the client's own go on. Beyond the loop's number
// each client has few, so that the flood of one keeps no other from joining.
const (
	maxStrangers     = 100
	maxLoopStrangers = 2000
	fewStrangers     = 5
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

// mayCheck says whether a connectivity check that names the client is looked
// at; known: it comes from an address of the client.
func (c *Conn) mayCheck(known bool) bool {
	l := c.loop
	if known {
		return !c.checks.over(maxChecks, l.now)
	}
	limit := maxStrangers
	if l.strangers.over(maxLoopStrangers, l.now) {
		limit = fewStrangers
	}
	return !c.strangers.over(limit, l.now)
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
