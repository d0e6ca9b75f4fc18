package wire

import (
	"testing"

	"github.com/pion/rtp/codecs"
)

func TestVP8Keyframe(t *testing.T) {
	for name, c := range map[string]struct {
		payload []byte
		want    bool
	}{
		"empty":                       {nil, false},
		"keyframe":                    {[]byte{0x10, 0x00, 0, 0}, true},
		"inter frame":                 {[]byte{0x10, 0x01, 0, 0}, false},
		"second packet of a keyframe": {[]byte{0x00, 0x00, 0, 0}, false},
		"second partition":            {[]byte{0x11, 0x00, 0, 0}, false},
		"picture id of 7 bits":        {[]byte{0x90, 0x80, 0x05, 0x00, 0}, true},
		"picture id of 15 bits":       {[]byte{0x90, 0x80, 0x85, 0x01, 0x00}, true},
		"all of the descriptor":       {[]byte{0x90, 0xf0, 0x85, 0x01, 0x07, 0x21, 0x00}, true},
		"the same, inter frame":       {[]byte{0x90, 0xf0, 0x85, 0x01, 0x07, 0x21, 0x01}, false},
		"cut in the descriptor":       {[]byte{0x90, 0x80, 0x85}, false},
		"padding":                     {make([]byte, 200), false},
	} {
		if got, _, _ := vp8Keyframe(c.payload); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if _, w, h := vp8Keyframe([]byte("\x10\x00\x00\x00\x9d\x01\x2a\x80\x42\xe0\x81")); w != 640 || h != 480 {
		t.Errorf("%dx%d", w, h)
	}
}

// FuzzVP8 reads anything, and what pion takes apart likewise.
func FuzzVP8(f *testing.F) {
	f.Add([]byte{0x10, 0, 0, 0})
	f.Add([]byte{0x90, 0xf0, 0x85, 1, 7, 0x21, 0})
	f.Add([]byte("\x10\x00\x00\x00\x9d\x01\x2a\x80\x02\xe0\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, width, height := vp8Keyframe(b)
		if !got && (width != 0 || height != 0) {
			t.Fatal("a picture without a keyframe")
		}
		var v codecs.VP8Packet
		rest, err := v.Unmarshal(b)
		if err != nil || len(rest) == 0 || len(b) < 3 {
			return
		}
		if want := v.S == 1 && v.PID == 0 && rest[0]&1 == 0; got != want {
			t.Fatalf("keyframe %v, pion says %v: %x", got, want, b)
		}
	})
}
