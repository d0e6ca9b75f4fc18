package wire

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"
)

// tcpBounds are those of ICE-TCP connections. Connections that have passed a
// check are bounded by the participants, each with maxPaths, so only others are
// counted for each address: a whole clinic may come from one.
type tcpBounds struct {
	all     int
	waiting int // without a check; the oldest makes place
	origin  int // of these, for each IPv4 address or /64 of IPv6

	first time.Duration // how long the first check may take from the accept on
	idle  time.Duration // how long nothing may come
	stuck time.Duration // how long nothing may go
}

var defaultTCPBounds = tcpBounds{all: 1024, waiting: 256, origin: 32, first: 10 * time.Second, idle: 30 * time.Second, stuck: 10 * time.Second}

// acceptPause is waited when the system has no place for a connection.
const acceptPause = 50 * time.Millisecond

// tcpPort accepts ICE-TCP connections (RFC 6544 passive candidates) for all
// loops: the ufrag of the first check names the loop.
type tcpPort struct {
	network   *Network
	listeners []*net.TCPListener
	bounds    tcpBounds

	mu      sync.Mutex // guards what follows; taken after a loop's lock, nothing is locked under it
	closed  bool
	conns   map[*tcpConn]struct{}
	waiting []*tcpConn // without a check, oldest first
	last    uint64     // number of the last connection
}

// listenTCP opens a listener on each endpoint, with the number of the first
// loop's UDP port.
func (n *Network) listenTCP(listen []netip.AddrPort) error {
	n.tcp = &tcpPort{network: n, bounds: defaultTCPBounds, conns: map[*tcpConn]struct{}{}}
	for _, at := range listen {
		// The client's checks tell that it lives: no keepalive. Nagle's
		// algorithm is off by default.
		c := net.ListenConfig{KeepAlive: -1}
		l, err := c.Listen(context.Background(), family("tcp", at, listen), net.JoinHostPort(at.Addr().String(), strconv.Itoa(int(at.Port()))))
		if err != nil {
			return err
		}
		n.tcp.listeners = append(n.tcp.listeners, l.(*net.TCPListener))
	}
	return nil
}

// TCPAddrs are the listeners' addresses in the order of Config.Listen; none
// without ICE-TCP.
func (n *Network) TCPAddrs() (list []netip.AddrPort) {
	if n.tcp == nil {
		return nil
	}
	for _, l := range n.tcp.listeners {
		list = append(list, l.Addr().(*net.TCPAddr).AddrPort())
	}
	return list
}

func (p *tcpPort) run() {
	for _, l := range p.listeners {
		p.network.running.Go(func() { p.accept(l) })
	}
}

// accept ends when the listener is closed.
func (p *tcpPort) accept(l *net.TCPListener) {
	for {
		c, err := l.AcceptTCP()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			select {
			case <-p.network.done:
				return
			case <-time.After(acceptPause):
			}
			continue
		}
		if t := p.admit(c); t != nil {
			p.network.running.Go(t.read)
			p.network.running.Go(t.write)
		} else {
			_ = c.Close()
		}
	}
}

// admit makes place for a connection, or returns nil.
func (p *tcpPort) admit(c *net.TCPConn) *tcpConn {
	_ = c.SetWriteBuffer(tcpSendBuffer)
	remote := c.RemoteAddr().(*net.TCPAddr).AddrPort()
	t := &tcpConn{port: p, conn: c, remote: netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port()),
		wake: make(chan struct{}, 1), done: make(chan struct{})}
	t.from.tcp = t
	p.mu.Lock()
	defer p.mu.Unlock()
	one := 0
	for _, o := range p.waiting {
		if origin(o.remote.Addr()) == origin(t.remote.Addr()) {
			one++
		}
	}
	full := len(p.conns) >= p.bounds.all
	if p.closed || one >= p.bounds.origin || full && len(p.waiting) == 0 {
		return nil
	}
	if full || len(p.waiting) >= p.bounds.waiting {
		p.removeLocked(p.waiting[0])
	}
	p.last++
	t.id = p.last
	p.conns[t] = struct{}{}
	p.waiting = append(p.waiting, t)
	return t
}

// origin is who is counted as one.
func origin(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	prefix, _ := a.WithZone("").Prefix(bits) // never fails
	return prefix
}

// passed is told of the first check.
func (p *tcpPort) passed(t *tcpConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = slices.DeleteFunc(p.waiting, func(o *tcpConn) bool { return o == t })
}

// remove closes a connection and forgets it.
func (p *tcpPort) remove(t *tcpConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.removeLocked(t)
}

func (p *tcpPort) removeLocked(t *tcpConn) {
	if _, here := p.conns[t]; here {
		delete(p.conns, t)
		p.waiting = slices.DeleteFunc(p.waiting, func(o *tcpConn) bool { return o == t })
		close(t.done)
		_ = t.conn.Close()
	}
}

// close ends everything; the goroutines end by themselves.
func (p *tcpPort) close() error {
	var errs []error
	for _, l := range p.listeners {
		errs = append(errs, l.Close())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for t := range p.conns {
		p.removeLocked(t)
	}
	return errors.Join(errs...)
}
