package load

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// head is the head of a packet.
func head(payloadType byte, ssrc uint32, sequence uint16) []byte {
	b := make([]byte, 20)
	b[0], b[1] = 0x80, payloadType
	binary.BigEndian.PutUint16(b[2:], sequence)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	return b
}

func TestArrivals_RememberTheLastPacketsOfEachStream(t *testing.T) {
	a := newArrivals()
	a.note(head(96, 1, 65535), 10)
	a.note(head(96|0x80, 1, 0), 11) // marker
	a.note(head(111, 2, 65535), 20)
	a.note(head(200, 3, 7), 30)         // a sender report
	a.note([]byte{0, 1, 2, 3}, 40)      // STUN
	a.note(head(96, 1, 65535)[:11], 50) // cut short
	a.note(head(96, 4, 100), 60)        // to be forgotten
	a.note(head(96, 4, 100+recent), 70) // in its place
	got := []int64{a.of(head(96, 1, 65535)), a.of(head(96, 1, 0)), a.of(head(96, 2, 65535)), a.of(head(96, 3, 7)), a.of(head(96, 1, 1)),
		a.of(head(96, 4, 100)), a.of(head(96, 4, 100+recent)), a.of(nil)}
	if diff := cmp.Diff([]int64{10, 11, 20, 0, 0, 0, 70, 0}, got); diff != "" {
		t.Error(diff)
	}
	if len(a.streams) != 3 {
		t.Errorf("%d streams, want 3", len(a.streams))
	}
}
