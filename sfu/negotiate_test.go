package sfu

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"

	"nara/sfu/answer"
	"nara/sfu/wire"
)

// recorded is a real offer: m-lines 0 (audio) and 1 (video) send, 2 to 5
// receive, 6 is a data channel.
func recorded(t testing.TB) string {
	b, err := os.ReadFile("answer/testdata/chromium.sdp")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// another is the offer of another page: another certificate and other SSRCs.
func another(offer string, n int) string {
	at := strings.Index(offer, "a=fingerprint:sha-256 ") + len("a=fingerprint:sha-256 ")
	return strings.ReplaceAll(offer, offer[at:at+5], fmt.Sprintf("%02X:%02X", n>>8&255, n&255))
}

func TestJoin_Errors(t *testing.T) {
	s := newServer(t)
	offer := recorded(t)
	for name, c := range map[string]struct {
		offer   string
		sources []Source
		want    error
	}{
		"not SDP":                    {"x", nil, ErrBadOffer},
		"too long":                   {offer + strings.Repeat("a=x\r\n", MaxOfferBytes), nil, ErrTooMany},
		"unknown source":             {offer, []Source{{"0", "kitchen"}}, ErrBadOffer},
		"unknown m-line":             {offer, []Source{{"9", Microphone}}, ErrBadOffer},
		"m-line that does not send":  {offer, []Source{{"2", Microphone}}, ErrBadOffer},
		"a data channel as a source": {offer, []Source{{"6", Screen}}, ErrBadOffer},
		"the same m-line twice":      {offer, []Source{{"1", Camera}, {"1", Exam}}, ErrBadOffer},
		"too many publications":      {offer, []Source{{"0", Microphone}, {"1", Camera}, {"2", Exam}, {"3", Screen}, {"4", RoomView}, {"5", Stethoscope}, {"6", Exam}}, ErrTooMany},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.Join(JoinRequest{Room: "r", Peer: "a", Offer: c.offer, Sources: c.sources, Admitted: true}); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			} else if n := strings.Count(err.Error(), c.want.Error()); n != 1 {
				t.Errorf("%q says its kind %d times", err, n)
			}
		})
	}
	if st := s.Stats(); st.Rooms != 0 {
		t.Error("a refused offer made a room")
	}
	for name, err := range map[string]error{
		"renegotiate": func() error { _, err := s.Renegotiate("r", "a", offer, nil); return err }(),
		"admit":       s.Admit("r", "a"),
		"leave":       s.Leave("r", "a", "left"),
		"stats":       func() error { _, err := s.RoomStats("r"); return err }(),
	} {
		if !errors.Is(err, ErrNoSuchRoom) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Join(JoinRequest{Room: "r", Peer: "a", Offer: offer}); err != nil {
		t.Fatal(err)
	}
	if err := s.Admit("r", "b"); !errors.Is(err, ErrNoSuchPeer) {
		t.Errorf("%v", err)
	}
	fewer := offer[:strings.Index(offer, "m=application")]
	if _, err := s.Renegotiate("r", "a", strings.Replace(fewer, " 6\r\n", "\r\n", 1), nil); !errors.Is(err, ErrBadOffer) {
		t.Errorf("an offer lost an m-line: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Join(JoinRequest{Room: "r", Peer: "a", Offer: offer}); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestNew_Errors(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no address":                 {},
		"every address, none named":  {Listen: []netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:0")}},
		"an address of someone else": {Listen: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:0")}},
	} {
		if m, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
			_ = m.Close()
		}
	}
}

func TestJoin_SameCertificateRenegotiates(t *testing.T) {
	s := newServer(t)
	req := JoinRequest{Room: "r", Peer: "a", Offer: recorded(t), Sources: []Source{{"0", Microphone}, {"1", Camera}}}
	first, err := s.Join(req)
	if err != nil {
		t.Fatal(err)
	}
	req.Admitted = true
	second, err := s.Join(req)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Publications) != 2 || first.Publications[0] != second.Publications[0] || first.Publications[1] != second.Publications[1] {
		t.Errorf("%v, then %v", first.Publications, second.Publications)
	}
	if second.Version <= first.Version {
		t.Errorf("version %d after %d", second.Version, first.Version)
	}
	if st, err := s.RoomStats("r"); err != nil || st.Peers != 1 || st.Waiting != 0 {
		t.Errorf("%+v %v", st, err)
	}
}

func TestRenegotiate_OtherSourceIsAnotherPublication(t *testing.T) {
	s := newServer(t)
	offer := recorded(t)
	first, err := s.Join(JoinRequest{Room: "r", Peer: "a", Offer: offer, Sources: []Source{{"0", Microphone}, {"1", Camera}}, Admitted: true})
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Join(JoinRequest{Room: "r", Peer: "b", Offer: another(offer, 1), Admitted: true})
	if err != nil {
		t.Fatal(err)
	}
	if midOf(b.Assignments, first.Publications[1].ID) != "3" {
		t.Fatalf("%v", b.Assignments)
	}
	second, err := s.Renegotiate("r", "a", offer, []Source{{"0", Microphone}, {"1", Exam}})
	if err != nil {
		t.Fatal(err)
	}
	if second.Publications[0] != first.Publications[0] || second.Publications[1].ID == first.Publications[1].ID || second.Publications[1].Source != Exam {
		t.Fatalf("%v, then %v", first.Publications, second.Publications)
	}
	s.until("b gets the exam camera", func(e Event) bool {
		x, ok := e.(Assigned)
		return ok && x.Peer == "b" && midOf(x.Assignments, second.Publications[1].ID) == "3" && midOf(x.Assignments, first.Publications[1].ID) == ""
	})
}

// media is an m-line of the simplest kind.
func media(mid string, kind Kind) answer.Media {
	f := answer.Format{Codec: wire.Opus, PayloadType: 111, Clock: 48000}
	if kind == Video {
		f = answer.Format{Codec: wire.VP8, PayloadType: 96, Repair: 97, Nack: true, Clock: 90000}
	}
	return answer.Media{Mid: mid, Kind: string(kind), Served: true, Sends: true, Receives: true, Formats: []answer.Format{f}}
}

func TestFree_KeepsAPeersSoundAndPictureTogether(t *testing.T) {
	s := newServer(t)
	r, err := s.enter("r")
	if err != nil {
		t.Fatal(err)
	}
	defer r.shard.loop.Unlock()
	sub := newPeer("sub", r, wire.Remote{})
	for i, k := range []Kind{Audio, Video, Audio, Video, Audio, Video} {
		d := newDownTrack(sub, fmt.Sprint(i), k)
		d.offered(media(fmt.Sprint(i), k))
		sub.downTracks = append(sub.downTracks, d)
	}
	// A room sends a microphone and two cameras, then a physician comes.
	site, physician := newPeer("site", r, wire.Remote{}), newPeer("physician", r, wire.Remote{})
	for _, x := range []struct {
		p    *peer
		kind Kind
		want string
	}{{site, Audio, "0"}, {site, Video, "1"}, {site, Video, "3"}, {physician, Audio, "4"}, {physician, Video, "5"}, {site, Audio, "2"}} {
		pub := newPublication(x.p, media("m", x.kind), Camera)
		d := sub.free(pub)
		if d == nil || d.mid != x.want {
			t.Fatalf("%s's %s goes to %+v, want m-line %s", x.p.id, x.kind, d, x.want)
		}
		d.bind(pub)
	}
	if sub.free(newPublication(site, media("m", Video), Exam)) != nil {
		t.Error("there is no free m-line")
	}
}

func TestStalled_VideoWaitsAndAudioGoesOn(t *testing.T) {
	s := newServer(t)
	r, err := s.enter("r")
	if err != nil {
		t.Fatal(err)
	}
	defer r.shard.loop.Unlock()
	pub, sub := newPeer("pub", r, wire.Remote{}), newPeer("sub", r, wire.Remote{})
	for i, k := range []Kind{Audio, Video} {
		d := newDownTrack(sub, fmt.Sprint(i), k)
		d.offered(media(d.mid, k))
		sub.downTracks = append(sub.downTracks, d)
		d.bind(newPublication(pub, media(d.mid, k), Camera))
		d.waiting, d.layer, d.stream = false, d.wanted, &wire.Stream{}
	}
	sub.Stalled()
	sub.Stalled()
	if sub.downTracks[0].waiting || !sub.downTracks[1].waiting || r.counts.Stalls != 1 {
		t.Errorf("audio waits %v, video waits %v, %d stalls", sub.downTracks[0].waiting, sub.downTracks[1].waiting, r.counts.Stalls)
	}
}

// TestStress has many peers come, be admitted, renegotiate and go at once; in
// the end nothing is left.
func TestStress_NothingIsLeft(t *testing.T) {
	s := newServer(t)
	offer := recorded(t)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 60 {
				room, id := RoomID(fmt.Sprint("room", i%3)), PeerID(fmt.Sprint("peer", g))
				own := another(offer, g*60+i)
				sources := []Source{{"0", Microphone}, {"1", Camera}}
				if _, err := s.Join(JoinRequest{Room: room, Peer: id, Offer: own, Sources: sources, Admitted: i%2 == 0}); err != nil {
					t.Error(err)
				}
				if err := s.Admit(room, id); err != nil {
					t.Error(err)
				}
				if _, err := s.Renegotiate(room, id, own, sources[:1]); err != nil {
					t.Error(err)
				}
				s.Stats()
				if err := s.Leave(room, id, "left"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if st := s.Stats(); st.Rooms != 0 || st.Peers != 0 {
		t.Errorf("%+v", st)
	}
	s.mu.Lock()
	events := len(s.events)
	s.mu.Unlock()
	if events == 0 {
		t.Error("no event")
	}
	s.Manager.mu.Lock()
	defer s.Manager.mu.Unlock()
	for _, n := range s.load {
		if n != 0 {
			t.Errorf("a loop counts %d rooms", n)
		}
	}
}
