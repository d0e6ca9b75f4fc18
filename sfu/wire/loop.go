package wire

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/stun/v4"
)

const (
	maxDatagram = 2048 // longer ones are dropped
	maxPacket   = 1500 // RTCP of ours before sealing

	// What comes while the machine is busy with something else waits in the
	// socket: half a second of 16000 packets/s, each of which the kernel counts
	// with some 2.3 KB against twice this number.
	receiveBuffer = 16 << 20
	sendBuffer    = 4 << 20
)

// Config of a Loop.
type Config struct {
	Listen   netip.AddrPort
	Identity *Identity
	Log      *slog.Logger
	GCMOnly  bool // refuse clients that have no AES-GCM
	// Now is a monotonic clock; nil: the machine's.
	Now func() time.Duration
}

// Stats counts since the start.
type Stats struct {
	PacketsIn, PacketsOut       uint64
	BytesIn, BytesOut           uint64
	ReceiveCalls, SendCalls     uint64
	Dropped                     uint64 // refused by the socket
	Unknown                     uint64 // from or for nobody we know
	Refused                     uint64 // malformed, replayed or not authentic
	Policed                     uint64 // beyond a participant's rates
	Handshakes, HandshakeErrors uint64
	HandshakesPutOff            uint64
	Probes                      uint64 // padding by which a client measures its path
}

// Loop is one socket, one goroutine, and the Conns that use it.
type Loop struct {
	addr     netip.AddrPort
	identity *Identity
	log      *slog.Logger
	clock    func() time.Duration
	gcmOnly  bool
	wall     int64 // Unix time in ns when the clock was 0
	socket   socket

	handshakes sync.WaitGroup
	conns      atomic.Int64 // len(all), for Idle

	mu      sync.Mutex // guards everything below, and all Conns
	closed  bool
	now     int64 // ns, of this batch
	came    int64 // ns, when the packet at hand came to the machine: at most now
	all     map[*Conn]struct{}
	byAddr  map[addrKey]*Conn
	byUfrag map[string]*Conn
	last    struct { // the last packet's sender: most come in bursts
		key  addrKey
		conn *Conn
	}
	stats   Stats
	tx      queue
	hdr     header
	pkt     Packet
	check   stun.Message
	scratch [maxPacket]byte // RTCP before sealing
	symbols [feedbackRange]uint8
	chunks  pool
	// The Conns that miss packets of this batch.
	unsettled []*Conn
}

// Listen opens the socket. Run must be called next.
func Listen(cfg Config) (*Loop, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(cfg.Listen))
	if err != nil {
		return nil, fmt.Errorf("listen for media: %w", err)
	}
	l := &Loop{
		addr:     conn.LocalAddr().(*net.UDPAddr).AddrPort(),
		identity: cfg.Identity,
		log:      cfg.Log,
		clock:    cfg.Now,
		gcmOnly:  cfg.GCMOnly,
		all:      map[*Conn]struct{}{},
		byAddr:   map[addrKey]*Conn{},
		byUfrag:  map[string]*Conn{},
	}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if l.clock == nil {
		start := time.Now()
		l.clock = func() time.Duration { return time.Since(start) }
	}
	l.wall = time.Now().UnixNano() - int64(l.clock())
	if err := l.socket.open(conn); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("prepare media socket: %w", err)
	}
	l.tx.init(l)
	return l, nil
}

// Addr is the socket's address.
func (l *Loop) Addr() netip.AddrPort { return l.addr }

// ReceiveBuffer is how many bytes the kernel allows to wait in the socket, and
// how many were asked for.
func (l *Loop) ReceiveBuffer() (allowed, wanted int) { return l.socket.allowed, receiveBuffer }

// Run reads until Close. A nil error means that Close ended it.
func (l *Loop) Run() error {
	if err := l.read(); !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("read media socket: %w", err)
	}
	return nil
}

// Close closes every Conn and the socket and waits for running handshakes; Run
// returns. The caller must not hold the lock. Closing twice is no error.
func (l *Loop) Close() error {
	l.Lock()
	already := l.closed
	l.closed = true
	for c := range l.all {
		c.Close()
	}
	l.Unlock()
	var err error
	if !already {
		err = l.socket.conn.Close()
	}
	l.handshakes.Wait()
	return err
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
	l.tx.flush()
	l.mu.Unlock()
}

// Now is the time in nanoseconds at which the lock was taken; the caller holds
// it.
func (l *Loop) Now() int64 { return l.now }

// Stats copies the counters; the caller holds the lock.
func (l *Loop) Stats() Stats { return l.stats }

// Idle says that there is no Conn; it needs no lock.
func (l *Loop) Idle() bool { return l.conns.Load() == 0 }

// packet tells a datagram apart by its address and first byte (RFC 7983).
func (l *Loop) packet(b []byte, from *address) {
	l.stats.PacketsIn++
	l.stats.BytesIn += uint64(len(b))
	if len(b) < 12 {
		l.stats.Refused++
		return
	}
	key := from.key()
	c := l.last.conn
	if c == nil || key != l.last.key {
		c = l.byAddr[key]
		l.last.key, l.last.conn = key, c
	}
	switch f := b[0]; {
	case f < 4:
		l.stun(b, from, key)
	case c == nil:
		l.stats.Unknown++
	case !c.allows(len(b)):
		l.stats.Policed++
	case f >= 128 && f < 192:
		if b[1] >= 192 && b[1] < 224 { // RFC 5761 section 4
			c.rtcp(b)
		} else {
			c.rtp(b)
		}
	case f >= 20 && f < 64:
		c.dtls(b, from)
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
