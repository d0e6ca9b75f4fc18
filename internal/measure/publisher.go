package measure

import (
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	// keySoonest is how soon after a keyframe the next one comes when the server asks for it.
	keySoonest = 300 * time.Millisecond
	// packetGap is the time between two packets of a frame: what the slowest of the stacks that send takes for one. With
	// it every server meets the same arrivals, however fast its participants could send.
	packetGap = 25 * time.Microsecond
)

// publisher sends one participant's sound and picture, each at its own pace. It belongs to the pacer.
type publisher struct {
	m              *Member
	streams        [2]stream // by Kind
	picture        *Picture
	sound          []byte
	begin, next    time.Time
	sounds, frames int
	keyframe       time.Time // of the last one
	key            bool      // the frame at hand is one
	sent           int       // packets of the frame at hand
}

// stream is one published stream.
type stream struct {
	id     uint32 // of the stamps
	number uint32
	packet Packet
}

// newPublisher makes the publisher of the n-th participant: equal numbers send the same.
func newPublisher(m *Member, n int) *publisher {
	r := rand.New(rand.NewPCG(uint64(n), 3))
	p := &publisher{m: m, picture: NewPicture(uint64(n)), sound: Sound(uint64(n)),
		// Publishers are not in step with each other.
		begin: time.Now().Add(time.Duration(r.Int64N(int64(FrameInterval))))}
	p.next = p.begin
	for k := range p.streams {
		p.streams[k] = stream{id: uint32(2*n + k + 1), packet: Packet{Kind: Kind(k), Sequence: uint16(r.IntN(30_000)), Timestamp: r.Uint32()}}
	}
	return p
}

// send sends the next packet and sets the time of the one after it.
func (p *publisher) send() error {
	sound, picture := p.times()
	var err error
	if !sound.After(picture) {
		p.sounds++
		err = p.sendPacket(Audio, p.sound, AudioTicks, true, false)
	} else {
		err = p.sendPicture()
	}
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	sound, picture = p.times()
	p.next = picture
	if !sound.After(picture) {
		p.next = sound
	}
	return nil
}

// times are when the next packets of sound and picture are due.
func (p *publisher) times() (sound, picture time.Time) {
	return p.begin.Add(time.Duration(p.sounds) * AudioInterval),
		p.begin.Add(time.Duration(p.frames)*FrameInterval + time.Duration(p.sent)*packetGap)
}

// sendPicture sends the next packet of the frame at hand; the first decides what kind of frame it is.
func (p *publisher) sendPicture() error {
	if p.sent == 0 {
		since := time.Since(p.keyframe)
		if p.key = since >= KeyInterval || since >= keySoonest && p.m.keyframe.Swap(false); p.key {
			p.keyframe = time.Now()
			p.m.keyframes.Add(1)
		}
	}
	i, n := p.sent, Packets(p.key)
	p.sent++
	if p.sent == n {
		p.sent = 0
		p.frames++
	}
	if err := p.sendPacket(Video, p.picture.Packet(i, p.key), VideoTicks, i == 0, i == n-1); err != nil {
		return err
	}
	if p.sent == 0 {
		p.picture.Next()
	}
	return nil
}

// sendPacket stamps and sends one packet; first says that it is the first one of its time.
func (p *publisher) sendPacket(k Kind, payload []byte, ticks uint32, first, marker bool) error {
	s := &p.streams[k]
	s.number++
	s.packet.Sequence++
	if first {
		s.packet.Timestamp += ticks
	}
	s.packet.Marker = marker
	s.packet.Payload = payload
	at := p.m.clock.Now()
	Stamp{Stream: s.id, Sequence: s.number, Sent: at}.Put(payload)
	if err := p.m.session.Send(s.packet); err != nil {
		return err
	}
	if p.m.window.Holds(at) {
		p.m.sent.Add(1)
	}
	return nil
}
