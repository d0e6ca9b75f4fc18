package sfu

import (
	"testing"

	"pgregory.net/rapid"
)

// TestRewriter_NoNonceTwice drives a rewriter as a DownTrack does: streams with
// their own numbers, reordered and lost packets (each in index at most once per
// stream), rebinding in the middle and back again, stalls. An out index is half
// of a nonce: it must never come twice.
func TestRewriter_NoNonceTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rewriter{next: uint64(rapid.Uint32Range(0, 1<<15).Draw(t, "first"))}
		first := r.next
		type stream struct {
			high uint64
			ts   uint32
			used map[uint64]bool
		}
		var streams []*stream
		for range 3 {
			streams = append(streams, &stream{high: uint64(rapid.Uint32().Draw(t, "start")), ts: rapid.Uint32().Draw(t, "ts"), used: map[uint64]bool{}})
		}
		given := map[uint64]bool{}
		now, bound := int64(1e9), -1
		var lastTS uint32
		for range 300 {
			now += rapid.Int64Range(0, 50e6).Draw(t, "wait")
			which := rapid.OneOf(rapid.Just(max(bound, 0)), rapid.IntRange(0, 2)).Draw(t, "stream")
			s := streams[which]
			step := rapid.OneOf(rapid.Int64Range(1, 2), rapid.Int64Range(-40, 40)).Draw(t, "step")
			index := s.high + uint64(step)
			if s.high < 100 || s.used[index] {
				index = s.high + 1
				step = 1
			}
			s.used[index] = true
			ts := s.ts + uint32(step)*3000
			if index > s.high {
				s.high, s.ts = index, ts
			}
			begins := false
			if which != bound || rapid.IntRange(0, 20).Draw(t, "stall") == 0 {
				offset := r.tsOffset
				if which != bound {
					offset = r.after(ts, now, 90000)
				}
				r.begin(place{index, ts}, place{}, offset)
				begins, bound = which != bound, which
			}
			out, outTS, ok := r.rewrite(place{index, ts}, now)
			if !ok {
				continue
			}
			if given[out] {
				t.Fatalf("index %d was given out twice", out)
			}
			if begins && len(given) > 0 {
				if given[out-1] == false || out+1 != r.next {
					t.Fatalf("a binding must follow without a gap: %d, next %d", out, r.next)
				}
				if d := int32(outTS - lastTS); d <= 0 {
					t.Fatalf("time went back by %d at a binding", d)
				}
			}
			if len(given) == 0 && out != first {
				t.Fatalf("first index %d, want %d", out, first)
			}
			given[out] = true
			if out+1 == r.next {
				lastTS = outTS
			}
		}
	})
}
