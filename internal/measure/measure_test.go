package measure

import (
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestHistogram_QuantilesAreWithinAFewThousandths(t *testing.T) {
	var h Histogram
	const n = 100_000
	for micros := range int64(n) {
		h.Add(micros)
	}
	for _, q := range []float64{0.01, 0.5, 0.95, 0.99, 1} {
		want := q * n / 1000
		if got := h.Millis(q); got < want*0.995 || got > want*1.005 {
			t.Errorf("quantile %v is %v ms, want about %v", q, got, want)
		}
	}
}

func TestHistogram_BucketsHoldWhatTheySay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Uint64Range(0, 1<<31).Draw(t, "micros")
		low := lowest(bucketOf(micros))
		if low > micros || float64(micros-low) > float64(micros)*0.002 {
			t.Fatalf("%d µs is counted as %d", micros, low)
		}
	})
}

func TestHistogram_ExtremesAndNothingAreCounted(t *testing.T) {
	var h, other Histogram
	if got := h.Millis(0.5); got != 0 {
		t.Errorf("the median of nothing is %v", got)
	}
	h.Add(-5)
	other.Add(1 << 62)
	h.Merge(&other)
	if h.Count() != 2 || h.Millis(0) != 0 || h.Millis(1) < 4e6 {
		t.Errorf("count %d, lowest %v, highest %v", h.Count(), h.Millis(0), h.Millis(1))
	}
}

func TestStamp_SurvivesARewrittenHead(t *testing.T) {
	payload := NewPicture(1).Packet(0, true)
	want := Stamp{Stream: 7, Sequence: 8, Sent: 9}
	want.Put(payload)
	payload[0], payload[2] = 1, 2
	if got, ok := ReadStamp(payload); !ok || got != want {
		t.Errorf("read %+v %v, want %+v", got, ok, want)
	}
	for _, none := range [][]byte{nil, payload[:100], make([]byte, StampSize-1), make([]byte, 1100)} {
		if got, ok := ReadStamp(none); ok {
			t.Errorf("read %+v from %d bytes without a stamp", got, len(none))
		}
	}
}

func TestArrivals_TellDuplicates(t *testing.T) {
	var a Arrivals
	for _, step := range []struct {
		sequence uint32
		first    bool
	}{
		{5, true}, {5, false}, {7, true}, {6, true}, {6, false},
		{70_000, true}, {5, false}, {69_999, true}, {69_999, false}, {4_465, true}, {4_464, false},
		{1_000_000, true}, {999_999, true}, {1_000_000, false},
	} {
		if got := a.First(step.sequence); got != step.first {
			t.Errorf("packet %d: first is %v", step.sequence, got)
		}
	}
}

func TestArrivals_AgreeWithAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a Arrivals
		seen := map[uint32]bool{}
		for _, s := range rapid.SliceOf(rapid.Uint32Range(1, 60_000)).Draw(t, "sequence") {
			if got := a.First(s); got == seen[s] {
				t.Fatalf("packet %d: first is %v", s, got)
			}
			seen[s] = true
		}
	})
}

func TestPicture_HasTheSizesOfAFrame(t *testing.T) {
	p := NewPicture(1)
	for _, frame := range []struct {
		key   bool
		bytes int
	}{{true, 20 * VideoPacket}, {false, 4*VideoPacket + VideoTail}} {
		total := 0
		for i := range Packets(frame.key) {
			b := p.Packet(i, frame.key)
			total += len(b)
			if starts := b[0]&0x10 != 0; starts != (i == 0) {
				t.Errorf("packet %d says that it starts a frame: %v", i, starts)
			}
		}
		if key := p.Packet(0, frame.key)[6]&1 == 0; key != frame.key || total != frame.bytes {
			t.Errorf("keyframe %v of %d bytes, want %v of %d", key, total, frame.key, frame.bytes)
		}
		p.Next()
	}
}

func TestWorkload_PlacesFollowTheReferenceWorkloads(t *testing.T) {
	for _, c := range []struct {
		name                            string
		size                            int
		participants, publishers, finds int
	}{{"visit", 40, 80, 80, 40}, {"conference", 10, 50, 50, 40}, {"fanout", 50, 51, 1, 50}, {"waiting", 200, 200, 0, 0}} {
		places, err := Workload{Name: c.name, Size: c.size, Dur: time.Second}.Places()
		if err != nil {
			t.Fatal(err)
		}
		publishers, finds := 0, 0
		for _, p := range places {
			if p.Publishes {
				publishers++
			}
			if p.Finds {
				finds++
			}
		}
		if len(places) != c.participants || publishers != c.publishers || finds != c.finds {
			t.Errorf("%s %d: %d places, %d publish, %d find a publisher", c.name, c.size, len(places), publishers, finds)
		}
	}
}

func TestWorkload_WhatIsTooMuchIsRefused(t *testing.T) {
	for _, w := range []Workload{
		{Name: "party", Size: 1, Dur: time.Second},
		{Name: "visit", Size: 0, Dur: time.Second},
		{Name: "visit", Size: -1, Dur: time.Second},
		{Name: "visit", Size: 501, Dur: time.Second},
		{Name: "waiting", Size: 1001, Dur: time.Second},
		{Name: "conference", Size: 1 << 62, Dur: time.Second},
		{Name: "fanout", Size: 1000, Dur: time.Second},
		{Name: "visit", Size: 1},
		{Name: "visit", Size: 1, Dur: -time.Second},
		{Name: "visit", Size: 1, Dur: time.Hour},
		{Name: "visit", Size: 1, Dur: time.Second, Warm: time.Hour},
		{Name: "visit", Size: 1, Dur: time.Second, Idle: -1},
	} {
		if places, err := w.Places(); err == nil {
			t.Errorf("%+v has %d places", w, len(places))
		}
	}
}

func TestProcess_OwnProcessHasTimesAndMemory(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		if _, err := ReadProcess(os.Getpid()); err == nil {
			t.Fatal("read a process without /proc")
		}
		return
	}
	p, err := ReadProcess(os.Getpid())
	if err != nil || p.ResidentKiB < 1000 || p.Switches < 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := ReadProcess(1 << 30); err == nil {
		t.Error("read a process that cannot be")
	}
}

func TestParseStat_NameMayHoldParentheses(t *testing.T) {
	p, err := parseStat([]byte("7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0\n"))
	if want := (Process{User: 2.5, System: 0.5}); err != nil || p != want {
		t.Errorf("%+v, %v, want %+v", p, err, want)
	}
	for _, bad := range []string{"", "7 (a", "7 (a) S 1 2", "7 (a) S 1 2 3 4 5 6 7 8 9 10 x 50 0"} {
		if p, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q was read as %+v", bad, p)
		}
	}
}

// Who is late to read learns when the packet came all the same.
func TestSocket_TellsWhenAPacketCameNotWhenItIsRead(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells")
	}
	s, err := ListenSocket("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sender, err := net.Dial("udp4", s.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	if err := s.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	clock := StartClock()
	b := make([]byte, 100)
	// The first socket of the machine that asks for times gets its first ones a moment later.
	for deadline := time.Now().Add(5 * time.Second); ; {
		before := clock.Now()
		if _, err := sender.Write([]byte("here")); err != nil {
			t.Fatal(err)
		}
		sent := clock.Now() // on loopback it has come when Write returns
		n, from, wall, err := s.ReadArrival(b)
		if err != nil || string(b[:n]) != "here" || from.String() != sender.LocalAddr().String() {
			t.Fatalf("read %q from %v, %v", b[:n], from, err)
		}
		const slack = int64(10 * time.Microsecond) // between the two clocks
		at := clock.At(wall)
		if at > before-slack && at < sent+slack {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("sent from %d to %d, came at %d", before, sent, at)
		}
	}
}

func TestClock_AtIsThePastOfTheWallClock(t *testing.T) {
	c := StartClock()
	ago := time.Now().Add(-time.Second).UnixNano()
	if got, now := c.At(ago), c.Now(); now-got < int64(time.Second) || now-got > int64(10*time.Second) {
		t.Errorf("a second ago is %d, now %d", got, now)
	}
	if got, now := c.At(0), c.Now(); got > now || got < 1 {
		t.Errorf("now is %d, then %d", got, now)
	}
	if got, now := c.At(time.Now().Add(time.Hour).UnixNano()), c.Now(); got > now {
		t.Errorf("what is to come is %d, now %d", got, now)
	}
}
