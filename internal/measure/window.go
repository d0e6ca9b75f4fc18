package measure

import (
	"sync/atomic"
	"time"
)

// Clock counts nanoseconds from its start on the monotonic clock. Sender and receiver share one, so that a difference
// is a delay.
type Clock struct{ start time.Time }

// StartClock starts a clock.
func StartClock() Clock { return Clock{start: time.Now()} }

// Now is the time since the start, never 0: 0 stays free to mean "not yet".
func (c Clock) Now() int64 { return int64(time.Since(c.start)) + 1 }

// At is the clock's time of a moment just past that the wall clock showed, in nanoseconds since 1970; of 0 it is now.
// The wall clock is asked for the age only, so that setting it does no harm.
func (c Clock) At(wall int64) int64 {
	now := time.Now()
	at := int64(now.Sub(c.start)) + 1
	if wall != 0 {
		at -= max(now.UnixNano()-wall, 0)
	}
	return at
}

// Window is the measured time on a clock. The zero value is not open yet and holds nothing.
type Window struct{ start, end atomic.Int64 }

// Open makes the window begin at a time.
func (w *Window) Open(at int64, d time.Duration) {
	w.end.Store(at + int64(d))
	w.start.Store(at)
}

// Holds reports whether a time lies in the window.
func (w *Window) Holds(t int64) bool {
	start := w.start.Load()
	return start != 0 && t >= start && t < w.end.Load()
}
