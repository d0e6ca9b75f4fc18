package load

import (
	"sync"

	"nara/signaling/client"
)

// tally counts what one participant receives.
type tally struct {
	mu     sync.Mutex // guards the fields below
	closed bool
	seen   map[uint32]*seen // by stream
	counts
}

// counts are a tally's figures.
type counts struct {
	first      int64   // time of the first media packet
	delivered  uint64  // received in the window
	bytes      uint64  // of those
	duplicates uint64  // among those
	unstamped  uint64  // ever
	latencies  []int32 // microseconds, of those sent in the window, each counted once
}

// listen counts the packets of a receive m-line until it ends.
func (t *tally) listen(m *client.Media, w *window) {
	b := make([]byte, 1500)
	for {
		n, err := m.Read(b)
		if err != nil {
			return
		}
		t.count(b[:n], now(), w)
	}
}

func (t *tally) count(packet []byte, at int64, w *window) {
	s, ok := readStamp(packet)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return
	case !ok:
		t.unstamped++
		return
	case t.first == 0:
		t.first = at
	}
	if t.seen == nil {
		t.seen = map[uint32]*seen{}
	}
	stream := t.seen[s.stream]
	if stream == nil {
		stream = &seen{}
		t.seen[s.stream] = stream
	}
	fresh := stream.add(s.number)
	if w.holds(at) {
		t.delivered++
		t.bytes += uint64(len(packet))
		if !fresh {
			t.duplicates++
		}
	}
	if fresh && w.holds(s.sent) {
		t.latencies = append(t.latencies, int32(max(0, (at-s.sent)/1000)))
	}
}

// streams is how many streams have begun.
func (t *tally) streams() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.seen)
}

// received is how many of the window's packets have come.
func (t *tally) received() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.latencies)
}

// close ends counting and gives the figures.
func (t *tally) close() counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	return t.counts
}

// seen remembers which of the last span packets of a stream came.
type seen struct {
	high uint32 // the highest number; numbers begin with 1
	bits [span / 64]uint64
}

const span = 1 << 14

// add notes a packet and reports whether it is new. What is too old to be known counts as not new.
func (s *seen) add(number uint32) bool {
	for s.high < number {
		if number-s.high > span {
			s.high = number - span
		}
		s.high++
		s.bits[s.high/64%(span/64)] &^= 1 << (s.high % 64)
	}
	if s.high-number >= span {
		return false
	}
	word, bit := &s.bits[number/64%(span/64)], uint64(1)<<(number%64)
	fresh := *word&bit == 0
	*word |= bit
	return fresh
}
