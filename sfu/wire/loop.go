package wire

import (
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/stun/v4"
)

const maxPacket = 1500 // RTCP of ours before sealing

// Stats counts since the start.
type Stats struct {
	PacketsIn, PacketsOut   uint64
	BytesIn, BytesOut       uint64
	ReceiveCalls, SendCalls uint64
	Dropped                 uint64 // refused by the socket
	Unknown                 uint64 // from or for nobody we know
	Refused                 uint64 // malformed, replayed or not authentic
	Policed                 uint64 // beyond a participant's rates
	Handshakes              uint64 // begun; of several for one client one is done, the others dropped
	HandshakesDone          uint64
	HandshakeErrors         uint64
	HandshakesPutOff        uint64
	Probes                  uint64 // padding by which a client measures its path
	Overrun                 uint64 // came faster to the shared sockets than the loop took them
}

// Loop is a lock, the Conns behind it, and the sockets that they use: each has
// a goroutine that reads.
type Loop struct {
	index    uint8 // its number in the Network
	sockets  []*socket
	inbox    *inbox // nil: the sockets are its own
	identity *Identity
	log      *slog.Logger
	clock    func() time.Duration
	gcmOnly  bool
	wall     int64 // Unix time in ns when the clock was 0

	handshakes sync.WaitGroup
	conns      atomic.Int64 // len(all), for who does not hold the lock

	mu        sync.Mutex // guards everything below, and all Conns
	closed    bool
	now       int64 // ns, of this batch
	came      int64 // ns, when the packet at hand came to the machine: at most now
	all       map[*Conn]struct{}
	byAddr    map[addrKey]*path
	byUfrag   map[string]*Conn
	last      *path // the last packet came by it: most come in bursts; may be nil
	strangers rate  // requests from unknown addresses
	stats     Stats
	tx        []queue // one for each socket
	hdr       header
	pkt       Packet
	check     stun.Message
	scratch   [maxPacket]byte // RTCP before sealing
	symbols   [feedbackRange]uint8
	chunks    pool
	// The Conns that miss packets of this batch.
	unsettled []*Conn
}

func newLoop(cfg Config, index uint8, sockets []*socket) *Loop {
	l := &Loop{
		index:    index,
		sockets:  sockets,
		identity: cfg.Identity,
		log:      cfg.Log,
		clock:    cfg.Now,
		gcmOnly:  cfg.GCMOnly,
		all:      map[*Conn]struct{}{},
		byAddr:   map[addrKey]*path{},
		byUfrag:  map[string]*Conn{},
		tx:       make([]queue, len(sockets)),
	}
	l.wall = time.Now().UnixNano() - int64(l.clock())
	for i := range l.tx {
		l.tx[i].init(l, sockets[i])
	}
	return l
}

// Addr is the first socket's address.
func (l *Loop) Addr() netip.AddrPort { return l.sockets[0].addr }

// Addrs are the sockets' addresses, in the order of Config.Listen.
func (l *Loop) Addrs() (list []netip.AddrPort) {
	for _, s := range l.sockets {
		list = append(list, s.addr)
	}
	return list
}

// ReceiveBuffer is how many bytes the kernel allows to wait in a socket, and
// how many were asked for.
func (l *Loop) ReceiveBuffer() (allowed, wanted int) { return l.sockets[0].allowed, receiveBuffer }

// close closes every Conn; there will be no others.
func (l *Loop) close() {
	l.Lock()
	defer l.Unlock()
	l.closed = true
	for c := range l.all {
		c.Close()
	}
}

// Lock takes the loop's lock and reads the clock.
func (l *Loop) Lock() {
	l.mu.Lock()
	l.now = int64(l.clock())
	l.came = l.now
}

// Unlock asks for what is missing, sends what was queued and gives the lock up.
func (l *Loop) Unlock() {
	if len(l.unsettled) > 0 {
		l.settle()
	}
	for i := range l.tx {
		l.tx[i].flush()
	}
	l.mu.Unlock()
}

// Now is the time in nanoseconds at which the lock was taken; the caller holds
// it.
func (l *Loop) Now() int64 { return l.now }

// Stats copies the counters; the caller holds the lock.
func (l *Loop) Stats() Stats {
	s := l.stats
	if l.inbox != nil {
		l.inbox.count(&s)
	}
	return s
}

// Idle says that there is no Conn; it needs no lock.
func (l *Loop) Idle() bool { return l.Conns() == 0 }

// Conns is how many there are; it needs no lock.
func (l *Loop) Conns() int { return int(l.conns.Load()) }

// take works on a batch of one of the loop's own sockets.
func (l *Loop) take(b *batch) {
	l.Lock()
	l.stats.ReceiveCalls++
	for i := range b.n {
		d, from, waited := b.at(i)
		l.came = l.now - waited
		l.packet(d, from)
	}
	l.Unlock()
}

// packet tells a datagram apart by its first byte (RFC 7983) and its address.
// One from nobody costs a single look-up.
func (l *Loop) packet(b []byte, from *address) {
	l.stats.PacketsIn++
	l.stats.BytesIn += uint64(len(b))
	if len(b) < 12 {
		l.stats.Refused++
		return
	}
	f := b[0]
	if f < 4 {
		l.stun(b, from)
		return
	}
	p := l.last
	if key := from.key(); p == nil || key != p.key {
		if p = l.byAddr[key]; p == nil {
			l.stats.Unknown++
			return
		}
		l.last = p
	}
	switch c := p.conn; {
	case !c.allows(len(b)):
		l.stats.Policed++
	case f >= 128 && f < 192:
		if b[1] >= 192 && b[1] < 224 { // RFC 5761 section 4
			c.rtcp(b)
		} else {
			c.rtp(b)
		}
	case f >= 20 && f < 64:
		p.earn(len(b))
		c.dtls(b, p)
	default:
		l.stats.Refused++
	}
}

// Tick does what time demands of every Conn: feedback, reports, consent. It
// wants to be called every 50 ms, with the lock held.
func (l *Loop) Tick() {
	for c := range l.all {
		c.tick()
	}
	l.chunks.trim(l.now)
}
