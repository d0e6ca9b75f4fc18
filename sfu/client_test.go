package sfu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// client is a participant made of pion/webrtc.
type client struct {
	t       testing.TB
	s       *server
	room    RoomID
	id      PeerID
	pc      *webrtc.PeerConnection
	sources []Source
	result  JoinResult

	audio, video *webrtc.TrackLocalStaticRTP
	seq          [2]uint16
	frame        uint32

	mu       sync.Mutex
	received map[string][]*rtp.Packet // by mid
	keyAsked int
	reports  map[uint32][]*rtcp.SenderReport
	feedback int
	changed  chan struct{}
}

// clientOptions say what a client offers.
type clientOptions struct {
	publish bool
	spares  int // of each kind
	engine  func(*webrtc.SettingEngine)
	codecs  func(*webrtc.MediaEngine) error // default: all of pion's
	audio   string                          // MIME type of what is published, default Opus
	video   string                          // likewise, default VP8
	recover bool                            // ask for what is missing, and answer
	loss    int                             // every so many-th packet of media is lost, in each direction
}

func newClient(t testing.TB, s *server, room RoomID, id PeerID, o clientOptions) *client {
	t.Helper()
	var engine webrtc.SettingEngine
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	engine.LoggerFactory = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	if o.engine != nil {
		o.engine(&engine)
	}
	media, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if o.codecs == nil {
		o.codecs = (*webrtc.MediaEngine).RegisterDefaultCodecs
	}
	if err := o.codecs(media); err != nil {
		t.Fatal(err)
	}
	if o.loss > 0 {
		lossy(t, &engine, o.loss)
	}
	if o.recover {
		if err := webrtc.ConfigureNackWithOptions(media, registry, []nack.GeneratorOption{nack.GeneratorInterval(20 * time.Millisecond)}); err != nil {
			t.Fatal(err)
		}
		if err := webrtc.ConfigureTWCCSender(media, registry); err != nil {
			t.Fatal(err)
		}
		if err := webrtc.ConfigureSimulcastExtensionHeaders(media); err != nil {
			t.Fatal(err)
		}
	}
	if err := webrtc.ConfigureTWCCHeaderExtensionSender(media, registry); err != nil {
		t.Fatal(err)
	}
	if err := webrtc.ConfigureRTCPReports(registry); err != nil {
		t.Fatal(err)
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(engine))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, s: s, room: room, id: id, pc: pc, received: map[string][]*rtp.Packet{},
		reports: map[uint32][]*rtcp.SenderReport{}, changed: make(chan struct{}, 1), frame: 90000}
	t.Cleanup(c.close)
	pc.OnTrack(c.read)
	if o.publish {
		c.audio = c.track(cmp.Or(o.audio, webrtc.MimeTypeOpus), "audio")
		c.video = c.track(cmp.Or(o.video, webrtc.MimeTypeVP8), "video")
		c.sources = []Source{{"0", Microphone}, {"1", Camera}}
	}
	for range o.spares {
		c.spare()
	}
	return c
}

func (c *client) close() {
	if err := c.pc.GracefulClose(); err != nil {
		c.t.Error(err)
	}
}

func (c *client) spare() {
	for _, k := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		if _, err := c.pc.AddTransceiverFromKind(k, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *client) track(mime, id string) *webrtc.TrackLocalStaticRTP {
	capability := webrtc.RTPCodecCapability{MimeType: mime}
	if mime == mimeRED {
		capability.ClockRate, capability.Channels = 48000, 2
	}
	t, err := webrtc.NewTrackLocalStaticRTP(capability, id, "stream")
	if err != nil {
		c.t.Fatal(err)
	}
	tr, err := c.pc.AddTransceiverFromTrack(t, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		c.t.Fatal(err)
	}
	go func() { // ends with the PeerConnection
		for {
			ps, _, err := tr.Sender().ReadRTCP()
			if err != nil {
				return
			}
			c.mu.Lock()
			for _, p := range ps {
				switch p.(type) {
				case *rtcp.PictureLossIndication:
					c.keyAsked++
				case *rtcp.TransportLayerCC:
					c.feedback++
				}
			}
			c.mu.Unlock()
			c.signal()
		}
	}()
	return t
}

func (c *client) signal() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

func (c *client) read(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	mid := ""
	for _, tr := range c.pc.GetTransceivers() {
		if tr.Receiver() == r {
			mid = tr.Mid()
		}
	}
	go func() { // ends with the PeerConnection
		for {
			ps, _, err := r.ReadRTCP()
			if err != nil {
				return
			}
			c.mu.Lock()
			for _, p := range ps {
				if sr, ok := p.(*rtcp.SenderReport); ok {
					c.reports[sr.SSRC] = append(c.reports[sr.SSRC], sr)
				}
			}
			c.mu.Unlock()
			c.signal()
		}
	}()
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		c.mu.Lock()
		c.received[mid] = append(c.received[mid], p)
		c.mu.Unlock()
		c.signal()
	}
}

// offer makes the local description and returns its SDP.
func (c *client) offer(o *webrtc.OfferOptions) string {
	c.t.Helper()
	d, err := c.pc.CreateOffer(o)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.pc.SetLocalDescription(d); err != nil {
		c.t.Fatal(err)
	}
	return d.SDP
}

func (c *client) accept(r JoinResult) {
	c.t.Helper()
	c.result = r
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: r.Answer}); err != nil {
		c.t.Fatalf("%v\n%s", err, r.Answer)
	}
}

func (c *client) join(admitted bool) *client {
	c.t.Helper()
	r, err := c.s.Join(JoinRequest{Room: c.room, Peer: c.id, Offer: c.offer(nil), Sources: c.sources, Admitted: admitted})
	if err != nil {
		c.t.Fatal(err)
	}
	c.accept(r)
	return c
}

func (c *client) renegotiate(o *webrtc.OfferOptions) {
	c.t.Helper()
	r, err := c.s.Renegotiate(c.room, c.id, c.offer(o), c.sources)
	if err != nil {
		c.t.Fatal(err)
	}
	c.accept(r)
}

func (c *client) connected() *client {
	c.t.Helper()
	c.s.until(fmt.Sprintf("%s connected", c.id), func(e Event) bool { return e == Event(PeerConnected{c.room, c.id}) })
	c.wait("connected", func() bool { return c.pc.ConnectionState() == webrtc.PeerConnectionStateConnected })
	return c
}

// wait polls a condition whenever something arrives.
func (c *client) wait(what string, done func() bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for !done() {
		select {
		case <-c.changed:
		case <-poll.C:
		case <-ctx.Done():
			c.t.Fatalf("%s: %s did not happen", c.id, what)
		}
	}
}

// sendFrame sends one audio packet and one video packet, both marked by text.
func (c *client) sendFrame(key bool, text string) {
	c.t.Helper()
	c.frame += 3000
	c.seq[0]++
	c.seq[1]++
	first := byte(1)
	if key {
		first = 0
	}
	for i, t := range []*webrtc.TrackLocalStaticRTP{c.audio, c.video} {
		payload := []byte(text)
		if i == 1 {
			payload = append([]byte{0x10, first, 0, 0}, payload...)
		}
		err := t.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, Marker: true, SequenceNumber: c.seq[i], Timestamp: c.frame}, Payload: payload})
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			c.t.Fatal(err)
		}
	}
}

// stream sends a frame every few milliseconds until stop is called; a keyframe
// when asked for one.
func (c *client) stream(text string) (stop func()) {
	return c.every(5*time.Millisecond, func(key bool) { c.sendFrame(key, text) })
}

// every calls send at an interval until stop is called; key is set at first
// and when a keyframe was asked for.
func (c *client) every(interval time.Duration, send func(key bool)) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(interval)
		defer tick.Stop()
		asked := -1
		for {
			c.mu.Lock()
			key := asked != c.keyAsked
			asked = c.keyAsked
			c.mu.Unlock()
			send(key)
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	return sync.OnceFunc(func() { close(done); <-ended })
}

// texts counts what came on an m-line by its text.
func (c *client) texts(mid string, kind Kind) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := map[string]int{}
	for _, p := range c.received[mid] {
		from := 0
		if kind == Video {
			from = min(4, len(p.Payload))
		}
		n[string(p.Payload[from:])]++
	}
	return n
}

// midOf finds the m-line that carries a publication.
func midOf(list []Assignment, id PublicationID) string {
	for _, a := range list {
		if a.Publication == id {
			return a.Mid
		}
	}
	return ""
}
