package measure

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// Member is one participant of a run: its place, what it has sent and what it has received.
type Member struct {
	Place

	clock    Clock
	window   *Window
	fail     context.CancelCauseFunc
	session  Session
	began    int64       // of the join
	keyframe atomic.Bool // wanted by the server

	// Written by the publisher alone, read when it has ended.
	sent      atomic.Uint64 // packets in the window
	keyframes atomic.Uint64

	mu sync.Mutex // guards the fields below
	tally
}

// tally is what came.
type tally struct {
	closed     bool
	arrivals   map[uint32]*Arrivals // by stream
	first      int64                // when the first media packet came
	delivered  uint64               // arrived in the window
	bytes      uint64               // of those
	duplicates uint64               // among those
	unstamped  uint64               // ever
	latency    Histogram            // of those sent in the window, each counted once
}

// Begin says that the join begins now: what came before was preparation, such as getting a ticket.
func (m *Member) Begin() { m.began = m.clock.Now() }

// WantKeyframe tells the publisher that the server asks for a keyframe.
func (m *Member) WantKeyframe() { m.keyframe.Store(true) }

// Fail ends the run with an error, if it is not over: the participant's connection is lost.
func (m *Member) Fail(err error) { m.fail(fmt.Errorf("%s of %s: %w", m.ID, m.Room, err)) }

// Receive counts a media packet that came at a time of the wall clock, in nanoseconds (see Socket); 0 is now. The packet
// ends with the payload; what stands before it does not matter. Retransmissions are not for it: what only they brought
// is lost on the way.
func (m *Member) Receive(packet []byte, wall int64) {
	at := m.clock.At(wall)
	s, ok := ReadStamp(packet)
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return
	case !ok:
		m.unstamped++
		return
	case m.first == 0:
		m.first = at
	}
	a := m.arrivals[s.Stream]
	if a == nil {
		if m.arrivals == nil {
			m.arrivals = map[uint32]*Arrivals{}
		}
		a = &Arrivals{}
		m.arrivals[s.Stream] = a
	}
	fresh := a.First(s.Sequence)
	if m.window.Holds(at) {
		m.delivered++
		m.bytes += uint64(len(packet))
		if !fresh {
			m.duplicates++
		}
	}
	if fresh && m.window.Holds(s.Sent) {
		m.latency.Add((at - s.Sent) / 1000)
	}
}

// streams is how many streams have begun.
func (m *Member) streams() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.arrivals)
}

// received is how many of the window's packets have come.
func (m *Member) received() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.latency.Count()
}

// close ends counting; what is counted may be read without the lock afterwards.
func (m *Member) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
}
