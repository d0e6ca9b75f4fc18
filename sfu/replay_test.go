package sfu

import (
	"sync/atomic"
	"testing"
	"time"
)

// begun is what a newcomer must have: a keyframe first, numbers and times that
// go on, and every frame from there.
func begun(t *testing.T, c *client, mid string) {
	t.Helper()
	c.wait("the picture", func() bool { n, _ := c.frames(mid); return len(n) > 60 })
	parts, _ := c.frames(mid)
	c.mu.Lock()
	defer c.mu.Unlock()
	ps := c.received[mid]
	if ps[0].Payload[0] != 0x10 || ps[0].Payload[1] != 0 {
		t.Errorf("%s begins in the middle", c.id)
	}
	for i, p := range ps[1:] {
		if p.SequenceNumber != ps[i].SequenceNumber+1 {
			t.Fatalf("%s: number %d after %d", c.id, p.SequenceNumber, ps[i].SequenceNumber)
		}
		switch d := int32(p.Timestamp - ps[i].Timestamp); {
		case ps[i].Marker && (d <= 0 || d > 90000), !ps[i].Marker && d != 0:
			t.Fatalf("%s: time went on by %d at packet %d, frame ended %v", c.id, d, i, ps[i].Marker)
		}
	}
	first, last := ^uint32(0), uint32(0)
	for n := range parts {
		first, last = min(first, n), max(last, n)
	}
	for n := first; n < last; n++ {
		if parts[n] != 1<<partsOfFrame-1 {
			t.Errorf("%s: frame %d is not complete", c.id, n)
		}
	}
}

func TestReplay_NewcomersCostOneKeyframeAndSeeAtOnce(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true, recover: true}).join(true).connected()
	var late []*client
	for _, id := range []PeerID{"b", "c", "d"} {
		late = append(late, newClient(t, s, "r", id, clientOptions{spares: 1}).join(false).connected())
	}
	last, stop := a.films(false)
	defer stop()
	a.wait("the first keyframe to be old", func() bool { return last.Load() > 100 })
	stats := func() RoomStats {
		st, err := s.RoomStats("r")
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	if st := stats(); st.KeyframesAsked+st.Replays != 0 || st.PacketsForwarded != 0 {
		t.Fatalf("in the waiting room: %+v", st)
	}
	admit := func(id PeerID) {
		t.Helper()
		if err := s.Admit("r", id); err != nil {
			t.Fatal(err)
		}
	}
	admit("b")
	admit("c")
	for _, c := range late[:2] {
		c.wait("a first frame", func() bool { n, _ := c.frames("1"); return len(n) > 0 })
	}
	began, now := time.Now(), last.Load()
	admit("d") // while the keyframe is fresh
	late[2].wait("a first frame", func() bool { n, _ := late[2].frames("1"); return len(n) > 0 })
	t.Logf("a frame %v after admission", time.Since(began))
	parts, _ := late[2].frames("1")
	first := ^uint32(0)
	for n := range parts {
		first = min(first, n)
	}
	if first > now {
		t.Error("the last newcomer did not begin with the past")
	}
	for _, c := range late {
		begun(t, c, "1")
	}
	if st := stats(); st.KeyframesAsked != 1 || st.Replays == 0 {
		t.Errorf("%+v", st)
	}
}

func TestReplay_AnOldOrLongGroupIsNot(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true, recover: true}).join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(false).connected()
	for n := range uint32(groupPackets/partsOfFrame + 2) { // fresh, but long
		a.film(n, n == 0, false)
	}
	a.wait("the packets at the server", func() bool {
		st, err := s.RoomStats("r")
		return err == nil && st.PacketsReceived >= groupPackets
	})
	if err := s.Admit("r", "b"); err != nil {
		t.Fatal(err)
	}
	a.wait("a request for a keyframe", func() bool { a.mu.Lock(); defer a.mu.Unlock(); return a.keyAsked > 0 })
	a.film(1000, true, false)
	b.wait("the keyframe", func() bool { n, _ := b.frames("1"); return n[1000] != 0 })
	if st, err := s.RoomStats("r"); err != nil || st.Replays != 0 {
		t.Errorf("%+v %v", st, err)
	}
}

// A client that cannot take a frame group, or says so, does not get it again
// and again.
func TestReplay_NotTwiceWithinASecond(t *testing.T) {
	var clock atomic.Int64
	clock.Store(int64(time.Second))
	s := newServer(t, func(c *Config) { c.now = func() time.Duration { return time.Duration(clock.Load()) } })
	a := newClient(t, s, "r", "a", clientOptions{publish: true, recover: true}).join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(true).connected()
	a.film(0, true, false)
	a.film(1, false, false)
	b.wait("the second frame", func() bool { n, _ := b.frames("1"); return n[1] == 1<<partsOfFrame-1 })
	p, err := s.findPeer("r", "b")
	if err != nil {
		t.Fatal(err)
	}
	defer p.room.shard.loop.Unlock()
	d, now := p.downTracks[1], p.room.shard.loop.Now()
	d.replayedAt = 0
	for _, x := range []struct {
		after int64
		want  bool
	}{{0, true}, {replayInterval - 1, false}, {replayInterval, true}, {replayInterval, false}} {
		if got := d.replay(now + x.after); got != x.want {
			t.Errorf("%d ns later: %v", x.after, got)
		}
	}
}
