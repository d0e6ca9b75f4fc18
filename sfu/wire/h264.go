package wire

import "encoding/binary"

// NAL unit types (ITU-T H.264 table 7-1, RFC 6184 section 5.2).
const (
	nalIDR   = 5
	nalSPS   = 7
	nalSTAPA = 24
	nalFUA   = 28
)

// h264Keyframe says whether an RTP payload (RFC 6184) has a sequence parameter
// set or the beginning of an IDR picture: as a single NAL unit, within a
// STAP-A, or as the start of an FU-A.
func h264Keyframe(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	switch t := b[0] & 31; t {
	case nalSTAPA:
		for b = b[1:]; len(b) > 2; {
			n := int(binary.BigEndian.Uint16(b))
			if n == 0 || len(b) < 2+n {
				return false
			}
			if t := b[2] & 31; t == nalIDR || t == nalSPS {
				return true
			}
			b = b[2+n:]
		}
		return false
	case nalFUA:
		t = b[1] & 31
		return b[1]&0x80 != 0 && (t == nalIDR || t == nalSPS)
	default:
		return t == nalIDR || t == nalSPS
	}
}
