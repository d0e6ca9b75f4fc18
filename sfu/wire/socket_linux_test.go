//go:build !portable

package wire

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
	"golang.org/x/sys/unix"
)

// A loop that is starved finds everything at once; what it tells of arrivals
// must still be when they arrived, or the client takes it for a slow network.
func TestLoop_StampsPacketsWhenTheyCome(t *testing.T) {
	b := newBench(t)
	start := time.Now()
	b.clock = func() time.Duration { return time.Since(start) + time.Hour }
	f := newFar(t, b, true)
	var came []int64
	f.told = make(chan struct{}, 1)
	f.onRTP = func() { came = append(came, b.came); f.tell() }
	const gap = 20 * time.Millisecond
	for seq := range uint16(4) { // nobody reads meanwhile
		if _, err := f.sock.WriteToUDPAddrPort(f.rtp(rtp.Header{SSRC: farVideo, PayloadType: 96, SequenceNumber: seq}, "x"), b.Addr()); err != nil {
			t.Fatal(err)
		}
		<-time.After(gap) // what is measured
	}
	b.run()
	f.await(func() bool { return len(came) == 4 })
	for i := range came[1:] {
		if d := time.Duration(came[i+1] - came[i]); d < gap/2 {
			t.Errorf("packet %d came %v after the one before, %v", i+1, d, came)
		}
	}
}

func TestSocket_WaitingRoomIsLarge(t *testing.T) {
	b := newBench(t)
	allowed, wanted := b.ReceiveBuffer()
	if n, err := unix.GetsockoptInt(int(b.sockets[0].fd), unix.SOL_SOCKET, unix.SO_RCVBUF); err != nil || n != 2*allowed {
		t.Fatal(n, err)
	}
	limit, err := os.ReadFile("/proc/sys/net/core/rmem_max")
	if err != nil {
		t.Fatal(err)
	}
	most, err := strconv.Atoi(strings.TrimSpace(string(limit)))
	if err != nil {
		t.Fatal(err)
	}
	if allowed < min(most, wanted) {
		t.Errorf("%d bytes, the system allows everybody %d", allowed, most)
	}
}

func TestFatal_ReadingGoesOnAfterAMoment(t *testing.T) {
	for _, e := range []unix.Errno{unix.EINTR, unix.ENOMEM, unix.ENOBUFS, unix.ECONNREFUSED, unix.EHOSTUNREACH} {
		if fatal(e) {
			t.Errorf("%v ends all calls", e)
		}
	}
	if !fatal(unix.EBADF) {
		t.Error("reads for ever from nothing")
	}
}
