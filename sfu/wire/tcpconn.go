package wire

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	// tcpOutgoing may wait for the writer, as much again is with it, and the
	// kernel keeps little: what is late is of no use.
	tcpOutgoing   = 128 << 10
	tcpSendBuffer = 64 << 10
	tcpReadBuffer = 2 * (2 + maxDatagram)
	// tcpPause is how long who sends too much is not read.
	tcpPause = 10 * time.Millisecond
)

// tcpConn is an ICE-TCP connection: a goroutine that reads, one that writes.
type tcpConn struct {
	port   *tcpPort
	conn   *net.TCPConn
	id     uint64 // never used again
	remote netip.AddrPort
	wake   chan struct{} // one place: a wake-up waits at most once
	done   chan struct{}

	from    address // itself, for the loop
	loop    *Loop   // set by the reader with the first frame
	packets bucket  // guarded by the loop's lock

	mu  sync.Mutex // guards out; nothing is locked under it
	out []byte     // frames
}

// close may be called with a loop's lock; the goroutines then end.
func (t *tcpConn) close() { t.port.remove(t) }

// send queues a whole packet and says whether there was place. It never waits.
func (t *tcpConn) send(d []byte) bool {
	t.mu.Lock()
	fits := len(t.out)+2+len(d) <= tcpOutgoing
	if fits {
		t.out = appendFrame(t.out, d)
	}
	t.mu.Unlock()
	if fits {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
	return fits
}

// write sends what is queued until the connection is closed.
func (t *tcpConn) write() {
	defer t.close()
	var b []byte
	for {
		select {
		case <-t.done:
			return
		case <-t.wake:
		}
		t.mu.Lock()
		b, t.out = t.out, b[:0]
		t.mu.Unlock()
		if t.conn.SetWriteDeadline(time.Now().Add(t.port.bounds.stuck)) != nil {
			return
		}
		if _, err := t.conn.Write(b); err != nil {
			return
		}
	}
}

// read hands frames to the loop until the connection ends; then its path is
// gone.
func (t *tcpConn) read() {
	defer t.leave()
	defer t.close()
	b := make([]byte, tcpReadBuffer)
	deadline := time.Now().Add(t.port.bounds.first)
	if t.conn.SetReadDeadline(deadline) != nil {
		return
	}
	for have, passed := 0, false; ; {
		n, err := t.conn.Read(b[have:])
		if err != nil {
			return
		}
		have += n
		used, pause, alive := t.take(b[:have])
		if !alive {
			return
		}
		have = copy(b, b[used:have])
		if t.loop == nil {
			continue // the first frame is still due by the first deadline
		}
		if pause {
			select {
			case <-t.done:
				return
			case <-time.After(tcpPause):
			}
		}
		idle := t.port.bounds.idle
		if at := time.Now(); !passed || deadline.Sub(at) < idle*3/4 {
			passed, deadline = true, at.Add(idle)
			if t.conn.SetReadDeadline(deadline) != nil {
				return
			}
		}
	}
}

// take hands the whole frames of b to the loop and says how many bytes they
// took, whether there were too many, and whether the connection may go on: its
// first frame must pass as a connectivity check, which also names the loop.
func (t *tcpConn) take(b []byte) (used int, pause, alive bool) {
	packet, n, err := nextFrame(b)
	if n == 0 || err != nil {
		return 0, false, err == nil
	}
	first := t.loop == nil
	if first {
		loops := t.port.network.loops
		i := loopOf(localUfrag(packet))
		if i >= len(loops) {
			return 0, false, false
		}
		t.loop = loops[i]
	}
	l := t.loop
	l.Lock()
	defer l.Unlock()
	l.stats.ReceiveCalls++
	if first {
		t.packets = newBucket(MaxPackets+maxChecks, l.now)
	}
	for ; n > 0 && err == nil; packet, n, err = nextFrame(b[used:]) {
		used += n
		if !t.packets.take(1, l.now) {
			l.stats.Policed++
			pause = true
			continue
		}
		l.packet(packet, &t.from)
		if first && l.byAddr[t.from.key()] == nil {
			return used, false, false
		}
		first = false
	}
	return used, pause, err == nil
}

// leave tells the Conn that the path is gone.
func (t *tcpConn) leave() {
	if t.loop == nil {
		return
	}
	t.loop.Lock()
	defer t.loop.Unlock()
	if p := t.loop.byAddr[t.from.key()]; p != nil {
		p.conn.drop(p)
	}
}

// addTCP sends d to a Conn whose path is no socket of UDP: a TCP connection, or
// none at all.
func (l *Loop) addTCP(c *Conn, d []byte) {
	if c.path == nil {
		l.stats.Dropped++
	} else if l.sendTCP(c.path.tcp, d) {
		return
	}
	c.stalled()
}

// sendTCP sends d, or says that there was no place for it.
func (l *Loop) sendTCP(t *tcpConn, d []byte) bool {
	if !t.send(d) {
		l.stats.Dropped++
		return false
	}
	l.stats.PacketsOut++
	l.stats.BytesOut += uint64(len(d))
	return true
}
