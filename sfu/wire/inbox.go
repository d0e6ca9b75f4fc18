package wire

import "sync"

// What may wait for a loop that is busy: 1000 packets of video.
const (
	inboxBytes   = 1 << 20
	inboxParcels = 4096
	// inboxBatch is how many are worked on before the lock is given up.
	inboxBatch = receiveBatch
)

// inbox hands datagrams from the readers of shared sockets to a loop. Readers
// fill one buffer while the loop empties the other.
type inbox struct {
	loop      *Loop
	directory *directory
	wake      chan struct{} // one place: a wake-up waits at most once

	mu      sync.Mutex // guards what follows; nothing is locked under it
	filling parcels
	overrun uint64 // did not fit
	unknown uint64 // were for no loop
}

// parcels are datagrams with where they came from.
type parcels struct {
	list []parcel
	data []byte
}

type parcel struct {
	from address
	came int64 // ns, of the loops' clock
	end  int   // of its bytes in data, which begin where the one before ends
}

func newInbox(l *Loop, d *directory) *inbox {
	return &inbox{loop: l, directory: d, wake: make(chan struct{}, 1), filling: newParcels()}
}

func newParcels() parcels {
	return parcels{make([]parcel, 0, inboxParcels), make([]byte, 0, inboxBytes)}
}

// put copies a datagram; the caller holds mu.
func (x *inbox) put(d []byte, from *address, came int64) {
	f := &x.filling
	if len(f.list) == cap(f.list) || len(f.data)+len(d) > cap(f.data) {
		x.overrun++
		return
	}
	f.data = append(f.data, d...)
	f.list = append(f.list, parcel{*from, came, len(f.data)})
}

// ring wakes the loop's goroutine.
func (x *inbox) ring() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// drain works on what comes until done is closed.
func (x *inbox) drain(done <-chan struct{}) {
	spare := newParcels()
	for {
		select {
		case <-done:
			return
		case <-x.wake:
		}
		x.mu.Lock()
		full := x.filling
		x.filling = spare
		x.mu.Unlock()
		x.work(full)
		spare = parcels{full.list[:0], full.data[:0]}
	}
}

func (x *inbox) work(p parcels) {
	l := x.loop
	start := 0
	for len(p.list) > 0 {
		n := min(len(p.list), inboxBatch)
		l.Lock()
		l.stats.ReceiveCalls++
		for i := range p.list[:n] {
			d := &p.list[i]
			l.came = min(d.came, l.now)
			l.packet(p.data[start:d.end:d.end], &d.from)
			start = d.end
		}
		l.Unlock()
		p.list = p.list[n:]
	}
}

// count adds what never reached the loop.
func (x *inbox) count(s *Stats) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s.PacketsIn += x.overrun + x.unknown
	s.Overrun += x.overrun
	s.Unknown += x.unknown
}
