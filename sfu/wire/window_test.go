package wire

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"pgregory.net/rapid"
)

func TestWindow_EachIndexOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w window
		seen := map[uint64]bool{}
		at := uint64(rapid.Uint16Max(1<<15).Draw(t, "first"))
		for range rapid.IntRange(1, 300).Draw(t, "packets") {
			step := rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64Range(-1500, 1500), rapid.Int64Range(-30_000, 30_000)).Draw(t, "step")
			i := at
			if step > 0 || at > uint64(-step) {
				i = at + uint64(step)
			}
			if len(seen) > 0 && (i > at+30_000 || i+30_000 < at) {
				continue
			}
			if len(seen) > 0 {
				if g := w.guess(uint16(i)); g != i {
					t.Fatalf("guessed %d for %d, highest %d", g, i, w.high)
				}
			} else if i > 0xffff {
				continue
			}
			fresh := w.fresh(i)
			old := len(seen) > 0 && i < at && at-i >= windowBits
			if want := !seen[i] && !old; fresh != want {
				t.Fatalf("fresh(%d) is %v, highest %d", i, fresh, at)
			}
			if fresh {
				w.mark(i)
				seen[i] = true
				if len(seen) == 1 || i > at {
					at = i
				}
			}
		}
	})
}

// TestRTP_WhateverIsReplayedComesOnce: packets over several rollovers, lost and
// mixed up, and somebody who sends any that he has seen again at any time.
func TestRTP_WhateverIsReplayedComesOnce(t *testing.T) {
	b := newBench(t)
	rapid.Check(t, func(rt *rapid.T) {
		f := newFar(t, b, true)
		defer f.leave()
		var seen [][]byte
		seq := rapid.Uint16Max(1<<15).Draw(rt, "first")
		for range rapid.IntRange(5, 200).Draw(rt, "packets") {
			if len(seen) > 0 && rapid.Bool().Draw(rt, "replay") {
				b.in(seen[rapid.IntRange(0, len(seen)-1).Draw(rt, "which")], f.addr)
				continue
			}
			seq += rapid.OneOf(rapid.Uint16Range(1, 3), rapid.Uint16Range(1, 20_000)).Draw(rt, "step")
			d := f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: seq}, "x")
			seen = append(seen, d)
			if rapid.IntRange(0, 9).Draw(rt, "late") > 0 {
				b.in(d, f.addr)
			}
		}
		for _, d := range seen {
			b.in(d, f.addr)
		}
		came := map[uint64]bool{}
		for _, p := range f.packets {
			if came[p.Index] {
				rt.Fatalf("%d came twice", p.Index)
			}
			came[p.Index] = true
		}
		if len(came) == 0 {
			rt.Fatal("nothing came")
		}
	})
}

// leave closes the far end before the test does.
func (f *far) leave() {
	f.b.Lock()
	f.conn.Close()
	f.b.Unlock()
	_ = f.sock.Close()
}

// TestRTCP_WhateverIsReplayedComesOnce: likewise for reports of two senders,
// also at the end of their numbers.
func TestRTCP_WhateverIsReplayedComesOnce(t *testing.T) {
	b := newBench(t)
	rapid.Check(t, func(rt *rapid.T) {
		f := newFar(t, b, true)
		defer f.leave()
		for sender := range uint32(2) {
			f.crypt.SetIndex(sender, rapid.SampledFrom([]uint32{0, maxReports - 20}).Draw(rt, "index"))
		}
		var seen [][]byte
		for n := range uint32(rapid.IntRange(1, 60).Draw(rt, "reports")) {
			if len(seen) > 0 && rapid.Bool().Draw(rt, "replay") {
				b.in(seen[rapid.IntRange(0, len(seen)-1).Draw(rt, "which")], f.addr)
				continue
			}
			plain := compound(t, &rtcp.PictureLossIndication{SenderSSRC: rapid.Uint32Max(1).Draw(rt, "sender"), MediaSSRC: n})
			d, err := f.crypt.EncryptRTCP(nil, plain, nil)
			if err != nil { // pion has used up its numbers
				break
			}
			seen = append(seen, d)
			b.in(d, f.addr)
		}
		for _, d := range seen {
			b.in(d, f.addr)
		}
		came := map[uint32]bool{}
		for _, n := range f.keyframes {
			if came[n] {
				rt.Fatalf("report %d came twice", n)
			}
			came[n] = true
		}
		if len(came) != len(seen) {
			rt.Fatalf("%d of %d came", len(came), len(seen))
		}
	})
}

func TestWindow_NothingComesBehindTheLastIndex(t *testing.T) {
	var w window
	w.mark(maxIndex - 1)
	if i := w.guess(0xffff); i != maxIndex || !w.fresh(i) {
		t.Fatalf("the last index is %d", i)
	}
	w.mark(maxIndex)
	for seq := range uint16(1000) {
		if i := w.guess(seq); w.fresh(i) {
			t.Fatalf("%d is taken as %d", seq, i)
		}
	}
}

// TestRTP_AForgottenStreamIsNotReplayed: with more SSRCs than are remembered
// over a long call, the first packets of the first one come again.
func TestRTP_AForgottenStreamIsNotReplayed(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	var seen [][]byte
	for ssrc := range uint32(MaxStreams + 5) {
		b.Lock()
		f.conn.Receive([]Incoming{{Mid: string(rune('a' + ssrc)), PayloadType: 96, Clock: 90000, SSRC: 1000 + ssrc, MidExt: 4, Sink: f}})
		b.Unlock()
		h := rtp.Header{SSRC: 1000 + ssrc, PayloadType: 96, SequenceNumber: 1}
		if err := h.SetExtension(4, []byte{byte('a' + MaxStreams + 4)}); err != nil {
			t.Fatal(err)
		}
		d := f.rtp(h, "x")
		seen = append(seen, d)
		b.in(d, f.addr)
	}
	if len(f.packets) != len(seen) {
		t.Fatalf("%d of %d came", len(f.packets), len(seen))
	}
	for _, d := range seen {
		b.in(d, f.addr)
	}
	if n := len(f.packets) - len(seen); n != 0 {
		t.Errorf("%d came again", n)
	}
}

func TestRTCP_AForgottenSenderIsNotReplayed(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	var seen [][]byte
	for sender := range uint32(2*MaxStreams + 5) {
		b.time += time.Millisecond
		seen = append(seen, f.rtcp(compound(t, &rtcp.PictureLossIndication{SenderSSRC: sender, MediaSSRC: 1})))
		b.in(seen[sender], f.addr)
	}
	for _, d := range seen {
		b.in(d, f.addr)
	}
	if len(f.keyframes) != len(seen) {
		t.Errorf("%d came, of %d", len(f.keyframes), len(seen))
	}
}
