package wire

import (
	"encoding/binary"
	"testing"

	"github.com/pion/rtp/codecs"
)

func TestH264Keyframe(t *testing.T) {
	for name, c := range map[string]struct {
		payload []byte
		want    bool
	}{
		"empty":                            {nil, false},
		"header alone":                     {[]byte{0x65}, false},
		"IDR":                              {[]byte{0x65, 1}, true},
		"parameter set":                    {[]byte{0x67, 1}, true},
		"picture parameter set":            {[]byte{0x68, 1}, false},
		"other slice":                      {[]byte{0x41, 1}, false},
		"parameter sets in one":            {[]byte{0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 1}, true},
		"delimiter, then IDR":              {[]byte{0x78, 0, 2, 0x09, 1, 0, 3, 0x65, 1, 2}, true},
		"aggregate without any":            {[]byte{0x78, 0, 2, 0x06, 1, 0, 2, 0x41, 1}, false},
		"aggregate longer than it is":      {[]byte{0x78, 0, 9, 0x67, 1}, false},
		"aggregate of nothing":             {[]byte{0x78, 0, 0, 0x67, 1}, false},
		"aggregate cut in its length":      {[]byte{0x78, 0, 2, 0x06, 1, 0}, false},
		"start of an IDR":                  {[]byte{0x7c, 0x85, 1}, true},
		"middle of an IDR":                 {[]byte{0x7c, 0x05, 1}, false},
		"end of an IDR":                    {[]byte{0x7c, 0x45, 1}, false},
		"start of another slice":           {[]byte{0x5c, 0x81, 1}, false},
		"fragment that holds a set":        {[]byte{0x7c, 0x87, 1}, true},
		"interleaved, not negotiated":      {[]byte{0x79, 0, 0, 0, 2, 0x67, 1}, false},
		"what no decoder would understand": {[]byte{0xff, 0xff, 0xff}, false},
	} {
		if got := h264Keyframe(c.payload); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// FuzzH264 reads anything, and what pion takes apart likewise.
func FuzzH264(f *testing.F) {
	f.Add([]byte{0x65, 1})
	f.Add([]byte{0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 1})
	f.Add([]byte{0x78, 0, 9, 0x67, 1})
	f.Add([]byte{0x7c, 0x85, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		got := h264Keyframe(b)
		if len(b) < 2 || b[0]&31 > nalSTAPA {
			return
		}
		p := codecs.H264Packet{IsAVC: true}
		units, err := p.Unmarshal(b)
		if err != nil {
			return
		}
		want := false
		for len(units) > 4 {
			n := int(binary.BigEndian.Uint32(units))
			if n == 0 || n > len(units)-4 {
				return // pion lets units without bytes pass
			}
			if k := units[4] & 31; k == nalIDR || k == nalSPS {
				want = true
			}
			units = units[4+n:]
		}
		if got != want {
			t.Fatalf("%v, pion says %v: %x", got, want, b)
		}
	})
}
