package wire

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/pion/rtp"
)

// relay sends what it gets to n Conns, as sfu does.
type relay struct {
	to        []*Conn
	transport uint8 // id of the transport-wide number, 0: none
	stream    *Stream
	out       Outgoing
}

func (r *relay) RTP(p *Packet) {
	r.stream = p.Stream
	for i, c := range r.to {
		r.out = Outgoing{SSRC: uint32(100 + i), PayloadType: 96, TransportExt: r.transport, Index: p.Index, Timestamp: p.Timestamp, Marker: p.Marker}
		c.SendRTP(&r.out, p.Payload)
	}
}

func (r *relay) SenderReport(*Stream, uint64, uint32) {}
func (r *relay) Broken(*Stream)                       {}

// relayed is a bench with a sender and n receivers; next makes a burst of five
// sealed packets. All of it has retransmissions and transport-wide feedback
// switched on.
func relayed(t testing.TB, n int, all bool) (b *bench, r *relay, from address, next func() [][]byte) {
	b = newBench(t)
	f := newFar(t, b, true)
	r = &relay{}
	for range n {
		r.to = append(r.to, newFar(t, b, true).conn)
	}
	in := Incoming{Mid: "1", PayloadType: 96, Codec: VP8, Clock: 90000, SSRC: farVideo, TransportExt: 3, Sink: r}
	if all {
		in.Repair, in.RepairSSRC, in.Nack, r.transport = 97, farRepair, true, 5
	}
	b.Lock()
	f.conn.Receive([]Incoming{in})
	b.Unlock()
	own, err := newGCM(clientKey, clientSalt)
	if err != nil {
		t.Fatal(err)
	}
	seq := uint64(0)
	body := make([]byte, 1100)
	bufs := make([][]byte, 5)
	for i := range bufs {
		bufs[i] = make([]byte, 0, maxDatagram)
	}
	return b, r, addressOf(f.addr), func() [][]byte {
		for i := range bufs {
			seq++
			h := append(bufs[i][:0], 0x90, 96, byte(seq>>8), byte(seq), 0, 0, 0, 1, 0, 0, 0, farVideo,
				0xbe, 0xde, 0, 1, 0x31, byte(seq>>8), byte(seq), 0)
			bufs[i] = own.sealRTP(h, body, farVideo, seq)
		}
		b.time += 10 * time.Millisecond
		return bufs
	}
}

func TestLoop_NoAllocationPerPacket(t *testing.T) {
	b, _, from, next := relayed(t, 4, false)
	if n := testing.AllocsPerRun(1000, func() {
		b.Lock()
		for _, p := range next() {
			b.packet(p, &from)
		}
		b.Unlock()
	}); n != 0 {
		t.Errorf("%v allocations for five packets to four", n)
	}
	if b.stats.PacketsOut < 4*5*1001 || b.stats.Refused+b.stats.Dropped+b.stats.Policed != 0 {
		t.Errorf("%+v", b.stats)
	}
}

// answering is a receiver that is sent again what it asks for.
type answering struct {
	*far
	r     *relay
	conn  *Conn
	index uint64 // of its repair stream
	found Packet
	out   Outgoing
	sent  int
}

func (a *answering) Missing(_ uint32, seq, _ uint16) {
	s := a.r.stream
	if s == nil || !s.Find(s.Newest()-uint64(uint16(s.Newest())-seq), &a.found) {
		return
	}
	a.index++
	a.out = Outgoing{SSRC: 200, PayloadType: 97, TransportExt: a.r.transport, Index: a.index, Timestamp: a.found.Timestamp}
	if a.conn.SendRepair(&a.out, seq, a.found.Payload) {
		a.sent++
	}
}

// With a ring, transport-wide feedback both ways, a NACK answered and a lost
// packet asked for and repaired in each burst.
func TestLoop_NoAllocationPerRepair(t *testing.T) {
	b, r, from, next := relayed(t, 4, true)
	a := &answering{r: r, conn: r.to[0]}
	a.conn.handler = a
	to := a.conn.path.address
	client, err := newGCM(clientKey, clientSalt)
	if err != nil {
		t.Fatal(err)
	}
	other, err := newGCM(clientKey, clientSalt)
	if err != nil {
		t.Fatal(err)
	}
	nack := []byte{0x80 | formatNack, typeTransport, 0, 3, 0, 0, 0, 5, 0, 0, 0, 100, 0, 0, 0, 0}
	told := []byte{0x80 | formatTransportCC, typeTransport, 0, 6, 0, 0, 0, 5, 0, 0, 0, 100, 0, 0, 0, 6, 0, 0, 1, 0, 0x20, 6, 1, 1, 1, 1, 1, 1}
	var sealed, again [maxDatagram]byte
	rtx := uint64(0)
	n := testing.AllocsPerRun(1000, func() {
		ps := next()
		b.Lock()
		for i, p := range ps {
			if i != 2 {
				b.packet(p, &from)
			}
		}
		lost := r.stream.Newest() - 2
		b.Unlock()
		b.Lock()
		rtx++
		h := append(again[:0], 0x80, 97, byte(rtx>>8), byte(rtx), 0, 0, 0, 1, 0, 0, 0, farRepair)
		b.packet(other.sealRTP(h, append(sealed[:0], byte(lost>>8), byte(lost), 0x10, 1, 0), farRepair, rtx), &from)
		nack[12], nack[13] = byte(lost>>8), byte(lost)
		b.packet(client.sealRTCP(sealed[:0], nack), &to)
		base := uint16(a.conn.Path().Sent) - 6
		told[12], told[13] = byte(base>>8), byte(base)
		b.packet(client.sealRTCP(sealed[:0], told), &to)
		b.Tick()
		b.Unlock()
	})
	if n != 0 {
		t.Errorf("%v allocations for a burst", n)
	}
	if got := r.stream.Repairs(); got != (Repairs{Asked: 1001, Repaired: 1001}) {
		t.Errorf("%+v", got)
	}
	if p := a.conn.Path(); a.sent != 1001 || p.Sent != 6*1001 || p.Acknowledged < 5*1001 || p.Lost != 0 {
		t.Errorf("%d answered, %+v", a.sent, p)
	}
	if b.stats.Refused+b.stats.Unknown+b.stats.Dropped+b.stats.Policed != 0 {
		t.Errorf("%+v", b.stats)
	}
}

// BenchmarkRelay: "all" has a ring and transport-wide numbers both ways.
func BenchmarkRelay(bm *testing.B) {
	for _, all := range []bool{false, true} {
		for _, n := range []int{0, 1, 4} {
			bm.Run(fmt.Sprintf("all=%v/to=%d", all, n), func(bm *testing.B) {
				b, _, from, next := relayed(bm, n, all)
				bm.ReportAllocs()
				for i := 0; i < bm.N; i += 5 {
					bm.StopTimer()
					ps := next()
					bm.StartTimer()
					b.Lock()
					for _, p := range ps {
						b.packet(p, &from)
					}
					b.Unlock()
				}
			})
		}
	}
}

func TestQueue_SegmentsArriveWholeAndInOrder(t *testing.T) {
	b := newBench(t)
	f, g := newFar(t, b, true), newFar(t, b, true)
	sizes := []int{1000, 1000, 400, 1000, 1200, 1200, 1200, 5}
	b.Lock()
	for i, n := range sizes {
		for _, c := range []*Conn{f.conn, g.conn} {
			c.SendRTP(&Outgoing{SSRC: 1, Index: uint64(i)}, make([]byte, n))
		}
	}
	b.Unlock()
	for _, x := range []*far{f, g} {
		for i, n := range sizes {
			if p := x.read(); len(p) != headerSize+n+tagSize || seqOf(p) != uint16(i) {
				t.Fatalf("packet %d has %d bytes and number %d", i, len(p), seqOf(p))
			}
		}
	}
}

func TestQueue_MoreThanFits(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	const n = queueMessages + 60 // small ones: the client's socket holds them all
	b.Lock()
	for i := range n { // each is longer than the one before: no segments
		f.conn.SendRTP(&Outgoing{SSRC: 1, Index: uint64(i)}, make([]byte, 10+i))
	}
	b.Unlock()
	for i := range n {
		if p := f.read(); seqOf(p) != uint16(i) || len(p) != headerSize+10+i+tagSize {
			t.Fatalf("number %d with %d bytes, want %d", seqOf(p), len(p), i)
		}
	}
}

func TestQueue_OneBadDestinationHarmsNobodyElse(t *testing.T) {
	b := newBench(t)
	f, g := newFar(t, b, true), newFar(t, b, true)
	b.Lock()
	f.conn.path.remote = sockaddrOf(netip.MustParseAddrPort("127.0.0.1:0"))
	for i := range 3 {
		f.conn.SendRTP(&Outgoing{SSRC: 1, Index: uint64(i)}, make([]byte, 500))
		g.conn.SendRTP(&Outgoing{SSRC: 1, Index: uint64(i)}, make([]byte, 500))
	}
	b.Unlock()
	for i := range 3 {
		if seqOf(g.read()) != uint16(i) {
			t.Fatal("the good destination lost packets")
		}
	}
	if f.stalls == 0 || g.stalls != 0 || b.stats.Dropped != 3 || b.stats.BytesOut != 3*(headerSize+500+tagSize) {
		t.Errorf("stalls %d and %d, %+v", f.stalls, g.stalls, b.stats)
	}
}

// Nothing of the queue keeps a Conn that is gone, though its place there may
// not be used again for long.
func TestQueue_ForgetsWhoIsGone(t *testing.T) {
	b := newBench(t)
	other := newFar(t, b, true)
	gone := func() weak.Pointer[Conn] {
		f := newFar(t, b, true)
		b.Lock()
		for i := range 50 {
			other.conn.SendRTP(&Outgoing{SSRC: 1, Index: uint64(i)}, make([]byte, 10+i))
		}
		f.conn.SendRTP(&Outgoing{SSRC: 1}, make([]byte, 10))
		b.Unlock()
		b.Lock()
		defer b.Unlock()
		f.conn.Close()
		return weak.Make(f.conn)
	}()
	runtime.GC()
	if gone.Value() != nil {
		t.Error("it is still there")
	}
	runtime.KeepAlive(b)
}

func TestLoop_GarbageIsCounted(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	for _, d := range [][]byte{nil, {1}, make([]byte, 11), {255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, {70, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
		{23, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {0x9f, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, farVideo}} {
		b.in(d, f.addr)
	}
	if b.stats.PacketsIn != 7 || b.stats.Refused != 7 {
		t.Errorf("%+v", b.stats)
	}
}

// FuzzRTP opens sealed packets with any header and body: media that is kept,
// retransmissions, layers of simulcast.
func FuzzRTP(f *testing.F) {
	b := newBench(f)
	x := newFar(f, b, true)
	x.publish(Incoming{Mid: "2", PayloadType: 98, Repair: 99, Nack: true, Codec: H264, Clock: 90000, Layers: []string{"q", "f"},
		MidExt: 4, LayerExt: 5, RepairedExt: 6, Sink: x},
		Incoming{Mid: "0", PayloadType: 111, Redundant: 63, Codec: Opus, Clock: 48000, SSRC: farAudio, Sink: x})
	for _, p := range []rtp.Packet{
		{Header: rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: 5}, Payload: []byte{0x10, 0, 0, 0}},
		{Header: rtp.Header{SSRC: farRepair, PayloadType: 97}, Payload: []byte{0, 4, 0x10, 0, 0, 0}},
		{Header: rtp.Header{SSRC: farRepair, PayloadType: 97, Padding: true, PaddingSize: 3}},
		{Header: rtp.Header{SSRC: 50, PayloadType: 98}, Payload: []byte{0x65, 1}},
		{Header: rtp.Header{SSRC: 51, PayloadType: 99}, Payload: []byte{0, 4, 0x65, 1}},
		{Header: rtp.Header{SSRC: farAudio, PayloadType: 63}, Payload: redundant},
	} {
		p.Version = 2
		for id, v := range map[uint8]string{3: "\x01\x02", 4: "2", 5: "q", 6: "q"} {
			if err := p.SetExtension(id, []byte(v)); err != nil {
				f.Fatal(err)
			}
		}
		raw, err := p.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte{0x90, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, farVideo, 0x10, 0, 0, 1, 4, 1, '0', 0, 1, 2})
	f.Fuzz(func(t *testing.T, p []byte) {
		b.time += time.Second
		b.in(p, x.addr)
		x.packets = nil
		var h header
		if !h.parse(p) || len(p) > maxDatagram-tagSize {
			return
		}
		b.Lock()
		defer b.Unlock()
		index := uint64(h.seq)
		if s := x.conn.stream(h.ssrc); s != nil {
			index = s.win.guess(h.seq)
		}
		sealed := x.conn.in.sealRTP(append(make([]byte, 0, maxDatagram), p[:h.size]...), p[h.size:], h.ssrc, index)
		a := addressOf(x.addr)
		b.packet(sealed, &a)
		for _, p := range x.packets {
			if f, ok := p.Stream, (Packet{}); f.ring != nil && (!f.Find(p.Index, &ok) || string(ok.Payload) != string(p.Payload)) {
				t.Fatalf("index %d is not in the ring", p.Index)
			}
		}
		b.Tick()
	})
}
