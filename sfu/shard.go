package sfu

import (
	"sync"

	"nara/sfu/answer"
	"nara/sfu/wire"
)

// shard is a loop with its rooms and the goroutine that tells its events.
type shard struct {
	manager    *Manager
	loop       *wire.Loop
	candidates []answer.Candidate // that lead to the loop
	rooms      map[*room]struct{} // guarded by the loop's lock
	events     events

	// Guarded by the loop's lock: what rooms that have ended counted, and what
	// all clients have reported.
	ended     Recovery
	roundTrip Distribution
	loss      Distribution
}

// reported takes a client's report into the distributions.
func (s *shard) reported(r wire.Reception) {
	s.loss.observe(float64(r.FractionLost) / 256)
	if r.RoundTrip > 0 {
		s.roundTrip.observe(float64(r.RoundTrip) / 1e9)
	}
}

func (s *shard) tick() {
	if s.loop.Idle() {
		return
	}
	s.loop.Lock()
	defer s.loop.Unlock()
	s.loop.Tick()
	for r := range s.rooms {
		r.tick()
	}
}

// events is a queue between those who hold the loop's lock and the one
// goroutine that calls the handler outside of it.
type events struct {
	wake chan struct{} // one place: a wake-up waits at most once

	mu   sync.Mutex // guards list; taken last of all locks
	list []Event
}

// add never waits.
func (e *events) add(v Event) {
	e.mu.Lock()
	e.list = append(e.list, v)
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

func (e *events) take() []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.list
	e.list = nil
	return list
}

// tell hands events to handle, in order, until done is closed.
func (e *events) tell(handle func(Event), done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-e.wake:
		}
		for _, v := range e.take() {
			select {
			case <-done:
				return
			default:
				handle(v)
			}
		}
	}
}
