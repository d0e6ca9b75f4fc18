package signaling

import "sync"

// mailbox holds what a room has to do. It has no bound of its own: gateways wait for an answer before they ask the next
// thing for a session, and the media server tells only what changed.
type mailbox struct {
	wake chan struct{} // holds one

	mu     sync.Mutex // guards the fields below
	work   []func()
	closed bool
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// post adds work; it reports false when nothing is done here any more.
func (b *mailbox) post(do func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.work = append(b.work, do)
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

// take gives all there is to do, possibly nothing.
func (b *mailbox) take() []func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	work := b.work
	b.work = nil
	return work
}

// closeIfEmpty closes the mailbox unless there is something to do.
func (b *mailbox) closeIfEmpty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = len(b.work) == 0
	return b.closed
}
