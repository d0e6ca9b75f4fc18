//go:build linux

package main

import (
	"net"
	"testing"

	"nara/internal/measure"
)

// conference is a forwarder with five members of one room and a packet that one
// of them sends, for one batch at a time.
type conference struct {
	forwarder *forwarder
	sender    *net.UDPConn
	packet    []byte
}

func newConference(tb testing.TB, segment bool) *conference {
	tb.Helper()
	s, err := listen("127.0.0.1:0", segment)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _, _ = s.media.Close(), s.control.Close() })
	c := &conference{}
	if c.forwarder, err = newForwarder(s); err != nil {
		tb.Fatal(err)
	}
	for range 5 {
		socket, err := net.DialUDP("udp4", nil, s.media.LocalAddr().(*net.UDPAddr))
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = socket.Close() })
		_, answer, err := s.join(joinRequest{Room: "a", Address: socket.LocalAddr().String()})
		if err != nil {
			tb.Fatal(err)
		}
		if c.sender != nil {
			continue
		}
		up, err := pionContext(answer.Up)
		if err != nil {
			tb.Fatal(err)
		}
		plain := append([]byte{0x80, measure.VideoType, 11: 1}, measure.NewPicture(1).Packet(1, true)...)
		if c.packet, err = up.EncryptRTP(nil, plain, nil); err != nil {
			tb.Fatal(err)
		}
		c.sender = socket
	}
	return c
}

// forward sends the packet and forwards it to the four others.
func (c *conference) forward(tb testing.TB) {
	if _, err := c.sender.Write(c.packet); err != nil {
		tb.Fatal(err)
	}
	n, err := c.forwarder.in.receive()
	if err != nil {
		tb.Fatal(err)
	}
	if err := c.forwarder.batch(n); err != nil {
		tb.Fatal(err)
	}
}

func TestForwarder_AllocatesNothingForAPacket(t *testing.T) {
	for _, segment := range []bool{false, true} {
		c := newConference(t, segment)
		if n := testing.AllocsPerRun(100, func() { c.forward(t) }); n != 0 {
			t.Errorf("segment %v: %v allocations for a packet", segment, n)
		}
		if in, out := c.forwarder.s.counts.received.Load(), c.forwarder.s.counts.delivered.Load(); in != 101 || out != 4*in {
			t.Errorf("segment %v: %d received, %d delivered", segment, in, out)
		}
	}
}

// One packet in and four out, with the sending of the one.
func BenchmarkForwarder_Conference(b *testing.B) {
	c := newConference(b, false)
	b.ReportAllocs()
	for b.Loop() {
		c.forward(b)
	}
}
