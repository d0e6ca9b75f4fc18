package wire

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/stun/v4"
)

func TestUnknown_CostsNoAllocationAndNoAnswer(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	stranger := addressOf(netip.MustParseAddrPort("127.0.0.1:9"))
	request := f.checkWith(Credentials{"unknown1", "password"})
	response := append([]byte{1, 1}, request[2:]...)
	sent := b.stats.PacketsOut
	for name, d := range map[string][]byte{"RTP": f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96}, "x"), "RTCP": {0x80, 200, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0},
		"DTLS": clientHello(1), "a check": request, "an answer": response, "garbage": make([]byte, 100)} {
		unknown := b.stats.Unknown
		if n := testing.AllocsPerRun(100, func() {
			b.Lock()
			b.packet(d, &stranger)
			b.Unlock()
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if b.stats.Unknown != unknown+101 {
			t.Errorf("%s: %d of 101 are unknown", name, b.stats.Unknown-unknown)
		}
	}
	if b.stats.PacketsOut != sent {
		t.Error("a stranger is answered")
	}
}

// forged is a check that names the client but was made without its password.
func (f *far) forged() []byte {
	return f.checkWith(Credentials{f.conn.Credentials().Ufrag, "wrong"})
}

// Who knows a client's name may make us compute a bounded number of HMACs, and
// neither that client nor another notices.
func TestPolice_ForgedChecksAreBounded(t *testing.T) {
	b := newBench(t)
	victim := newFar(t, b, true)
	flood := func(f *far, n int) {
		d := f.forged()
		for i := range n {
			b.in(d, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.9"), uint16(1+i)))
		}
	}
	flood(victim, 1000)
	if b.stats.Refused != maxStrangers || b.stats.Policed != 1000-maxStrangers {
		t.Errorf("%+v", b.stats)
	}
	b.in(victim.check(nominate), victim.addr)
	victim.reply(victim.conn.Credentials())
	// Many names: the loop's own limit.
	for range 2 * maxLoopStrangers / maxStrangers {
		flood(newFar(t, b, false), maxStrangers)
	}
	if most := uint64(maxLoopStrangers + fewStrangers*2*maxLoopStrangers/maxStrangers); b.stats.Refused > most {
		t.Errorf("%d were looked at, at most %d", b.stats.Refused, most)
	}
	late := newFar(t, b, false)
	b.in(late.check(), late.addr)
	late.reply(late.conn.Credentials())
	b.time += time.Second
	flood(victim, 1)
	if victim.conn.strangers.n != 1 {
		t.Error("the limit does not end")
	}
}

// One participant sends 50 times what is allowed; another's picture of the same
// loop has no hole.
func TestPolice_AFloodOfOneHarmsNobodyElse(t *testing.T) {
	b := newBench(t)
	f, g := newFar(t, b, true), newFar(t, b, true)
	flood := f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96}, "flood")
	from := addressOf(f.addr)
	refused := b.stats.Refused
	for seq := range uint16(1000) { // a second, by milliseconds
		b.time += time.Millisecond
		b.Lock()
		for range 50 * MaxPackets / 1000 {
			d := [64]byte{}
			b.packet(d[:copy(d[:], flood)], &from)
		}
		b.Unlock()
		b.in(g.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: seq}, "mine"), g.addr)
		b.in(g.check(), g.addr)
		b.time += 4 * time.Millisecond
	}
	if len(g.packets) != 1000 {
		t.Errorf("%d packets of 1000 came", len(g.packets))
	}
	// What is left in the bucket at first, and five seconds' worth.
	if looked := b.stats.Refused - refused; looked > 6*MaxPackets {
		t.Errorf("%d packets of the flood were looked at", looked)
	}
}

// Checks of a participant cost an HMAC and an answer each.
func TestPolice_FloodOfChecksFromAKnownAddress(t *testing.T) {
	b := newBench(t)
	f, g := newFar(t, b, true), newFar(t, b, true)
	d := f.check()
	for range 50 * maxChecks {
		b.in(d, f.addr)
	}
	sent := b.stats.PacketsOut
	if sent > maxChecks {
		t.Errorf("%d answers", sent)
	}
	b.in(g.check(), g.addr)
	g.reply(g.conn.Credentials())
}

// A feedback packet that tells of thousands has 24 bytes, but each costs a step.
func TestPolice_AFloodOfFeedbackIsNotRead(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	f.conn.SendRTP(&Outgoing{SSRC: 100, TransportExt: 5, Index: 1}, []byte("x"))
	b.Unlock()
	lost := []byte{0x8f, typeTransport, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0x10, 0, 0, 0, 5, 0, 0x10, 0, 0, 0}
	for range 50 { // in compounds of 50
		b.in(f.rtcp(bytes.Repeat(lost, 50)), f.addr)
	}
	if want := uint64(2500 - maxTold/4096); b.stats.Policed != want || b.stats.Refused != 0 {
		t.Errorf("%d of 2500 policed, want %d; %d refused", b.stats.Policed, want, b.stats.Refused)
	}
	b.time += time.Second
	one := int64(1)
	b.in(f.rtcp(told(t, 0, []*int64{&one}, true)), f.addr)
	if p := f.conn.Path(); p.Acknowledged != 1 || p.Lost != 0 {
		t.Errorf("%+v", p)
	}
}

func TestRate_BeginsAnewEachSecond(t *testing.T) {
	var r rate
	for second := range int64(3) {
		for n := range 10 {
			if over := r.over(5, second*1e9+int64(n)); over != (n >= 5) {
				t.Fatalf("second %d, event %d: %v", second, n, over)
			}
		}
	}
}

func FuzzUfrag(f *testing.F) {
	m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername("AbcdEFGH:theirs"), stun.Fingerprint)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(m.Raw)
	f.Fuzz(func(t *testing.T, d []byte) {
		ufrag := localUfrag(d)
		if ufrag == nil {
			return
		}
		if i := loopOf(ufrag); i < 0 || i > MaxLoops {
			t.Errorf("loop %d", i)
		}
		if binary.BigEndian.Uint32(d[4:]) != magicCookie {
			t.Error("no STUN")
		}
	})
}
