//go:build !linux || portable

package wire

const (
	queueMessages = 128
	queueBytes    = 256 << 10
)

// queue is the send side of a batch: an arena of sealed packets and where they
// go, one system call for each.
type queue struct {
	l     *Loop
	sock  *socket
	arena []byte
	n     int
	data  [queueMessages][]byte
	addr  [queueMessages]*address
	to    [queueMessages]*Conn // nil: nobody to tell of a drop
}

// queued is empty: there are no segments to join.
type queued struct{}

func (q *queue) init(l *Loop, s *socket) {
	q.l, q.sock = l, s
	q.arena = make([]byte, 0, queueBytes)
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
	p := c.path
	if p == nil || p.tcp != nil {
		q.l.addTCP(c, d)
		return
	}
	q.to[q.message(&p.address, d)] = c
}

// message queues one packet, which was appended to what room returned.
func (q *queue) message(to *address, d []byte) int {
	q.arena = q.arena[:len(q.arena)+len(d)]
	i := q.n
	q.n++
	q.data[i], q.addr[i], q.to[i] = d, to, nil
	return i
}

func (q *queue) flush() {
	for i := range q.n {
		q.l.stats.SendCalls++
		if _, err := q.sock.conn.WriteToUDPAddrPort(q.data[i], q.addr[i].remote.AddrPort); err != nil {
			q.l.stats.Dropped++
			if q.to[i] != nil {
				q.to[i].stalled()
			}
			continue
		}
		q.l.stats.PacketsOut++
		q.l.stats.BytesOut += uint64(len(q.data[i]))
	}
	clear(q.to[:q.n])
	clear(q.addr[:q.n]) // each keeps a Conn alive
	q.n, q.arena = 0, q.arena[:0]
}
