package wire

import (
	"bytes"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"pgregory.net/rapid"
)

// ciphers are all profiles, with keys.
var ciphers = []struct {
	name      string
	key, salt []byte
	make      func(key, salt []byte) (*crypt, error)
	profile   srtp.ProtectionProfile
}{
	{"AES-128-GCM", []byte("0123456789abcdef"), []byte("saltsaltsalt"), newGCM, srtp.ProtectionProfileAeadAes128Gcm},
	{"AES-256-GCM", []byte("0123456789abcdef0123456789abcdef"), []byte("saltsaltsalt"), newGCM, srtp.ProtectionProfileAeadAes256Gcm},
	{"AES-128-CM-SHA1", []byte("0123456789abcdef"), []byte("saltsaltsaltsa"), newCM, srtp.ProtectionProfileAes128CmHmacSha1_80},
}

// eachCipher runs a test with every profile: ours and pion's of the same keys.
func eachCipher(t *testing.T, do func(t *testing.T, ours *crypt, theirs *srtp.Context)) {
	t.Helper()
	for _, x := range ciphers {
		t.Run(x.name, func(t *testing.T) {
			theirs, err := srtp.CreateContext(x.key, x.salt, x.profile)
			if err != nil {
				t.Fatal(err)
			}
			ours, err := x.make(x.key, x.salt)
			if err != nil {
				t.Fatal(err)
			}
			do(t, ours, theirs)
		})
	}
}

func TestCrypt_RTPIsBitEqualToPion(t *testing.T) {
	eachCipher(t, func(t *testing.T, ours *crypt, theirs *srtp.Context) {
		body := []byte("payload")
		var w window
		for i := range 140_000 { // over two rollovers
			seq := uint16(30_000 + i)
			h := rtp.Header{Version: 2, SSRC: 7, SequenceNumber: seq, PayloadType: 96}
			head, err := h.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := theirs.EncryptRTP(nil, append(head, body...), nil)
			if err != nil {
				t.Fatal(err)
			}
			index := w.guess(seq)
			if !w.fresh(index) {
				t.Fatalf("packet %d refused", i)
			}
			w.mark(index)
			if i%97 != 0 && seq > 2 && seq < 65533 {
				continue
			}
			got, err := ours.openRTP(nil, bytes.Clone(sealed), headerSize, 7, index)
			if err != nil || !bytes.Equal(got, body) {
				t.Fatalf("packet %d: %v", i, err)
			}
			if mine := ours.sealRTP(head[:headerSize:headerSize], body, 7, index); !bytes.Equal(mine, sealed) {
				t.Fatalf("packet %d is sealed otherwise", i)
			}
		}
	})
}

// TestCrypt_AnyHeaderAndPlace: with CSRCs and extensions of any size, opened
// where it lies or elsewhere behind other bytes.
func TestCrypt_AnyHeaderAndPlace(t *testing.T) {
	eachCipher(t, func(t *testing.T, ours *crypt, theirs *srtp.Context) {
		rapid.Check(t, func(t *rapid.T) {
			p := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 9, PayloadType: 96,
				SequenceNumber: rapid.Uint16Max(30000).Draw(t, "seq"), Timestamp: rapid.Uint32().Draw(t, "timestamp"),
				Marker: rapid.Bool().Draw(t, "marker"), CSRC: rapid.SliceOfN(rapid.Uint32(), 0, 15).Draw(t, "csrc")},
				Payload: rapid.SliceOfN(rapid.Byte(), 0, 1200).Draw(t, "payload")}
			for id := range rapid.IntRange(0, 3).Draw(t, "extensions") {
				if err := p.SetExtension(uint8(id+1), rapid.SliceOfN(rapid.Byte(), 1, 16).Draw(t, "extension")); err != nil {
					t.Fatal(err)
				}
			}
			plain, err := p.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := theirs.EncryptRTP(nil, plain, nil)
			if err != nil {
				t.Fatal(err)
			}
			var h header
			if !h.parse(sealed) {
				t.Fatal("header refused")
			}
			index := uint64(h.seq)
			if roc, ok := theirs.ROC(9); ok {
				index |= uint64(roc) << 16
			}
			if mine := ours.sealRTP(bytes.Clone(plain[:h.size]), p.Payload, 9, index); !bytes.Equal(mine, sealed) {
				t.Fatal("sealed otherwise")
			}
			if len(sealed) != len(plain)+ours.overhead() {
				t.Fatalf("%d bytes more, not %d", len(sealed)-len(plain), ours.overhead())
			}
			ring := append(make([]byte, 0, rapid.IntRange(0, 1400).Draw(t, "room")), "before"...)
			got, err := ours.openRTP(ring, sealed, h.size, h.ssrc, index)
			if err != nil || string(got) != "before"+string(p.Payload) {
				t.Fatalf("elsewhere: %v, %d bytes of %d", err, len(got), len(p.Payload))
			}
			got, err = ours.openRTP(sealed[h.size:h.size], sealed, h.size, h.ssrc, index)
			if err != nil || !bytes.Equal(got, p.Payload) {
				t.Fatalf("in place: %v, %d bytes of %d", err, len(got), len(p.Payload))
			}
		})
	})
}

func TestCrypt_RTCPIsBitEqualToPion(t *testing.T) {
	eachCipher(t, func(t *testing.T, ours *crypt, theirs *srtp.Context) {
		plain, err := (&rtcp.ReceiverReport{SSRC: 5, Reports: []rtcp.ReceptionReport{{SSRC: 9}}}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			sealed, err := theirs.EncryptRTCP(nil, plain, nil)
			if err != nil {
				t.Fatal(err)
			}
			if mine := ours.sealRTCP(nil, plain); !bytes.Equal(mine, sealed) {
				t.Fatalf("report %d is sealed otherwise", i)
			}
			got, index, err := ours.openRTCP(sealed)
			if err != nil || !bytes.Equal(got, plain) || index != uint32(i+1) {
				t.Fatalf("report %d: index %d, %v", i, index, err)
			}
		}
	})
}

func TestCrypt_AnyChangedByteIsRefused(t *testing.T) {
	eachCipher(t, func(t *testing.T, c *crypt, _ *srtp.Context) {
		head := []byte{0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}
		packet := c.sealRTP(bytes.Clone(head), []byte("payload"), 3, 1)
		report := c.sealRTCP(nil, []byte{0x80, 201, 0, 1, 0, 0, 0, 5})
		for i := range packet {
			b := bytes.Clone(packet)
			b[i] ^= 1
			if _, err := c.openRTP(nil, b, headerSize, 3, 1); err == nil {
				t.Errorf("RTP byte %d", i)
			}
		}
		for n := range len(packet) {
			if _, err := c.openRTP(nil, bytes.Clone(packet[:n]), min(n, headerSize), 3, 1); err == nil {
				t.Errorf("RTP cut to %d bytes", n)
			}
		}
		if _, err := c.openRTP(nil, bytes.Clone(packet), headerSize, 3, 1<<16+1); err == nil {
			t.Error("RTP of another rollover")
		}
		for i := range report {
			b := bytes.Clone(report)
			b[i] ^= 1
			if _, _, err := c.openRTCP(b); err == nil {
				t.Errorf("RTCP byte %d", i)
			}
		}
		for n := range len(report) {
			if _, _, err := c.openRTCP(bytes.Clone(report[:n])); err == nil {
				t.Errorf("RTCP cut to %d bytes", n)
			}
		}
	})
}

func TestCrypt_NothingIsSealedBeyondTheLastIndex(t *testing.T) {
	eachCipher(t, func(t *testing.T, c *crypt, _ *srtp.Context) {
		head := make([]byte, headerSize, 100)
		if p := c.sealRTP(head, []byte("payload"), 3, maxIndex); p == nil || c.spent() {
			t.Fatal("the last packet must go")
		}
		for _, index := range []uint64{maxIndex + 1, maxIndex + 2, 1 << 63} {
			if p := c.sealRTP(head, []byte("payload"), 3, index); p != nil || !c.spent() {
				t.Errorf("index %d was used: its nonce is that of %d", index, index&maxIndex)
			}
		}
	})
}

func TestCrypt_NoAllocation(t *testing.T) {
	eachCipher(t, func(t *testing.T, c *crypt, _ *srtp.Context) {
		packet, report := make([]byte, headerSize, maxDatagram), make([]byte, 0, maxDatagram)
		payload, plain := make([]byte, 1100), append([]byte{0x80, 201, 0, 1}, make([]byte, 60)...)
		index := uint64(0)
		if n := testing.AllocsPerRun(100, func() {
			index++
			p := c.sealRTP(packet, payload, 3, index)
			if _, err := c.openRTP(p[headerSize:headerSize], p, headerSize, 3, index); err != nil {
				t.Fatal(err)
			}
			if _, _, err := c.openRTCP(c.sealRTCP(report, plain)); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

func TestConn_TheLastIndexEndsTheConn(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	defer b.Unlock()
	if !f.conn.SendRTP(&Outgoing{SSRC: 5, Index: maxIndex}, []byte("last")) {
		t.Fatal("the last packet must go")
	}
	if f.conn.SendRTP(&Outgoing{SSRC: 5, Index: maxIndex + 1}, []byte("beyond")) {
		t.Error("a packet beyond the last index went")
	}
	b.Tick()
	if len(f.failures) != 1 || f.failures[0] != FailedExhausted {
		t.Errorf("failures %v", f.failures)
	}
}

func TestConn_SpentKeysEndTheConn(t *testing.T) {
	b := newBench(t)
	f := newFar(t, b, true)
	b.Lock()
	defer b.Unlock()
	f.conn.out.index = maxReports - 1
	if !f.conn.AskKeyframe(farVideo) {
		t.Fatal("the last report must go")
	}
	f.conn.AskKeyframe(farVideo)
	if f.conn.out.index != maxReports {
		t.Errorf("index %d was used", f.conn.out.index)
	}
	b.Tick()
	b.Tick()
	if len(f.failures) != 1 || f.failures[0] != FailedExhausted {
		t.Errorf("failures %v", f.failures)
	}
}

// BenchmarkCrypt opens and seals packets of 1100 bytes and reports of 64.
func BenchmarkCrypt(b *testing.B) {
	for _, x := range ciphers {
		c, err := x.make(x.key, x.salt)
		if err != nil {
			b.Fatal(err)
		}
		packet, report := make([]byte, headerSize, maxDatagram), make([]byte, 0, maxDatagram)
		payload, plain, ring := make([]byte, 1100), append([]byte{0x80, 201, 0, 1}, make([]byte, 60)...), make([]byte, 0, maxDatagram)
		b.Run(x.name+"/sealRTP", func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				c.sealRTP(packet, payload, 3, uint64(i))
			}
		})
		b.Run(x.name+"/openRTP", func(b *testing.B) {
			b.ReportAllocs()
			p := c.sealRTP(packet, payload, 3, 1)
			for range b.N {
				if _, err := c.openRTP(ring, p, headerSize, 3, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(x.name+"/sealRTCP", func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				c.sealRTCP(report, plain)
			}
		})
	}
}
