package load

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSeen_CountsEachNumberOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s seen
		model := map[uint32]bool{}
		var high uint32
		for _, n := range rapid.SliceOfN(rapid.Uint32Range(1, 3*span), 1, 200).Draw(t, "numbers") {
			high = max(high, n)
			want := !model[n] && high-n < span
			if got := s.add(n); got != want {
				t.Fatalf("%d after at most %d: new is %v", n, high, got)
			}
			model[n] = true
		}
	})
}

func TestStamp_SurvivesAndIsNotSeenWhereThereIsNone(t *testing.T) {
	packet := newPicture().packet(0, keyframePackets, true)
	want := stamp{stream: 7, number: 1 << 31, sent: 1 << 50}
	want.write(packet)
	if got, ok := readStamp(packet); !ok || got != want {
		t.Fatal(got, ok)
	}
	for _, b := range [][]byte{nil, packet[:10], packet[:len(packet)-1]} {
		if got, ok := readStamp(b); ok {
			t.Fatalf("%v in %d bytes", got, len(b))
		}
	}
}

// One publisher sends 10 packets in the window and 2 outside; of those in it one comes twice and three never.
func TestResult_CountsLossAndDuplicates(t *testing.T) {
	r := &run{Options: Options{Workload: "fanout", Size: 1, Dur: time.Second},
		people: []*participant{{room: "r", id: "p0", publishes: true}, {room: "r", id: "p1", others: 1, late: true}}}
	r.window.open(1000, time.Second)
	packet := make([]byte, 100)
	comes := func(number uint32, sent int64) {
		stamp{stream: 1, number: number, sent: sent}.write(packet)
		r.people[1].tally.count(packet, sent+5_000_000, &r.window)
	}
	comes(1, 1)
	for number := uint32(2); number <= 11; number++ {
		r.people[0].sent.Add(1)
		if number > 4 {
			comes(number, 2000)
		}
	}
	comes(7, 2000)
	comes(12, 2e9)
	got := r.result(measured{seconds: 1})
	if got.Loss < .2999 || got.Loss > .3001 || got.Duplicates != 1 || got.SentPPS != 10 || got.LatencyP50 != 5 || got.LatencyP99 != 5 || got.Joins != 1 {
		t.Errorf("%+v", got)
	}
}

func TestQuantile(t *testing.T) {
	if got := quantile(nil, .5); got != 0 {
		t.Error(got)
	}
	values := make([]int32, 1000)
	for i := range values {
		values[i] = int32(i * 1000)
	}
	for q, want := range map[float64]float64{0: 0, .5: 500, .99: 990, 1: 999} {
		if got := quantile(values, q); got != want {
			t.Errorf("quantile %v is %v ms, want %v", q, got, want)
		}
	}
}
