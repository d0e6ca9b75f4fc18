package sfu

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"nara/sfu/wire"
)

// forwarding is a publication bound to n connected peers whose clients are
// gone again: what is sent to them goes nowhere.
func forwarding(t testing.TB, n int, change ...func(*Config)) (*room, *publication) {
	s := newServer(t, append(change, func(c *Config) { c.Loops = 1 })...)
	pub := newClient(t, s, "r", "pub", clientOptions{publish: true, recover: true}).join(true).connected()
	for i := range n {
		c := newClient(t, s, "r", PeerID(fmt.Sprint("sub", i)), clientOptions{spares: 1, recover: true}).join(true).connected()
		c.close()
	}
	pub.close()
	r, err := s.find("r")
	if err != nil {
		t.Fatal(err)
	}
	defer r.shard.loop.Unlock()
	return r, r.peer("pub").lines[1].pub
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
	r, pub := forwarding(t, 4)
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

func TestRepair_NoAllocationPerPacket(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Loops = 1 })
	a := newClient(t, s, "r", "a", clientOptions{publish: true, recover: true}).join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1, recover: true}).join(true).connected()
	_, stop := a.films(false)
	defer stop()
	b.wait("the picture", func() bool { n, _ := b.frames("1"); return len(n) > 20 })
	p, err := s.findPeer("r", "b")
	if err != nil {
		t.Fatal(err)
	}
	defer p.room.shard.loop.Unlock()
	d := p.downTracks[1]
	newest := uint16(d.numbers.next - 1)
	before := d.repair.sent
	p.Missing(d.out.SSRC, newest-16, 0xffff)
	if n := testing.AllocsPerRun(100, func() {
		*d.repair.recent, p.allowance = [repairMemory]resent{}, allowance{}
		p.Missing(d.out.SSRC, newest-16, 0xffff)
	}); n != 0 {
		t.Errorf("%v allocations for 17 repairs", n)
	}
	if n := d.repair.sent - before; n < 101*17 {
		t.Errorf("%d packets sent again", n)
	}
}

func TestKeyframe_RequestWithinTheThrottleIsRemembered(t *testing.T) {
	var clock atomic.Int64
	clock.Store(int64(time.Second))
	r, pub := forwarding(t, 1, func(c *Config) { c.now = func() time.Duration { return time.Duration(clock.Load()) } })
	asked := func(do func()) uint64 {
		r.shard.loop.Lock()
		defer r.shard.loop.Unlock()
		before := r.counts.KeyframesAsked
		do()
		return r.counts.KeyframesAsked - before
	}
	if n := asked(pub.layers[0].askKeyframe); n != 0 {
		t.Errorf("asked %d times before the first packet", n)
	}
	p := &wire.Packet{Stream: &wire.Stream{}, Payload: make([]byte, 100)}
	if n := asked(func() { pub.RTP(p); pub.RTP(p); pub.layers[0].askKeyframe() }); n != 1 {
		t.Errorf("asked %d times at once", n)
	}
	if n := asked(func() { pub.tick(r.shard.loop.Now()) }); n != 0 {
		t.Error("asked within the throttle")
	}
	// The test's own tick and the server's are the same: whoever is first asks.
	r.shard.loop.Lock()
	before := r.counts.KeyframesAsked
	clock.Add(keyframeThrottle)
	r.shard.loop.Unlock()
	asked(func() { pub.tick(r.shard.loop.Now()) })
	r.shard.loop.Lock()
	if n := r.counts.KeyframesAsked - before; n != 1 || !pub.layers[0].wantsKeyframe {
		t.Errorf("asked %d times after it, still wanted %v", n, pub.layers[0].wantsKeyframe)
	}
	p.Keyframe = true
	p.Index++
	pub.RTP(p)
	clock.Add(10 * keyframeThrottle)
	r.shard.loop.Unlock()
	if n := asked(func() { pub.tick(r.shard.loop.Now()) }); n != 0 || pub.layers[0].wantsKeyframe {
		t.Error("asked for a keyframe that has come")
	}
}

func BenchmarkForward(b *testing.B) {
	for _, n := range []int{1, 4} {
		b.Run(fmt.Sprintf("to=%d", n), func(b *testing.B) {
			r, pub := forwarding(b, n)
			p := &wire.Packet{Stream: &wire.Stream{}, Index: 100, Payload: make([]byte, 1100)}
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += 5 {
				burst(r, pub, p)
			}
		})
	}
}
