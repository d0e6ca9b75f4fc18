package wire

import (
	"slices"
	"testing"

	"github.com/pion/rtp"
	"pgregory.net/rapid"
)

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

// A client that names its streams by MID alone repairs the one that it began
// last.
func TestRepair_FindsAStreamThatWasNotAnnounced(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	f.conn.Receive([]Incoming{{Mid: "1", PayloadType: 96, Repair: 97, Nack: true, Codec: VP8, Clock: 90000, MidExt: 4, Sink: f}})
	b.Unlock()
	named := func(ssrc uint32, pt uint8, seq uint16, body string) {
		b.time++
		h := rtp.Header{SSRC: ssrc, PayloadType: pt, SequenceNumber: seq}
		if err := h.SetExtension(4, []byte("1")); err != nil {
			t.Fatal(err)
		}
		b.in(f.rtp(h, body), f.addr)
	}
	named(20, 97, 1, "\x00\x02of nothing")
	named(10, 96, 1, "x")
	named(10, 96, 3, "x")
	named(20, 97, 2, "\x00\x02first")
	named(11, 96, 1, "x")
	named(11, 96, 3, "x")
	named(21, 97, 2, "\x00\x02second")
	named(21, 97, 3, "\x00\x01second again")
	if len(f.packets) != 6 || f.packets[2].Stream.SSRC() != 10 || f.packets[5].Stream.SSRC() != 11 || b.stats.Unknown != 1 {
		t.Fatalf("%d packets, %+v", len(f.packets), b.stats)
	}
	if s := f.conn.stream(20); !s.repair || s.ring != nil {
		t.Errorf("%+v", s)
	}
}

func TestStream_OnlyWhatWasNegotiated(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	f.conn.Receive([]Incoming{
		{Mid: "1", PayloadType: 96, Repair: 97, Nack: true, Codec: VP8, Clock: 90000, SSRC: farVideo, RepairSSRC: farRepair, Sink: f},
		{Mid: "2", PayloadType: 96, Codec: VP8, Clock: 90000, SSRC: 20, Layers: []string{"q", "f"}, MidExt: 4, LayerExt: 5, Sink: f},
		{PayloadType: 96, Codec: VP8, Clock: 90000, MidExt: 4, Sink: f},
	})
	b.Unlock()
	f.send(5, "x")
	for i, h := range []rtp.Header{
		{SSRC: farVideo, PayloadType: 0},   // no RED
		{SSRC: farVideo, PayloadType: 97},  // retransmissions have an SSRC of their own
		{SSRC: farRepair, PayloadType: 96}, // and carry nothing else
		{SSRC: 20, PayloadType: 96},        // which layer?
		{SSRC: 21, PayloadType: 96},        // which m-line?
	} {
		h.SequenceNumber = 6
		b.in(f.rtp(h, "\x00\x04x"), f.addr)
		if len(f.packets) != 1 || b.stats.Unknown != uint64(i+1) {
			t.Fatalf("%+v: %d packets, %+v", h, len(f.packets), b.stats)
		}
	}
}

// Of a client that announces no SSRC and names no m-line the payload type tells,
// where it has one meaning.
func TestStream_IsFoundByAPayloadTypeOfItsOwn(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	f.conn.Receive([]Incoming{
		{Mid: "0", PayloadType: 111, Redundant: 63, Codec: Opus, Clock: 48000, MidExt: 4, Sink: f},
		{Mid: "1", PayloadType: 96, Repair: 97, Nack: true, Codec: VP8, Clock: 90000, Sink: f},
		{Mid: "2", PayloadType: 98, Codec: VP8, Clock: 90000, Sink: f},
		{Mid: "3", PayloadType: 98, Codec: VP8, Clock: 90000, SSRC: 30, Sink: f},
		{Mid: "4", PayloadType: 99, Codec: VP8, Clock: 90000, SSRC: 40, Sink: f},
	})
	b.Unlock()
	elsewhere := rtp.Header{SSRC: 50, PayloadType: 111, SequenceNumber: 1}
	if err := elsewhere.SetExtension(4, []byte("9")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		h    rtp.Header
		body string
		mid  string // "": dropped
	}{
		{rtp.Header{SSRC: 10, PayloadType: 111, SequenceNumber: 1}, "sound", "0"},
		{rtp.Header{SSRC: 10, PayloadType: 63, SequenceNumber: 2}, "\x6fx", "0"},
		{rtp.Header{SSRC: 11, PayloadType: 96, SequenceNumber: 1}, "picture", "1"},
		{rtp.Header{SSRC: 11, PayloadType: 96, SequenceNumber: 3}, "picture", "1"},
		{rtp.Header{SSRC: 12, PayloadType: 97, SequenceNumber: 1}, "\x00\x02again", "1"},
		{rtp.Header{SSRC: 13, PayloadType: 98, SequenceNumber: 1}, "of two m-lines", ""},
		{rtp.Header{SSRC: 14, PayloadType: 99, SequenceNumber: 1}, "another was announced", ""},
		{elsewhere, "another m-line is named", ""},
	} {
		before := len(f.packets)
		b.in(f.rtp(c.h, c.body), f.addr)
		switch got := f.packets[before:]; {
		case c.mid == "" && len(got) != 0, c.mid != "" && len(got) != 1:
			t.Errorf("%s: %d packets", c.body, len(got))
		case c.mid != "" && got[0].Stream.in.Mid != c.mid:
			t.Errorf("%s: came on %q", c.body, got[0].Stream.in.Mid)
		}
	}
	if p := f.packets[len(f.packets)-1]; !p.Repaired || p.Stream.SSRC() != 11 || p.Index != 2 {
		t.Errorf("%+v", p)
	}
}
