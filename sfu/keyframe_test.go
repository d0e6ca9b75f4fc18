package sfu

import (
	"testing"

	"github.com/pion/rtcp"
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
