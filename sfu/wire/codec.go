package wire

// Codec is a way of coding that is understood: enough to find keyframes and to
// unwrap redundancy, never to decode.
type Codec uint8

// The codecs.
const (
	Opus Codec = iota + 1 // RFC 7587
	VP8                   // RFC 7741
	H264                  // RFC 6184
)

// Video says whether the codec has keyframes.
func (c Codec) Video() bool { return c == VP8 || c == H264 }
