package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"nara/internal/load"
	"nara/internal/measure"
)

const (
	roomExists    = 427              // the plugin's code
	subscribeTime = 20 * time.Second // a subscription takes at most
	leaveTime     = 2 * time.Second
)

// janus is a running Janus as a server to be measured.
type janus struct {
	url string
	at  netip.Addr // of the participants' sockets

	mu    sync.Mutex // guards rooms; held while one is made
	rooms map[string]bool
}

// Name is "janus".
func (*janus) Name() string { return "janus" }

// participant is somebody in a room: a handle and a peer connection to publish with, one of each to subscribe to all
// others, as the plugin wants it.
type participant struct {
	member *measure.Member
	stack  *load.Stack
	link   *link
	tracks [2]*load.Track
	up     *webrtc.PeerConnection // nil for one who only receives
	down   *webrtc.PeerConnection

	found   chan []string // publishers; read by subscribe
	handle  uint64        // of the subscription, used by subscribe alone
	running sync.WaitGroup
	ctx     context.Context // until Close
	stop    context.CancelFunc
}

// Join connects one participant.
func (j *janus) Join(ctx context.Context, m *measure.Member) (measure.Session, error) {
	stack, err := load.NewStack(j.at)
	if err != nil {
		return nil, err
	}
	p := &participant{member: m, stack: stack, found: make(chan []string, measure.MaxParticipants)}
	p.ctx, p.stop = context.WithCancel(context.Background())
	m.Begin()
	if err := p.enter(ctx, j); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *participant) enter(ctx context.Context, j *janus) (err error) {
	if p.link, err = dial(ctx, j.url, p.told); err != nil {
		return err
	}
	if p.down, err = p.stack.API.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return fmt.Errorf("make peer connection: %w", err)
	}
	p.down.OnTrack(p.receive)
	handle, err := p.link.attach(ctx)
	if err != nil {
		return err
	}
	if err := j.make(ctx, p.link, handle, p.member.Room); err != nil {
		return err
	}
	body := map[string]any{"request": "join", "ptype": "publisher", "room": p.member.Room, "id": p.member.ID}
	var offer *jsep
	connected := make(chan struct{})
	if p.member.Publishes || p.member.Waits {
		sdp, err := p.offer(connected)
		if err != nil {
			return err
		}
		body["request"] = "joinandconfigure"
		offer = whole("offer", sdp)
	} else {
		close(connected)
	}
	r, err := p.link.message(ctx, handle, body, offer)
	if err != nil {
		return err
	}
	p.told(r)
	p.running.Go(p.subscribe) // until Close
	if offer != nil {
		if r.JSEP == nil {
			return errors.New("the server answered without SDP")
		}
		if err := p.up.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: r.JSEP.SDP}); err != nil {
			return fmt.Errorf("set answer: %w", err)
		}
	}
	select {
	case <-connected:
		return nil
	case <-p.link.done:
		return p.link.failure()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// make makes a room unless it is there.
func (j *janus) make(ctx context.Context, l *link, handle uint64, room string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.rooms[room] {
		return nil
	}
	_, err := l.message(ctx, handle, map[string]any{"request": "create", "room": room, "publishers": measure.MaxParticipants,
		"bitrate": 0, "audiocodec": "opus", "videocodec": "vp8"}, nil)
	var refused refusal
	if err != nil && !(errors.As(err, &refused) && refused.code == roomExists) {
		return err
	}
	if j.rooms == nil {
		j.rooms = map[string]bool{}
	}
	j.rooms[room] = true
	return nil
}

// offer makes the peer connection to publish with, which closes connected when media can flow.
func (p *participant) offer(connected chan struct{}) (string, error) {
	var err error
	if p.up, err = p.stack.API.NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle}); err != nil {
		return "", fmt.Errorf("make peer connection: %w", err)
	}
	var once sync.Once
	p.up.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(connected) })
		}
	})
	p.tracks = load.NewTracks()
	for _, t := range p.tracks {
		tr, err := p.up.AddTransceiverFromTrack(t, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return "", fmt.Errorf("add track: %w", err)
		}
		p.running.Go(func() { p.feedback(tr.Sender()) }) // until the connection is closed
	}
	offer, err := p.up.CreateOffer(nil)
	if err != nil {
		return "", fmt.Errorf("create offer: %w", err)
	}
	return gathered(p.up, offer)
}

// gathered sets a local description and gives it with its candidates.
func gathered(pc *webrtc.PeerConnection, d webrtc.SessionDescription) (string, error) {
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		return "", fmt.Errorf("set local description: %w", err)
	}
	<-done // host candidates alone: at once
	return pc.LocalDescription().SDP, nil
}

// feedback reads what the server reports of a track, for the interceptors and for the publisher.
func (p *participant) feedback(s *webrtc.RTPSender) {
	for {
		packets, _, err := s.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			switch packet.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				p.member.WantKeyframe()
			}
		}
	}
}

// receive is pion's callback for the first packet of a stream.
func (p *participant) receive(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	go func() { // ends with the connection, as the reading below does
		b := make([]byte, 1500)
		for {
			if _, _, err := r.Read(b); err != nil { // feeds the interceptors
				return
			}
		}
	}()
	p.stack.Receive(p.member, t)
}

// told takes what the server tells: who publishes.
func (p *participant) told(r reply) {
	if ids := r.feeds(); len(ids) > 0 {
		p.found <- ids
	}
}

// subscribe subscribes to everybody who is found.
func (p *participant) subscribe() {
	for {
		select {
		case ids := <-p.found:
			if err := p.subscribeTo(ids); err != nil && p.ctx.Err() == nil {
				p.member.Fail(fmt.Errorf("subscribe: %w", err))
				return
			}
		case <-p.ctx.Done():
			return
		}
	}
}

func (p *participant) subscribeTo(ids []string) error {
	ctx, cancel := context.WithTimeout(p.ctx, subscribeTime)
	defer cancel()
	var streams []map[string]string
	for _, id := range ids {
		streams = append(streams, map[string]string{"feed": id})
	}
	body := map[string]any{"request": "subscribe", "streams": streams}
	if p.handle == 0 {
		var err error
		if p.handle, err = p.link.attach(ctx); err != nil {
			return err
		}
		body["request"], body["ptype"], body["room"] = "join", "subscriber", p.member.Room
	}
	r, err := p.link.message(ctx, p.handle, body, nil)
	if err != nil {
		return err
	}
	if r.JSEP == nil {
		return nil // nothing new for this peer connection
	}
	if err := p.down.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: r.JSEP.SDP}); err != nil {
		return fmt.Errorf("set offer: %w", err)
	}
	d, err := p.down.CreateAnswer(nil)
	if err != nil {
		return fmt.Errorf("create answer: %w", err)
	}
	sdp, err := gathered(p.down, d)
	if err != nil {
		return err
	}
	_, err = p.link.message(ctx, p.handle, map[string]any{"request": "start"}, whole("answer", sdp))
	return err
}

// Send sends one packet.
func (p *participant) Send(packet measure.Packet) error { return p.tracks[packet.Kind].Send(packet) }

// Close leaves.
func (p *participant) Close() {
	p.stop()
	if p.link != nil {
		ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
		_ = p.link.destroy(ctx) // the connections are closed in any case
		cancel()
		p.link.close()
	}
	for _, pc := range []*webrtc.PeerConnection{p.up, p.down} {
		if pc != nil {
			_ = pc.GracefulClose()
		}
	}
	p.running.Wait()
}
