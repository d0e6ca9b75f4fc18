package signaling_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"nara/auth"
	"nara/internal/bus"
	"nara/signaling"
	"nara/signaling/client"
)

func TestPresence_SecondJoinReplacesTheFirst(t *testing.T) {
	h := newHouse(t, setting{gateways: 2})
	anna := h.hosts("v1", "anna")
	gun := h.waits("v1", "gun")
	ctx, cancel := anna.deadline()
	defer cancel()
	if err := anna.Admit(ctx, "gun"); err != nil {
		t.Fatal(err)
	}
	again := h.joins(h.ticket("v1", "gun", auth.CallPatient), 1)
	gun.endsWith(signaling.EndReplaced)
	if again.Joined().You.State != signaling.Admitted {
		t.Fatal("the admission is forgotten")
	}
	if m := expect[*signaling.ParticipantLeft](anna, nil); m.Participant != "gun" || m.Reason != signaling.LeftReplaced {
		t.Fatalf("%+v", m)
	}
	expect(anna, func(m *signaling.ParticipantJoined) bool { return m.Participant.ID == "gun" })
	anna.speaks()
	again.speaks()
	again.hears("anna")
	anna.hears("gun")
	gun.Close()
	if _, err := again.Chat(ctx, "still here"); err != nil {
		t.Fatal(err)
	}
	// The visit is not told of it: the person is still there.
	h.visits.mu.Lock()
	defer h.visits.mu.Unlock()
	for _, told := range h.visits.told {
		if told == "gun left: replaced" {
			t.Error(told)
		}
	}
}

func TestPresence_LostComesBackToItsPlace(t *testing.T) {
	h := newHouse(t, setting{})
	anna := h.hosts("v1", "anna")
	gun := h.waits("v1", "gun")
	ctx, cancel := anna.deadline()
	defer cancel()
	if err := anna.Admit(ctx, "gun"); err != nil {
		t.Fatal(err)
	}
	since := gun.Joined().You.JoinedAt
	gun.Close()
	expect(anna, func(m *signaling.ParticipantChanged) bool {
		return m.Participant.ID == "gun" && m.Participant.Connection == signaling.Lost
	})
	if _, err := anna.Chat(ctx, "are you there?"); err != nil {
		t.Fatal(err)
	}
	gun = h.waits("v1", "gun")
	j := gun.Joined()
	if j.You.State != signaling.Admitted || !j.You.JoinedAt.Equal(since.Time) || len(j.Chat) != 1 || len(j.Participants) != 1 {
		t.Fatalf("%+v", j)
	}
	expect(anna, func(m *signaling.ParticipantChanged) bool {
		return m.Participant.ID == "gun" && m.Participant.Connection != signaling.Lost
	})
	anna.speaks()
	gun.speaks()
	gun.hears("anna")
	anna.hears("gun")
}

// A WebSocket that drops alone: the client joins again with the connection that it has, and nothing happens to media.
func TestPresence_MediaOutliveTheWebSocket(t *testing.T) {
	h := newHouse(t, setting{})
	anna := h.joins(h.check("c1", "anna"), 0)
	api, err := client.NewAPI(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, pc := newOffer(api)
	defer func() {
		if err := pc.GracefulClose(); err != nil {
			t.Error(err)
		}
	}()
	join := func() *signaling.Joined {
		offer, err := pc.CreateOffer(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := pc.SetLocalDescription(offer); err != nil {
			t.Fatal(err)
		}
		c := h.dial(0)
		m := joinMessage(t, h.check("c1", "gun"))
		m.Offer = offer.SDP
		c.send(m)
		j, ok := c.receive().(*signaling.Joined)
		if !ok {
			t.Fatalf("%+v", j)
		}
		if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: j.Answer}); err != nil {
			t.Fatal(err)
		}
		if j.You.Connection == signaling.Connecting {
			for {
				if m, ok := c.receive().(*signaling.ParticipantChanged); ok && m.Participant.ID == "gun" && m.Participant.Connection == signaling.Connected {
					break
				}
			}
		}
		c.Close() // without a word
		return j
	}
	first := join()
	expect(anna, func(m *signaling.ParticipantChanged) bool {
		return m.Participant.ID == "gun" && m.Participant.Connection == signaling.Lost
	})
	second := join()
	if second.You.Connection != signaling.Connected {
		t.Errorf("connection is %s", second.You.Connection)
	}
	if len(first.Publications) != 2 || fmt.Sprint(first.Publications) != fmt.Sprint(second.Publications) {
		t.Errorf("publications %+v, then %+v", first.Publications, second.Publications)
	}
	if encoded(t, first.Assignments) != encoded(t, second.Assignments) {
		t.Errorf("assignments %s, then %s", encoded(t, first.Assignments), encoded(t, second.Assignments))
	}
}

// An offer of a new connection that the media server refuses, from the same place or from another, leaves the
// connection before as it is.
func TestPresence_BadOfferOfANewConnectionCostsNothing(t *testing.T) {
	h := newHouse(t, setting{})
	anna := h.joins(h.check("c1", "anna"), 0)
	gun := h.joins(h.check("c1", "gun"), 0)
	anna.speaks()
	gun.speaks()
	gun.hears("anna")
	anna.hears("gun")
	other := h.dial(0)
	m := joinMessage(t, h.check("c1", "gun"))
	m.Publications = []signaling.Intended{{Mid: "no such line", Source: signaling.Microphone}}
	other.send(m)
	other.refused(signaling.BadOffer)
	other.closes(signaling.EndBadMessage)
	for _, p := range []*person{anna, gun} {
		before := p.packets.Load()
		deadline := time.After(patience)
		for p.packets.Load() < before+20 {
			select {
			case <-deadline:
				t.Fatalf("%s hears nothing any more", p.ID())
			case m := <-p.Events():
				if c, ok := m.(*signaling.ParticipantChanged); ok && c.Participant.ID == "gun" && c.Participant.Connection == signaling.Lost {
					t.Fatal("the connection is lost")
				}
			case <-time.After(time.Millisecond):
			}
		}
	}
	raw := h.dialJoined(h.check("c2", "a"))
	raw.send(&signaling.Offer{Offer: strings.ReplaceAll(recordedOffer(), "a=fingerprint:sha-256 ", "a=fingerprint:sha-256 00"),
		Publications: []signaling.Intended{{Mid: "0", Source: signaling.Microphone}}})
	raw.refused(signaling.BadOffer)
	raw.send(&signaling.Offer{Offer: recordedOffer(), Publications: []signaling.Intended{{Mid: "0", Source: signaling.Microphone}}})
	if a, ok := raw.receive().(*signaling.Answer); !ok || len(a.Publications) != 1 {
		t.Errorf("the connection does not go on: %+v", a)
	}
}

func TestPresence_GraceEnds(t *testing.T) {
	h := newHouse(t, setting{grace: 50 * time.Millisecond})
	anna := h.hosts("v1", "anna")
	gun := h.waits("v1", "gun")
	gun.Close()
	if m := expect[*signaling.ParticipantLeft](anna, nil); m.Participant != "gun" || m.Reason != signaling.LeftGone {
		t.Fatalf("%+v", m)
	}
	h.visits.await(t, "gun left: gone")
	anna.Close()
	h.visits.await(t, "anna left: gone")
	awaitEmpty(t, h)
}

func TestPresence_RemovedAndClosed(t *testing.T) {
	h := newHouse(t, setting{gateways: 2})
	anna := h.hosts("v1", "anna")
	gun := h.waits("v1", "gun")
	lars := h.joins(h.ticket("v1", "lars", auth.CallPatient), 1)
	ctx, cancel := anna.deadline()
	defer cancel()

	// Revocation, from any gateway.
	if err := h.gateways[1].Remove(ctx, "v1", "gun"); err != nil {
		t.Fatal(err)
	}
	gun.endsWith(signaling.EndRemoved)
	if m := expect[*signaling.ParticipantLeft](anna, nil); m.Participant != "gun" || m.Reason != signaling.LeftRemoved {
		t.Fatalf("%+v", m)
	}
	h.visits.await(t, "gun left: removed")
	if err := h.gateways[0].Remove(ctx, "v1", "gun"); !errors.Is(err, signaling.NoSuchParticipant) {
		t.Fatalf("removed twice: %v", err)
	}
	if err := h.gateways[0].Remove(ctx, "v-none", "gun"); !errors.Is(err, signaling.NoSuchParticipant) {
		t.Fatalf("removed from nowhere: %v", err)
	}

	// The visit ends: everybody's room closes, also in the waiting room.
	h.visits.set("v1", "finished")
	expect(lars, func(m *signaling.VisitChanged) bool {
		return string(m.Visit) == `{"id":"v1","state":"finished","you":"lars"}`
	})
	anna.endsWith(signaling.EndClosed)
	lars.endsWith(signaling.EndClosed)
	awaitEmpty(t, h)

	jonas := h.hosts("v2", "jonas")
	if err := h.gateways[1].CloseRoom(ctx, "v2"); err != nil {
		t.Fatal(err)
	}
	jonas.endsWith(signaling.EndClosed)
	if err := h.gateways[1].CloseRoom(ctx, "v2"); err != nil {
		t.Fatalf("closed twice: %v", err)
	}
}

func TestPresence_WhoMayNotSeeTheVisitIsRemoved(t *testing.T) {
	h := newHouse(t, setting{})
	anna, gun := h.hosts("v1", "anna"), h.waits("v1", "gun")
	h.visits.set("v1", "hidden")
	gun.endsWith(signaling.EndRemoved)
	if m := expect[*signaling.ParticipantLeft](anna, nil); m.Participant != "gun" || m.Reason != signaling.LeftRemoved {
		t.Fatalf("%+v", m)
	}
	if p, err := h.tryJoin(h.ticket("v1", "gun", auth.CallPatient), 0); !errors.Is(err, signaling.NotAllowed) {
		t.Fatalf("back in: %v, %v", p, err)
	}
}

// A room whose node has died is taken over by the joining gateway's home, in a higher epoch.
func TestNode_RoomOfADeadNodeIsTakenOver(t *testing.T) {
	h := newHouse(t, setting{})
	dead, err := h.bus.Placement().Claim(t.Context(), "c1", "dead")
	if err != nil {
		t.Fatal(err)
	}
	a, b := h.joins(h.check("c1", "a"), 0), h.joins(h.check("c1", "b"), 0)
	if len(b.Joined().Participants) != 1 {
		t.Fatalf("%+v", b.Joined())
	}
	place, err := h.bus.Placement().Lookup(t.Context(), "c1")
	if err != nil || place.Node != "n1" || place.Epoch <= dead.Epoch {
		t.Fatal(place, err)
	}
	a.speaks()
	b.hears("a")
}

// Rooms that empty and fill all the time never split: whoever is in one sees whoever else is.
func TestNode_RoomsEndAndBeginWithoutSplitting(t *testing.T) {
	h := newHouse(t, setting{})
	var wg sync.WaitGroup
	for n := range 3 {
		wg.Go(func() {
			for range 5 {
				p, err := h.tryJoin(h.check("c1", fmt.Sprint("p", n)), 0)
				if err != nil {
					t.Error(err)
					return
				}
				ctx, cancel := p.deadline()
				if err := p.Leave(ctx); err != nil {
					t.Error(err)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	awaitEmpty(t, h)
	if place, err := h.bus.Placement().Lookup(t.Context(), "c1"); !errors.Is(err, bus.ErrNotPlaced) {
		t.Fatalf("an empty room lives at %v, %v", place, err)
	}
}

func TestGateway_CloseSendsEverybodyAway(t *testing.T) {
	h := newHouse(t, setting{})
	anna, gun := h.hosts("v1", "anna"), h.waits("v1", "gun")
	idle := h.dial(0)
	closed := make(chan struct{})
	go func() { h.gateways[0].Close(); close(closed) }()
	anna.endsWith(signaling.EndShutdown)
	gun.endsWith(signaling.EndShutdown)
	idle.closes(signaling.EndShutdown)
	<-closed
	if n := h.gateways[0].Sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

func TestNode_CloseSendsEverybodyAway(t *testing.T) {
	h := newHouse(t, setting{})
	anna := h.hosts("v1", "anna")
	h.node.Close()
	anna.endsWith(signaling.EndShutdown)
	if n := h.node.Rooms(); n != 0 {
		t.Errorf("%d rooms are left", n)
	}
	if p, err := h.tryJoin(h.ticket("v1", "anna", auth.CallHost), 0); !errors.Is(err, signaling.Unavailable) {
		t.Fatalf("joined without a node: %v, %v", p, err)
	}
}

func TestNode_GivesUpASilentGateway(t *testing.T) {
	h := newHouse(t, setting{silence: 100 * time.Millisecond, grace: 100 * time.Millisecond})
	anna := h.hosts("v1", "anna")
	anna.endsWith(signaling.EndUnavailable)
	awaitEmpty(t, h)
}

// The node gives a session up when its gateway is silent for long: keepalives are what it hears otherwise.
func TestGateway_KeepsSessionsAlive(t *testing.T) {
	const silence = 2 * time.Second
	h := newHouse(t, setting{silence: silence, pingEvery: 50 * time.Millisecond})
	anna := h.hosts("v1", "anna")
	select {
	case <-anna.Done():
		t.Fatal(anna.Err())
	case <-time.After(silence + silence/4): // what is tested is that nothing happens
	}
}
