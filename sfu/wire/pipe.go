package wire

import (
	"bytes"
	"net"
	"os"
	"sync"
	"time"

	"github.com/pion/transport/v4/deadline"
)

// DTLS record types (RFC 6347 section 4.1).
const (
	recordChangeCipherSpec = 20
	recordHandshake        = 22
)

type pipeState int

const (
	handshaking pipeState = iota
	installed             // keys are installed, the last flight may go
	detached              // pion's connection is gone
)

// pipe is the net.PacketConn that pion/dtls reads from and writes to. The loop
// feeds it without waiting. It lives until the handshake is done: then only
// the last flight is kept, for a client that did not get it.
type pipe struct {
	c    *Conn
	in   chan []byte // a client's flight is at most a few datagrams
	done chan struct{}
	once sync.Once
	read *deadline.Deadline

	mu     sync.Mutex // guards the fields below; taken after the loop's
	state  pipeState
	flight []byte // the last: ChangeCipherSpec, Finished
}

func newPipe(c *Conn) *pipe {
	return &pipe{c: c, in: make(chan []byte, 16), done: make(chan struct{}), read: deadline.New()}
}

// push takes a datagram; the caller holds the loop's lock.
func (p *pipe) push(b []byte) {
	p.mu.Lock()
	over, flight := p.state == detached, p.flight
	p.mu.Unlock()
	if over {
		// A handshake record after the end: our last flight was lost.
		if b[0] == recordHandshake || b[0] == recordChangeCipherSpec {
			p.c.sendPlain(flight)
		}
		return
	}
	select {
	case p.in <- bytes.Clone(b):
	default: // the client repeats it
	}
}

func (p *pipe) set(s pipeState) {
	p.mu.Lock()
	p.state = s
	p.mu.Unlock()
}

// send sends at once, from the handshake's goroutine.
func (p *pipe) send(b []byte) {
	p.c.loop.Lock()
	p.c.sendPlain(b)
	p.c.loop.Unlock()
}

// ReadFrom waits for a datagram of the client.
func (p *pipe) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-p.in:
		return copy(b, d), p.LocalAddr(), nil
	case <-p.read.Done():
		return 0, nil, os.ErrDeadlineExceeded
	case <-p.done:
		return 0, nil, net.ErrClosed
	}
}

// WriteTo holds the last flight (it starts with ChangeCipherSpec) back until
// the keys are installed, for its arrival lets the client send media. When
// detached it swallows everything: close_notify would end the call.
func (p *pipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	p.mu.Lock()
	hold := p.state == detached
	if b[0] == recordChangeCipherSpec && p.state == handshaking {
		p.flight = bytes.Clone(b)
		hold = true
	}
	p.mu.Unlock()
	if !hold {
		p.send(b)
	}
	return len(b), nil
}

// Close ends ReadFrom.
func (p *pipe) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

// LocalAddr is the socket's.
func (p *pipe) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(p.c.loop.addr) }

// SetDeadline bounds ReadFrom; writing never waits.
func (p *pipe) SetDeadline(t time.Time) error { return p.SetReadDeadline(t) }

// SetReadDeadline bounds ReadFrom.
func (p *pipe) SetReadDeadline(t time.Time) error {
	p.read.Set(t)
	return nil
}

// SetWriteDeadline does nothing: writing never waits.
func (p *pipe) SetWriteDeadline(time.Time) error { return nil }
