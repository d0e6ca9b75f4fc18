package sfu

import (
	"fmt"
	"testing"

	"nara/sfu/wire"
)

// forwarding is a publication bound to n connected peers whose clients are
// gone again: what is sent to them goes nowhere.
func forwarding(t testing.TB, n int) (*Manager, *room, *publication) {
	s := newServer(t, func(c *Config) { c.Loops = 1 })
	pub := newClient(t, s, "r", "pub", clientOptions{publish: true}).join(true).connected()
	for i := range n {
		c := newClient(t, s, "r", PeerID(fmt.Sprint("sub", i)), clientOptions{spares: 1}).join(true).connected()
		c.close()
	}
	pub.close()
	r, err := s.find("r")
	if err != nil {
		t.Fatal(err)
	}
	defer r.shard.loop.Unlock()
	return s.Manager, r, r.peer("pub").lines[1].pub
}

// burst is five packets of a video frame.
func burst(r *room, pub *publication, p *wire.Packet) {
	r.shard.loop.Lock()
	for i := range 5 {
		p.Index++
		p.Keyframe, p.Marker = i == 0, i == 4
		pub.RTP(p)
	}
	p.Timestamp += 3000
	r.shard.loop.Unlock()
}

func TestForward_NoAllocationPerPacket(t *testing.T) {
	_, r, pub := forwarding(t, 4)
	p := &wire.Packet{Stream: &wire.Stream{}, Index: 100, Payload: make([]byte, 1100)}
	burst(r, pub, p)
	before := r.counts.PacketsForwarded
	if n := testing.AllocsPerRun(1000, func() { burst(r, pub, p) }); n != 0 {
		t.Errorf("%v allocations for five packets to four", n)
	}
	if n := r.counts.PacketsForwarded - before; n != 4*5*1001 {
		t.Errorf("%d packets forwarded", n)
	}
}

func BenchmarkForward(b *testing.B) {
	for _, n := range []int{1, 4} {
		b.Run(fmt.Sprintf("to=%d", n), func(b *testing.B) {
			_, r, pub := forwarding(b, n)
			p := &wire.Packet{Stream: &wire.Stream{}, Index: 100, Payload: make([]byte, 1100)}
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += 5 {
				burst(r, pub, p)
			}
		})
	}
}
