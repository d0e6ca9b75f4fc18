package wire

import (
	"bytes"
	"testing"

	"github.com/pion/rtp"
	"pgregory.net/rapid"
)

func TestHeader_ReadsWhatPionWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: rapid.Uint32().Draw(t, "ssrc"), PayloadType: rapid.Uint8Max(127).Draw(t, "type"),
			SequenceNumber: rapid.Uint16().Draw(t, "seq"), Timestamp: rapid.Uint32().Draw(t, "timestamp"),
			Marker: rapid.Bool().Draw(t, "marker"), CSRC: rapid.SliceOfN(rapid.Uint32(), 0, 15).Draw(t, "csrc")},
			Payload: rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(t, "payload")}
		two := rapid.Bool().Draw(t, "two-byte headers")
		ids := rapid.SliceOfNDistinct(rapid.Uint8Range(1, 14), 0, 5, rapid.ID).Draw(t, "ids")
		if two {
			p.Extension, p.ExtensionProfile = true, 0x1000
		}
		want := map[uint8][]byte{}
		for _, id := range ids {
			most := 16
			if two {
				most = 40
			}
			want[id] = rapid.SliceOfN(rapid.Byte(), 1, most).Draw(t, "extension")
			if err := p.SetExtension(id, want[id]); err != nil {
				t.Fatal(err)
			}
		}
		b, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		var h header
		if !h.parse(b) {
			t.Fatal("refused")
		}
		if h.ssrc != p.SSRC || h.seq != p.SequenceNumber || h.timestamp != p.Timestamp || h.marker != p.Marker ||
			h.pt != p.PayloadType || h.padding || !bytes.Equal(b[h.size:], p.Payload) {
			t.Fatalf("%+v", h)
		}
		for id := range uint8(16) {
			if !bytes.Equal(h.extension(id), want[id]) {
				t.Fatalf("extension %d is %x, want %x", id, h.extension(id), want[id])
			}
		}
	})
}

// FuzzHeader reads anything.
func FuzzHeader(f *testing.F) {
	for _, p := range []rtp.Packet{
		{Header: rtp.Header{Version: 2, SSRC: 1, PayloadType: 96}, Payload: []byte{0x10, 0, 0, 0}},
		{Header: rtp.Header{Version: 2, SSRC: 1, PayloadType: 96, CSRC: []uint32{1, 2}}, Payload: []byte{0x90, 0xf0, 0x85, 1, 7, 0x21, 0}},
	} {
		if err := p.SetExtension(4, []byte("0")); err != nil {
			f.Fatal(err)
		}
		b, err := p.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte{0x90, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0x10, 0, 0, 1, 4, 1, '0', 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var h header
		if !h.parse(b) {
			return
		}
		if h.size < headerSize || h.size > len(b) {
			t.Fatalf("header of %d bytes in %d", h.size, len(b))
		}
		for id := range uint8(17) {
			if e := h.extension(id); len(e) > len(h.ext) {
				t.Fatal("extension outside of the header")
			}
		}
	})
}
