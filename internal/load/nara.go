package load

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"nara/internal/measure"
	"nara/signaling"
	"nara/signaling/client"
)

// Nara is the product as a server to be measured.
type Nara struct {
	// URL of the signalling, ws:// or wss://.
	URL string
	// Origin as the server knows it; default: the URL's own.
	Origin string
	// Tickets gives a ticket for a participant of a room that has no visit.
	Tickets func(room, participant string) (string, error)
}

// Name is "nara".
func (Nara) Name() string { return "nara" }

// Join connects a participant.
func (n Nara) Join(ctx context.Context, m *measure.Member) (measure.Session, error) {
	local, err := Loopback(n.URL)
	if err != nil {
		return nil, err
	}
	var at netip.Addr
	if local {
		at = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	stack, err := NewStack(at)
	if err != nil {
		return nil, err
	}
	ticket, err := n.Tickets(m.Room, m.ID)
	if err != nil {
		return nil, fmt.Errorf("get ticket: %w", err)
	}
	o := client.Options{URL: n.URL, Origin: n.Origin, Ticket: ticket, Audio: m.Others, Video: m.Others, API: stack.API,
		OnMedia: func(media *client.Media) { stack.Receive(m, media.Remote()) }}
	s := &session{tracks: NewTracks()}
	if m.Publishes || m.Waits {
		o.Tracks = []client.Track{
			{Source: signaling.Microphone, Local: s.tracks[measure.Audio]},
			{Source: signaling.Camera, Local: s.tracks[measure.Video], KeyframeWanted: m.WantKeyframe},
		}
	}
	if m.Waits {
		o.Audio, o.Video = 1, 1 // for the one who is waited for
	}
	m.Begin()
	if s.client, err = client.Join(ctx, o); err != nil {
		return nil, err
	}
	s.running.Go(func() { // ends with the participant, which Close ends
		for range s.client.Events() {
		}
		if !s.leaving.Load() {
			m.Fail(fmt.Errorf("signalling ended: %w", s.client.Err()))
		}
	})
	if err := s.client.Connected(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// session is a participant of the product.
type session struct {
	client  *client.Participant
	tracks  [2]*Track
	leaving atomic.Bool
	running sync.WaitGroup
}

func (s *session) Send(p measure.Packet) error { return s.tracks[p.Kind].Send(p) }

func (s *session) Close() {
	s.leaving.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = s.client.Leave(ctx) // the connection is closed in any case
	s.running.Wait()
}

// Loopback reports whether a server is reached over loopback, so that its media are on this machine, too.
func Loopback(address string) (bool, error) {
	u, err := url.Parse(address)
	if err != nil {
		return false, fmt.Errorf("signalling URL: %w", err)
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback(), nil
}
