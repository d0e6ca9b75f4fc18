package load

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// What a publisher sends.
const (
	audioEvery = 20 * time.Millisecond
	audioBytes = 100

	videoEvery       = time.Second / 30
	videoBytes       = 1100 // of a packet
	videoTail        = 400  // of the last packet of a delta frame
	deltaPackets     = 5
	keyframePackets  = 20
	keyframeEvery    = 4 * time.Second
	keyframeSoonest  = 300 * time.Millisecond // when asked for
	width, height    = 640, 480
	opusSamples      = 960
	videoClockTicks  = 3000
	vp8DescriptorLen = 6
)

// streams numbers the published streams of this process.
var streams atomic.Uint32

// stream is one published track.
type stream struct {
	p      *participant
	w      *window
	track  *webrtc.TrackLocalStaticRTP
	id     uint32
	number uint32
	header rtp.Header
}

func newStream(p *participant, w *window, track *webrtc.TrackLocalStaticRTP) *stream {
	return &stream{p: p, w: w, track: track, id: streams.Add(1),
		header: rtp.Header{Version: 2, SequenceNumber: uint16(rand.IntN(30000)), Timestamp: rand.Uint32()}}
}

// send stamps and sends one packet.
func (s *stream) send(payload []byte) {
	at := now()
	s.number++
	s.header.SequenceNumber++
	stamp{s.id, s.number, at}.write(payload)
	if s.track.WriteRTP(&rtp.Packet{Header: s.header, Payload: payload}) == nil && s.w.holds(at) {
		s.p.sent.Add(1)
	}
}

// publish sends sound and picture, each at its own pace, until ctx ends.
func (p *participant) publish(ctx context.Context, w *window) {
	audio, video := newStream(p, w, p.audio), newStream(p, w, p.video)
	sound := noise(audioBytes)
	sound[0] = 0xfc // Opus: one frame of 20 ms
	picture := newPicture()
	// Publishers are not in step with each other.
	begin := time.Now().Add(rand.N(videoEvery))
	timer := time.NewTimer(0)
	defer timer.Stop()
	var keyframe time.Time
	for samples, frames := 0, 0; ; {
		nextAudio := begin.Add(time.Duration(samples) * audioEvery)
		nextVideo := begin.Add(time.Duration(frames) * videoEvery)
		next := nextAudio
		if nextVideo.Before(nextAudio) {
			next = nextVideo
		}
		timer.Reset(time.Until(next))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		if next.Equal(nextAudio) {
			samples++
			audio.header.Timestamp += opusSamples
			audio.send(sound)
			continue
		}
		frames++
		since := time.Since(keyframe)
		key := since >= keyframeEvery || since >= keyframeSoonest && p.keyframe.Swap(false)
		packets := deltaPackets
		if key {
			packets, keyframe = keyframePackets, time.Now()
			p.keyframes.Add(1)
		}
		video.header.Timestamp += videoClockTicks
		for i := range packets {
			video.header.Marker = i == packets-1
			video.send(picture.packet(i, packets, key))
		}
		picture.next()
	}
}

// picture makes VP8 packets whose descriptor (RFC 7741) and frame header (RFC 6386) are right; the rest is noise.
type picture struct {
	buf []byte
	id  uint16
	tl0 uint8
}

func newPicture() *picture { return &picture{buf: noise(videoBytes), id: uint16(rand.IntN(1 << 15))} }

// packet gives packet i of n of the frame; the buffer is used again.
func (p *picture) packet(i, n int, key bool) []byte {
	b := p.buf
	if !key && i == n-1 {
		b = b[:videoTail]
	}
	b[0] = 0x80 // extended
	if i == 0 {
		b[0] |= 0x10 // start of a partition
	}
	b[1] = 0xe0                                 // picture id, TL0PICIDX and TID follow
	b[2], b[3] = 0x80|byte(p.id>>8), byte(p.id) // 15 bits
	b[4], b[5] = p.tl0, 0
	if i == 0 {
		tag := uint32(n*videoBytes)<<5 | 1<<4 // size of the first partition, shown
		if !key {
			tag |= 1
		}
		h := b[vp8DescriptorLen:]
		h[0], h[1], h[2] = byte(tag), byte(tag>>8), byte(tag>>16)
		if key {
			copy(h[3:], []byte{0x9d, 0x01, 0x2a, width & 0xff, width >> 8, height & 0xff, height >> 8})
		}
	}
	return b
}

func (p *picture) next() {
	p.id = (p.id + 1) & 0x7fff
	p.tl0++
}

func noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}
