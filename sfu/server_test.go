package sfu

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = time.Minute // long enough for a machine that is busy with something else

// server is a Manager on loopback that records its events.
type server struct {
	*Manager
	t testing.TB

	mu      sync.Mutex
	events  []Event
	changed chan struct{}
}

func newServer(t testing.TB, change ...func(*Config)) *server {
	t.Helper()
	s := &server{t: t, changed: make(chan struct{}, 1)}
	cfg := Config{Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}, Loops: 2, Events: func(e Event) {
		s.mu.Lock()
		s.events = append(s.events, e)
		s.mu.Unlock()
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}}
	for _, f := range change {
		f(&cfg)
	}
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Manager = m
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// until waits for an event that is accepted.
func (s *server) until(what string, accept func(Event) bool) {
	s.t.Helper()
	deadline := time.After(patience)
	for seen := 0; ; {
		s.mu.Lock()
		list := s.events[seen:]
		seen = len(s.events)
		s.mu.Unlock()
		for _, e := range list {
			if accept(e) {
				return
			}
		}
		select {
		case <-s.changed:
		case <-deadline:
			s.t.Fatalf("no event: %s", what)
		}
	}
}

// seen is a copy of the events so far.
func (s *server) seen() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Event(nil), s.events...)
}

// assigned waits until the peer's m-lines carry n publications and returns them.
func (s *server) assigned(room RoomID, id PeerID, n int) (list []Assignment) {
	s.t.Helper()
	s.until(fmt.Sprintf("%s has %d assignments", id, n), func(e Event) bool {
		a, ok := e.(Assigned)
		if !ok || a.Room != room || a.Peer != id {
			return false
		}
		list = a.Assignments
		bound := 0
		for _, x := range list {
			if x.Publication != "" {
				bound++
			}
		}
		return bound == n
	})
	return list
}
