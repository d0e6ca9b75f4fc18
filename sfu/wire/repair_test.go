package wire

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"pgregory.net/rapid"
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
		for n := range uint16(128) {
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
	// The report says what the network lost, the statistics what is missing.
	if n, _ := s.Received(); n != 3 || s.Lost() != 0 || s.expected()-s.received != 1 {
		t.Errorf("%d received, %d lost", n, s.Lost())
	}
}

func TestRepair_PaddingIsAProbe(t *testing.T) {
	b, f, s := ringed(t)
	f.send(1, "x")
	for i, payload := range [][]byte{{0, 0, 3}, {0, 1, 2}, {9, 9, 9, 5}} {
		h := []byte{0xa0, 97, 0, byte(i), 0, 0, 0, 1, 0, 0, 0, farRepair}
		sealed, err := f.crypt.EncryptRTP(nil, append(h, payload...), nil)
		if err != nil {
			t.Fatal(err)
		}
		b.in(sealed, f.addr)
	}
	b.in(f.rtp(rtp.Header{SSRC: farRepair, PayloadType: 97, SequenceNumber: 9}, ""), f.addr)
	if b.stats.Probes != 3 || b.stats.Refused != 1 || len(f.packets) != 1 {
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

func TestSimulcast_LayersAreToldApart(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	f.conn.Receive([]Incoming{{Mid: "1", PayloadType: 96, Repair: 97, Nack: true, Codec: VP8, Clock: 90000,
		Layers: []string{"q", "h", "f"}, MidExt: 4, LayerExt: 5, RepairedExt: 6, Sink: f}})
	b.Unlock()
	named := func(ssrc uint32, pt uint8, seq uint16, id uint8, rid, body string) {
		h := rtp.Header{SSRC: ssrc, PayloadType: pt, SequenceNumber: seq}
		if id != 0 {
			for i, v := range map[uint8]string{4: "1", id: rid} {
				if err := h.SetExtension(i, []byte(v)); err != nil {
					t.Fatal(err)
				}
			}
		}
		b.in(f.rtp(h, body), f.addr)
	}
	named(10, 96, 1, 5, "f", "x")
	named(11, 96, 1, 5, "q", "x")
	named(12, 96, 1, 5, "other", "x")
	named(13, 96, 1, 6, "h", "x") // only for retransmissions
	named(10, 96, 3, 0, "", "x")
	named(11, 96, 3, 0, "", "x")
	named(20, 97, 1, 6, "q", "\x00\x02of q")
	named(21, 97, 1, 6, "f", "\x00\x02of f")
	named(22, 97, 1, 5, "f", "\x00\x02not said what of")
	named(20, 97, 2, 0, "", "\x00\x00of q")
	var got []string
	for _, p := range f.packets {
		got = append(got, string(rune('0'+p.Stream.Layer()))+string(p.Payload))
	}
	if want := []string{"2x", "0x", "2x", "0x", "0of q", "2of f", "0of q"}; !slices.Equal(got, want) || b.stats.Unknown != 3 {
		t.Errorf("%q, %+v", got, b.stats)
	}
	b.Lock()
	f.conn.Receive([]Incoming{{Mid: "1", PayloadType: 96, Repair: 97, Nack: true, Codec: VP8, Clock: 90000, Layers: []string{"f", "q"}, Sink: f}})
	b.Unlock()
	named(10, 96, 4, 0, "", "x")
	named(20, 97, 3, 0, "", "\x00\x04next of q")
	if p := f.packets[len(f.packets)-2]; p.Stream.Layer() != 0 {
		t.Errorf("f is layer %d", p.Stream.Layer())
	}
	if p := f.packets[len(f.packets)-1]; p.Stream.Layer() != 1 || !p.Repaired {
		t.Errorf("%+v", p)
	}
}

// Whatever mix of originals, retransmissions and replays comes: each index at
// most once, with its own payload, and what came first is not lost.
func TestStream_EachIndexOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b, f, s := ringed(t)
		defer b.network.Close()
		first := uint64(rapid.Uint16Max(1<<15).Draw(rt, "first"))
		high, rtx := first, uint16(0)
		f.send(uint16(first), "0")
		want := map[uint64]bool{first: true}
		var past [][]byte
		for range rapid.IntRange(1, 60).Draw(rt, "packets") {
			index := high + uint64(rapid.OneOf(rapid.IntRange(1, 2), rapid.IntRange(1, 300)).Draw(rt, "step"))
			if back := uint64(rapid.IntRange(0, 40).Draw(rt, "back")); back > 3 && index > first+back {
				index -= back
			}
			body := string(rune('0' + (index-first)%70))
			switch rapid.IntRange(0, 4).Draw(rt, "kind") {
			case 0, 1:
				p := f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: uint16(index)}, body)
				past = append(past, p)
				b.in(p, f.addr)
			case 2, 3:
				rtx++
				p := f.rtp(rtp.Header{SSRC: farRepair, PayloadType: 97, SequenceNumber: rtx}, string([]byte{byte(index >> 8), byte(index)})+body)
				past = append(past, p)
				b.in(p, f.addr)
			default:
				if len(past) > 0 {
					b.in(rapid.SampledFrom(past).Draw(rt, "replayed"), f.addr)
				}
				continue
			}
			if index <= high && high-index >= windowBits {
				continue
			}
			want[index], high = true, max(high, index)
			if rapid.IntRange(0, 3).Draw(rt, "time") == 0 {
				b.tick()
			}
		}
		seen := map[uint64]bool{}
		for _, p := range f.packets {
			if seen[p.Index] || !want[p.Index] || string(p.Payload) != string(rune('0'+(p.Index-first)%70)) {
				rt.Fatalf("index %d with %q, seen %v", p.Index, p.Payload, seen[p.Index])
			}
			seen[p.Index] = true
		}
		if len(seen) != len(want) {
			rt.Fatalf("%d of %d delivered", len(seen), len(want))
		}
		if n, _ := s.Received(); int(n) != len(want) || s.Lost() != s.expected()-uint64(len(want)) {
			rt.Fatalf("%d received, %d lost of %d", n, s.Lost(), s.expected())
		}
		for _, m := range s.missing {
			if seen[m.index] {
				rt.Fatalf("%d is asked for and has come", m.index)
			}
		}
	})
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
