package wire

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// relay sends what it gets to n Conns, as sfu does.
type relay struct {
	to []*Conn
}

func (r *relay) RTP(p *Packet) {
	for i, c := range r.to {
		c.SendRTP(&Outgoing{SSRC: uint32(100 + i), PayloadType: 96, Index: p.Index, Timestamp: p.Timestamp, Marker: p.Marker}, p.Payload)
	}
}

func (r *relay) SenderReport(*Stream, uint64, uint32) {}
func (r *relay) Broken(*Stream)                       {}

// relayed is a bench with a sender and n receivers; next makes a burst of five
// sealed packets.
func relayed(t testing.TB, n int) (b *bench, from address, next func() [][]byte) {
	b = newBench(t)
	f := newFar(t, b, true)
	r := &relay{}
	for range n {
		r.to = append(r.to, newFar(t, b, true).conn)
	}
	b.Lock()
	f.conn.Receive([]Incoming{{Mid: "1", PayloadType: 96, Codec: VP8, Clock: 90000, SSRC: farVideo, TransportExt: 3, Sink: r}})
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
	return b, addressOf(f.addr), func() [][]byte {
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
	b, from, next := relayed(t, 4)
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

func BenchmarkRelay(bm *testing.B) {
	for _, n := range []int{0, 1, 4} {
		bm.Run(fmt.Sprintf("to=%d", n), func(bm *testing.B) {
			b, from, next := relayed(bm, n)
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
	f.conn.to = addressOf(netip.MustParseAddrPort("127.0.0.1:0"))
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
	if f.stalls == 0 || g.stalls != 0 || b.stats.Dropped != 3 {
		t.Errorf("stalls %d and %d, dropped %d", f.stalls, g.stalls, b.stats.Dropped)
	}
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

// FuzzRTP opens sealed packets with any header and body.
func FuzzRTP(f *testing.F) {
	b := newBench(f)
	x := newFar(f, b, true)
	h := rtp.Header{Version: 2, SSRC: farVideo, PayloadType: 96}
	if err := h.SetExtension(3, []byte{1, 2}); err != nil {
		f.Fatal(err)
	}
	p, err := (&rtp.Packet{Header: h, Payload: []byte{0x10, 0, 0, 0}}).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p)
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
	})
}
