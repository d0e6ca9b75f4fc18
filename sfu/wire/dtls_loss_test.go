package wire

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/pion/dtls/v3"
)

// flights counts how often each datagram of a handshake was sent, and loses
// the first ones of one of them.
type flights struct {
	mu   sync.Mutex
	sent map[string]int
	lose string
	left int
}

// passes notes a datagram. Its name is what it begins with: repetitions have
// the same.
func (f *flights) passes(side string, d []byte) bool {
	r, rest := nextRecord(d)
	name := fmt.Sprint(side, " record ", r.kind, " of epoch ", r.epoch)
	if r.kind == recordHandshake && r.epoch == 0 {
		b := r.body()
		name = fmt.Sprint(side, " message ", b[0], " from ", uint24(b[6:]))
	}
	if len(rest) == 0 && r.kind == recordChangeCipherSpec {
		name += " alone"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent[name]++
	if name == f.lose && f.left > 0 {
		f.left--
		return false
	}
	return true
}

// TestDTLS_AnyDatagramMayBeLost loses each datagram of each flight in both
// directions, once and twice, whole flights and those of small pieces. Nothing
// is sent much more often than it was lost.
func TestDTLS_AnyDatagramMayBeLost(t *testing.T) {
	handshake := func(t *testing.T, mtu, times int, lose string) map[string]int {
		b := newBench(t)
		s := newShaker(t, b)
		f := &flights{sent: map[string]int{}, lose: lose, left: times}
		s.link.up = func(d []byte) bool { return f.passes("client's", d) }
		s.link.down = func(d []byte) bool { return f.passes("server's", d) }
		s.connect(dtls.WithMTU(mtu))
		if len(s.failures) != 0 {
			t.Errorf("failures %v", s.failures)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.left > 0 {
			t.Errorf("%q was not sent often enough to be lost", lose)
		}
		return maps.Clone(f.sent)
	}
	for _, mtu := range []int{1200, 150} {
		names := slices.Sorted(maps.Keys(handshake(t, mtu, 0, "")))
		if want := map[int]int{1200: 4, 150: 9}[mtu]; len(names) < want {
			t.Fatalf("only %q", names)
		}
		for _, name := range names {
			for times := 1; times <= 2; times++ {
				t.Run(fmt.Sprintf("%d/%s/%d", mtu, name, times), func(t *testing.T) {
					t.Parallel()
					for sent, n := range handshake(t, mtu, times, name) {
						// Both sides have a timer that repeats their flight, and
						// the client's last flight is answered each time.
						if n > 3*times+4 {
							t.Errorf("%q was sent %d times", sent, n)
						}
					}
				})
			}
		}
	}
}
