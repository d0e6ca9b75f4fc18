package wire

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"pgregory.net/rapid"
)

// reported reads a feedback packet as a client does: which came, and when.
func reported(t rapid.TB, b []byte) (from uint16, at []int64) {
	var p rtcp.TransportLayerCC
	if err := p.Unmarshal(b); err != nil {
		t.Fatalf("pion refuses the feedback: %v\n%x", err, b)
	}
	now := int64(p.ReferenceTime) * referenceTick
	deltas := p.RecvDeltas
	status := func(s uint16) {
		if len(at) == int(p.PacketStatusCount) {
			return // the last chunk has room for more
		}
		if s == rtcp.TypeTCCPacketNotReceived {
			at = append(at, -1)
			return
		}
		now += deltas[0].Delta * 1000
		deltas = deltas[1:]
		at = append(at, now)
	}
	for _, c := range p.PacketChunks {
		switch c := c.(type) {
		case *rtcp.RunLengthChunk:
			for range c.RunLength {
				status(c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			for _, s := range c.SymbolList {
				status(s)
			}
		}
	}
	if len(at) != int(p.PacketStatusCount) || len(deltas) != 0 {
		t.Fatalf("%d statuses of %d, %d deltas left", len(at), p.PacketStatusCount, len(deltas))
	}
	return p.BaseSequenceNumber, at
}

func TestFeedback_TellsEachPacketOnceAndWhen(t *testing.T) {
	b := newBench(t)
	rapid.Check(t, func(t *rapid.T) {
		f := &feedback{started: true}
		first := rapid.Uint16().Draw(t, "first")
		f.base = feedbackBase + uint64(first)
		f.high = f.base
		n := rapid.IntRange(1, feedbackRange).Draw(t, "packets")
		now := rapid.Int64Range(1e9, 1e15).Draw(t, "start")
		want := make([]int64, n)
		for i := range want {
			now += rapid.OneOf(rapid.Int64Range(0, 1e6), rapid.Int64Range(0, 100e6), rapid.Int64Range(-50e6, 20e9)).Draw(t, "gap")
			now = max(now, 1)
			want[i] = -1
			if i == n-1 || rapid.IntRange(0, 9).Draw(t, "lost") > 0 {
				want[i] = now
				f.at[(f.base+uint64(i))%feedbackRange] = now
				f.high = f.base + uint64(i)
			}
		}
		next := first
		for done := 0; done < n; {
			packet := f.build(b.scratch[:0], &b.symbols)
			from, at := reported(t, packet)
			if from != next || len(at) == 0 {
				t.Fatalf("feedback for %d packets from %d, want from %d", len(at), from, next)
			}
			for i, got := range at {
				w := want[done+i]
				if (got < 0) != (w < 0) {
					t.Fatalf("packet %d: %d, want %d", done+i, got, w)
				}
				// The reference time has 24 bits.
				if w >= 0 && (w/deltaTick*deltaTick-got)%(referenceTick<<24) != 0 {
					t.Fatalf("packet %d at %d, want %d", done+i, got, w)
				}
			}
			done += len(at)
			next += uint16(len(at))
		}
		if f.base != f.high+1 {
			t.Fatal("something is left to report")
		}
	})
}

func TestFeedback_IsDueEvery50ms(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	seq := uint16(65530)
	sent := uint32(0)
	for ms := range 1000 {
		b.time += time.Millisecond
		b.Lock()
		if ms%5 == 0 {
			seq++
			f.conn.arrived(seq, farVideo)
		}
		if ms%50 == 0 {
			b.Tick()
		}
		b.Unlock()
	}
	sent = uint32(f.conn.feedback.count)
	if sent < 15 || sent > 21 {
		t.Errorf("%d feedback packets in a second, want about 20", sent)
	}
}

// What comes after it was reported as lost is reported again, with all that
// followed it, and nothing of that is taken back.
func TestFeedback_TellsOfLatePackets(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	defer b.Unlock()
	fb := &f.conn.feedback
	come := func(seqs ...uint16) {
		for _, n := range seqs {
			b.now += 1e6
			b.came = b.now
			f.conn.arrived(n, farVideo)
		}
	}
	report := func() (from uint16, at []int64) { return reported(t, fb.build(b.scratch[:0], &b.symbols)) }
	come(65533, 65534, 0, 1, 3)
	if from, at := report(); from != 65533 || len(at) != 7 || at[2] >= 0 || at[5] >= 0 {
		t.Fatalf("from %d: %d", from, at)
	}
	come(65535, 4, 65534) // late, next, and one that came twice
	from, at := report()
	if from != 65535 || len(at) != 6 || at[3] >= 0 {
		t.Fatalf("from %d: %d", from, at)
	}
	for i, at := range at {
		if i != 3 && at < 0 {
			t.Errorf("%d is taken back", from+uint16(i))
		}
	}
	if fb.base != fb.high+1 {
		t.Error("something is left to report")
	}
	come(5 + feedbackLate)
	report()
	come(2, 6) // one is too old
	if from, at := report(); from != 6 || len(at) != feedbackLate || at[0] < 0 || at[feedbackLate-1] < 0 || at[1] >= 0 {
		t.Errorf("from %d: %d", from, at)
	}
}

// Behind a jump there is no place to go back to.
func TestFeedback_DoesNotGoBackFurtherThanItRemembers(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	defer b.Unlock()
	fb := &f.conn.feedback
	f.conn.arrived(0, farVideo)
	fb.build(b.scratch[:0], &b.symbols)
	f.conn.arrived(feedbackRange-1, farVideo)
	f.conn.arrived(65530, farVideo)
	if from, at := reported(t, fb.build(b.scratch[:0], &b.symbols)); from != 1 || len(at) != feedbackRange-1 {
		t.Errorf("%d from %d", len(at), from)
	}
}

// The ring of arrivals is used over and over: what stood in a place before is
// not taken for what did not come.
func TestFeedback_ForgetsTheRoundBefore(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	defer b.Unlock()
	fb := &f.conn.feedback
	for n := range uint16(feedbackRange) {
		f.conn.arrived(n, farVideo)
	}
	fb.build(b.scratch[:0], &b.symbols)
	f.conn.arrived(feedbackRange+50, farVideo)
	from, at := reported(t, fb.build(b.scratch[:0], &b.symbols))
	if from != feedbackRange || len(at) != 51 {
		t.Fatalf("%d from %d", len(at), from)
	}
	for i, at := range at[:50] {
		if at >= 0 {
			t.Errorf("%d did not come", int(from)+i)
		}
	}
}

func TestFeedback_SurvivesJumps(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	rapid.Check(t, func(t *rapid.T) {
		b.Lock()
		defer b.Unlock()
		seq := uint16(0)
		for range 200 {
			seq += uint16(rapid.OneOf(rapid.IntRange(-5, 10), rapid.IntRange(-40000, 40000)).Draw(t, "step"))
			f.conn.arrived(seq, farVideo)
			if fb := &f.conn.feedback; fb.high-fb.base+1 > feedbackRange {
				t.Fatalf("%d packets in the ring", fb.high-fb.base+1)
			}
		}
		f.conn.sendFeedback(true)
	})
}

func TestBucket_RefillsInTheShortestSteps(t *testing.T) {
	b := newBucket(3000, 0)
	taken := 0
	for now := int64(0); now < 2e9; now += 1e5 {
		if b.take(1, now) {
			taken++
		}
	}
	if taken < 8990 || taken > 9001 {
		t.Errorf("took %d in 2 s, want a second's store and 6000", taken)
	}
}
