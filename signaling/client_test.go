package signaling_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"nara/signaling"
	"nara/signaling/client"
)

func TestClient_MoreMLinesOnDemand(t *testing.T) {
	h := newHouse(t, setting{})
	a, b := h.joins(h.check("c1", "a"), 0), h.joins(h.check("c1", "b"), 0)
	a.speaks()
	b.speaks()
	ctx, cancel := a.deadline()
	defer cancel()
	heard := make(chan signaling.ParticipantID, 8)
	c, err := client.Join(ctx, client.Options{URL: h.url(0), Ticket: h.check("c1", "c"), Audio: 1, OnMedia: func(m *client.Media) {
		buf := make([]byte, 1500)
		for first := true; ; {
			if _, err := m.Read(buf); err != nil {
				return
			}
			if pub, ok := m.Publication(); ok && first {
				first = false
				heard <- pub.Participant
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if j := c.Joined(); len(j.Assignments) != 1 || len(j.Publications) != 2 {
		t.Fatalf("%+v", j)
	}
	awaitHeard(t, heard, "a")
	if err := c.Receive(ctx, 2, 1); err != nil {
		t.Fatal(err)
	}
	awaitHeard(t, heard, "b")
}

func TestClient_PublishesLaterAndRestartsICE(t *testing.T) {
	h := newHouse(t, setting{})
	a, b := h.joins(h.check("c1", "a"), 0), h.joins(h.check("c1", "b"), 0)
	a.speaks()
	b.hears("a")
	ctx, cancel := a.deadline()
	defer cancel()
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "st", "s")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Publish(ctx, client.Track{Source: signaling.Stethoscope, Local: track}); err != nil {
		t.Fatal(err)
	}
	added := expect(b, func(m *signaling.PublicationAdded) bool { return m.Publication.Source == signaling.Stethoscope })
	if added.Publication.Participant != "a" || added.Publication.Kind != signaling.Audio {
		t.Fatalf("%+v", added)
	}
	expect(b, func(m *signaling.Assign) bool {
		return len(m.Assignments) == 1 && m.Assignments[0].Publication != nil && *m.Assignments[0].Publication == added.Publication.ID
	})
	if err := a.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	before := b.packets.Load()
	for deadline := time.Now().Add(patience); b.packets.Load() < before+20; {
		if time.Now().After(deadline) {
			t.Fatal("nothing is heard after the restart")
		}
		if err := b.Ping(ctx); err != nil { // paces the loop
			t.Fatal(err)
		}
		<-time.After(60 * time.Millisecond)
	}
	if len(a.Publications()) != 3 { // two of its own and one of b
		t.Errorf("%+v", a.Publications())
	}
}

func TestClient_SaysWhyItCouldNotJoin(t *testing.T) {
	h := newHouse(t, setting{})
	_, err := h.tryJoin("made-up", 0)
	var refused *client.Refused
	if !errors.Is(err, signaling.BadTicket) || !errors.As(err, &refused) || refused.Message == "" {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := client.Join(ctx, client.Options{URL: h.url(0), Origin: "http://evil.example", Ticket: "x"}); err == nil {
		t.Fatal("joined with a foreign origin")
	}
	for _, url := range []string{"://", "ws://127.0.0.1:1/v1/signaling"} {
		if _, err := client.Join(ctx, client.Options{URL: url, Ticket: "x"}); err == nil {
			t.Fatalf("joined at %s", url)
		}
	}
	canceled, stop := context.WithCancel(t.Context())
	stop()
	if _, err := client.Join(canceled, client.Options{URL: h.url(0), Ticket: h.check("c1", "a")}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func awaitHeard(t *testing.T, heard <-chan signaling.ParticipantID, who signaling.ParticipantID) {
	t.Helper()
	select {
	case got := <-heard:
		if got != who {
			t.Fatalf("heard %s, not %s", got, who)
		}
	case <-time.After(patience):
		t.Fatalf("never heard %s", who)
	}
}
