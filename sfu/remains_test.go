package sfu

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"nara/sfu/wire"
)

// remains are what a peer had, held so weakly that the collector may take it.
type remains struct {
	peer    weak.Pointer[peer]
	conn    weak.Pointer[wire.Conn]
	pubs    []weak.Pointer[publication]
	downs   []weak.Pointer[downTrack]
	streams []weak.Pointer[wire.Stream]
}

func remainsOf(p *peer) remains {
	r := remains{peer: weak.Make(p), conn: weak.Make(p.conn)}
	for _, l := range p.lines {
		if l.pub != nil {
			r.pubs = append(r.pubs, weak.Make(l.pub))
			r.streams = append(r.streams, weak.Make(l.pub.layers[0].stream))
		}
		if l.down != nil {
			r.downs = append(r.downs, weak.Make(l.down))
		}
	}
	return r
}

func (r remains) count() (n int) {
	for _, is := range []bool{r.peer.Value() != nil, r.conn.Value() != nil} {
		if is {
			n++
		}
	}
	for _, p := range r.pubs {
		if p.Value() != nil {
			n++
		}
	}
	for _, p := range r.downs {
		if p.Value() != nil {
			n++
		}
	}
	for _, p := range r.streams {
		if p.Value() != nil {
			n++
		}
	}
	return n
}

// However a peer ends, nothing of it is left while the others go on.
func TestEnd_APeerLeavesNothingBehind(t *testing.T) {
	for name, end := range map[string]func(s *server, a, b *client, ahead *atomic.Int64){
		"leave": func(s *server, a, b *client, _ *atomic.Int64) {
			if err := s.Leave("r", "a", "left"); err != nil {
				s.t.Error(err)
			}
		},
		"reload": func(s *server, a, b *client, _ *atomic.Int64) {
			newClient(s.t, s, "r", "a", clientOptions{}).reload()
		},
		"replaced": func(s *server, a, b *client, _ *atomic.Int64) {
			c := newClient(s.t, s, "r", "again", clientOptions{spares: 1})
			if _, err := s.Join(JoinRequest{Room: "r", Peer: "again", Offer: c.offer(nil), Replaces: "a"}); err != nil {
				s.t.Error(err)
			}
		},
		"vanish": func(s *server, a, b *client, ahead *atomic.Int64) {
			a.close()
			for range 2 { // twice, so that b's checks in between keep it alive
				ahead.Add(int64(16 * time.Second))
				checked := s.Stats().PacketsIn
				b.wait("checks of b", func() bool { return s.Stats().PacketsIn > checked+500 })
			}
			s.until("a is lost", func(e Event) bool { return e == Event(PeerLost{"r", "a", LostConsent}) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			var ahead atomic.Int64
			start := time.Now()
			s := newServer(t, func(c *Config) {
				c.Loops = 1
				c.now = func() time.Duration { return time.Since(start) + time.Duration(ahead.Load()) }
			})
			a := newClient(t, s, "r", "a", clientOptions{publish: true, spares: 1, recover: true}).join(true).connected()
			b := newClient(t, s, "r", "b", clientOptions{publish: true, spares: 1, recover: true}).join(true).connected()
			defer b.stream("from b")()
			stop := a.stream("from a")
			defer stop()
			a.wait("b", func() bool { return a.texts("3", Video)["from b"] > 20 && a.texts("2", Audio)["from b"] > 20 })
			b.wait("a", func() bool { return b.texts("3", Video)["from a"] > 20 && b.texts("2", Audio)["from a"] > 20 })
			p, err := s.findPeer("r", "a")
			if err != nil {
				t.Fatal(err)
			}
			left := remainsOf(p)
			all := left.count()
			p.room.shard.loop.Unlock()
			p = nil
			if all != 8 { // peer, conn, 2 publications with a stream each, 2 downTracks
				t.Fatalf("%d things", all)
			}
			stop()
			end(s, a, b, &ahead)
			b.wait("nothing of a is left", func() bool { runtime.GC(); return left.count() == 0 })
			if st, err := s.PeerStats("r", "b"); err != nil || st.Publications[0].Subscribers != 0 || st.DownTracks[0].Publication != "" {
				t.Errorf("%+v %v", st, err)
			}
		})
	}
}

// reload joins with nothing but a recorded offer, as another page.
func (c *client) reload() {
	if _, err := c.s.Join(JoinRequest{Room: c.room, Peer: c.id, Offer: recorded(c.t)}); err != nil {
		c.t.Error(err)
	}
}
