package signaling_test

import (
	"errors"
	"testing"
	"time"

	"nara/auth"
	"nara/signaling"
)

func TestCall_TwoSeeHearAndWriteToEachOther(t *testing.T) {
	h := newHouse(t, setting{gateways: 2})
	anna := h.hosts("v1", "anna")
	eva := h.joins(h.ticket("v1", "eva", auth.CallRoom), 1)
	anna.speaks()
	eva.speaks()

	j := eva.Joined()
	if len(j.Participants) != 1 || j.Participants[0].ID != "anna" || j.You.State != signaling.Admitted || j.You.Role != signaling.Room {
		t.Fatalf("eva sees %+v", j)
	}
	if len(j.Publications) != 2 || j.Publications[0].Participant != "eva" || j.Publications[1].Source != signaling.Microphone {
		t.Fatalf("eva sees publications %+v", j.Publications)
	}
	joined := expect[*signaling.ParticipantJoined](anna, nil)
	if joined.Participant.ID != "eva" || joined.Participant.Name != "Name of eva" {
		t.Fatalf("anna sees %+v", joined)
	}
	anna.hears("eva")
	eva.hears("anna")

	ctx, cancel := anna.deadline()
	defer cancel()
	line, err := anna.Chat(ctx, "Hör ni mig?")
	if err != nil || line.From != "anna" || line.Name != "Name of anna" || time.Since(line.At.Time) > time.Minute {
		t.Fatal(line, err)
	}
	got := expect[*signaling.Chat](eva, nil)
	if got.Message.Text != line.Text || got.Message.ID != line.ID || got.Request != 0 {
		t.Fatalf("eva reads %+v", got)
	}

	mic := j.Publications[0].ID
	if err := eva.Mute(ctx, mic, true); err != nil {
		t.Fatal(err)
	}
	if got := expect[*signaling.PublicationChanged](anna, nil); got.Publication.ID != mic || !got.Publication.Muted || got.Request != 0 {
		t.Fatalf("anna sees %+v", got)
	}
	if err := eva.Mute(ctx, "t-none", true); !errors.Is(err, signaling.NoSuchPublication) {
		t.Fatal(err)
	}
	if err := eva.Mute(ctx, anna.Joined().Publications[0].ID, true); !errors.Is(err, signaling.NoSuchPublication) {
		t.Fatalf("muted somebody else: %v", err)
	}

	if err := eva.Leave(ctx); err != nil {
		t.Fatal(err)
	}
	eva.endsWith(signaling.EndLeft)
	if got := expect[*signaling.PublicationRemoved](anna, nil); got.Publication != mic {
		t.Fatalf("anna sees %+v", got)
	}
	if got := expect[*signaling.ParticipantLeft](anna, nil); got.Participant != "eva" || got.Reason != signaling.LeftSelf {
		t.Fatalf("anna sees %+v", got)
	}
	h.visits.await(t, "eva left: left")
	if err := anna.Leave(ctx); err != nil {
		t.Fatal(err)
	}
	awaitEmpty(t, h)
}

func TestCall_WaitsUntilAdmitted(t *testing.T) {
	h := newHouse(t, setting{})
	anna := h.hosts("v1", "anna")
	eva := h.joins(h.ticket("v1", "eva", auth.CallRoom), 0)
	ctx, cancel := anna.deadline()
	defer cancel()
	if _, err := anna.Chat(ctx, "before"); err != nil {
		t.Fatal(err)
	}
	gun := h.waits("v1", "gun")
	anna.speaks()
	gun.speaks()
	j := gun.Joined()
	if j.You.State != signaling.Waiting || len(j.Participants) != 0 || len(j.Chat) != 0 || len(j.Publications) != 1 ||
		string(j.Visit) != `{"id":"v1","state":"","you":"gun"}` {
		t.Fatalf("who waits sees %+v", j)
	}
	h.visits.await(t, "gun arrived")
	if err := gun.Connected(ctx); err != nil {
		t.Fatal(err)
	}
	expect(anna, func(m *signaling.ParticipantJoined) bool {
		return m.Participant.ID == "gun" && m.Participant.State == signaling.Waiting
	})

	// Nothing but the visit and oneself.
	if _, err := gun.Chat(ctx, "hello?"); !errors.Is(err, signaling.WrongState) {
		t.Fatalf("chat in the waiting room: %v", err)
	}
	if err := gun.Admit(ctx, "gun"); !errors.Is(err, signaling.NotAllowed) {
		t.Fatalf("admits oneself: %v", err)
	}
	if err := eva.Admit(ctx, "gun"); !errors.Is(err, signaling.NotAllowed) {
		t.Fatalf("admitted by no host: %v", err)
	}
	if err := gun.Mute(ctx, j.Publications[0].ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := anna.Chat(ctx, "secret"); err != nil {
		t.Fatal(err)
	}
	h.visits.set("v1", "arrived")
	expect(gun, func(m *signaling.VisitChanged) bool {
		return string(m.Visit) == `{"id":"v1","state":"arrived","you":"gun"}`
	})
	if n := gun.packets.Load(); n != 0 {
		t.Fatalf("%d packets in the waiting room", n)
	}
	select {
	case m := <-gun.Events():
		t.Fatalf("who waits is told %+v", m)
	default:
	}

	if err := anna.Admit(ctx, "nobody"); !errors.Is(err, signaling.NoSuchParticipant) {
		t.Fatal(err)
	}
	if err := anna.Admit(ctx, "gun"); err != nil {
		t.Fatal(err)
	}
	h.visits.await(t, "anna admits gun")
	if err := anna.Admit(ctx, "gun"); !errors.Is(err, signaling.WrongState) {
		t.Fatal(err)
	}
	// In this order: the admission, then who is there, then what was said.
	if m, ok := gun.next().(*signaling.ParticipantChanged); !ok || m.Participant.ID != "gun" || m.Participant.State != signaling.Admitted || m.Request != 0 {
		t.Fatalf("first %+v", m)
	}
	if m, ok := gun.next().(*signaling.ParticipantJoined); !ok || m.Participant.ID != "anna" {
		t.Fatalf("then %+v", m)
	}
	if m, ok := gun.next().(*signaling.PublicationAdded); !ok || m.Publication.Participant != "anna" {
		t.Fatalf("then %+v", m)
	}
	expect(gun, func(m *signaling.Chat) bool { return m.Message.Text == "before" })
	expect(gun, func(m *signaling.Chat) bool { return m.Message.Text == "secret" })
	expect(gun, func(m *signaling.Assign) bool { return len(m.Assignments) > 0 && m.Assignments[0].Publication != nil })
	added := expect(anna, func(m *signaling.PublicationAdded) bool { return m.Publication.Participant == "gun" })
	if !added.Publication.Muted {
		t.Error("the mute of the waiting room is forgotten")
	}
	gun.hears("anna")
	anna.hears("gun")
}

func TestCall_VisitRefusesAdmission(t *testing.T) {
	h := newHouse(t, setting{})
	jonas := h.hosts("v1", "jonas")
	gun := h.waits("v1", "gun")
	ctx, cancel := jonas.deadline()
	defer cancel()
	if err := jonas.Admit(ctx, "gun"); !errors.Is(err, signaling.NotAllowed) {
		t.Fatal(err)
	}
	if err := gun.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	select {
	case m := <-gun.Events():
		if p, ok := m.(*signaling.ParticipantChanged); ok && p.Participant.State == signaling.Admitted {
			t.Fatalf("admitted all the same: %+v", m)
		}
	default:
	}
}

func TestCall_RoomsDoNotMeet(t *testing.T) {
	h := newHouse(t, setting{})
	anna, jonas := h.hosts("v1", "anna"), h.hosts("v2", "jonas2")
	gun := h.waits("v2", "gun")
	ctx, cancel := anna.deadline()
	defer cancel()
	if err := anna.Admit(ctx, "gun"); !errors.Is(err, signaling.NoSuchParticipant) {
		t.Fatalf("admitted into another room: %v", err)
	}
	if err := anna.Mute(ctx, gun.Joined().Publications[0].ID, true); !errors.Is(err, signaling.NoSuchPublication) {
		t.Fatalf("muted in another room: %v", err)
	}
	if _, err := jonas.Chat(ctx, "only here"); err != nil {
		t.Fatal(err)
	}
	if err := anna.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case m := <-anna.Events():
			if p, ok := m.(*signaling.ParticipantChanged); !ok || p.Participant.ID != "anna" {
				t.Fatalf("told of another room: %+v", m)
			}
			continue
		default:
		}
		return
	}
}

func TestCall_CheckRoomHasNoVisit(t *testing.T) {
	h := newHouse(t, setting{})
	a, b := h.joins(h.check("c1", "a"), 0), h.joins(h.check("c1", "b"), 0)
	if a.Joined().Visit != nil || b.Joined().You.State != signaling.Admitted {
		t.Fatalf("%+v", b.Joined())
	}
	a.speaks()
	b.hears("a")
	ctx, cancel := a.deadline()
	defer cancel()
	if err := a.Leave(ctx); err != nil {
		t.Fatal(err)
	}
	expect[*signaling.ParticipantLeft](b, nil)
	h.visits.mu.Lock()
	defer h.visits.mu.Unlock()
	if len(h.visits.told) > 0 {
		t.Fatalf("the visit was told %v", h.visits.told)
	}
}

// awaitEmpty waits until no room is left and its place is released.
func awaitEmpty(t *testing.T, h *house) {
	t.Helper()
	for deadline := time.Now().Add(patience); h.node.Rooms() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d rooms are left", h.node.Rooms())
		}
	}
}
