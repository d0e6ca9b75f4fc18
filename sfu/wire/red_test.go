package wire

import (
	"bytes"
	"testing"

	"github.com/pion/rtp"
)

// redundant is a RED payload of two older blocks and a primary one.
var redundant = []byte{0x80 | 111, 0x0f, 0x00, 0x02, 0x80 | 111, 0x07, 0x80, 0x03, 111, 'o', 'l', 'd', 'e', 'r', 'n', 'e', 'w'}

func TestPrimary_IsTheLastBlock(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		want string
		ok   bool
	}{
		"two older blocks":       {redundant, "new", true},
		"none":                   {[]byte{111, 'n', 'e', 'w'}, "new", true},
		"empty primary":          {redundant[:14], "", true},
		"nothing":                {nil, "", false},
		"cut in a block":         {redundant[:13], "", false},
		"cut after the headers":  {redundant[:9], "", false},
		"cut in a header":        {redundant[:6], "", false},
		"no last header":         {redundant[:8], "", false},
		"longer than the packet": {[]byte{0xef, 0, 0x03, 0xff, 111, 'x'}, "", false},
		"headers without end":    {bytes.Repeat([]byte{0xff}, 1200), "", false},
	} {
		got := Primary(c.b)
		if (got != nil) != c.ok || string(got) != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestRetype_ChangesEveryBlock(t *testing.T) {
	b := bytes.Clone(redundant)
	Retype(b, 109)
	if b[0] != 0x80|109 || b[4] != 0x80|109 || b[8] != 109 || string(Primary(b)) != "new" {
		t.Errorf("%x", b)
	}
	Retype(b, 111)
	if !bytes.Equal(b, redundant) {
		t.Error("there and back is not the same")
	}
}

func TestRTP_RedundantSoundIsTold(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	f.conn.Receive([]Incoming{{Mid: "0", PayloadType: 111, Redundant: 63, Codec: Opus, Clock: 48000, SSRC: farAudio, Sink: f}})
	b.Unlock()
	b.in(f.rtp(rtp.Header{SSRC: farAudio, PayloadType: 63, SequenceNumber: 1}, string(redundant)), f.addr)
	b.in(f.rtp(rtp.Header{SSRC: farAudio, PayloadType: 111, SequenceNumber: 2}, "plain"), f.addr)
	b.in(f.rtp(rtp.Header{SSRC: farAudio, PayloadType: 0, SequenceNumber: 3}, "not negotiated"), f.addr)
	if len(f.packets) != 2 || !f.packets[0].Redundant || f.packets[1].Redundant || b.stats.Unknown != 1 {
		t.Errorf("%+v", f.packets)
	}
}

func FuzzRED(f *testing.F) {
	f.Add(redundant)
	f.Add([]byte{111, 'x'})
	f.Add([]byte{0xef, 0, 0x03, 0xff, 111, 'x'})
	f.Fuzz(func(t *testing.T, b []byte) {
		primary := Primary(b)
		if primary == nil {
			return
		}
		if !bytes.HasSuffix(b, primary) {
			t.Fatal("the primary block is not the last")
		}
		other := bytes.Clone(b)
		Retype(other, 5)
		if again := Primary(other); again == nil || !bytes.Equal(again, primary) {
			t.Fatalf("%q after the change, %q before", again, primary)
		}
	})
}
