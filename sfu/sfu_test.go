package sfu

import (
	"errors"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

func TestTwoPeers_SeeAndHearEachOther(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true, spares: 1}).join(true)
	b := newClient(t, s, "r", "b", clientOptions{publish: true, spares: 1}).join(true)
	a.connected()
	b.connected()
	defer a.stream("from a")()
	defer b.stream("from b")()
	for _, x := range []struct {
		c    *client
		want string
	}{{a, "from b"}, {b, "from a"}} {
		for mid, kind := range map[string]Kind{"2": Audio, "3": Video} {
			x.c.wait("media on "+mid, func() bool { return x.c.texts(mid, kind)[x.want] > 20 })
			if n := len(x.c.texts(mid, kind)); n != 1 {
				t.Errorf("%s got %d kinds of packets on %s", x.c.id, n, mid)
			}
		}
	}
}

func TestThreePeers_EachGetsTheTwoOthers(t *testing.T) {
	s := newServer(t)
	var peers []*client
	for _, id := range []PeerID{"a", "b", "c"} {
		c := newClient(t, s, "r", id, clientOptions{publish: true, spares: 2}).join(true)
		peers = append(peers, c)
		defer c.connected().stream("from " + string(id))()
	}
	for _, c := range peers {
		for _, mids := range []struct {
			kind Kind
			mids []string
		}{{Audio, []string{"2", "4"}}, {Video, []string{"3", "5"}}} {
			c.wait("media of both", func() bool {
				got := map[string]bool{}
				for _, mid := range mids.mids {
					for text, n := range c.texts(mid, mids.kind) {
						if n > 5 {
							got[text] = true
						}
					}
				}
				return len(got) == 2 && !got["from "+string(c.id)]
			})
		}
	}
	// Audio and video of one peer share a msid stream: lip sync.
	for _, c := range peers {
		for _, pair := range [][2]string{{"2", "3"}, {"4", "5"}} {
			sound, picture := c.texts(pair[0], Audio), c.texts(pair[1], Video)
			for text := range sound {
				if picture[text] == 0 {
					t.Errorf("%s hears %q beside another picture", c.id, text)
				}
			}
		}
	}
}

func TestWaitingPeer_NothingEitherWayUntilAdmitted(t *testing.T) {
	s := newServer(t)
	host := newClient(t, s, "r", "host", clientOptions{publish: true, spares: 2}).join(true).connected()
	waiting := newClient(t, s, "r", "waiting", clientOptions{publish: true, spares: 2}).join(false).connected()
	other := newClient(t, s, "r", "other", clientOptions{publish: true, spares: 2}).join(false).connected()
	defer host.stream("from host")()
	defer waiting.stream("from waiting")()
	defer other.stream("from other")()
	// Their media does arrive at the server: the feedback says so.
	for _, c := range []*client{host, waiting, other} {
		c.wait("feedback", func() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.feedback > 3 })
	}
	for _, c := range []*client{host, waiting, other} {
		c.mu.Lock()
		n := len(c.received)
		c.mu.Unlock()
		if n != 0 {
			t.Fatalf("%s got media", c.id)
		}
	}
	for _, e := range s.seen() {
		switch e := e.(type) {
		case PublicationAdded:
			if e.Peer != "host" {
				t.Errorf("%s is visible", e.Peer)
			}
		case Assigned:
			t.Errorf("%s was assigned something", e.Peer)
		}
	}
	if st, err := s.RoomStats("r"); err != nil || st.Waiting != 2 || st.Bound != 0 || st.PacketsForwarded != 0 {
		t.Errorf("%+v %v", st, err)
	}
	if err := s.Admit("r", "waiting"); err != nil {
		t.Fatal(err)
	}
	host.wait("the admitted one's picture", func() bool { return host.texts("3", Video)["from waiting"] > 5 })
	waiting.wait("the host's picture", func() bool { return waiting.texts("3", Video)["from host"] > 5 })
	if n := len(waiting.texts("3", Video)) + len(waiting.texts("5", Video)); n != 1 {
		t.Errorf("%d pictures, the other still waits", n)
	}
	other.mu.Lock()
	defer other.mu.Unlock()
	if len(other.received) != 0 {
		t.Error("the one who waits on got media")
	}
	if err := s.Admit("r", "waiting"); err != nil {
		t.Errorf("admitting twice: %v", err)
	}
}

func TestRebinding_SameNumbersGoOn(t *testing.T) {
	s := newServer(t)
	sub := newClient(t, s, "r", "sub", clientOptions{spares: 1}).join(true).connected()
	a := newClient(t, s, "r", "a", clientOptions{publish: true}).join(true).connected()
	c := newClient(t, s, "r", "c", clientOptions{publish: true}).join(true).connected()
	defer c.stream("from c")()
	stop := a.stream("from a")
	sub.wait("a", func() bool { return sub.texts("1", Video)["from a"] > 20 && sub.texts("0", Audio)["from a"] > 20 })
	if sub.texts("1", Video)["from c"] != 0 {
		t.Fatal("one m-line carries two publications")
	}
	stop()
	if err := s.Leave("r", "a", "left"); err != nil {
		t.Fatal(err)
	}
	sub.wait("c", func() bool { return sub.texts("1", Video)["from c"] > 20 && sub.texts("0", Audio)["from c"] > 20 })
	list := s.assigned("r", "sub", 2)
	s.until("the last binding is c's", func(e Event) bool {
		x, ok := e.(Assigned)
		return ok && x.Peer == "sub" && midOf(x.Assignments, c.result.Publications[1].ID) == "1"
	})
	if len(list) != 2 {
		t.Errorf("%v", list)
	}
	sub.mu.Lock()
	defer sub.mu.Unlock()
	for mid, ps := range sub.received {
		for i, p := range ps[1:] {
			if p.SSRC != ps[0].SSRC {
				t.Fatalf("m-line %s: another SSRC", mid)
			}
			if p.SequenceNumber != ps[i].SequenceNumber+1 {
				t.Fatalf("m-line %s: number %d after %d", mid, p.SequenceNumber, ps[i].SequenceNumber)
			}
			if int32(p.Timestamp-ps[i].Timestamp) <= 0 {
				t.Fatalf("m-line %s: time %d after %d", mid, p.Timestamp, ps[i].Timestamp)
			}
		}
	}
}

func TestSenderReports_OnTheDownTracksClock(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true}).join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(true).connected()
	defer a.stream("from a")()
	b.wait("sender reports of both m-lines", func() bool { b.mu.Lock(); defer b.mu.Unlock(); return len(b.reports) == 2 })
	b.mu.Lock()
	defer b.mu.Unlock()
	var ntp []uint64
	for ssrc, rs := range b.reports {
		ntp = append(ntp, rs[0].NTPTime)
		var near bool
		for _, ps := range b.received {
			near = near || ps[0].SSRC == ssrc && max(rs[0].RTPTime, ps[0].Timestamp)-min(rs[0].RTPTime, ps[0].Timestamp) < 20*90000
		}
		if !near {
			t.Errorf("report of SSRC %d is on another clock", ssrc)
		}
	}
	if d := int64(ntp[0] - ntp[1]); max(d, -d) > 3<<32 {
		t.Errorf("reports are %d s apart", d>>32)
	}
}

func TestRenegotiate_MoreAndFewerLines(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true}).join(true).connected()
	defer a.stream("from a")()
	c := newClient(t, s, "r", "c", clientOptions{publish: true}).join(true).connected()
	defer c.stream("from c")()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(true).connected()
	b.wait("a", func() bool { return b.texts("1", Video)["from a"] > 5 })
	before := b.result
	b.spare()
	b.renegotiate(nil)
	b.wait("c on the new lines", func() bool { return b.texts("3", Video)["from c"] > 5 && b.texts("2", Audio)["from c"] > 5 })
	if b.result.Version <= before.Version || len(b.result.Assignments) != 4 || b.result.Assignments[1] != before.Assignments[1] {
		t.Errorf("%+v after %+v", b.result, before)
	}
	// c stops its camera: the publication goes, the m-line stays.
	camera := c.result.Publications[1].ID
	c.sources = c.sources[:1]
	c.renegotiate(nil)
	if len(c.result.Publications) != 1 {
		t.Errorf("%+v", c.result.Publications)
	}
	s.until("the camera is gone", func(e Event) bool { return e == Event(PublicationRemoved{"r", "c", camera}) })
	s.until("and its binding", func(e Event) bool {
		x, ok := e.(Assigned)
		return ok && x.Peer == "b" && x.Version > b.result.Version && midOf(x.Assignments, camera) == ""
	})
}

func TestICERestart_KeepsDTLS(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true}).join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(true).connected()
	defer a.stream("from a")()
	b.wait("media", func() bool { return b.texts("1", Video)["from a"] > 5 })
	for _, c := range []*client{a, b} {
		c.renegotiate(&webrtc.OfferOptions{ICERestart: true})
		n := b.texts("1", Video)["from a"]
		b.wait("media after the restart", func() bool { return b.texts("1", Video)["from a"] > n+200 })
	}
	if st := s.Stats(); st.Handshakes != 2 || st.HandshakesDone != 2 {
		t.Errorf("%d of %d handshakes", st.HandshakesDone, st.Handshakes)
	}
}

func TestReload_SamePeerIdIsANewPeer(t *testing.T) {
	s := newServer(t)
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(true).connected()
	old := newClient(t, s, "r", "a", clientOptions{publish: true}).join(true).connected()
	stop := old.stream("from old")
	b.wait("old", func() bool { return b.texts("1", Video)["from old"] > 5 })
	stop()
	fresh := newClient(t, s, "r", "a", clientOptions{publish: true}).join(true)
	defer fresh.stream("from new")()
	b.wait("new", func() bool { return b.texts("1", Video)["from new"] > 5 })
	for _, p := range old.result.Publications {
		s.until("the old publication is gone", func(e Event) bool { return e == Event(PublicationRemoved{"r", "a", p.ID}) })
	}
	if _, err := s.Renegotiate("r", "a", old.offer(nil), old.sources); !errors.Is(err, ErrBadOffer) {
		t.Errorf("the old page can still renegotiate: %v", err)
	}
	if st, err := s.RoomStats("r"); err != nil || st.Peers != 2 || st.Publications != 2 || st.Bound != 2 {
		t.Errorf("%+v %v", st, err)
	}
}

func TestLeave_FreesEverything(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true, spares: 1}).join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{publish: true, spares: 1}).join(true).connected()
	for _, c := range []*client{a, b} {
		if err := s.Leave("r", c.id, "left"); err != nil {
			t.Fatal(err)
		}
	}
	if st := s.Stats(); st.Rooms != 0 || st.Peers != 0 {
		t.Errorf("%+v", st)
	}
	if err := s.Leave("r", "a", "left"); !errors.Is(err, ErrNoSuchRoom) {
		t.Errorf("%v", err)
	}
	for _, sh := range s.shards {
		if !sh.loop.Idle() {
			t.Error("a connection is left")
		}
	}
	added, removed := 0, 0
	s.until("all publications are gone", func(e Event) bool {
		switch e.(type) {
		case PublicationAdded:
			added++
		case PublicationRemoved:
			removed++
		}
		return removed == 4
	})
	if added != 4 {
		t.Errorf("%d added", added)
	}
}

func TestConsent_ExpiresAfter30Seconds(t *testing.T) {
	var ahead atomic.Int64
	start := time.Now()
	s := newServer(t, func(c *Config) {
		c.now = func() time.Duration { return time.Since(start) + time.Duration(ahead.Load()) }
	})
	a := newClient(t, s, "r", "a", clientOptions{publish: true}).join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(true).connected()
	if err := a.pc.GracefulClose(); err != nil {
		t.Fatal(err)
	}
	// Twice, so that b's checks in between keep it alive.
	for range 2 {
		ahead.Add(int64(16 * time.Second))
		checked := s.Stats().PacketsIn
		b.wait("two checks of b", func() bool { return s.Stats().PacketsIn > checked+2 })
	}
	s.until("a is lost", func(e Event) bool { return e == Event(PeerLost{"r", "a", LostConsent}) })
	if st, err := s.RoomStats("r"); err != nil || st.Peers != 1 || st.Publications != 0 || st.Bound != 0 {
		t.Errorf("%+v %v", st, err)
	}
}

func TestHandshake_AnotherCertificateIsRefused(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true})
	sdp := a.offer(nil)
	at := strings.Index(sdp, "a=fingerprint:sha-256 ") + len("a=fingerprint:sha-256 ")
	hash := sdp[at : at+95]
	forged := "00" + hash[2:]
	if forged == hash {
		forged = "01" + hash[2:]
	}
	r, err := s.Join(JoinRequest{Room: "r", Peer: "a", Offer: strings.ReplaceAll(sdp, hash, forged), Sources: a.sources, Admitted: true})
	if err != nil {
		t.Fatal(err)
	}
	a.accept(r)
	s.until("lost", func(e Event) bool { return e == Event(PeerLost{"r", "a", LostHandshake}) })
	if st := s.Stats(); st.Peers != 0 || st.HandshakeErrors != 1 {
		t.Errorf("%+v", st)
	}
}

func TestHostilePackets_DoNotDisturbACall(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Loops = 1 })
	a := newClient(t, s, "r", "a", clientOptions{publish: true}).join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(true).connected()
	defer a.stream("from a")()
	b.wait("media", func() bool { return b.texts("1", Video)["from a"] > 5 })
	sock, err := net.Dial("udp", s.shards[0].loop.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sock.Close() }()
	r := rand.New(rand.NewPCG(1, 2))
	d := make([]byte, 1400)
	for i := range 20_000 {
		for k := range d[:64] {
			d[k] = byte(r.Uint32())
		}
		d[0] = []byte{0, 1, 20, 22, 23, 63, 0x80, 0x90, 0xbf, 0xff}[i%10]
		if _, err := sock.Write(d[:r.IntN(len(d))]); err != nil && !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatal(err)
		}
	}
	n := b.texts("1", Video)["from a"]
	b.wait("media afterwards", func() bool { return b.texts("1", Video)["from a"] > n+50 })
	if st := s.Stats(); st.Handshakes != 2 || st.Unknown == 0 {
		t.Errorf("%+v", st)
	}
}
