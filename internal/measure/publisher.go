package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// keySoonest is how soon after a keyframe the next one comes when the server asks for it.
const keySoonest = 300 * time.Millisecond

// publisher sends one participant's sound and picture, each at its own pace. It belongs to one goroutine.
type publisher struct {
	m              *Member
	streams        [2]stream // by Kind
	picture        *Picture
	sound          []byte
	begin          time.Time
	sounds, frames int
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
	for k := range p.streams {
		p.streams[k] = stream{id: uint32(2*n + k + 1), packet: Packet{Kind: Kind(k), Sequence: uint16(r.IntN(30_000)), Timestamp: r.Uint32()}}
	}
	return p
}

// run sends until ctx ends or the session refuses a packet.
func (p *publisher) run(ctx context.Context) error {
	var keyframe time.Time
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		sound := p.begin.Add(time.Duration(p.sounds) * AudioInterval)
		frame := p.begin.Add(time.Duration(p.frames) * FrameInterval)
		next := frame
		if !sound.After(frame) {
			next = sound
		}
		timer.Reset(time.Until(next))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
		var err error
		if next.Equal(sound) {
			p.sounds++
			err = p.send(Audio, p.sound, AudioTicks, true, false)
		} else {
			p.frames++
			since := time.Since(keyframe)
			key := since >= KeyInterval || since >= keySoonest && p.m.keyframe.Swap(false)
			if key {
				keyframe = time.Now()
				p.m.keyframes.Add(1)
			}
			err = p.sendFrame(key)
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("send: %w", err)
		}
	}
}

func (p *publisher) sendFrame(key bool) error {
	n := Packets(key)
	for i := range n {
		if err := p.send(Video, p.picture.Packet(i, key), VideoTicks, i == 0, i == n-1); err != nil {
			return err
		}
	}
	p.picture.Next()
	return nil
}

// send stamps and sends one packet; first says that it is the first one of its time.
func (p *publisher) send(k Kind, payload []byte, ticks uint32, first, marker bool) error {
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
