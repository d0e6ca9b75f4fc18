package wire

import "slices"

// windowBits is how far a packet may come late: more than any network reorders
// and enough for retransmissions of a second.
const windowBits = 1024

// window guesses extended sequence numbers and refuses replays (RFC 3711
// section 3.3). The zero value waits for the first packet.
type window struct {
	high    uint64 // highest authenticated index
	started bool
	bits    [windowBits / 64]uint64 // ring: bit i%windowBits for index i
}

// guess extends a 16-bit sequence number to the 48-bit index it most likely
// has. The first packet has rollover counter 0.
func (w *window) guess(seq uint16) uint64 {
	if !w.started {
		return uint64(seq)
	}
	i := w.high + uint64(int64(int16(seq-uint16(w.high))))
	if i >= 1<<48 { // before the first rollover there is nothing
		return uint64(seq)
	}
	return i
}

// fresh says whether index i has not been seen and is not too old to tell.
func (w *window) fresh(i uint64) bool {
	if !w.started || i > w.high {
		return true
	}
	return w.high-i < windowBits && w.bits[i/64%(windowBits/64)]&(1<<(i%64)) == 0
}

// mark remembers an authenticated index.
func (w *window) mark(i uint64) {
	switch {
	case !w.started:
		w.started, w.high = true, i
	case i > w.high && i-w.high >= windowBits:
		w.bits = [windowBits / 64]uint64{}
		w.high = i
	case i > w.high:
		for k := w.high + 1; k <= i; k++ {
			w.bits[k/64%(windowBits/64)] &^= 1 << (k % 64)
		}
		w.high = i
	}
	w.bits[i/64%(windowBits/64)] |= 1 << (i % 64)
}

// maxForgotten bounds the SSRCs of one client whose windows were given up.
const maxForgotten = 1024

// forgotten are those SSRCs. Without its window an SSRC could be replayed from
// its first packet on, so nothing of it is taken any more.
type forgotten []uint32

func (f forgotten) has(ssrc uint32) bool { return slices.Contains(f, ssrc) }

// add says whether there was room; if not the window must be kept.
func (f *forgotten) add(ssrc uint32) bool {
	if len(*f) == maxForgotten {
		return false
	}
	*f = append(*f, ssrc)
	return true
}
