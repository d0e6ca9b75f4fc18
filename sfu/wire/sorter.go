package wire

import (
	"sync"
	"time"
)

// sorter hands what comes by shared sockets to the loops: a connectivity check
// by the loop's character in its ufrag, everything else by address.
type sorter struct {
	loops     []*Loop
	clock     func() time.Duration
	directory *directory
}

func newSorter(loops []*Loop, clock func() time.Duration) *sorter {
	s := &sorter{loops: loops, clock: clock, directory: &directory{entries: map[addrKey]entry{}}}
	for _, l := range loops {
		l.inbox = newInbox(l, s.directory)
	}
	return s
}

// newReader makes the function that sorts one socket's batches.
func (s *sorter) newReader() func(*batch) {
	var loop [receiveBatch]uint8
	return func(b *batch) {
		now := int64(s.clock())
		var count [MaxLoops + 1]int
		s.directory.mu.RLock()
		for i := range b.n {
			d, from, _ := b.at(i)
			loop[i] = s.directory.find(d, from)
			if int(loop[i]) >= len(s.loops) {
				loop[i] = MaxLoops
			}
			count[loop[i]]++
		}
		s.directory.mu.RUnlock()
		for k, l := range s.loops {
			if count[k] == 0 {
				continue
			}
			l.inbox.mu.Lock()
			for i := range b.n {
				if int(loop[i]) == k {
					d, from, waited := b.at(i)
					l.inbox.put(d, from, now-waited)
				}
			}
			l.inbox.mu.Unlock()
			l.inbox.ring()
		}
		if n := count[MaxLoops]; n > 0 {
			x := s.loops[0].inbox
			x.mu.Lock()
			x.unknown += uint64(n)
			x.mu.Unlock()
		}
	}
}

// directory knows which loop an address belongs to, when loops share sockets.
type directory struct {
	mu      sync.RWMutex // taken after a loop's lock; nothing is locked under it
	entries map[addrKey]entry
}

type entry struct {
	loop  uint8
	heard int64 // last authenticated check
}

// find is the number of a datagram's loop, MaxLoops if there is none; the
// caller holds mu.
func (d *directory) find(b []byte, from *address) uint8 {
	if ufrag := localUfrag(b); ufrag != nil {
		return uint8(loopOf(ufrag))
	}
	if e, ok := d.entries[from.key()]; ok {
		return e.loop
	}
	return MaxLoops
}

// claim gives an address to a loop unless a client of another is alive there.
func (d *directory) claim(k addrKey, loop uint8, now int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e, ok := d.entries[k]; ok && e.loop != loop && now-e.heard < ownerGrace {
		return false
	}
	d.entries[k] = entry{loop, now}
	return true
}

// leave frees an address.
func (d *directory) leave(k addrKey, loop uint8) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.entries[k].loop == loop {
		delete(d.entries, k)
	}
}
