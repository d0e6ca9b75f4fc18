package measure

import (
	"math/rand/v2"
	"time"
)

// The media of one publisher: about 1.19 Mbit/s of VP8 at 30 frames a second
// and 50 Opus packets a second, 204 packets a second in all. A delta frame is
// four full packets and a short one; a keyframe is twenty full packets, sent
// first and then every four seconds.
const (
	VideoPacket   = 1100 // payload bytes of a full video packet
	VideoTail     = 400  // of the last packet of a delta frame
	AudioPacket   = 100
	DeltaPackets  = 5
	KeyPackets    = 20
	FrameInterval = time.Second / 30
	AudioInterval = 20 * time.Millisecond
	KeyInterval   = 4 * time.Second

	VideoType  = 96 // RTP payload types
	RepairType = 97 // of the video's retransmissions
	AudioType  = 111

	VideoTicks = 90000 / 30 // RTP timestamp steps of a frame
	AudioTicks = 48000 / 50
)

// Picture makes the packets of a VP8 stream: descriptor (RFC 7741, section 4.2)
// and frame header are valid, so that a server can find keyframes and frame
// ends; the rest is noise.
type Picture struct {
	payload   []byte
	pictureID uint16 // 15 bits
	layerZero uint8  // TL0PICIDX
}

// NewPicture starts a stream; equal seeds make equal streams.
func NewPicture(seed uint64) *Picture {
	r := rand.New(rand.NewPCG(seed, 1))
	return &Picture{payload: noise(r, VideoPacket), pictureID: uint16(r.IntN(1 << 15))}
}

// Packets is how many packets a frame has.
func Packets(key bool) int {
	if key {
		return KeyPackets
	}
	return DeltaPackets
}

// Packet is the payload of packet i of the current frame, valid until the next
// call.
func (p *Picture) Packet(i int, key bool) []byte {
	n := Packets(key)
	size := VideoPacket
	if !key && i == n-1 {
		size = VideoTail
	}
	b := p.payload[:size]
	b[0] = 0x80 // X: extended control bits follow
	b[1] = 0xe0 // I, L, T: picture id, TL0PICIDX, TID
	b[2] = 0x80 | byte(p.pictureID>>8)
	b[3] = byte(p.pictureID)
	b[4] = p.layerZero
	b[5] = 0 // temporal layer 0
	if i > 0 {
		return b
	}
	b[0] |= 0x10 // S: start of the partition
	tag := uint32(n*VideoPacket)<<5 | 1<<4
	if !key {
		tag |= 1
	}
	b[6], b[7], b[8] = byte(tag), byte(tag>>8), byte(tag>>16)
	if key {
		// Start code, 640 × 480 (RFC 6386, section 9.1).
		copy(b[9:], []byte{0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01})
	}
	return b
}

// Next goes on to the next frame.
func (p *Picture) Next() {
	p.pictureID = (p.pictureID + 1) & 0x7fff
	p.layerZero++
}

// Sound is the payload of an Opus packet of 20 ms; its content is noise.
func Sound(seed uint64) []byte {
	b := noise(rand.New(rand.NewPCG(seed, 2)), AudioPacket)
	b[0] = 0xfc // full band, one frame of 20 ms (RFC 6716, section 3.1)
	return b
}

func noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}
