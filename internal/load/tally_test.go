package load

import (
	"testing"

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
