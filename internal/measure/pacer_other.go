//go:build !linux

package measure

import "time"

// sleepExactly has nothing to do: timers are as exact here as the system has them.
func sleepExactly() (undo func()) { return func() {} }

func sleep(d time.Duration) { time.Sleep(d) }
