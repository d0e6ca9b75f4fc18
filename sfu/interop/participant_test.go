//go:build linux

package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"nara/sfu"
	"nara/sfu/answer"
)

const (
	patience = time.Minute            // for a machine that is busy with something else
	pace     = 100 * time.Millisecond // between reports while waiting
)

// server is a media server with the assignments it told.
type server struct {
	*sfu.Manager
	// rewrite changes answers on their way to participants; nil: not.
	rewrite func(id sfu.PeerID, answer string) string

	mu       sync.Mutex
	assigned map[sfu.PeerID]sfu.Assigned // the newest
}

func newServer(t *testing.T, change ...func(*sfu.Config)) *server {
	t.Helper()
	s := &server{assigned: map[sfu.PeerID]sfu.Assigned{}}
	c := sfu.Config{Listen: []netip.AddrPort{netip.AddrPortFrom(here.media, 0)}, Loops: 1, Events: func(e sfu.Event) {
		if a, ok := e.(sfu.Assigned); ok {
			s.assign(a)
		}
	}}
	for _, f := range change {
		f(&c)
	}
	m, err := sfu.New(c)
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

// assign keeps what is newer than what is known.
func (s *server) assign(a sfu.Assigned) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Version > s.assigned[a.Peer].Version {
		s.assigned[a.Peer] = a
	}
}

// bound is the m-line of a peer that carries a publication; ok is false as
// long as there is none.
func (s *server) bound(id sfu.PeerID, publication sfu.PublicationID) (mid string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.assigned[id].Assignments {
		if a.Publication == publication {
			return a.Mid, true
		}
	}
	return "", false
}

// participant is one of a peer's, in the test's room.
type participant struct {
	t       *testing.T
	s       *server
	of      *implementation
	peer    peer
	id      sfu.PeerID
	name    string // for the peer, which serves several tests
	sources []sfu.Source
	own     map[sfu.Kind]sfu.PublicationID
	ufrag   string
	gone    bool
}

const room = "room"

// join makes a participant that publishes what its implementation shows,
// unless the invitation says something else, and receives one other.
func (s *server) join(t *testing.T, of *implementation, id sfu.PeerID, change ...func(*invitation)) *participant {
	t.Helper()
	p := &participant{t: t, s: s, of: of, peer: of.peer(t), id: id, name: t.Name() + "/" + string(id), own: map[sfu.Kind]sfu.PublicationID{}}
	in := invitation{Publish: &of.publishes, Receive: 1}
	for _, f := range change {
		f(&in)
	}
	var offer description
	p.do("offer", in, &offer)
	t.Cleanup(p.leave)
	p.takeSources(offer.SDP)
	r, err := s.Join(sfu.JoinRequest{Room: room, Peer: id, Offer: offer.SDP, Sources: p.sources, Admitted: true})
	if err != nil {
		t.Fatalf("%s: %v\n%s", id, err, offer.SDP)
	}
	for _, x := range r.Publications {
		p.own[x.Kind] = x.ID
	}
	p.answer(r)
	return p
}

// takeSources names what the offer sends: its first microphone and camera.
func (p *participant) takeSources(offer string) {
	p.t.Helper()
	o, err := answer.Parse(offer)
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", p.id, err, offer)
	}
	p.sources, p.ufrag = nil, o.Ufrag
	for _, m := range o.Media {
		if m.Served && m.Sends && !m.Receives {
			p.sources = append(p.sources, sfu.Source{Mid: m.Mid, Name: map[string]sfu.SourceName{"audio": sfu.Microphone, "video": sfu.Camera}[m.Kind]})
		}
	}
}

// restart makes a new offer with new ICE credentials, takes the answer, and
// waits until the new pair is in use, which shows by another port of the
// participant; a peer that keeps its port answers when the new checks succeeded.
func (p *participant) restart(t *testing.T) {
	t.Helper()
	port, before := p.report().Port, p.ufrag
	var offer description
	p.do("restart", nil, &offer)
	p.takeSources(offer.SDP)
	if p.ufrag == before {
		t.Fatalf("%s: the new offer has the old ufrag %s", p.id, before)
	}
	r, err := p.s.Renegotiate(room, p.id, offer.SDP, p.sources)
	if err != nil {
		t.Fatal(err)
	}
	p.answer(r)
	if port != 0 {
		p.until(t, "sends from another port", func(r report) bool { return r.Port != 0 && r.Port != port })
	}
}

func (p *participant) answer(r sfu.JoinResult) {
	p.t.Helper()
	p.s.assign(sfu.Assigned{Peer: p.id, Assignments: r.Assignments, Version: r.Version})
	if p.s.rewrite != nil {
		r.Answer = p.s.rewrite(p.id, r.Answer)
	}
	p.do("answer", description{r.Answer}, nil)
}

// leave ends the participant on both sides.
func (p *participant) leave() {
	if p.gone {
		return
	}
	p.gone = true
	p.do("close", nil, nil)
	_ = p.s.Leave(room, p.id, "left") // the server may have lost it before
}

// silent lets a participant publish nothing.
func silent(in *invitation) { in.Publish = nil }

// deaf lets a participant receive nothing.
func deaf(in *invitation) { in.Receive = 0 }

func (p *participant) do(command string, arguments, result any) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.peer.do(ctx, command, p.name, arguments, result); err != nil {
		p.t.Fatalf("%s: %v", p.id, err)
	}
}

func (p *participant) report() report {
	p.t.Helper()
	var r report
	p.do("report", nil, &r)
	return r
}

// until waits for a report that is accepted, and returns it.
func (p *participant) until(t *testing.T, what string, accept func(report) bool) report {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		r := p.report()
		if accept(r) {
			return r
		}
		if time.Now().After(deadline) {
			b, _ := json.MarshalIndent(r, "", " ")
			t.Fatalf("%s: not within %v: %s\n%s", p.id, patience, what, b)
		}
		select { // a report costs the peer something: it is asked at a pace
		case <-time.After(pace):
		case <-t.Context().Done():
		}
	}
}

// sees waits until the participant gets another's sound and picture, which
// both go on and, as far as it decodes, have the right colour and energy. It
// returns what it received at the end, by kind.
func (p *participant) sees(t *testing.T, other *participant, shown picture) map[sfu.Kind]received {
	t.Helper()
	mids := map[sfu.Kind]string{}
	for _, k := range []sfu.Kind{sfu.Audio, sfu.Video} {
		p.until(t, fmt.Sprintf("%s of %s is bound", k, other.id), func(report) bool {
			mid, ok := p.s.bound(p.id, other.own[k])
			mids[k] = mid
			return ok
		})
	}
	find := func(r report) map[sfu.Kind]received {
		m := map[sfu.Kind]received{}
		for _, x := range r.Received {
			if k := sfu.Kind(x.Kind); x.Mid == mids[k] && x.SSRC != 0 {
				m[k] = x
			}
		}
		return m
	}
	right := func(r report) bool {
		m := find(r)
		return len(m) == 2 && m[sfu.Video].shows(shown)
	}
	first := find(p.until(t, fmt.Sprintf("sees %s, who shows %+v", other.id, shown), right))
	return find(p.until(t, fmt.Sprintf("%s goes on, who shows %+v; first %+v", other.id, shown, first), func(r report) bool {
		m := find(r)
		a, v := m[sfu.Audio], m[sfu.Video]
		a0, v0 := first[sfu.Audio], first[sfu.Video]
		if !right(r) || a.Packets < a0.Packets+25 || v.Packets < v0.Packets+10 {
			return false
		}
		return !p.of.decodes || v.Frames >= v0.Frames+10 && v.Picture != v0.Picture && a.Energy > a0.Energy
	}))
}

// shows tells whether the picture is the expected one: by its colour, or else
// by the proportions in the keyframes.
func (r received) shows(p picture) bool {
	if r.Width*p.Height != r.Height*p.Width || r.Width == 0 {
		return false
	}
	return r.Colour == nil || colour(r.Colour) == p.Colour
}

// colour names the mean colour of a picture.
func colour(mean []int) string {
	const clear = 30 // levels between strong and weak
	r, g, b := mean[0], mean[1], mean[2]
	switch {
	case r > g+clear && r > b+clear:
		return "red"
	case g > r+clear && g > b+clear:
		return "green"
	case b > r+clear && b > g+clear:
		return "blue"
	}
	return fmt.Sprint("unclear ", mean)
}

// connected waits until media can flow, and checks that those which know
// AES-GCM and tell the profile have it.
func (p *participant) connected(t *testing.T) {
	t.Helper()
	r := p.until(t, "connected", func(r report) bool {
		return r.State == "connected" && (r.ICE == "connected" || r.ICE == "completed") && r.DTLS == "connected"
	})
	if r.Profile != "" && !strings.HasSuffix(r.Profile, "AEAD_AES_128_GCM") {
		t.Errorf("%s: SRTP profile %s", p.id, r.Profile)
	}
}
