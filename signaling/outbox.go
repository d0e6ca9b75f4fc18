package signaling

import "sync"

// The outbox of a session holds at most this much; a client that reads more slowly is closed.
const (
	maxQueued      = 256
	maxQueuedBytes = 1 << 20
)

// letter is a message on its way to the client.
type letter struct {
	data []byte
	// joined marks the first message of the node, which the visit is put into.
	joined bool
}

// outbox is the bounded queue between whoever has something for a client and the goroutine that writes to it. Nobody
// ever waits for a client.
type outbox struct {
	wake chan struct{} // holds one: there is something to take

	mu     sync.Mutex // guards the fields below
	queue  []letter
	bytes  int
	ending *Ending // set once; nothing is queued after it
}

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1)} }

// push queues a letter. When there is no room the queue is given up and the session ends as slow; push then says so.
func (o *outbox) push(l letter) (overflow bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending != nil {
		return false
	}
	if len(o.queue) >= maxQueued || o.bytes+len(l.data) > maxQueuedBytes {
		o.queue, o.bytes = nil, 0
		o.ending = &EndSlow
		o.signal()
		return true
	}
	o.queue = append(o.queue, l)
	o.bytes += len(l.data)
	o.signal()
	return false
}

// finish ends the session after what is queued. Only the first ending counts; finish says whether this one did.
func (o *outbox) finish(e Ending) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending != nil {
		return false
	}
	o.ending = &e
	o.signal()
	return true
}

// ended reports whether the session ends or has ended.
func (o *outbox) ended() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ending != nil
}

// take gives the next letter, or the ending when there is none, or neither.
func (o *outbox) take() (l letter, ok bool, end *Ending) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		o.queue = nil
		return letter{}, false, o.ending
	}
	l, o.queue = o.queue[0], o.queue[1:]
	o.bytes -= len(l.data)
	return l, true, nil
}

// signal is called with o.mu held.
func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}
