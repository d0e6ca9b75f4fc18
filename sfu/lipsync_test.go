package sfu

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"nara/sfu/wire"
)

// studio is a publisher whose sound and picture are taken at the same moments.
// Its wall clock is far from ours and runs a bit slow; its sound card runs fast
// or slow against that.
type studio struct {
	audio, video *publication
	streams      [2]*wire.Stream
	indices      [2]uint64
	began        [2]uint32 // RTP time at moment 0
	ntp          uint64    // wall clock at moment 0
	drift        float64   // of the sound card
	moment       int64     // ns of true time
}

func newStudio(audio, video *publication, n uint32, drift float64) *studio {
	return &studio{audio: audio, video: video, streams: [2]*wire.Stream{{}, {}}, indices: [2]uint64{100, 5000},
		began: [2]uint32{n * 1_000_000_007, n * 3_000_000_019}, ntp: uint64(n+1) << 40, drift: 1 + drift*1e-6}
}

func (s *studio) wall() float64 { return float64(s.moment) / 1e9 * 0.9999 }

func (s *studio) rtp(i int) uint32 {
	return s.began[i] + uint32(int64(s.wall()*[]float64{48000 * s.drift, 90000}[i]))
}

func (s *studio) pub(i int) *publication { return []*publication{s.audio, s.video}[i] }

// takes sends one packet of each, and every so often the sender reports, those
// of the picture half a period after those of the sound.
func (s *studio) takes(key bool, report [2]bool) {
	for i := range 2 {
		s.indices[i]++
		s.pub(i).RTP(&wire.Packet{Stream: s.streams[i], Index: s.indices[i], Timestamp: s.rtp(i), Keyframe: key, Payload: []byte{0}})
		if report[i] {
			s.pub(i).SenderReport(s.streams[i], s.ntp+uint64(s.wall()*(1<<32)), s.rtp(i))
		}
	}
}

// apart is by how much, in ms, the client takes what was taken now as sound
// and as picture for different moments.
func apart(sound, picture *downTrack) float64 {
	at := func(d *downTrack) float64 {
		since := float64(int32(d.numbers.lastTS-d.told.rtp)) / float64(d.format.Clock) * 1000
		return since + float64(int64(d.told.ntp-sound.told.ntp))/(1<<32)*1000
	}
	return at(picture) - at(sound)
}

// theatre is a peer that watches two studios, of which the first has a second
// camera, by a clock that the test sets.
type theatre struct {
	t              *testing.T
	clock          atomic.Int64
	room           *room
	sound, picture *downTrack
	studios        [2]*studio
	exam           *studio // the first one's sound with the other camera
	ticks          int
	worst          float64 // ms
}

func newTheatre(t *testing.T, drift float64) *theatre {
	h := &theatre{t: t}
	h.clock.Store(int64(time.Second))
	s := newServer(t, func(c *Config) {
		c.Loops = 1
		c.now = func() time.Duration { return time.Duration(h.clock.Load()) }
	})
	newClient(t, s, "r", "sub", clientOptions{spares: 1}).join(true).connected()
	r, err := s.find("r")
	if err != nil {
		t.Fatal(err)
	}
	defer r.shard.loop.Unlock()
	h.room, h.sound, h.picture = r, r.peer("sub").downTracks[0], r.peer("sub").downTracks[1]
	for n := range uint32(2) {
		p := newPeer("pub", r, wire.Remote{})
		h.studios[n] = newStudio(newPublication(p, media("0", Audio), Microphone),
			newPublication(p, media("1", Video), Camera), n, drift*float64(1-2*int(n)))
	}
	exam := *h.studios[0]
	exam.video = newPublication(exam.audio.peer, media("2", Video), Exam)
	exam.streams[1], exam.began[1] = &wire.Stream{}, 77
	h.exam = &exam
	return h
}

func (h *theatre) inside(do func()) {
	h.room.shard.loop.Lock()
	defer h.room.shard.loop.Unlock()
	do()
}

func (h *theatre) bind(s *studio) {
	h.inside(func() {
		h.sound.unbind()
		h.picture.unbind()
		h.sound.bind(s.audio)
		h.picture.bind(s.video)
	})
}

// runs plays for so many seconds; each publisher reports every 5 s. The first
// packet comes late.
func (h *theatre) runs(s *studio, seconds int) {
	h.t.Helper()
	for n := range seconds * 50 {
		h.clock.Add(20e6)
		h.ticks++
		h.inside(func() {
			s.moment = h.clock.Load()
			if n == 0 {
				s.moment -= 15e6
			}
			s.takes(n%25 == 0, [2]bool{h.ticks%250 == 0 || n == 5, h.ticks%250 == 125 || n == 10})
			s.audio.tick(h.clock.Load())
			s.video.tick(h.clock.Load())
		})
		if n <= 10 {
			continue // not told yet
		}
		ms := apart(h.sound, h.picture)
		if h.worst = max(h.worst, ms, -ms); ms > 1 || ms < -1 {
			h.t.Fatalf("sound and picture are %.2f ms apart after %d packets", ms, n)
		}
	}
}

func TestLipSync_HoldsAcrossEverything(t *testing.T) {
	for name, change := range map[string]func(h *theatre) (then *studio){
		"nothing": func(h *theatre) *studio { return h.studios[0] },
		"another publisher": func(h *theatre) *studio {
			h.bind(h.studios[1])
			return h.studios[1]
		},
		"the same publisher again": func(h *theatre) *studio {
			h.bind(h.studios[0])
			return h.studios[0]
		},
		"stall": func(h *theatre) *studio {
			h.inside(h.picture.peer.Stalled)
			return h.studios[0]
		},
		"exam camera": func(h *theatre) *studio {
			h.inside(func() { h.picture.unbind(); h.picture.bind(h.exam.video) })
			h.exam.indices = h.studios[0].indices
			return h.exam
		},
	} {
		for _, drift := range []float64{0, 100, -100} {
			t.Run(fmt.Sprintf("%s, drift %v", name, drift), func(t *testing.T) {
				h := newTheatre(t, drift)
				h.bind(h.studios[0])
				h.runs(h.studios[0], 11)
				before, told := h.picture.numbers.lastTS, h.picture.told
				then := change(h)
				h.runs(then, 12) // in all less than consent lasts
				if now := h.picture.told; then == h.studios[0] {
					// What the client has learned of it stays true.
					if d := int32(now.rtp - told.at(now.ntp, 90000)); d < -5*90 || d > 5*90 {
						t.Errorf("the reports leap by %d ticks", d)
					}
				}
				if d := int32(h.picture.numbers.lastTS - before); d < 119*9000 || d > 121*9000 {
					t.Errorf("12 s took %d ticks", d)
				}
				t.Logf("at most %.3f ms apart", h.worst)
			})
		}
	}
}

// A publisher that changes its streams all the time, and reports on each, does
// not make the server send as much.
func TestSenderReport_AFloodDoesNotReachSubscribers(t *testing.T) {
	h := newTheatre(t, 0)
	s := h.studios[0]
	h.bind(s)
	h.runs(s, 1)
	sent := func() uint64 {
		h.room.shard.loop.Lock()
		defer h.room.shard.loop.Unlock()
		return h.room.shard.loop.Stats().PacketsOut
	}
	before := sent()
	other := &wire.Stream{}
	h.inside(func() {
		for range 1000 {
			s.audio.SenderReport(other, s.ntp, 0)
			s.audio.SenderReport(s.streams[0], s.ntp+uint64(s.wall()*(1<<32)), s.rtp(0))
		}
	})
	if n := sent() - before; n == 0 || n > 5*maxReports {
		t.Errorf("%d packets for 2000 reports", n)
	}
	h.runs(s, 2) // and lip sync goes on
}
