package sfu

import (
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// layered is a client that publishes a camera in three layers, q, h and f, with
// numbers and clocks of their own.
type layered struct {
	*client
	sender *webrtc.RTPSender
	tracks map[string]*webrtc.TrackLocalStaticRTP
	mid    string

	mu     sync.Mutex
	asked  map[string]int  // keyframes, by RID
	silent map[string]bool // RIDs
}

func newLayered(t *testing.T, s *server, room RoomID, id PeerID) *layered {
	c := &layered{client: newClient(t, s, room, id, clientOptions{recover: true}), mid: "0",
		tracks: map[string]*webrtc.TrackLocalStaticRTP{}, asked: map[string]int{}, silent: map[string]bool{}}
	for _, rid := range []string{"q", "h", "f"} {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "video", "stream", webrtc.WithRTPStreamID(rid))
		if err != nil {
			t.Fatal(err)
		}
		c.tracks[rid] = track
		if c.sender == nil {
			tr, err := c.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
			if err != nil {
				t.Fatal(err)
			}
			c.sender = tr.Sender()
		} else if err := c.sender.AddEncoding(track); err != nil {
			t.Fatal(err)
		}
		go func() { // ends with the PeerConnection
			for {
				ps, _, err := c.sender.ReadSimulcastRTCP(rid)
				if err != nil {
					return
				}
				for _, p := range ps {
					if _, ok := p.(*rtcp.PictureLossIndication); ok {
						c.mu.Lock()
						c.asked[rid]++
						c.mu.Unlock()
					}
				}
			}
		}()
	}
	c.sources = []Source{{c.mid, Camera}}
	return c
}

// stream sends a frame of every layer that is not silent, keyframes where they
// are asked for.
func (c *layered) stream() (stop func()) {
	ids := map[string]uint8{}
	for _, e := range c.sender.GetParameters().HeaderExtensions {
		ids[e.URI] = uint8(e.ID)
	}
	n, answered := uint16(0), map[string]int{"q": -1, "h": -1, "f": -1}
	return c.every(10*time.Millisecond, func(bool) {
		n++
		for i, rid := range []string{"q", "h", "f"} {
			c.mu.Lock()
			asked, silent := c.asked[rid], c.silent[rid]
			c.mu.Unlock()
			if silent {
				continue
			}
			first := byte(1)
			if asked != answered[rid] {
				first, answered[rid] = 0, asked
			}
			h := rtp.Header{Version: 2, Marker: true, SequenceNumber: n + uint16(i)*1000, Timestamp: uint32(n)*900 + uint32(i)*1_000_000_000}
			for uri, value := range map[string]string{"urn:ietf:params:rtp-hdrext:sdes:mid": c.mid, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id": rid} {
				if err := h.SetExtension(ids[uri], []byte(value)); err != nil {
					c.t.Error(err)
				}
			}
			err := c.tracks[rid].WriteRTP(&rtp.Packet{Header: h, Payload: append([]byte{0x10, first, 0, 0}, rid...)})
			if err != nil && !errors.Is(err, io.ErrClosedPipe) {
				c.t.Error(err)
			}
		}
	})
}

func (c *layered) silence(rid string, silent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silent[rid] = silent
}

func TestLayers_TheLastThatIsAliveIsForwarded(t *testing.T) {
	s := newServer(t)
	a := newLayered(t, s, "r", "a")
	a.join(true).connected()
	b := newClient(t, s, "r", "b", clientOptions{spares: 1}).join(true).connected()
	defer a.stream()()
	shows := func(rid string) {
		t.Helper()
		b.wait("layer "+rid, func() bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			n := len(b.received["1"])
			return n > 10 && string(b.received["1"][n-1].Payload[4:]) == rid
		})
	}
	shows("f")
	st, err := s.PeerStats("r", "a")
	if err != nil || len(st.Publications) != 1 || len(st.Publications[0].Layers) != 3 {
		t.Fatalf("%+v %v", st, err)
	}
	for i, rid := range []string{"q", "h", "f"} {
		if l := st.Publications[0].Layers[i]; l.RID != rid || !l.Alive || l.PacketsReceived == 0 {
			t.Errorf("%+v", l)
		}
	}
	a.silence("f", true)
	shows("h")
	a.silence("h", true)
	shows("q")
	a.silence("f", false)
	shows("f")
	if st, err := s.PeerStats("r", "b"); err != nil || st.DownTracks[1].Layer != "f" {
		t.Errorf("%+v %v", st, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	last := ""
	for i, p := range b.received["1"] {
		if rid := string(p.Payload[4:]); rid != last {
			if p.Payload[1] != 0 {
				t.Errorf("layer %s begins in the middle", rid)
			}
			last = rid
		}
		if i == 0 {
			continue
		}
		before := b.received["1"][i-1]
		if p.SequenceNumber != before.SequenceNumber+1 || int32(p.Timestamp-before.Timestamp) <= 0 || int32(p.Timestamp-before.Timestamp) > 2*90000 {
			t.Errorf("packet %d at %d after %d at %d", p.SequenceNumber, p.Timestamp, before.SequenceNumber, before.Timestamp)
		}
	}
}
