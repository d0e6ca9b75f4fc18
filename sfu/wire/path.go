package wire

import (
	"slices"

	"github.com/pion/stun/v4"
)

const (
	maxPaths = 8 // remembered for each Conn

	// amplification is how many bytes may go to an address that has not
	// proved that it receives, for each that came from it: the source of a
	// datagram can be forged (as RFC 9000 section 8).
	amplification = 3

	// challengeInterval is the least time between two checks of ours to one
	// address; they go with the client's own, which it repeats.
	challengeInterval = 50e6

	// silence lets a Conn move to an address from which the client has
	// checked since twice, though it did not nominate it: some do not when
	// their NAT gave them another port.
	silence = 1e9
)

// path is an address from which the client has sent an authenticated check.
// Guarded by the loop's lock; it stays as it is when it is gone, for packets
// may be queued to it.
type path struct {
	address
	key    addrKey
	conn   *Conn
	gone   bool
	heard  int64 // last authenticated check
	since  int   // checks since the last one by the path in use
	proved bool  // the client receives here
	credit int   // bytes that may go there before that

	challenged int64    // when; 0: never
	challenge  [12]byte // transaction id of our check
	password   string   // that its response is made with
}

// earn allows to answer n bytes that came from an address.
func (p *path) earn(n int) {
	if !p.proved {
		p.credit += amplification * n
	}
}

// send queues a datagram that is no media, if the path may have it.
func (p *path) send(d []byte) {
	if p.gone || len(d) == 0 {
		return
	}
	if !p.proved {
		if p.credit < len(d) {
			return
		}
		p.credit -= len(d)
	}
	l := p.conn.loop
	if p.tcp != nil {
		l.sendTCP(p.tcp, d)
		return
	}
	q := &l.tx[p.via]
	q.message(&p.address, append(q.room(len(d)), d...))
}

// heard notes an authenticated check of n bytes from an address that is no
// other Conn's, and says whether it is new. It belongs to the Conn from now on,
// whatever the client's candidates are. Media goes by the path that the client
// nominated last and that is proved; while there is no nomination (Chromium
// starts DTLS before), by that of its last check.
func (c *Conn) heard(from *address, key addrKey, n int, nominates bool) (p *path, first bool) {
	l := c.loop
	c.seen = l.now
	p = l.byAddr[key]
	if first = p == nil; first {
		p = &path{address: *from, key: key, conn: c, proved: from.tcp != nil}
		c.paths = append(c.paths, p)
		l.byAddr[key] = p
		if from.tcp != nil {
			from.tcp.port.passed(from.tcp)
		}
	}
	p.heard = l.now
	p.earn(n)
	p.since++
	if p == c.path {
		for _, o := range c.paths {
			o.since = 0
		}
	}
	if nominates || !c.nominated && c.out == nil || c.path == nil && c.wanted == nil ||
		c.path != nil && p.since >= 2 && l.now-c.path.heard >= silence {
		c.wanted, c.nominated = p, c.nominated || nominates
	}
	c.follow()
	if len(c.paths) > maxPaths {
		c.drop(c.stalest())
	}
	return p, first
}

// stalest is the path that was not heard of for longest, but for those that
// matter.
func (c *Conn) stalest() (p *path) {
	for _, o := range c.paths {
		if o != c.path && o != c.wanted && (p == nil || o.heard < p.heard) {
			p = o
		}
	}
	return p
}

// prove notes that the client receives by p.
func (c *Conn) prove(p *path) {
	p.proved = true
	if c.path == nil {
		c.use(p)
	}
	c.follow()
}

// follow moves to the wanted path if it is proved.
func (c *Conn) follow() {
	if c.wanted != nil && c.wanted.proved {
		c.use(c.wanted)
	}
}

// use makes p the path of media.
func (c *Conn) use(p *path) {
	if p != c.path && !p.gone {
		c.path, c.tx, c.queued = p, &c.loop.tx[p.via], queued{}
	}
}

// drop forgets a path. If it was in use, the Conn falls back to the proved one
// that was heard of last.
func (c *Conn) drop(p *path) {
	if p.gone {
		return
	}
	l := c.loop
	p.gone = true
	if l.byAddr[p.key] == p {
		delete(l.byAddr, p.key)
		if l.inbox != nil {
			l.inbox.directory.leave(p.key, l.index)
		}
	}
	if l.last == p {
		l.last = nil
	}
	if i := slices.Index(c.paths, p); i >= 0 {
		c.paths = slices.Delete(c.paths, i, i+1)
	}
	if p.tcp != nil {
		p.tcp.close()
	}
	if c.wanted == p {
		c.wanted = nil
	}
	if c.path != p {
		return
	}
	c.path, c.queued = nil, queued{}
	var best *path
	for _, o := range c.paths {
		if o.proved && (best == nil || o.heard > best.heard) {
			best = o
		}
	}
	if best != nil {
		c.use(best)
	}
}

// age forgets addresses from which the client did not check for as long as
// consent lasts.
func (c *Conn) age() {
	for i := 0; i < len(c.paths); {
		if p := c.paths[i]; c.loop.now-p.heard > consentTimeout {
			c.drop(p)
		} else {
			i++
		}
	}
}

// ask sends a check of our own, whose response proves the path. A lite agent
// need not; but a pion client nominates either when a check comes from the
// other side or at its next tick, up to 200 ms later.
func (c *Conn) ask(p *path) {
	now := c.loop.now
	if p.challenged != 0 && now-p.challenged < challengeInterval {
		return
	}
	set := stun.Setter(stun.TransactionID)
	if p.challenged != 0 && p.password == c.remote.Password { // again
		set = stun.NewTransactionIDSetter(p.challenge)
	}
	var m stun.Message
	if m.Build(set, stun.BindingRequest, stun.NewUsername(c.remote.Ufrag+":"+c.Credentials().Ufrag),
		stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)},
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x6e, 0, 1, 0xff}},
		stun.NewShortTermIntegrity(c.remote.Password), stun.Fingerprint) != nil {
		return
	}
	p.challenged, p.challenge, p.password = max(now, 1), m.TransactionID, c.remote.Password
	p.send(m.Raw)
}
