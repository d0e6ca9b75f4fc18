package wire

import "encoding/binary"

// vp8Keyframe says whether an RTP payload begins a VP8 keyframe (RFC 7741
// section 4.2: S set, partition 0, and the inverse key frame bit clear), and
// how big its picture is, 0 when the payload is too short to tell (RFC 6386
// section 9.1).
func vp8Keyframe(b []byte) (begins bool, width, height uint16) {
	if len(b) < 3 || b[0]&0x17 != 0x10 {
		return false, 0, 0
	}
	n := 1
	if b[0]&0x80 != 0 { // X
		x := b[1]
		n = 2
		if x&0x80 != 0 { // I: a picture id of one or two bytes
			if len(b) > n && b[n]&0x80 != 0 {
				n++
			}
			n++
		}
		if x&0x40 != 0 { // L
			n++
		}
		if x&0x30 != 0 { // T or K
			n++
		}
	}
	if len(b) <= n || b[n]&1 != 0 {
		return false, 0, 0
	}
	if f := b[n:]; len(f) >= 10 && f[3] == 0x9d && f[4] == 0x01 && f[5] == 0x2a {
		// The upper two bits are a hint for scaling.
		width, height = binary.LittleEndian.Uint16(f[6:])&0x3fff, binary.LittleEndian.Uint16(f[8:])&0x3fff
	}
	return true, width, height
}
