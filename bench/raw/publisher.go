package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/pion/rtp"

	"nara/bench/measure"
)

// publisher sends one participant's sound and picture at their own pace. It
// belongs to one goroutine; its counts are read when that has ended.
type publisher struct {
	p              *participant
	audio, video   track
	picture        *measure.Picture
	sound          []byte
	offset         time.Duration // of the first packet, so that publishers do not beat in time
	plain, sealed  []byte
	sent           uint64 // packets in the window
	keyframes      uint64
	err            error
	sounds, frames int
}

// track is one published stream.
type track struct {
	id       uint32
	sequence uint32 // of the stamps
	header   rtp.Header
}

// newPublisher makes the publisher of the participant that joined as number n.
func newPublisher(p *participant, n uint32) *publisher {
	r := rand.New(rand.NewPCG(uint64(n), 3))
	newTrack := func(id, ssrc uint32, payloadType uint8) track {
		return track{id: id, header: rtp.Header{
			Version: 2, PayloadType: payloadType, SSRC: ssrc,
			SequenceNumber: uint16(r.IntN(30_000)), Timestamp: r.Uint32(),
		}}
	}
	return &publisher{
		p:       p,
		audio:   newTrack(2*n+1, p.ssrc, measure.AudioType),
		video:   newTrack(2*n+2, p.ssrc+1, measure.VideoType),
		picture: measure.NewPicture(uint64(n)),
		sound:   measure.Sound(uint64(n)),
		offset:  time.Duration(r.Int64N(int64(measure.FrameInterval))),
	}
}

// run sends until the context ends or the socket fails.
func (s *publisher) run(ctx context.Context) {
	begin := time.Now().Add(s.offset)
	var keyframe time.Time
	timer := time.NewTimer(0)
	defer timer.Stop()
	for s.err == nil {
		sound := begin.Add(time.Duration(s.sounds) * measure.AudioInterval)
		frame := begin.Add(time.Duration(s.frames) * measure.FrameInterval)
		next := frame
		if !sound.After(frame) {
			next = sound
		}
		timer.Reset(time.Until(next))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		if next.Equal(sound) {
			s.sounds++
			s.err = s.send(&s.audio, s.sound)
			s.audio.header.Timestamp += measure.AudioTicks
			continue
		}
		s.frames++
		key := time.Since(keyframe) >= measure.KeyInterval
		if key {
			keyframe = time.Now()
			s.keyframes++
		}
		s.err = s.sendFrame(key)
	}
}

func (s *publisher) sendFrame(key bool) error {
	n := measure.Packets(key)
	for i := range n {
		s.video.header.Marker = i == n-1
		if err := s.send(&s.video, s.picture.Packet(i, key)); err != nil {
			return err
		}
	}
	s.picture.Next()
	s.video.header.Timestamp += measure.VideoTicks
	return nil
}

func (s *publisher) send(t *track, payload []byte) error {
	now := s.p.run.clock.Now()
	t.sequence++
	measure.Stamp{Stream: t.id, Sequence: t.sequence, Sent: now}.Put(payload)
	n := t.header.MarshalSize()
	s.plain = append(s.plain[:0], make([]byte, n)...)
	if _, err := t.header.MarshalTo(s.plain); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	s.plain = append(s.plain, payload...)
	sealed, err := s.p.up.EncryptRTP(s.sealed[:0], s.plain, nil)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	s.sealed = sealed
	if _, err := s.p.media.WriteToUDPAddrPort(sealed, s.p.server); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	t.header.SequenceNumber++
	if s.p.run.window.contains(now) {
		s.sent++
	}
	return nil
}
