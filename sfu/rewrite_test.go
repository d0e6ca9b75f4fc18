package sfu

import (
	"testing"

	"pgregory.net/rapid"
)

// source is a stream as a publisher sends it.
type source struct {
	high uint64
	ts   uint32
	sent map[uint64]uint32 // timestamps by index
}

// TestRewriter_NoNonceTwice drives a rewriter worse than a DownTrack does:
// streams with their own numbers, reordered, lost and repeated packets, leaps,
// rebinding in the middle and back again, stalls, and replays of what was sent
// before. An out index is half of a nonce: it must never come twice. What a
// client asks for by an out number must be what it was given under that number.
func TestRewriter_NoNonceTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rewriter{next: uint64(rapid.Uint32Range(0, 1<<16-1).Draw(t, "first"))}
		first := r.next
		var sources []*source
		for range 3 {
			sources = append(sources, &source{high: uint64(rapid.Uint32().Draw(t, "start")), ts: rapid.Uint32().Draw(t, "ts"), sent: map[uint64]uint32{}})
		}
		type origin struct {
			from  *source
			index uint64
			ts    uint32 // out
		}
		given := map[uint64]origin{}
		now, begins := int64(1e9), false
		var bound *source
		var lastTS uint32
		send := func(s *source, p place) {
			out, ts, ok := r.rewrite(p, now)
			if !ok {
				if begins {
					t.Fatal("a binding refuses its own beginning")
				}
				return
			}
			if _, twice := given[out]; twice {
				t.Fatalf("index %d was given out twice", out)
			}
			switch {
			case len(given) == 0 && out != first:
				t.Fatalf("first index %d, want %d", out, first)
			case begins && len(given) > 0:
				if _, ok := given[out-1]; !ok || out+1 != r.next {
					t.Fatalf("a binding must follow without a gap: %d, next %d", out, r.next)
				}
				if d := int32(ts - lastTS); d <= 0 {
					t.Fatalf("time went back by %d at a binding", d)
				}
			}
			begins = false
			given[out] = origin{s, p.index, ts}
			if out+1 == r.next {
				lastTS = ts
			}
		}
		begin := func(s *source, at, edge place) {
			live, offset := at, r.tsOffset
			if edge.index != 0 {
				live = edge
			}
			if s != bound {
				offset = r.after(live.ts, now, 90000)
			}
			r.begin(at, edge, offset)
			bound, begins = s, true
		}
		for range 300 {
			now += rapid.Int64Range(0, 50e6).Draw(t, "wait")
			s := sources[rapid.IntRange(0, 2).Draw(t, "source")]
			if bound != nil && rapid.Bool().Draw(t, "stay") {
				s = bound
			}
			step := rapid.OneOf(rapid.Int64Range(1, 2), rapid.Int64Range(-40, 40), rapid.Int64Range(900, 1200)).Draw(t, "step")
			if s.high < 100 {
				step = 1
			}
			p := place{s.high + uint64(step), s.ts + uint32(step)*3000}
			if ts, again := s.sent[p.index]; again {
				p.ts = ts
			}
			what := rapid.IntRange(0, 20).Draw(t, "what")
			if p.index > s.high {
				s.high, s.ts = p.index, p.ts
			} else if s != bound || what == 0 {
				continue // nobody begins with the past, but by a replay
			}
			s.sent[p.index] = p.ts
			switch back := rapid.Uint64Range(0, 60).Draw(t, "back"); {
			case what == 1 && s.high > 100: // the ring has it, with p
				group := place{s.high - back, 0}
				for ; s.sent[group.index] == 0; group.index++ {
				}
				group.ts = s.sent[group.index]
				begin(s, group, place{s.high, s.sent[s.high]})
				for i := group.index; i <= s.high; i++ {
					if ts, ok := s.sent[i]; ok {
						send(s, place{i, ts})
					}
				}
			case s != bound || what == 0:
				begin(s, p, place{})
			}
			send(s, p)
			seq := uint16(r.next - 1 - rapid.Uint64Range(0, 2000).Draw(t, "asked"))
			in, out, ok := r.find(seq)
			if o, had := given[out]; ok && uint16(out) != seq || ok && had && (o.from != bound || o.index != in) {
				t.Fatalf("%d is answered with %d of another binding", seq, in)
			} else if ok && had && r.time(place{in, bound.sent[in]}) != o.ts {
				t.Fatalf("packet %d has another time when it is sent again", out)
			}
		}
	})
}
