package measure

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// sleepExactly lets the thread's sleeps end in time: by default the kernel puts them off by 50 µs. While the pacer sleeps
// in the kernel it keeps a processor of Go's, so there is one more. The function that is returned takes both back.
func sleepExactly() (undo func()) {
	const usual, exact = 0, 1 // ns; 0 is the default
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, exact, 0, 0, 0)
	before := runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	return func() {
		runtime.GOMAXPROCS(before)
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, usual, 0, 0, 0)
	}
}

// sleep may end early: when a signal comes.
func sleep(d time.Duration) {
	t := unix.NsecToTimespec(int64(d))
	_ = unix.Nanosleep(&t, nil)
}
