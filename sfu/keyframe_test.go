package sfu

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"nara/sfu/wire"
)

func TestVideo_BeginsWithAKeyframeThatWasAskedForOrIsReplayed(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true}).join(true).connected()
	stop := a.stream("from a")
	defer stop()
	a.wait("packets at the server", func() bool { st, err := s.RoomStats("r"); return err == nil && st.PacketsReceived > 50 })
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(true).connected()
	b.wait("video", func() bool { return b.texts("1", Video)["from a"] > 20 })
	b.mu.Lock()
	first := b.received["1"][0]
	b.mu.Unlock()
	if first.Payload[1] != 0 {
		t.Error("it begins in the middle")
	}
	if st, err := s.RoomStats("r"); err != nil || st.KeyframesAsked+st.Replays == 0 || st.KeyframesAsked > 3 {
		t.Errorf("%d keyframes asked for, %d frame groups replayed, %v", st.KeyframesAsked, st.Replays, err)
	}
}

// A keyframe that is lost on the way to one subscriber: that one asks, and each time is heard, also right after
// the keyframe that it has just got.
func TestVideo_OneSubscribersRequestLeadsToAKeyframe(t *testing.T) {
	s := newServer(t)
	a := newClient(t, s, "r", "a", clientOptions{publish: true}).join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(true).connected()
	defer a.stream("from a")()
	b.wait("video", func() bool { return b.texts("1", Video)["from a"] > 20 })
	keyframes := func() (n int) {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, p := range b.received["1"] {
			if p.Payload[1] == 0 {
				n++
			}
		}
		return n
	}
	b.mu.Lock()
	ssrc := b.received["1"][0].SSRC
	b.mu.Unlock()
	for range 3 {
		before := keyframes()
		if err := b.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}); err != nil {
			t.Fatal(err)
		}
		b.wait("a keyframe", func() bool { return keyframes() > before })
	}
}

// A subscriber that asks all the time, or cannot take what it gets, does not
// make the others' picture one of keyframes; its last wish is not forgotten,
// and those of others are heard at once.
func TestKeyframe_OneClientCannotHaveThemAllTheTime(t *testing.T) {
	for name, wants := range map[string]func(d *downTrack){
		"asks":   func(d *downTrack) { d.peer.KeyframeWanted(d.out.SSRC) },
		"stalls": func(d *downTrack) { d.peer.Stalled() },
	} {
		t.Run(name, func(t *testing.T) {
			var clock atomic.Int64
			clock.Store(int64(time.Second))
			r, pub := forwarding(t, 2, func(c *Config) { c.now = func() time.Duration { return time.Duration(clock.Load()) } })
			p := &wire.Packet{Stream: &wire.Stream{}, Payload: make([]byte, 100)}
			// after lets time pass; the publisher obeys.
			after := func(ns int64, do func()) {
				r.shard.loop.Lock()
				defer r.shard.loop.Unlock()
				clock.Add(ns)
				r.shard.loop.Unlock()
				r.shard.loop.Lock() // reads the clock
				asked := pub.keyframesAsked
				do()
				pub.tick(r.shard.loop.Now())
				p.Index, p.Timestamp, p.Keyframe = p.Index+1, p.Timestamp+9000, pub.keyframesAsked > asked
				pub.RTP(p)
			}
			after(0, func() {})
			hostile, other := pub.subs[0], pub.subs[1]
			before := pub.keyframesAsked
			const seconds = 9
			for range seconds * 10 {
				after(1e8, func() { wants(hostile) })
			}
			if n := pub.keyframesAsked - before; n < seconds-1 || n > seconds+keyframeBurst {
				t.Errorf("%d keyframes in %d s", n, seconds)
			}
			before = pub.keyframesAsked
			after(keyframeThrottle, func() { wants(other) })
			if pub.keyframesAsked != before+1 {
				t.Error("another one is not heard")
			}
			for range 20 {
				after(1e8, func() {})
			}
			if n := pub.keyframesAsked - before; n < 1 || n > 2 || hostile.waiting || hostile.wishes.due {
				t.Errorf("%d keyframes in the end, %+v", n, hostile.wishes)
			}
		})
	}
}
