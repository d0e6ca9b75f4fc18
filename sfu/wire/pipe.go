package wire

import (
	"bytes"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/transport/v4/deadline"
)

// pipe is the net.PacketConn that pion/dtls reads from and writes to, for one
// handshake. The loop feeds it without waiting. What pion reads is made here:
// the ClientHello, the messages of the last flight when they are proven, and
// then what is encrypted. Alerts, broken records and what somebody else sent
// from the client's address cannot end a handshake.
type pipe struct {
	c       *Conn
	to      *path // by which the ClientHello came; under the loop's lock
	moved   bool  // it came by another before; under the loop's lock
	in      chan delivery
	done    chan struct{}
	ended   sync.Once
	offered chan struct{} // closed when the server's first flight is out
	told    sync.Once
	read    *deadline.Deadline
	out     [][]byte    // datagrams for pion; its reader's alone
	number  uint64      // of the next record for pion; its reader's alone
	proven  atomic.Bool // the client has answered

	// mu guards the fields below. Signatures are checked under it, so it is never
	// taken with the loop's lock, nor that with it.
	mu       sync.Mutex
	proof    proof
	detached bool
	flight   []byte // the last: ChangeCipherSpec, Finished
}

// delivery is what a datagram brought: messages in one piece, and records
// behind ChangeCipherSpec.
type delivery struct {
	messages  []message
	encrypted [][]byte
}

// newPipe makes one that begins with the ClientHello.
func newPipe(c *Conn, hello message, from *path) *pipe {
	p := &pipe{c: c, to: from, in: make(chan delivery, 8), done: make(chan struct{}),
		offered: make(chan struct{}), read: deadline.New()}
	p.proof.transcript = bytes.Clone(hello)
	p.out = append(p.out, p.append(nil, recordHandshake, hello))
	return p
}

// push takes what a datagram brought. Several pipes may share it.
func (p *pipe) push(d delivery) {
	select {
	case p.in <- d:
	default: // the client repeats it
	}
}

// append makes a record of epoch 0 for pion.
func (p *pipe) append(dst []byte, kind byte, body []byte) []byte {
	p.number++
	return appendRecord(dst, kind, p.number-1, body)
}

// take decides what pion gets. It gets the whole flight in one datagram (less
// than the 8 KiB that it reads at once), for it checks the signature again with
// each.
func (p *pipe) take(d delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := &p.proof
	if f.proven {
		p.out = append(p.out, d.encrypted...)
		return
	}
	for _, r := range d.encrypted {
		if len(f.encrypted) == maxEncrypted {
			f.encrypted = slices.Delete(f.encrypted, 0, 1)
		}
		f.encrypted = append(f.encrypted, r)
	}
	for _, m := range d.messages {
		set := f.take(m)
		if set == nil {
			continue
		}
		var flight []byte
		for _, m := range set {
			flight = p.append(flight, recordHandshake, m)
		}
		flight = p.append(flight, recordChangeCipherSpec, []byte{1})
		p.proven.Store(true)
		p.out = append(p.out, append(flight, slices.Concat(f.encrypted...)...))
		f.encrypted = nil
	}
}

// ReadFrom waits for what pion may know.
func (p *pipe) ReadFrom(b []byte) (int, net.Addr, error) {
	for len(p.out) == 0 {
		select {
		case d := <-p.in:
			p.take(d)
		case <-p.read.Done():
			return 0, nil, os.ErrDeadlineExceeded
		case <-p.done:
			return 0, nil, net.ErrClosed
		}
	}
	n := copy(b, p.out[0])
	p.out = p.out[1:]
	return n, p.LocalAddr(), nil
}

// WriteTo sends at once, from the handshake's goroutine, but repeats only what
// answers the ClientHello that came last: a client that gets the answer to
// somebody else's before its own gives up. It keeps the last
// flight (it starts with ChangeCipherSpec) for when the keys are installed, for
// its arrival lets the client send media. An alert goes only to who is proven
// to be the other side: a client must not give up because of what another one
// did. When detached it swallows everything: close_notify would end the call.
func (p *pipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	p.mu.Lock()
	send, news := !p.detached, true
	switch b[0] {
	case recordChangeCipherSpec:
		p.flight, send = bytes.Clone(b), false
	case recordAlert:
		send = send && p.proof.proven
	case recordHandshake:
		news = p.proof.hear(b)
	}
	offered := p.proof.offered
	p.mu.Unlock()
	if send {
		l := p.c.loop
		l.Lock()
		if news || p.c.shaking.repeating(p) {
			p.to.send(b)
		}
		l.Unlock()
	}
	if offered {
		p.told.Do(func() { close(p.offered) })
	}
	return len(b), nil
}

// move sends from now on to where the same ClientHello came from again.
func (p *pipe) move(to *path) {
	p.moved = p.moved || to != p.to
	p.to = to
}

// proved is the path that the handshake has proved: who finished it has got
// what was sent there, and nothing was sent elsewhere. nil: none.
func (p *pipe) proved() *path {
	if p.moved {
		return nil
	}
	return p.to
}

// detach lets nothing through any more and returns the last flight.
func (p *pipe) detach() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.detached = true
	return p.flight
}

// Close ends ReadFrom.
func (p *pipe) Close() error {
	p.ended.Do(func() { close(p.done) })
	return nil
}

// LocalAddr is the socket's.
func (p *pipe) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(p.c.loop.Addr()) }

// SetDeadline bounds ReadFrom; writing never waits.
func (p *pipe) SetDeadline(t time.Time) error { return p.SetReadDeadline(t) }

// SetReadDeadline bounds ReadFrom.
func (p *pipe) SetReadDeadline(t time.Time) error {
	p.read.Set(t)
	return nil
}

// SetWriteDeadline does nothing: writing never waits.
func (p *pipe) SetWriteDeadline(time.Time) error { return nil }
