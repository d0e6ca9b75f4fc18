package load

import (
	"encoding/binary"
	"sync/atomic"
	"time"
)

// A stamp is the end of every packet, where no server rewrites: a mark, the stream, the packet's number, and when it was
// sent.
const (
	stampMark = 0x4e415241
	stampSize = 20
)

type stamp struct {
	stream, number uint32
	sent           int64
}

func (s stamp) write(payload []byte) {
	b := payload[len(payload)-stampSize:]
	binary.BigEndian.PutUint32(b, stampMark)
	binary.BigEndian.PutUint32(b[4:], s.stream)
	binary.BigEndian.PutUint32(b[8:], s.number)
	binary.BigEndian.PutUint64(b[12:], uint64(s.sent))
}

func readStamp(packet []byte) (s stamp, ok bool) {
	if len(packet) < stampSize {
		return s, false
	}
	b := packet[len(packet)-stampSize:]
	s = stamp{binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), int64(binary.BigEndian.Uint64(b[12:]))}
	return s, binary.BigEndian.Uint32(b) == stampMark
}

var processStart = time.Now()

// now is the generator's monotonic clock in nanoseconds, never 0.
func now() int64 { return int64(time.Since(processStart)) + 1 }

// window is the measured time.
type window struct{ start, end atomic.Int64 }

func (w *window) open(at int64, d time.Duration) {
	w.end.Store(at + int64(d))
	w.start.Store(at)
}

// holds reports whether a time lies in the window; before it is open, none does.
func (w *window) holds(t int64) bool {
	start := w.start.Load()
	return start != 0 && t >= start && t < w.end.Load()
}
