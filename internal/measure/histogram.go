package measure

import "math/bits"

const (
	exact   = 1024 // values below it have a bucket each
	mantis  = 512  // buckets of each power of two above it
	octaves = 22   // powers of two above exact: up to 71 minutes
)

// Histogram counts times in microseconds: exactly below 1024, within 0.2 %
// above, so that taking a value allocates nothing and merging loses nothing.
type Histogram struct {
	total   uint64
	buckets [exact + octaves*mantis]uint32
}

// Add counts one time in microseconds; a negative one counts as 0.
func (h *Histogram) Add(micros int64) {
	h.total++
	h.buckets[bucketOf(uint64(max(micros, 0)))]++
}

// Merge adds all that other has counted.
func (h *Histogram) Merge(other *Histogram) {
	h.total += other.total
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
}

// Count is how many times were added.
func (h *Histogram) Count() uint64 { return h.total }

// Millis is the time in milliseconds that a share q (0…1) of the counted times
// lies below; 0 when nothing was counted.
func (h *Histogram) Millis(q float64) float64 {
	if h.total == 0 {
		return 0
	}
	want := min(uint64(q*float64(h.total)), h.total-1)
	var sum uint64
	for i, n := range h.buckets {
		if sum += uint64(n); sum > want {
			return float64(lowest(i)) / 1000
		}
	}
	return float64(lowest(len(h.buckets)-1)) / 1000
}

func bucketOf(micros uint64) int {
	if micros < exact {
		return int(micros)
	}
	octave := bits.Len64(micros) - 10 // 1 for 1024…2047
	i := exact + (octave-1)*mantis + int(micros>>octave) - mantis
	return min(i, exact+octaves*mantis-1)
}

// lowest is the smallest time that falls into a bucket.
func lowest(bucket int) uint64 {
	if bucket < exact {
		return uint64(bucket)
	}
	octave, at := (bucket-exact)/mantis+1, (bucket-exact)%mantis
	return uint64(at+mantis) << octave
}
