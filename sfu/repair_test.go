package sfu

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func TestRepair_AFloodOfRequestsIsPolicedAndCostsTheOthersNothing(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Loops = 1 })
	a := newClient(t, s, "r", "a", clientOptions{publish: true, recover: true}).join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1, recover: true}).join(true).connected()
	c := newClient(t, s, "r", "c", clientOptions{spares: 1}).join(true).connected()
	last, stop := a.films(false)
	defer stop()
	b.wait("the picture", func() bool { n, _ := b.frames("1"); return len(n) > 20 })
	c.wait("the picture", func() bool { n, _ := c.frames("1"); return len(n) > 20 })
	began, from := time.Now(), last.Load()
	for last.Load() < from+300 {
		b.mu.Lock()
		newest := b.received["1"][len(b.received["1"])-1]
		b.mu.Unlock()
		nack := &rtcp.TransportLayerNack{MediaSSRC: newest.SSRC}
		for i := range uint16(5) {
			nack.Nacks = append(nack.Nacks, rtcp.NackPair{PacketID: newest.SequenceNumber - 17*(i+1), LostPackets: 0xffff})
		}
		if err := b.pc.WriteRTCP([]rtcp.Packet{nack}); err != nil {
			t.Fatal(err)
		}
	}
	st, err := s.RoomStats("r")
	if err != nil {
		t.Fatal(err)
	}
	limit := uint64(repairPackets * (1 + time.Since(began).Seconds()))
	if st.RepairsRefused == 0 || st.PacketsResent == 0 || st.PacketsResent > limit {
		t.Errorf("%d sent again, at most %d, %d refused", st.PacketsResent, limit, st.RepairsRefused)
	}
	begun(t, c, "1")
	if st, err := s.PeerStats("r", "c"); err != nil || st.DownTracks[1].Stalls != 0 {
		t.Errorf("%+v %v", st, err)
	}
}

func TestRepair_OncePerRoundTripAndNotForEver(t *testing.T) {
	r, sent, now := repair{}, 0, int64(0)
	for range 100 {
		now += 10e6
		if r.due(7, now, 35e6) {
			sent++
			if r.due(7, now+34e6, 35e6) {
				t.Fatal("twice within a round trip")
			}
		}
	}
	if sent != repairTries {
		t.Errorf("sent %d times", sent)
	}
	if !r.due(7+repairMemory, now, 35e6) || !r.knows(7+repairMemory) || r.knows(7) {
		t.Error("the memory goes round")
	}
}

func TestRepair_AllowanceIsAShareOfWhatIsSent(t *testing.T) {
	var a allowance
	a.fill(0, 1e9)
	for a.take(1000) { // all at once
	}
	spend := func(sent uint64, now int64) (bytes int) {
		a.fill(sent, now)
		for a.take(1000) {
			bytes += 1000
		}
		return bytes
	}
	if n := spend(0, 2e9); n != repairBytes/1000*1000 {
		t.Errorf("%d bytes for a second without media", n)
	}
	if n := spend(400_000, 3e9); n < 110_000 || n > 115_000 {
		t.Errorf("%d bytes after 400000 sent", n)
	}
	sum := 0
	for i := range 1000 { // asked every ms
		sum += spend(400_000, 3e9+int64(i+1)*1e6)
	}
	if sum < 11_000 || sum > 13_500 {
		t.Errorf("%d bytes in a second of small steps", sum)
	}
	requests := 0
	for a.asks(1) {
		requests++
	}
	if requests != repairRequests {
		t.Errorf("%d requests at once", requests)
	}
}
