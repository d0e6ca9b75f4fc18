package signaling_test

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"nara/auth"
	"nara/signaling"
	"nara/signaling/client"
)

// person is a participant under test.
type person struct {
	*client.Participant
	t       testing.TB
	audio   *webrtc.TrackLocalStaticRTP
	packets atomic.Int64 // received
	heard   chan signaling.Publication
}

// joins lets somebody join through a gateway with one microphone and room to hear three others.
func (h *house) joins(ticket string, gateway int) *person {
	h.t.Helper()
	p, err := h.tryJoin(ticket, gateway)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *house) tryJoin(ticket string, gateway int) (*person, error) {
	h.t.Helper()
	p := &person{t: h.t, heard: make(chan signaling.Publication, 16)}
	var err error
	p.audio, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "a", "s")
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	p.Participant, err = client.Join(ctx, client.Options{URL: h.url(gateway), Ticket: ticket, Audio: 3,
		Tracks: []client.Track{{Source: signaling.Microphone, Local: p.audio}}, OnMedia: p.listen})
	if err != nil {
		return nil, err
	}
	h.t.Cleanup(p.Close)
	return p, nil
}

func (h *house) hosts(room, who string) *person {
	return h.joins(h.ticket(room, who, auth.CallHost), 0)
}
func (h *house) waits(room, who string) *person {
	return h.joins(h.ticket(room, who, auth.CallPatient), 0)
}

func (p *person) listen(m *client.Media) {
	b := make([]byte, 1500)
	for first := true; ; {
		if _, err := m.Read(b); err != nil {
			return
		}
		p.packets.Add(1)
		if pub, ok := m.Publication(); ok && first {
			first = false
			p.heard <- pub
		}
	}
}

// speaks sends sound until the test or the returned function ends it.
func (p *person) speaks() {
	ctx, cancel := context.WithCancel(p.t.Context())
	done := make(chan struct{})
	go func() { // waited for in the cleanup
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		h := rtp.Header{Version: 2}
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			h.SequenceNumber++
			h.Timestamp += 480
			if err := p.audio.WriteRTP(&rtp.Packet{Header: h, Payload: []byte{0xfc, 1, 2, 3}}); err != nil && ctx.Err() == nil {
				return
			}
		}
	}()
	p.t.Cleanup(func() { cancel(); <-done })
}

func (p *person) deadline() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.t.Context(), patience)
}

// hears waits for sound of somebody.
func (p *person) hears(who signaling.ParticipantID) {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case pub := <-p.heard:
			if pub.Participant == who {
				return
			}
		case <-deadline:
			p.t.Fatalf("%s never hears %s", p.ID(), who)
		}
	}
}

// next gives the next event, whatever it is.
func (p *person) next() signaling.ServerMessage {
	p.t.Helper()
	select {
	case m, ok := <-p.Events():
		if !ok {
			p.t.Fatalf("%s has ended: %v", p.ID(), p.Err())
		}
		return m
	case <-time.After(patience):
		p.t.Fatalf("%s is told nothing", p.ID())
		return nil
	}
}

// expect waits for an event of a kind for which ok holds; others in between are passed over.
func expect[M signaling.ServerMessage](p *person, ok func(M) bool) M {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case m, more := <-p.Events():
			if !more {
				p.t.Fatalf("%s has ended before %s: %v", p.ID(), reflect.TypeFor[M](), p.Err())
			}
			if m, is := m.(M); is && (ok == nil || ok(m)) {
				return m
			}
		case <-deadline:
			p.t.Fatalf("%s never gets %s", p.ID(), reflect.TypeFor[M]())
		}
	}
}

// ends waits until the server has closed and gives how; the events are passed over.
func (p *person) ends() client.Ended {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case _, more := <-p.Events():
			if more {
				continue
			}
			var e *client.Ended
			if !errors.As(p.Err(), &e) {
				p.t.Fatalf("%s ended by %v", p.ID(), p.Err())
			}
			return *e
		case <-deadline:
			p.t.Fatalf("%s goes on", p.ID())
		}
	}
}

func (p *person) endsWith(want signaling.Ending) {
	p.t.Helper()
	if got := p.ends(); got.Code != want.Code || got.Reason != want.Reason {
		p.t.Fatalf("%s ended with %v, want %v", p.ID(), got, want)
	}
}
