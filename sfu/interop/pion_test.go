//go:build linux

package interop

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

// group is a peer whose participants are made of pion/webrtc, in this process.
type group struct {
	mu           sync.Mutex // guards participants
	participants map[string]*native
}

func newGroup() *group { return &group{participants: map[string]*native{}} }

func (g *group) do(_ context.Context, command, participant string, arguments, result any) error {
	g.mu.Lock()
	n := g.participants[participant]
	if command == "offer" {
		n = &native{received: map[*webrtc.RTPReceiver]*received{}, done: make(chan struct{})}
		g.participants[participant] = n
	}
	if command == "close" {
		delete(g.participants, participant)
	}
	g.mu.Unlock()
	if n == nil {
		return fmt.Errorf("no participant %s", participant)
	}
	switch command {
	case "offer":
		if err := n.open(arguments.(invitation)); err != nil {
			return err
		}
		return n.offer(nil, result.(*description))
	case "answer":
		return n.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: arguments.(description).SDP})
	case "restart":
		return n.offer(&webrtc.OfferOptions{ICERestart: true}, result.(*description))
	case "report":
		*result.(*report) = n.report()
		return nil
	case "close":
		return n.close()
	}
	return fmt.Errorf("no command %s", command)
}

func (g *group) stop() error { return nil } // every participant has been closed by its test

// native is one participant.
type native struct {
	connection *webrtc.PeerConnection
	done       chan struct{}  // closed to end what plays
	playing    sync.WaitGroup // what plays and reads

	mu       sync.Mutex // guards received and what it points to
	received map[*webrtc.RTPReceiver]*received
}

func (n *native) open(in invitation) error {
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(here.media.IsLoopback())
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.LoggerFactory = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	engine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := engine.RegisterDefaultCodecs(); err != nil {
		return err
	}
	if err := webrtc.RegisterDefaultInterceptors(engine, registry); err != nil {
		return err
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(settings))
	c, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	n.connection = c
	c.OnTrack(n.read)
	if in.Publish != nil {
		video, file := webrtc.MimeTypeVP8, "testdata/blue.vp8.ivf"
		if in.Codec == "H264" {
			video, file = webrtc.MimeTypeH264, "testdata/blue.h264.ivf"
		}
		if err := n.publish(webrtc.MimeTypeOpus, "testdata/tone.opus.ivf", 20*time.Millisecond); err != nil {
			return err
		}
		if err := n.publish(video, file, time.Second/15); err != nil {
			return err
		}
		if in.Only {
			if err := only(c, video); err != nil {
				return err
			}
		}
	}
	for range in.Receive {
		for _, k := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
			if _, err := c.AddTransceiverFromKind(k, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
				return err
			}
		}
	}
	return nil
}

// only leaves the video m-lines of a connection one codec.
func only(c *webrtc.PeerConnection, mime string) error {
	for _, t := range c.GetTransceivers() {
		if t.Kind() != webrtc.RTPCodecTypeVideo {
			continue
		}
		all := t.Sender().GetParameters().Codecs
		if err := t.SetCodecPreferences(slices.DeleteFunc(all, func(p webrtc.RTPCodecParameters) bool { return p.MimeType != mime })); err != nil {
			return err
		}
	}
	return nil
}

// publish plays a clip again and again, from its beginning, which is a
// keyframe, when one is asked for.
func (n *native) publish(mime, file string, interval time.Duration) error {
	frames, err := readClip(file)
	if err != nil {
		return err
	}
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: mime}, mime, "stream", webrtc.WithPayloader(payloader))
	if err != nil {
		return err
	}
	transceiver, err := n.connection.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return err
	}
	back := make(chan struct{}, 1) // one request is enough
	n.playing.Go(func() {          // ends with the connection
		for {
			list, _, err := transceiver.Sender().ReadRTCP()
			if err != nil {
				return
			}
			for _, p := range list {
				switch p.(type) {
				case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
					select {
					case back <- struct{}{}:
					default:
					}
				}
			}
		}
	})
	n.playing.Go(func() { // ends when done is closed
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for at := 0; ; at++ {
			select {
			case <-n.done:
				return
			case <-back:
				at = 0
			case <-tick.C:
			}
			_ = track.WriteSample(media.Sample{Data: frames[at%len(frames)], Duration: interval}) // the connection may be closing
		}
	})
	return nil
}

// payloader is pion's own, but without picture ids in VP8: pion leaves out the
// id 0 of its first frame, and Chromium decodes no frame that has an id after a
// keyframe that has none.
func payloader(c webrtc.RTPCodecCapability) (rtp.Payloader, error) {
	switch c.MimeType {
	case webrtc.MimeTypeVP8:
		return &codecs.VP8Payloader{}, nil
	case webrtc.MimeTypeH264:
		return &codecs.H264Payloader{}, nil
	default:
		return &codecs.OpusPayloader{}, nil
	}
}

// readClip returns the frames of an IVF file.
func readClip(name string) (frames [][]byte, err error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	for b = b[32:]; len(b) >= 12; {
		size := int(binary.LittleEndian.Uint32(b))
		frames, b = append(frames, b[12:12+size]), b[12+size:]
	}
	return frames, nil
}

// read looks at the packets of a track until it ends.
func (n *native) read(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	seen := &received{Kind: t.Kind().String()}
	n.mu.Lock()
	n.received[r] = seen
	n.mu.Unlock()
	n.playing.Add(1)
	defer n.playing.Done()
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		n.mu.Lock()
		seen.SSRC = p.SSRC
		seen.Codec = t.Codec().MimeType
		seen.Packets++
		seen.Bytes += len(p.Payload)
		if width, height, ok := keyframe(p, t.Codec().MimeType); ok {
			seen.Keyframes++
			seen.Width, seen.Height = width, height
		}
		n.mu.Unlock()
	}
}

// keyframe reads the size from the first packet of a VP8 keyframe (RFC 6386
// section 9.1).
func keyframe(p *rtp.Packet, mime string) (width, height int, ok bool) {
	var d codecs.VP8Packet
	if mime != webrtc.MimeTypeVP8 {
		return 0, 0, false
	}
	b, err := d.Unmarshal(p.Payload)
	if err != nil || d.S == 0 || d.PID != 0 || len(b) < 10 || b[0]&1 != 0 || !bytes.Equal(b[3:6], []byte{0x9d, 1, 0x2a}) {
		return 0, 0, false
	}
	return int(binary.LittleEndian.Uint16(b[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(b[8:]) & 0x3fff), true
}

func (n *native) offer(o *webrtc.OfferOptions, result *description) error {
	d, err := n.connection.CreateOffer(o)
	if err != nil {
		return err
	}
	result.SDP = d.SDP
	return n.connection.SetLocalDescription(d)
}

func (n *native) report() report {
	r := report{State: n.connection.ConnectionState().String(), ICE: n.connection.ICEConnectionState().String()}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.connection.GetTransceivers() {
		if t.Receiver() == nil {
			continue // a pure sender's
		}
		dtls := t.Receiver().Transport()
		r.DTLS = dtls.State().String()
		if seen := n.received[t.Receiver()]; seen != nil {
			x := *seen
			x.Mid = t.Mid()
			r.Received = append(r.Received, x)
		}
		if r.State != webrtc.PeerConnectionStateConnected.String() {
			continue // pion writes the gatherer, which the pair is read from, without a lock while it starts
		}
		if pair, err := dtls.ICETransport().GetSelectedCandidatePair(); err == nil && pair != nil {
			r.Port, r.Protocol = int(pair.Local.Port), pair.Local.Protocol.String()
		}
	}
	return r
}

func (n *native) close() error {
	close(n.done)
	err := n.connection.GracefulClose()
	n.playing.Wait()
	return err
}
