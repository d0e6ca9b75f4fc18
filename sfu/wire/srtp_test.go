package wire

import (
	"bytes"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"pgregory.net/rapid"
)

// ciphers are the keys of both profiles.
var ciphers = []struct {
	name    string
	key     []byte
	profile srtp.ProtectionProfile
}{
	{"AES-128", []byte("0123456789abcdef"), srtp.ProtectionProfileAeadAes128Gcm},
	{"AES-256", []byte("0123456789abcdef0123456789abcdef"), srtp.ProtectionProfileAeadAes256Gcm},
}

func TestCrypt_RTPIsBitEqualToPion(t *testing.T) {
	salt := []byte("saltsaltsalt")
	for _, x := range ciphers {
		t.Run(x.name, func(t *testing.T) {
			theirs, err := srtp.CreateContext(x.key, salt, x.profile)
			if err != nil {
				t.Fatal(err)
			}
			ours, err := newGCM(x.key, salt)
			if err != nil {
				t.Fatal(err)
			}
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
}

func TestCrypt_RTPWithExtensionsAndCSRC(t *testing.T) {
	salt := []byte("saltsaltsalt")
	theirs, err := srtp.CreateContext(ciphers[0].key, salt, ciphers[0].profile)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := newGCM(ciphers[0].key, salt)
	if err != nil {
		t.Fatal(err)
	}
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
		got, err := ours.openRTP(sealed[h.size:h.size], sealed, h.size, h.ssrc, index)
		if err != nil || !bytes.Equal(got, p.Payload) {
			t.Fatalf("%v, %d bytes of %d", err, len(got), len(p.Payload))
		}
	})
}

func TestCrypt_RTCPIsBitEqualToPion(t *testing.T) {
	salt := []byte("saltsaltsalt")
	for _, x := range ciphers {
		t.Run(x.name, func(t *testing.T) {
			theirs, err := srtp.CreateContext(x.key, salt, x.profile)
			if err != nil {
				t.Fatal(err)
			}
			ours, err := newGCM(x.key, salt)
			if err != nil {
				t.Fatal(err)
			}
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
}

func TestCrypt_AnyChangedByteIsRefused(t *testing.T) {
	c, err := newGCM(ciphers[0].key, []byte("saltsaltsalt"))
	if err != nil {
		t.Fatal(err)
	}
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

func TestWindow_EachIndexOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w window
		seen := map[uint64]bool{}
		at := uint64(rapid.Uint16Max(1<<15).Draw(t, "first"))
		for range rapid.IntRange(1, 300).Draw(t, "packets") {
			step := rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64Range(-1500, 1500), rapid.Int64Range(-30_000, 30_000)).Draw(t, "step")
			i := at
			if step > 0 || at > uint64(-step) {
				i = at + uint64(step)
			}
			if len(seen) > 0 && (i > at+30_000 || i+30_000 < at) {
				continue
			}
			if len(seen) > 0 {
				if g := w.guess(uint16(i)); g != i {
					t.Fatalf("guessed %d for %d, highest %d", g, i, w.high)
				}
			} else if i > 0xffff {
				continue
			}
			fresh := w.fresh(i)
			old := len(seen) > 0 && i < at && at-i >= windowBits
			if want := !seen[i] && !old; fresh != want {
				t.Fatalf("fresh(%d) is %v, highest %d", i, fresh, at)
			}
			if fresh {
				w.mark(i)
				seen[i] = true
				if len(seen) == 1 || i > at {
					at = i
				}
			}
		}
	})
}
