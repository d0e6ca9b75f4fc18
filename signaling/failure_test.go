package signaling_test

import (
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"nara/auth"
	"nara/signaling"
)

// natsServer starts a NATS server on a free port, as an operator would.
func natsServer(t *testing.T) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("NATS does not start")
	}
	return s.ClientURL()
}

// The node dies: nobody says goodbye, its end of the bus is just gone.
func TestFailure_SessionsOfADeadNodeEndSoon(t *testing.T) {
	h := newHouse(t, setting{busURL: natsServer(t), nodeEvery: 50 * time.Millisecond})
	anna := h.joins(h.check("c1", "anna"), 0)
	idle := h.dial(0) // has no node
	h.nodeBus.Close()
	anna.endsWith(signaling.EndUnavailable)
	idle.say(1, `{"type":"ping"}`)
	idle.refused(signaling.WrongState)
}

// A room that others took over while its node was not reachable ends, and its people meet where it is now.
func TestFailure_RoomThatWasTakenOverEnds(t *testing.T) {
	h := newHouse(t, setting{look: 20 * time.Millisecond})
	anna := h.joins(h.check("c1", "anna"), 0)
	old, err := h.bus.Placement().Lookup(t.Context(), "c1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.bus.Placement().Takeover(t.Context(), "c1", old, "another"); err != nil {
		t.Fatal(err)
	}
	anna.endsWith(signaling.EndUnavailable)
	// The other node is dead by then; everybody is back here.
	gun := h.joins(h.check("c1", "gun"), 0)
	anna = h.joins(h.check("c1", "anna"), 0)
	if j := anna.Joined(); len(j.Participants) != 1 || j.Participants[0].ID != "gun" {
		t.Errorf("%+v", j)
	}
	gun.speaks()
	anna.hears("gun")
	place, err := h.bus.Placement().Lookup(t.Context(), "c1")
	if err != nil || place.Node != "n1" || place.Epoch <= old.Epoch {
		t.Errorf("%+v after %+v, %v", place, old, err)
	}
}

// Who leaves and comes back at once is there: the visit hears of it in that order, however long it takes to note the
// departure, and is asked anew whether they may come straight in.
func TestPresence_BackBeforeTheVisitKnowsOfTheDeparture(t *testing.T) {
	h := newHouse(t, setting{})
	h.visits.leaving = func() { // the time in which it could go wrong
		deadline := time.After(200 * time.Millisecond)
		for {
			h.visits.mu.Lock()
			changed, arrivals := h.visits.changed, count(h.visits.told, "eva arrived")
			h.visits.mu.Unlock()
			if arrivals > 1 {
				return
			}
			select {
			case <-changed:
			case <-deadline:
				return
			}
		}
	}
	anna := h.hosts("v1", "anna")
	eva := h.joins(h.ticket("v1", "eva", auth.CallRoom), 0)
	ctx, cancel := anna.deadline()
	defer cancel()
	if err := eva.Leave(ctx); err != nil {
		t.Fatal(err)
	}
	back := h.joins(h.ticket("v1", "eva", auth.CallRoom), 0)
	if err := back.Ping(ctx); err != nil { // served after the visit has been told of the arrival
		t.Fatal(err)
	}
	h.visits.mu.Lock()
	defer h.visits.mu.Unlock()
	left := slices.Index(h.visits.told, "eva left: left")
	if left < 0 || count(h.visits.told[left:], "eva arrived") != 1 || count(h.visits.told[left:], "eva enters") != 1 {
		t.Errorf("the visit was told %q", h.visits.told)
	}
}

func count(list []string, what string) (n int) {
	for _, s := range list {
		if s == what {
			n++
		}
	}
	return n
}
