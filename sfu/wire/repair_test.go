package wire

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// send seals a packet of the video and hands it over as a batch of its own.
func (f *far) send(seq uint16, body string) {
	f.b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: seq}, body), f.addr)
}

// repair does the same with a retransmission of the packet original.
func (f *far) repair(seq, original uint16, body string) {
	osn := string(binary.BigEndian.AppendUint16(nil, original))
	f.b.in(f.rtp(rtp.Header{SSRC: farRepair, PayloadType: 97, SequenceNumber: seq}, osn+body), f.addr)
}

// tick lets 50 ms pass.
func (b *bench) tick() {
	b.time += 50 * time.Millisecond
	b.Lock()
	b.Tick()
	b.Unlock()
}

// compounds opens RTCP of the server as pion does.
type compounds struct {
	f    *far
	open *srtp.Context
}

func (f *far) compounds() *compounds {
	open, err := srtp.CreateContext(serverKey, serverSalt, srtp.ProtectionProfileAeadAes128Gcm)
	if err != nil {
		f.t.Fatal(err)
	}
	return &compounds{f, open}
}

func (c *compounds) next() []rtcp.Packet {
	c.f.t.Helper()
	plain, err := c.open.DecryptRTCP(nil, c.f.read(), nil)
	if err != nil {
		c.f.t.Fatal(err)
	}
	ps, err := rtcp.Unmarshal(plain)
	if err != nil {
		c.f.t.Fatal(err)
	}
	return ps
}

// nacks waits for the next compound with a NACK: what it asks for by SSRC.
func (c *compounds) nacks() map[uint32][]uint16 {
	c.f.t.Helper()
	for {
		asked := map[uint32][]uint16{}
		for _, p := range c.next() {
			if n, ok := p.(*rtcp.TransportLayerNack); ok {
				for _, pair := range n.Nacks {
					asked[n.MediaSSRC] = append(asked[n.MediaSSRC], pair.PacketList()...)
				}
			}
		}
		if len(asked) > 0 {
			return asked
		}
	}
}

func TestNack_AsksForAGapAtTheEndOfTheBatch(t *testing.T) {
	b, f, s := ringed(t)
	got := f.compounds()
	f.send(65533, "x")
	// Out of order within a batch is no gap.
	b.Lock()
	a := addressOf(f.addr)
	for _, seq := range []uint16{65535, 65534} {
		b.packet(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: seq}, "x"), &a)
	}
	b.Unlock()
	if s.Repairs().Asked != 0 {
		t.Fatal("asked for what only overtook")
	}
	f.send(3, "x") // index 65539
	f.send(40, "x")
	if asked := got.nacks()[farVideo]; !slices.Equal(asked, []uint16{0, 1, 2}) {
		t.Errorf("asked for %d", asked)
	}
	want := make([]uint16, 36)
	for i := range want {
		want[i] = uint16(4 + i)
	}
	if asked := got.nacks()[farVideo]; !slices.Equal(asked, want) {
		t.Errorf("asked for %d", asked)
	}
	if r := s.Repairs(); r.Asked != 39 || len(s.missing) != 39 {
		t.Errorf("%+v, %d missing", r, len(s.missing))
	}
}

func TestNack_IsRepeatedUntilItComesOrIsTooLate(t *testing.T) {
	b, f, s := ringed(t)
	got := f.compounds()
	f.send(1, "x")
	f.send(5, "x")
	got.nacks()
	f.repair(1, 2, "late")
	f.send(3, "also late")
	b.tick()
	if asked := got.nacks()[farVideo]; !slices.Equal(asked, []uint16{4}) {
		t.Errorf("asked for %d", asked)
	}
	b.Lock()
	f.conn.roundTrip = 120e6
	b.Unlock()
	before := s.missing[0].asks
	for range 20 {
		b.tick()
	}
	if r := s.Repairs(); r != (Repairs{Asked: 3, Repaired: 1, GivenUp: 1}) || len(s.missing) != 0 || f.broken != 1 {
		t.Errorf("%+v, %d missing, broken %d", r, len(s.missing), f.broken)
	}
	if asked := got.nacks()[farVideo]; len(asked) != 1 || before != 2 { // 110 ms later, then 300 ms are over
		t.Errorf("asked for %d, before %d times", asked, before)
	}
}

func TestNack_StopsAfterEightTimes(t *testing.T) {
	b, f, s := ringed(t)
	b.Lock()
	s.Keep(1e9)
	b.Unlock()
	f.send(1, "x")
	f.send(3, "x")
	for n := 1; n < maxAsks; n++ {
		b.tick()
		if len(s.missing) != 1 || int(s.missing[0].asks) != n+1 {
			t.Fatalf("after %d ticks: %+v", n, s.missing)
		}
	}
	b.tick()
	if len(s.missing) != 0 || s.Repairs().GivenUp != 1 || f.broken != 1 {
		t.Errorf("%+v %+v, broken %d", s.missing, s.Repairs(), f.broken)
	}
}

func TestNack_ManyMissingAreAKeyframe(t *testing.T) {
	_, f, s := ringed(t)
	f.send(1, "x")
	f.send(102, "x")
	f.send(103+28, "x")
	if f.broken != 0 || len(s.missing) != maxMissing {
		t.Fatalf("broken %d, %d missing", f.broken, len(s.missing))
	}
	f.send(133, "x")
	if f.broken != 1 || len(s.missing) != 0 || s.Repairs().GivenUp != maxMissing+1 {
		t.Errorf("broken %d, %d missing, %+v", f.broken, len(s.missing), s.Repairs())
	}
	f.send(1000, keyStart)
	if f.broken != 1 {
		t.Error("the keyframe has come already")
	}
}

func TestNack_OnePacketForAllStreams(t *testing.T) {
	b, f, _ := ringed(t)
	f.publish(Incoming{Mid: "2", PayloadType: 96, Repair: 97, Nack: true, Codec: VP8, Clock: 90000, SSRC: 20, Sink: f})
	got := f.compounds()
	b.Lock()
	a := addressOf(f.addr)
	for _, h := range []rtp.Header{{SSRC: farVideo, SequenceNumber: 1}, {SSRC: 20, SequenceNumber: 1},
		{SSRC: farVideo, SequenceNumber: 3}, {SSRC: 20, SequenceNumber: 50}} {
		h.PayloadType = 96
		b.packet(f.rtp(h, "x"), &a)
	}
	b.Unlock()
	asked := got.nacks()
	if !slices.Equal(asked[farVideo], []uint16{2}) || len(asked[20]) != 48 {
		t.Errorf("asked for %d", asked)
	}
}

func TestNack_NotForSoundNorWithoutRepair(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	f.send(1, "x")
	f.send(3, "x")
	b.in(f.rtp(rtp.Header{SSRC: farAudio, PayloadType: 111, SequenceNumber: 1}, "x"), f.addr)
	b.in(f.rtp(rtp.Header{SSRC: farAudio, PayloadType: 111, SequenceNumber: 3}, "x"), f.addr)
	for _, s := range f.conn.streams {
		if s.ring != nil || len(s.missing) != 0 {
			t.Errorf("stream %d is kept", s.ssrc)
		}
	}
}

// However many gaps many streams have: all is asked for, and no packet is too
// long for the path.
func TestNack_FitsIntoPackets(t *testing.T) {
	b, f, _ := ringed(t)
	var more []Incoming
	for i := range uint32(6) {
		more = append(more, Incoming{Mid: string(rune('a' + i)), PayloadType: 96, Repair: 97, Nack: true, Codec: VP8, Clock: 90000, SSRC: 20 + i, Sink: f})
	}
	f.publish(more...)
	b.Lock()
	a := addressOf(f.addr)
	for i := range uint32(6) {
		for n := range uint16(100) {
			b.packet(f.rtp(rtp.Header{SSRC: 20 + i, PayloadType: 96, SequenceNumber: n * 20}, "x"), &a)
			s := f.conn.stream(20 + i)
			for k := len(s.missing) - 1; k > int(n); k-- { // one for each pair
				s.missing = slices.Delete(s.missing, k, k+1)
			}
		}
	}
	b.Unlock()
	got := f.compounds()
	want := 0
	for _, s := range f.conn.streams {
		want += len(s.missing)
	}
	for packets := 0; want > 0; packets++ {
		asked := got.nacks()
		for _, list := range asked {
			want -= len(list)
		}
		if want < 0 || packets > 3 {
			t.Fatalf("%d left after %d packets", want, packets)
		}
	}
}

func TestRepair_IsDeliveredAsTheOriginal(t *testing.T) {
	b, f, s := ringed(t)
	f.send(65535, "x")
	f.send(1, "y")
	transit, jitter := s.transit, s.jitter
	b.in(f.rtp(rtp.Header{SSRC: farRepair, PayloadType: 97, SequenceNumber: 7, Timestamp: 90, Marker: true}, "\x00\x00\x10\x00\x00\x00"), f.addr)
	f.repair(8, 0, "again")
	if len(f.packets) != 3 {
		t.Fatalf("%d packets", len(f.packets))
	}
	p := f.packets[2]
	if p.Stream != s || p.Index != 65536 || p.Timestamp != 90 || !p.Marker || !p.Repaired || !p.Keyframe || string(p.Payload) != "\x10\x00\x00\x00" {
		t.Errorf("%+v", p)
	}
	var q Packet
	if !s.Find(65536, &q) || string(q.Payload) != "\x10\x00\x00\x00" || !q.Marker {
		t.Errorf("the ring has %+v", q)
	}
	if r := s.Repairs(); r != (Repairs{Asked: 1, Repaired: 1, Repeated: 1}) {
		t.Errorf("%+v", r)
	}
	if s.transit != transit || s.jitter != jitter {
		t.Error("a retransmission counts into jitter")
	}
	// The report says what the network lost, the statistics what is missing.
	if n, _ := s.Received(); n != 3 || s.Lost() != 0 || s.expected()-s.received != 1 {
		t.Errorf("%d received, %d lost", n, s.Lost())
	}
}

// The client's congestion control counts its retransmissions and probes, but
// reports are about media alone.
func TestRepair_CountsIntoFeedbackNotIntoReports(t *testing.T) {
	b, f, _ := ringed(t)
	f.send(1, "x")
	for n := range uint16(3) {
		h := rtp.Header{SSRC: farRepair, PayloadType: 97, SequenceNumber: n}
		if err := h.SetExtension(3, []byte{0, byte(n)}); err != nil {
			t.Fatal(err)
		}
		b.in(f.rtp(h, ""), f.addr)
	}
	b.in(f.rtcp(compound(t, &rtcp.SenderReport{SSRC: farRepair, NTPTime: 1 << 40})), f.addr)
	if fb := &f.conn.feedback; fb.high-fb.base != 2 || f.reports != 0 {
		t.Errorf("%d numbers, %d sender reports", fb.high-fb.base+1, f.reports)
	}
	got := f.compounds()
	b.tick()
	for {
		for _, p := range got.next() {
			if r, ok := p.(*rtcp.ReceiverReport); ok {
				if len(r.Reports) != 1 || r.Reports[0].SSRC != farVideo {
					t.Errorf("%+v", r)
				}
				return
			}
		}
	}
}

func TestRepair_PaddingIsAProbe(t *testing.T) {
	b, f, s := ringed(t)
	f.send(1, "x")
	for i, payload := range [][]byte{{0, 0, 3}, {0, 1, 2}, {9, 9, 9, 5}, {0, 1, 0}} {
		h := []byte{0xa0, 97, 0, byte(i), 0, 0, 0, 1, 0, 0, 0, farRepair}
		sealed, err := f.crypt.EncryptRTP(nil, append(h, payload...), nil)
		if err != nil {
			t.Fatal(err)
		}
		b.in(sealed, f.addr)
	}
	b.in(f.rtp(rtp.Header{SSRC: farRepair, PayloadType: 97, SequenceNumber: 9}, ""), f.addr)
	if b.stats.Probes != 3 || b.stats.Refused != 2 || len(f.packets) != 1 {
		t.Errorf("%+v, %d packets", b.stats, len(f.packets))
	}
	if s.Repairs() != (Repairs{}) {
		t.Errorf("%+v", s.Repairs())
	}
}

func TestRepair_RefusedWhenReplayedOldOrAhead(t *testing.T) {
	b, f, s := ringed(t)
	again := f.rtp(rtp.Header{SSRC: farRepair, PayloadType: 97, SequenceNumber: 1}, "\x00\x05late")
	b.in(again, f.addr) // of a stream that nobody has seen
	f.send(2000, "x")
	b.in(again, f.addr)
	f.repair(2, 2000-windowBits, "too old")
	f.repair(3, 2001+windowBits, "too new")
	f.repair(4, 60000, "before the first")
	if len(f.packets) != 1 || b.stats.Unknown != 1 || b.stats.Refused != 1 || s.Repairs().Repeated != 3 {
		t.Errorf("%d packets, %+v, %+v", len(f.packets), b.stats, s.Repairs())
	}
	if s.Newest() != 2000 {
		t.Errorf("newest %d", s.Newest())
	}
}

func FuzzRepair(f *testing.F) {
	f.Add([]byte{0, 1, 'x'}, false)
	f.Add([]byte{0, 1, 'x', 0, 2}, true)
	f.Add([]byte{0, 0, 3}, true)
	f.Add([]byte{0}, false)
	f.Add([]byte{255}, true)
	f.Fuzz(func(t *testing.T, payload []byte, padding bool) {
		original, rest, ok := unwrap(payload, padding)
		switch {
		case !ok && !padding:
			t.Fatal("refused without padding")
		case rest == nil:
		case len(rest)+2 > len(payload) || original != binary.BigEndian.Uint16(payload):
			t.Fatalf("%d bytes of %d", len(rest), len(payload))
		}
	})
}
