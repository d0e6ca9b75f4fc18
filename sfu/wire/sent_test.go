package wire

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"pgregory.net/rapid"
)

// told is a feedback packet as a client writes it: for each packet from base
// its delta in 250 µs, or none.
func told(t rapid.TB, base uint16, deltas []*int64, vectors bool) []byte {
	p := &rtcp.TransportLayerCC{Header: rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback},
		MediaSSRC: 1, BaseSequenceNumber: base, PacketStatusCount: uint16(len(deltas)), ReferenceTime: 5}
	symbols := make([]uint16, len(deltas))
	small := true // no two bits needed
	for i, d := range deltas {
		if d == nil {
			continue
		}
		symbols[i] = rtcp.TypeTCCPacketReceivedSmallDelta
		if *d < 0 || *d > 255 {
			symbols[i], small = rtcp.TypeTCCPacketReceivedLargeDelta, false
		}
		p.RecvDeltas = append(p.RecvDeltas, &rtcp.RecvDelta{Type: symbols[i], Delta: *d * 250})
	}
	for len(symbols) > 0 {
		run := 1
		for run < len(symbols) && symbols[run] == symbols[0] {
			run++
		}
		if !vectors || run > 20 {
			p.PacketChunks = append(p.PacketChunks, &rtcp.RunLengthChunk{Type: rtcp.TypeTCCRunLengthChunk, PacketStatusSymbol: symbols[0], RunLength: uint16(run)})
			symbols = symbols[run:]
			continue
		}
		n, size := min(7, len(symbols)), uint16(rtcp.TypeTCCSymbolSizeTwoBit)
		if small {
			n, size = min(14, len(symbols)), rtcp.TypeTCCSymbolSizeOneBit
		}
		p.PacketChunks = append(p.PacketChunks, &rtcp.StatusVectorChunk{Type: rtcp.TypeTCCStatusVectorChunk, SymbolSize: size, SymbolList: slices.Clone(symbols[:n])})
		symbols = symbols[n:]
	}
	n := 20 + 2*len(p.PacketChunks)
	for _, d := range p.RecvDeltas {
		n += int(d.Type)
	}
	p.Header.Length = uint16((n+3)/4 - 1)
	p.Header.Padding = n%4 != 0
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestArrivals_ReadsWhatPionWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		deltas := rapid.SliceOfN(rapid.OneOf(
			rapid.Just[*int64](nil),
			rapid.Ptr(rapid.Int64Range(0, 255), false),
			rapid.Ptr(rapid.Int64Range(0, 255), true),
			rapid.Ptr(rapid.Int64Range(-32768, 32767), false),
		), 1, 300).Draw(t, "deltas")
		if rapid.Bool().Draw(t, "small only") {
			for _, d := range deltas {
				if d != nil {
					*d &= 255
				}
			}
		}
		b := told(t, 65500, deltas, rapid.Bool().Draw(t, "vectors"))
		var a arrivals
		if !a.parse(b) {
			t.Fatalf("refused %x", b)
		}
		if a.base != 65500 || a.reference != 5 {
			t.Fatalf("%+v", a)
		}
		for i, want := range deltas {
			arrived, delta, ok := a.next()
			if !ok || arrived != (want != nil) || want != nil && int64(delta) != *want {
				t.Fatalf("packet %d: %v %d %v", i, arrived, delta, ok)
			}
		}
		if _, _, ok := a.next(); ok {
			t.Fatal("more than was written")
		}
	})
}

func TestArrivals_MalformedOnesAreRefused(t *testing.T) {
	head := []byte{0x8f, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1}
	for name, rest := range map[string][]byte{
		"nothing told":           {0, 0, 0, 0, 5, 0, 0, 0},
		"without chunks":         {0, 1, 0, 0, 5, 0},
		"reserved symbol":        {0, 1, 0, 0, 5, 0, 0x60, 1, 9, 9, 9, 9},
		"reserved in a vector":   {0, 1, 0, 0, 5, 0, 0xf0, 0, 9, 9, 9, 9},
		"empty run":              {0, 1, 0, 0, 5, 0, 0x20, 0, 0x20, 1, 9, 9},
		"run shorter than told":  {0, 3, 0, 0, 5, 0, 0x20, 2, 9, 9},
		"delta missing":          {0, 3, 0, 0, 5, 0, 0x20, 3, 9, 9},
		"half of a large delta":  {0, 2, 0, 0, 5, 0, 0x40, 2, 9, 9, 9},
		"more than anybody has":  {0x20, 0, 0, 0, 5, 0, 0x1f, 0xff, 0x1f, 0xff},
		"cut within the header ": {0, 1, 0, 0, 5},
	} {
		var a arrivals
		if a.parse(append(slices.Clone(head), rest...)) {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestSendRTP_NumbersEachPacketOfTheTransport(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	open, err := srtp.CreateContext(serverKey, serverSalt, srtp.ProtectionProfileAeadAes128Gcm)
	if err != nil {
		t.Fatal(err)
	}
	b.Lock()
	f.conn.SendRTP(&Outgoing{SSRC: 100, PayloadType: 96, TransportExt: 5, Marker: true, Index: 1, Timestamp: 7}, []byte("media"))
	f.conn.SendRTP(&Outgoing{SSRC: 101, PayloadType: 111, Index: 1}, []byte("no number"))
	f.conn.SendRepair(&Outgoing{SSRC: 102, PayloadType: 97, TransportExt: 5, Index: 1}, 77, []byte("again"))
	b.Unlock()
	for i, want := range []struct {
		ssrc    uint32
		ext     []byte
		payload string
	}{{100, []byte{0, 0}, "media"}, {101, nil, "no number"}, {102, []byte{0, 1}, "\x00\x4dagain"}} {
		plain, err := open.DecryptRTP(nil, f.read(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var p rtp.Packet
		if err := p.Unmarshal(plain); err != nil {
			t.Fatal(err)
		}
		if p.SSRC != want.ssrc || !slices.Equal(p.GetExtension(5), want.ext) || string(p.Payload) != want.payload || p.Marker != (i == 0) {
			t.Errorf("packet %d: %+v", i, p)
		}
	}
	if p := f.conn.Path(); p.Sent != 2 {
		t.Errorf("%+v", p)
	}
}

func TestPath_CountsWhatTheClientTells(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	one := int64(1)
	yes, no := &one, (*int64)(nil)
	tell := func(base uint16, d ...*int64) {
		b.in(f.rtcp(told(t, base, d, true)), f.addr)
	}
	path := func() PathStats {
		b.Lock()
		defer b.Unlock()
		return f.conn.Path()
	}
	tell(0, yes, yes) // nothing was sent yet
	b.Lock()
	for i := range uint64(10) {
		f.conn.SendRTP(&Outgoing{SSRC: 100, TransportExt: 5, Index: i}, make([]byte, 1000-headerSize-transportSize-tagSize))
	}
	b.Unlock()
	tell(0, yes, no, yes, yes)
	tell(0, no, no, yes, yes) // again, and what came cannot get lost
	tell(8, yes, no, yes, yes)
	tell(40000, yes, yes)
	if p := path(); p.Sent != 10 || p.Acknowledged != 4 || p.Lost != 2 || p.AcknowledgedBits != 0 {
		t.Errorf("%+v", p)
	}
	b.time += 400 * time.Millisecond
	tell(1, yes, yes, yes, yes, yes) // 1 was only late
	if p := path(); p.Acknowledged != 7 || p.Lost != 1 || p.AcknowledgedBits != 4*8000*10/4 {
		t.Errorf("%+v", p)
	}
	b.in(f.rtcp([]byte{0x8f, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 5, 0}), f.addr)
	if b.stats.Refused != 1 {
		t.Errorf("%d refused", b.stats.Refused)
	}
	b.time += 3 * time.Second
	if p := path(); p.AcknowledgedBits != 0 {
		t.Errorf("%+v after three silent seconds", p)
	}
}

// The ring grows while a client that gives feedback has not told of what it
// holds, and never forgets a packet by growing.
func TestSent_GrowsAsNeeded(t *testing.T) {
	var s sent
	for i := range 10 * sentMost {
		s.note(1000, int64(i)*1e6)
	}
	if len(s.ring) != sentLeast {
		t.Fatalf("%d places without any feedback", len(s.ring))
	}
	s.measure(1)
	for i := range sentMost + 5 {
		s.note(1000, 50e9+int64(i)*1e4)
	}
	if len(s.ring) != sentMost {
		t.Fatalf("%d places", len(s.ring))
	}
	s.told(s.next-sentMost-1, true)
	s.told(s.next, true)
	if s.acknowledged != 0 {
		t.Fatal("what is not remembered was acknowledged")
	}
	for k := s.next - sentMost; k != s.next; k++ {
		s.told(k, true)
	}
	if s.acknowledged != sentMost || s.bytes != sentMost*1000 {
		t.Errorf("%d acknowledged, %d bytes", s.acknowledged, s.bytes)
	}
	for i := range sentMost {
		s.note(1000, 60e9+int64(i)*1e6)
	}
	if len(s.ring) != sentMost {
		t.Errorf("%d places", len(s.ring))
	}
}

// FuzzArrivals reads anything, and what pion reads, too, likewise.
func FuzzArrivals(f *testing.F) {
	d := []int64{0, 200, 300, -5}
	f.Add(told(f, 1, []*int64{&d[0], nil, &d[1], &d[1]}, true))
	f.Add(told(f, 65535, []*int64{&d[0], nil, &d[2], &d[3], nil, nil, nil, nil, nil, &d[1]}, true))
	f.Add(told(f, 65535, []*int64{nil, nil, &d[2]}, false))
	f.Add([]byte{0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0x10, 0, 0, 0, 5, 0, 0x1f, 0xff, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var a arrivals
		if !a.parse(b) {
			return
		}
		var p rtcp.TransportLayerCC
		pion := p.Unmarshal(b) == nil && int(p.PacketStatusCount) == a.count
		n, came := 0, 0
		for ; ; n++ {
			arrived, delta, ok := a.next()
			if !ok {
				break
			}
			if arrived {
				if pion && came < len(p.RecvDeltas) && p.RecvDeltas[came].Delta != int64(delta)*250 {
					t.Fatalf("delta %d is %d, pion says %d µs", came, delta, p.RecvDeltas[came].Delta)
				}
				came++
			}
		}
		if n > sentMost || n == 0 {
			t.Fatalf("%d packets", n)
		}
	})
}
