package wire

import (
	"testing"

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
