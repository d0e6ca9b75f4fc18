//go:build !portable

package wire

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	queueMessages = 128
	queueBytes    = 256 << 10
	maxSegments   = 16
	segmentCmsg   = 24 // CMSG_SPACE(2)
)

// queue is the send side of a batch: an arena of sealed packets and the
// messages that point into it. Packets of one size for one Conn become one
// message with UDP_SEGMENT; a shorter one may end it. The kernel reaches
// arena and addresses through typed pointers, so the collector sees them.
type queue struct {
	l     *Loop
	sock  *socket
	arena []byte
	gen   uint64 // of this flush: tells a Conn that its open message is gone
	n     int
	hdr   []mmsghdr
	iov   []unix.Iovec // maxSegments for each message
	ctl   [][segmentCmsg]byte
	to    [queueMessages]*Conn // nil: nobody to tell of a drop
	segs  [queueMessages]uint16
	size  [queueMessages]uint16 // of a segment
}

// queued is what a Conn knows about its last message in the queue.
type queued struct {
	gen   uint64
	msg   int
	open  bool // may take another segment
	alone bool // the path to it refused UDP_SEGMENT
}

func (q *queue) init(l *Loop, s *socket) {
	q.l, q.sock, q.gen = l, s, 1
	q.arena = make([]byte, 0, queueBytes)
	q.hdr = make([]mmsghdr, queueMessages)
	q.iov = make([]unix.Iovec, queueMessages*maxSegments)
	q.ctl = make([][segmentCmsg]byte, queueMessages)
	for i := range q.hdr {
		q.hdr[i].hdr.Iov = &q.iov[i*maxSegments]
		c := (*unix.Cmsghdr)(unsafe.Pointer(&q.ctl[i]))
		c.Level, c.Type = unix.SOL_UDP, unix.UDP_SEGMENT
		c.SetLen(unix.CmsgLen(2))
	}
}

// room returns the free end of the arena, at least n bytes.
func (q *queue) room(n int) []byte {
	if len(q.arena)+n > cap(q.arena) || q.n == queueMessages {
		q.flush()
	}
	return q.arena[len(q.arena):len(q.arena):cap(q.arena)]
}

// add sends d, which was appended to what room returned, to c.
func (q *queue) add(c *Conn, d []byte) {
	if c.queued.gen == q.gen && c.queued.open {
		i := c.queued.msg
		if int(q.segs[i]) < maxSegments && len(d) <= int(q.size[i]) {
			h := &q.hdr[i].hdr
			last := &q.iov[i*maxSegments+int(h.Iovlen)-1]
			if uintptr(unsafe.Pointer(last.Base))+uintptr(last.Len) == uintptr(unsafe.Pointer(&d[0])) {
				last.SetLen(int(last.Len) + len(d))
			} else {
				v := &q.iov[i*maxSegments+int(h.Iovlen)]
				v.Base = &d[0]
				v.SetLen(len(d))
				h.SetIovlen(int(h.Iovlen) + 1)
			}
			q.arena = q.arena[:len(q.arena)+len(d)]
			q.segs[i]++
			c.queued.open = len(d) == int(q.size[i])
			return
		}
	}
	p := c.path
	if p == nil || p.tcp != nil {
		q.l.addTCP(c, d)
		return
	}
	i := q.message(&p.address, d)
	q.to[i] = c
	c.queued.gen, c.queued.msg, c.queued.open = q.gen, i, !c.queued.alone
}

// message starts a message of one packet, which was appended to what room
// returned. The address must stay as it is until the flush.
func (q *queue) message(to *address, d []byte) int {
	q.arena = q.arena[:len(q.arena)+len(d)]
	i := q.n
	q.n++
	h := &q.hdr[i].hdr
	h.Name = (*byte)(unsafe.Pointer(&to.remote))
	h.Namelen = to.remote.size
	h.SetIovlen(1)
	v := &q.iov[i*maxSegments]
	v.Base = &d[0]
	v.SetLen(len(d))
	q.to[i] = nil
	q.segs[i], q.size[i] = 1, uint16(len(d))
	return i
}

// flush never waits: what the socket does not take is dropped. sendmmsg stops
// at the first message that fails; the others go on.
func (q *queue) flush() {
	if q.n == 0 {
		return
	}
	for i := range q.n {
		h := &q.hdr[i].hdr
		h.Control = nil
		h.SetControllen(0)
		if q.segs[i] > 1 {
			*(*uint16)(unsafe.Pointer(&q.ctl[i][unix.SizeofCmsghdr])) = q.size[i]
			h.Control = &q.ctl[i][0]
			h.SetControllen(segmentCmsg)
		}
	}
	for at := 0; at < q.n; {
		n, _, e := unix.RawSyscall6(unix.SYS_SENDMMSG, q.sock.fd, uintptr(unsafe.Pointer(&q.hdr[at])),
			uintptr(q.n-at), unix.MSG_DONTWAIT, 0, 0)
		q.l.stats.SendCalls++
		if e == unix.EINTR {
			continue
		}
		if e != 0 {
			q.drop(at, e != unix.EAGAIN && e != unix.ENOBUFS)
			at++
			continue
		}
		for range n {
			q.l.stats.PacketsOut += uint64(q.segs[at])
			q.l.stats.BytesOut += uint64(q.hdr[at].n)
			at++
		}
	}
	runtime.KeepAlive(q.sock.conn)
	for i := range q.n {
		q.hdr[i].hdr.Name = nil // it keeps a Conn alive that is gone
	}
	clear(q.to[:q.n])
	for i := range q.n {
		q.hdr[i].hdr.Name = nil // or it would hold a Conn that is gone
	}
	q.n, q.arena = 0, q.arena[:0]
	q.gen++
}

// drop gives message i up. Not every path takes segments (a network card
// without checksum offload, a small MTU): then the Conn's packets go alone.
func (q *queue) drop(i int, refused bool) {
	q.l.stats.Dropped += uint64(q.segs[i])
	c := q.to[i]
	if c == nil {
		return
	}
	if refused && q.segs[i] > 1 {
		c.queued.alone = true
	}
	c.stalled()
}
