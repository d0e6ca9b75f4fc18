package wire

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/pion/rtp"
	"pgregory.net/rapid"
)

// publish lets the client send video that is asked for again.
func (f *far) publish(more ...Incoming) {
	f.b.Lock()
	defer f.b.Unlock()
	f.conn.Receive(append([]Incoming{{Mid: "1", PayloadType: 96, Repair: 97, Nack: true, Codec: VP8, Clock: 90000,
		SSRC: farVideo, RepairSSRC: farRepair, MidExt: 4, LayerExt: 5, RepairedExt: 6, TransportExt: 3, Sink: f}}, more...))
}

const farRepair = 9

// ringed is a bench with a stream that keeps what comes.
func ringed(t testing.TB) (*bench, *far, *Stream) {
	b := newBench(t)
	f := newFar(t, b, true)
	f.publish()
	return b, f, f.conn.stream(farVideo)
}

// A ring against a map: what it finds is what was put in, and what came within
// its depth it finds, unless it is older than the replay window.
func TestRing_FindsWhatCameWithinItsDepth(t *testing.T) {
	b, f, s := ringed(t)
	rapid.Check(t, func(t *rapid.T) {
		b.Lock()
		defer b.Unlock()
		r := newRing(f.conn)
		s.ring = r
		defer r.empty()
		type put struct {
			payload []byte
			at      int64
			stamp   uint32
		}
		model := map[uint64]put{}
		high := uint64(rapid.Uint16().Draw(t, "first"))
		bytesWithin := func() (n int) {
			for _, p := range model {
				if b.now-p.at <= r.depth+50e6 {
					n += len(p.payload)
				}
			}
			return n
		}
		for range rapid.IntRange(1, 400).Draw(t, "packets") {
			if rapid.IntRange(0, 20).Draw(t, "keep") == 0 {
				s.Keep(rapid.Int64Range(0, 2e9).Draw(t, "depth"))
				model = map[uint64]put{} // a deeper ring does not bring back
			}
			b.now += rapid.OneOf(rapid.Int64Range(0, 5e6), rapid.Int64Range(0, 500e6)).Draw(t, "gap")
			index := high + uint64(rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(0, 3), rapid.IntRange(0, 3000)).Draw(t, "step"))
			if d := uint64(rapid.OneOf(rapid.Just(0), rapid.IntRange(1, windowBits-1)).Draw(t, "back")); d > 0 && d <= high {
				index = high - d
			}
			p := &Packet{Stream: s, Index: index, Timestamp: rapid.Uint32().Draw(t, "timestamp"), Marker: rapid.Bool().Draw(t, "marker")}
			body := bytes.Repeat([]byte{byte(index)}, rapid.IntRange(0, 1400).Draw(t, "size"))
			skip := rapid.SampledFrom([]int{0, 2}).Draw(t, "skip")
			if bytesWithin() > 300<<10 {
				return // more than a stream's share is tested elsewhere
			}
			room := r.room(skip + len(body) + tagSize)
			if room == nil {
				t.Fatal("no room")
			}
			p.Payload = append(append(room, make([]byte, skip)...), body...)[skip:]
			r.keep(p, skip)
			high = max(high, index)
			model[index] = put{body, b.now, p.Timestamp}
			for i, m := range model {
				var got Packet
				switch found := s.Find(i, &got); {
				case found && (!bytes.Equal(got.Payload, m.payload) || got.Timestamp != m.stamp || got.Index != i):
					t.Fatalf("index %d is not what was put in", i)
				case !found && b.now-m.at <= r.depth && high-i < windowBits:
					displaced := false
					for j := range model {
						displaced = displaced || j > i && (j-i)%windowBits == 0
					}
					if !displaced {
						t.Fatalf("index %d of %d ns ago is gone, newest %d", i, b.now-m.at, high)
					}
				}
			}
			if n := uint64(high + 1 + windowBits); s.Find(n, &Packet{}) {
				t.Fatalf("found %d, which never came", n)
			}
		}
	})
	if f.conn.chunks != 0 {
		t.Errorf("%d chunks are lost", f.conn.chunks)
	}
}

func TestRing_MemoryIsBounded(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	defer b.Unlock()
	var rings []*ring
	for range 4 {
		r := newRing(f.conn)
		rings = append(rings, r)
		for i := range uint64(2000) {
			room := r.room(1200)
			if room == nil {
				break
			}
			r.keep(&Packet{Index: i, Payload: room[:1200]}, 0)
			if r.end-r.first > streamChunks || f.conn.chunks > connChunks {
				t.Fatalf("%d chunks, %d of the client", r.end-r.first, f.conn.chunks)
			}
		}
	}
	if got := rings[0].end - rings[0].first; got != streamChunks {
		t.Errorf("the first has %d chunks", got)
	}
	if rings[3].room(1200) != nil {
		t.Error("the fourth must get none")
	}
	if rings[0].room(chunkBytes+1) != nil {
		t.Error("nothing holds more than a chunk")
	}
	for _, r := range rings {
		r.empty()
	}
	if n := len(b.chunks.free); n != connChunks || f.conn.chunks != 0 {
		t.Errorf("%d of %d chunks came back", n, connChunks)
	}
}

func TestRing_ChunksComeBack(t *testing.T) {
	b, f, s := ringed(t)
	for i := range 60 {
		b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: uint16(i)}, string(make([]byte, 1100))), f.addr)
	}
	if f.conn.chunks != 9 || !s.Find(0, &Packet{}) {
		t.Fatalf("%d chunks", f.conn.chunks)
	}
	b.time += 400 * time.Millisecond
	b.Lock()
	b.Tick()
	b.Unlock()
	if f.conn.chunks != 0 || len(b.chunks.free) != 9 || s.Find(59, &Packet{}) {
		t.Fatalf("%d chunks after the depth, %d free", f.conn.chunks, len(b.chunks.free))
	}
	b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: 60}, "x"), f.addr)
	b.Lock()
	f.conn.Receive(nil)
	b.Unlock()
	if f.conn.chunks != 0 || len(b.chunks.free) != 9 || s.Find(60, &Packet{}) {
		t.Fatal("a stream without m-line keeps nothing")
	}
	for range 20 {
		b.time += 11 * time.Second
		b.Lock()
		b.chunks.trim(b.now)
		b.Unlock()
	}
	if len(b.chunks.free) != 0 {
		t.Errorf("%d chunks that nobody needs", len(b.chunks.free))
	}
}

func TestRing_CloseGivesBack(t *testing.T) {
	b, f, _ := ringed(t)
	b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96}, "x"), f.addr)
	b.Lock()
	f.conn.Close()
	b.Unlock()
	if len(b.chunks.free) != 1 {
		t.Errorf("%d chunks free", len(b.chunks.free))
	}
}

// The first packet of a stream that was not announced begins its keyframe.
func TestRing_HasTheFirstPacketOfALearnedStream(t *testing.T) {
	b, f, _ := ringed(t)
	h := rtp.Header{SSRC: 5000, PayloadType: 96, SequenceNumber: 9}
	if err := h.SetExtension(4, []byte("1")); err != nil {
		t.Fatal(err)
	}
	b.in(f.rtp(h, "\x10\x00\x00\x00"), f.addr)
	if from, ok := f.conn.stream(5000).Group(1e9); !ok || from != 9 {
		t.Errorf("group %d %v", from, ok)
	}
}

func TestRing_AForgedPacketLeavesNothing(t *testing.T) {
	b, f, s := ringed(t)
	b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: 1}, "one"), f.addr)
	forged := f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: 2}, "two")
	forged[13] ^= 1
	b.in(forged, f.addr)
	b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: 3}, "three"), f.addr)
	var p Packet
	for i, want := range map[uint64]string{1: "one", 2: "", 3: "three"} {
		if found := s.Find(i, &p); found != (want != "") || found && string(p.Payload) != want {
			t.Errorf("%d: %v %q", i, found, p.Payload)
		}
	}
}

const (
	keyStart = "\x10\x00\x00\x00\x9d\x01\x2a\x80\x02\xe0\x01" // a keyframe of 640x480
	notKey   = "\x10\x01\x00\x00"
)

func TestGroup_IsWholeAndFresh(t *testing.T) {
	b, f, s := ringed(t)
	send := func(seq uint16, ts uint32, body string) {
		b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: seq, Timestamp: ts}, body), f.addr)
	}
	group := func() (uint64, bool) {
		b.Lock()
		defer b.Unlock()
		return s.Group(250e6)
	}
	send(1, 0, notKey)
	if _, ok := group(); ok {
		t.Error("there is no keyframe")
	}
	send(2, 3000, keyStart)
	send(3, 3000, "\x00rest")
	send(5, 6000, "\x00later")
	if w, h := s.Size(); w != 640 || h != 480 {
		t.Errorf("%dx%d", w, h)
	}
	if _, ok := group(); ok {
		t.Error("4 is missing")
	}
	send(4, 6000, notKey)
	if from, ok := group(); !ok || from != 2 || s.Newest() != 5 {
		t.Errorf("group from %d %v, newest %d", from, ok, s.Newest())
	}
	b.time += 251 * time.Millisecond
	if _, ok := group(); ok {
		t.Error("it is old")
	}
	if !f.packets[1].Keyframe || f.packets[2].Keyframe || f.packets[0].Keyframe {
		t.Error("the second begins a keyframe")
	}
}

func TestNTP_IsTheWallClock(t *testing.T) {
	b := newBench(t)
	b.Lock()
	defer b.Unlock()
	now := b.NTP()
	at := time.Unix(int64(now>>32)-ntpEpoch, int64(now&0xffffffff*1e9>>32))
	if d := time.Since(at); d < 0 || d > time.Minute {
		t.Errorf("NTP is %v ago", d)
	}
	b.now += 1500e6
	if d := b.NTP() - now; d>>16 != 0x18000 && d>>16 != 0x17fff {
		t.Errorf("1.5 s are %x", d)
	}
}

// H.264 sends its parameter sets in packets before the picture: the group
// begins with them, and only there a receiver may begin.
func TestGroup_OfH264BeginsWithParameterSets(t *testing.T) {
	b, f, _ := ringed(t)
	b.Lock()
	f.conn.Receive([]Incoming{{Mid: "1", PayloadType: 102, Repair: 103, Nack: true, Codec: H264, Clock: 90000, SSRC: farVideo, Sink: f}})
	b.Unlock()
	for i, body := range []string{"\x67sps", "\x68pps", "\x7c\x85idr", "\x7c\x05idr", "\x7c\x45idr"} {
		b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 102, SequenceNumber: uint16(i), Timestamp: 5}, body), f.addr)
	}
	for i, p := range f.packets {
		if p.Keyframe != (i == 0) {
			t.Errorf("packet %d: %v", i, p.Keyframe)
		}
	}
	if from, ok := f.conn.stream(farVideo).Group(1e9); !ok || from != 0 {
		t.Errorf("group from %d %v", from, ok)
	}
}

// What the transport keeps for a participant of a visit, 1.2 Mbit/s of video
// and sound both ways, beside its Conn.
func TestRing_MemoryOfAVisit(t *testing.T) {
	b := newBench(t)
	const participants = 40
	var in [participants]struct {
		conn *Conn
		from address
		own  *crypt
		seq  [2]uint64
		all  uint16
	}
	for i := range in {
		f := newFar(t, b, true)
		in[i].conn, in[i].from = f.conn, addressOf(f.addr)
		var err error
		if in[i].own, err = newGCM(clientKey, clientSalt); err != nil {
			t.Fatal(err)
		}
	}
	before := heap()
	b.Lock()
	for i := range in {
		r := &relay{to: []*Conn{in[i^1].conn}, transport: 5}
		in[i].conn.Receive([]Incoming{{Mid: "0", PayloadType: 111, Codec: Opus, Clock: 48000, SSRC: farAudio, TransportExt: 3, Sink: r},
			{Mid: "1", PayloadType: 96, Repair: 97, RepairSSRC: farRepair, Nack: true, Codec: VP8, Clock: 90000, SSRC: farVideo, TransportExt: 3, Sink: r}})
	}
	b.Unlock()
	body, buf := make([]byte, 1000), make([]byte, 0, maxDatagram)
	for ms := range 2000 {
		b.time += time.Millisecond
		b.Lock()
		for i := range in {
			c := &in[i]
			send := func(kind int, ssrc, payloadType byte, n int) {
				c.seq[kind]++
				c.all++
				seq := c.seq[kind]
				h := append(buf[:0], 0x90, payloadType, byte(seq>>8), byte(seq), 0, 0, 0, 1, 0, 0, 0, ssrc,
					0xbe, 0xde, 0, 1, 0x31, byte(c.all>>8), byte(c.all), 0)
				b.packet(c.own.sealRTP(h, body[:n], uint32(ssrc), seq), &c.from)
			}
			if (ms+i)%33 == 0 { // a frame
				for range 5 {
					send(0, farVideo, 96, 1000)
				}
			}
			if (ms+i)%20 == 0 {
				send(1, farAudio, 111, 80)
			}
		}
		if ms%50 == 0 {
			b.Tick()
		}
		b.Unlock()
	}
	each := int(heap()-before) / participants
	t.Logf("%d bytes for each participant", each)
	if each > 80<<10 || in[0].conn.chunks == 0 {
		t.Errorf("%d bytes for each participant, %d chunks", each, in[0].conn.chunks)
	}
	runtime.KeepAlive(in)
}
