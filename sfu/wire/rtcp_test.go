package wire

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

func compound(t testing.TB, ps ...rtcp.Packet) []byte {
	t.Helper()
	b, err := rtcp.Marshal(ps)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRTCP_WhatForwardingNeeds(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: 1}, "x"), f.addr)
	b.in(f.rtcp(compound(t,
		&rtcp.SenderReport{SSRC: farVideo, NTPTime: 1 << 40, RTPTime: 5},
		&rtcp.SenderReport{SSRC: 4711, NTPTime: 1 << 40, RTPTime: 5},
		&rtcp.SourceDescription{},
		&rtcp.PictureLossIndication{MediaSSRC: 100},
		&rtcp.FullIntraRequest{FIR: []rtcp.FIREntry{{SSRC: 101}, {SSRC: 102}}},
	)), f.addr)
	if f.reports != 1 || !slices.Equal(f.keyframes, []uint32{100, 101, 102}) {
		t.Errorf("%d sender reports, keyframes for %v", f.reports, f.keyframes)
	}
}

// The client says how long it kept our report; the rest of the time since is
// the round trip.
func TestRTCP_ReportBlocksGiveTheRoundTrip(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	sent := uint32(b.NTP() >> 16)
	b.Unlock()
	b.time += 150 * time.Millisecond
	block := rtcp.ReceptionReport{SSRC: 100, FractionLost: 12, TotalLost: 0xfffffe, Jitter: 77, LastSenderReport: sent, Delay: 6554} // 100 ms
	b.in(f.rtcp(compound(t, &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{block, {SSRC: 101}}})), f.addr)
	b.in(f.rtcp(compound(t, &rtcp.SenderReport{SSRC: farVideo, Reports: []rtcp.ReceptionReport{block}})), f.addr)
	if len(f.received) != 3 {
		t.Fatalf("%d blocks", len(f.received))
	}
	r := f.received[0]
	if d := r.RoundTrip - 50e6; d < -1e6 || d > 1e6 || r.FractionLost != 12 || r.TotalLost != -2 || r.Jitter != 77 || f.received[2] != r {
		t.Errorf("%+v, %+v", r, f.received[2])
	}
	if f.received[1].RoundTrip != 0 || f.conn.roundTrip != r.RoundTrip {
		t.Errorf("%+v, smoothed %d", f.received[1], f.conn.roundTrip)
	}
	block.Delay = 10000 // longer than the time since
	b.in(f.rtcp(compound(t, &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{block}})), f.addr)
	if f.received[3].RoundTrip != 0 || f.conn.roundTrip != r.RoundTrip {
		t.Errorf("%+v, smoothed %d", f.received[3], f.conn.roundTrip)
	}
	block.Delay = 0
	b.in(f.rtcp(compound(t, &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{block}})), f.addr)
	if d := f.conn.roundTrip - 62.5e6; d < -1e6 || d > 1e6 {
		t.Errorf("smoothed %d", f.conn.roundTrip)
	}
}

func TestRTCP_ReplayAndForgeryAreRefused(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	pli := f.rtcp(compound(t, &rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: 100}))
	other := f.rtcp(compound(t, &rtcp.PictureLossIndication{SenderSSRC: 2, MediaSSRC: 100}))
	for range 3 {
		b.in(pli, f.addr)
		b.in(other, f.addr)
	}
	forged := slices.Clone(pli)
	forged[9] ^= 1
	b.in(forged, f.addr)
	if len(f.keyframes) != 2 || b.stats.Refused != 5 {
		t.Errorf("%d taken, %d refused", len(f.keyframes), b.stats.Refused)
	}
}

// A long call changes its SSRCs often; its keyframe requests must go on.
func TestRTCP_ManySendersDoNotFillTheTable(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	const n = 5 * MaxStreams
	for ssrc := range uint32(n) {
		b.time += time.Millisecond
		b.in(f.rtcp(compound(t, &rtcp.PictureLossIndication{SenderSSRC: 100, MediaSSRC: ssrc})), f.addr)
		b.in(f.rtcp(compound(t, &rtcp.PictureLossIndication{SenderSSRC: 1000 + ssrc, MediaSSRC: ssrc})), f.addr)
	}
	if len(f.keyframes) != 2*n || len(f.conn.reports) != 2*MaxStreams {
		t.Errorf("%d of %d taken, %d senders remembered", len(f.keyframes), 2*n, len(f.conn.reports))
	}
}

func TestRTP_ReplayForgeryAndUnknownAreRefused(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	one := f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: 1}, "one")
	forged := slices.Clone(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: 2}, "two"))
	forged[14] ^= 1
	b.in(one, f.addr)
	b.in(one, f.addr)
	b.in(forged, f.addr)
	b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 97, SequenceNumber: 3}, "type not negotiated"), f.addr)
	b.in(f.rtp(rtp.Header{SSRC: 4711, PayloadType: 96, SequenceNumber: 4}, "unknown"), f.addr)
	if len(f.packets) != 1 || string(f.packets[0].Payload) != "one" {
		t.Fatalf("%d packets taken", len(f.packets))
	}
	if b.stats.Refused != 2 || b.stats.Unknown != 2 {
		t.Errorf("%+v", b.stats)
	}
}

func TestRTP_MidNamesAnUnknownStream(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	for i := range uint32(2 * MaxStreams) {
		h := rtp.Header{SSRC: 5000 + i, PayloadType: 96, SequenceNumber: 9}
		if err := h.SetExtension(4, []byte("1")); err != nil {
			t.Fatal(err)
		}
		b.in(f.rtp(h, "named"), f.addr)
	}
	if len(f.packets) != MaxStreams-2 || len(f.conn.streams) != MaxStreams {
		t.Errorf("%d packets of %d streams", len(f.packets), len(f.conn.streams))
	}
	if s := f.packets[0].Stream; s.SSRC() != 5000 {
		t.Errorf("stream %d", s.SSRC())
	}
}

func TestRTP_RatesArePoliced(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	for i := range 4000 {
		b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: uint16(i)}, "x"), f.addr)
	}
	if len(f.packets) != MaxPackets || b.stats.Policed != 1000 {
		t.Errorf("%d taken, %d policed", len(f.packets), b.stats.Policed)
	}
	b.time += time.Second
	b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: 4000}, "x"), f.addr)
	if len(f.packets) != MaxPackets+1 {
		t.Error("a second later there must be room again")
	}
}

func TestReceiverReport_CountsLoss(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	for i := range 100 {
		if i%4 != 1 {
			b.in(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: uint16(65500 + i)}, "x"), f.addr)
		}
	}
	// The client's view: pion opens what we sealed.
	open, err := srtp.CreateContext(serverKey, serverSalt, srtp.ProtectionProfileAeadAes128Gcm)
	if err != nil {
		t.Fatal(err)
	}
	b.Lock()
	b.Tick()
	b.Unlock()
	plain, err := open.DecryptRTCP(nil, f.read(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var rr rtcp.ReceiverReport
	if err := rr.Unmarshal(plain); err != nil {
		t.Fatal(err)
	}
	r := rr.Reports[0]
	if len(rr.Reports) != 1 || r.SSRC != farVideo || r.TotalLost != 25 || r.FractionLost != 64 || r.LastSequenceNumber != 65599 {
		t.Errorf("%+v", rr)
	}
}

// FuzzRTCP opens sealed compounds of any content, when packets are missing and
// some were sent with transport-wide numbers.
func FuzzRTCP(f *testing.F) {
	b, x, _ := ringed(f)
	x.send(1, "x")
	x.send(5, "x")
	b.Lock()
	for i := range uint64(20) {
		x.conn.SendRTP(&Outgoing{SSRC: 100, TransportExt: 5, Index: i}, make([]byte, 10))
	}
	b.Unlock()
	d := int64(3)
	f.Add(compound(f, &rtcp.SenderReport{SSRC: farVideo, NTPTime: 1 << 40, RTPTime: 5, Reports: []rtcp.ReceptionReport{{SSRC: 100, LastSenderReport: 5}}},
		&rtcp.PictureLossIndication{MediaSSRC: 1}))
	f.Add(compound(f, &rtcp.FullIntraRequest{FIR: []rtcp.FIREntry{{SSRC: 101}, {SSRC: 102}}}))
	f.Add(compound(f, &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: 1}, {SSRC: 2, LastSenderReport: 1 << 31, Delay: 1 << 31}}}))
	f.Add(compound(f, &rtcp.TransportLayerNack{Nacks: []rtcp.NackPair{{PacketID: 1, LostPackets: 0x8001}}}))
	f.Add(told(f, 0, []*int64{&d, nil, &d}, true))
	f.Add(told(f, 65530, []*int64{&d, nil, nil, nil, nil, nil, nil, nil, nil, &d}, false))
	f.Fuzz(func(t *testing.T, plain []byte) {
		b.time += time.Second
		b.in(plain, x.addr) // not sealed: refused
		if len(plain) < 8 {
			return
		}
		plain = slices.Clone(plain)
		plain[0], plain[1] = plain[0]&0x3f|0x80, 192|plain[1]&31
		sealed, err := x.crypt.EncryptRTCP(nil, plain, nil)
		if err != nil {
			return
		}
		b.in(sealed, x.addr)
		if p := x.conn.Path(); p.Acknowledged+p.Lost > p.Sent {
			t.Fatalf("%+v", p)
		}
	})
}
