package sfu

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// lossySocket loses every n-th packet of media, each way for itself.
type lossySocket struct {
	net.PacketConn
	n       uint64
	in, out atomic.Uint64
}

func (s *lossySocket) loses(b []byte, count *atomic.Uint64) bool {
	media := len(b) > 1 && b[0]>>6 == 2 && (b[1] < 192 || b[1] > 223)
	return media && count.Add(1)%s.n == 0
}

func (s *lossySocket) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := s.PacketConn.ReadFrom(b)
		if err != nil || !s.loses(b[:n], &s.in) {
			return n, from, err
		}
	}
}

func (s *lossySocket) WriteTo(b []byte, to net.Addr) (int, error) {
	if s.loses(b, &s.out) {
		return len(b), nil
	}
	return s.PacketConn.WriteTo(b, to)
}

// lossy puts a client behind such a socket.
func lossy(t testing.TB, engine *webrtc.SettingEngine, n int) {
	sock, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	mux := webrtc.NewICEUDPMux(quiet.NewLogger("mux"), &lossySocket{PacketConn: sock, n: uint64(n)})
	engine.SetICEUDPMux(mux)
	t.Cleanup(func() {
		_ = mux.Close()
		_ = sock.Close()
	})
}

const partsOfFrame = 3

// film sends frame n in parts, as VP8, or as H.264 of one IDR or other slice
// in FU-A.
func (c *client) film(n uint32, key, h264 bool) {
	c.t.Helper()
	for part := range byte(partsOfFrame) {
		c.seq[1]++
		var payload []byte
		switch {
		case h264:
			payload = []byte{0x7c, 1}
			if key {
				payload[1] = 5
			}
			switch part {
			case 0:
				payload[1] |= 0x80
			case partsOfFrame - 1:
				payload[1] |= 0x40
			}
			payload = append(payload, 0, 0)
		case part == 0 && key:
			payload = []byte{0x10, 0, 0, 0}
		case part == 0:
			payload = []byte{0x10, 1, 0, 0}
		default:
			payload = []byte{0, 1, 0, 0}
		}
		payload = append(binary.BigEndian.AppendUint32(payload, n), part)
		payload = append(payload, make([]byte, 500)...)
		h := rtp.Header{Version: 2, Marker: part == partsOfFrame-1, SequenceNumber: c.seq[1], Timestamp: 90000 + n*1500}
		if err := c.video.WriteRTP(&rtp.Packet{Header: h, Payload: payload}); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			c.t.Error(err)
		}
	}
}

// films sends frames until stop, keyframes when they are asked for, and says
// which came last.
func (c *client) films(h264 bool) (last *atomic.Uint32, stop func()) {
	last = &atomic.Uint32{}
	return last, c.every(10*time.Millisecond, func(key bool) {
		c.film(last.Add(1), key, h264)
	})
}

// frames says of each frame which parts came on an m-line, as bits, and how
// many packets in all.
func (c *client) frames(mid string) (parts map[uint32]int, packets int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	parts = map[uint32]int{}
	for _, p := range c.received[mid] {
		if len(p.Payload) >= 9 {
			parts[binary.BigEndian.Uint32(p.Payload[4:])] |= 1 << p.Payload[8]
			packets++
		}
	}
	return parts, packets
}

// complete waits until every frame from the first received on, up to last, is
// there with all its parts.
func (c *client) complete(mid string, last uint32) {
	c.t.Helper()
	c.wait("every frame", func() bool {
		parts, _ := c.frames(mid)
		first, holes := last, 0
		for n := range parts {
			first = min(first, n)
		}
		for n := first; n <= last; n++ {
			if parts[n] != 1<<partsOfFrame-1 {
				holes++
			}
		}
		return len(parts) > 0 && holes == 0
	})
}

func TestLoss_EveryFrameArrivesCompleteBothWays(t *testing.T) {
	for name, h264 := range map[string]bool{"VP8": false, "H264": true} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			o := clientOptions{publish: true, recover: true, loss: 11}
			if h264 {
				o.video = webrtc.MimeTypeH264
				o.codecs = onlyH264
			}
			a := newClient(t, s, "r", "a", o).join(true).connected()
			b := newClient(t, s, "r", "b", clientOptions{spares: 1, recover: true, loss: 13}).join(true).connected()
			last, stop := a.films(h264)
			defer stop()
			b.wait("300 frames", func() bool { parts, _ := b.frames("1"); return len(parts) > 300 })
			b.complete("1", last.Load()-30)
			st, err := s.RoomStats("r")
			if err != nil || st.PacketsRepaired == 0 || st.PacketsResent == 0 || st.KeyframesAsked > 3 {
				t.Errorf("%+v %v", st.Recovery, err)
			}
			b.wait("feedback at the server", func() bool {
				ps, err := s.PeerStats("r", "b")
				return err == nil && ps.Path.Acknowledged > 300 && ps.Path.Lost > 0 && ps.DownTracks[1].RoundTrip > 0
			})
		})
	}
}

// onlyH264 and onlyVP8 are clients that know one codec for video.
func onlyH264(m *webrtc.MediaEngine) error {
	return oneCodec(m, webrtc.MimeTypeH264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f")
}

func onlyVP8(m *webrtc.MediaEngine) error { return oneCodec(m, webrtc.MimeTypeVP8, "") }

func oneCodec(m *webrtc.MediaEngine, mime, parameters string) error {
	feedback := []webrtc.RTCPFeedback{{Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	return errors.Join(
		m.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}}, webrtc.RTPCodecTypeAudio),
		m.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 100, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: mime, ClockRate: 90000, SDPFmtpLine: parameters, RTCPFeedback: feedback}}, webrtc.RTPCodecTypeVideo),
		m.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 101, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: "apt=100"}}, webrtc.RTPCodecTypeVideo))
}
