package client

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"nara/signaling"
)

// Media is what a receive m-line brings. The publication behind it may change while it is read.
type Media struct {
	p      *Participant
	mid    string
	remote *webrtc.TrackRemote
}

// Mid is the m-line.
func (m *Media) Mid() string { return m.mid }

// Remote is pion's track, for what Media does not cover.
func (m *Media) Remote() *webrtc.TrackRemote { return m.remote }

// Read reads one RTP packet. The error is io.EOF when the connection has ended.
func (m *Media) Read(b []byte) (int, error) {
	n, _, err := m.remote.Read(b)
	return n, err
}

// Publication says what the m-line carries now, if anything.
func (m *Media) Publication() (signaling.Publication, bool) {
	m.p.mu.Lock()
	defer m.p.mu.Unlock()
	return m.p.state.carried(m.mid)
}

// open makes the peer connection and its first offer.
func (p *Participant) open(o Options) (string, error) {
	api := o.API
	if api == nil {
		var err error
		if api, err = NewAPI(nil); err != nil {
			return "", err
		}
	}
	pc, err := api.NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle})
	if err != nil {
		return "", fmt.Errorf("make peer connection: %w", err)
	}
	p.pc = pc
	var up, down sync.Once
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		switch s {
		case webrtc.PeerConnectionStateConnected:
			up.Do(func() { close(p.connected) })
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			down.Do(func() { close(p.failed) })
		}
	})
	pc.OnTrack(p.received)
	for _, t := range o.Tracks {
		if err := p.addTrack(t); err != nil {
			return "", err
		}
	}
	if err := p.addReceivers(o.Audio, o.Video); err != nil {
		return "", err
	}
	return p.offer(nil)
}

// addTrack adds a send m-line and listens to what the server reports of it.
func (p *Participant) addTrack(t Track) error {
	tr, err := p.pc.AddTransceiverFromTrack(t.Local,
		webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return fmt.Errorf("add track: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, sender{t.Source, tr})
	if p.closed {
		return nil
	}
	p.running.Go(func() { // ends when the connection does; Close waits
		for {
			packets, _, err := tr.Sender().ReadRTCP()
			if err != nil {
				return
			}
			if t.KeyframeWanted != nil && slices.ContainsFunc(packets, asksForKeyframe) {
				t.KeyframeWanted()
			}
		}
	})
	return nil
}

func asksForKeyframe(p rtcp.Packet) bool {
	switch p.(type) {
	case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
		return true
	}
	return false
}

func (p *Participant) addReceivers(audio, video int) error {
	for i := range audio + video {
		kind := webrtc.RTPCodecTypeAudio
		if i >= audio {
			kind = webrtc.RTPCodecTypeVideo
		}
		if _, err := p.pc.AddTransceiverFromKind(kind,
			webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			return fmt.Errorf("add receiver: %w", err)
		}
	}
	return nil
}

// offer makes an offer. It does not wait for candidates: the server is ICE-lite and needs none.
func (p *Participant) offer(o *webrtc.OfferOptions) (string, error) {
	offer, err := p.pc.CreateOffer(o)
	if err != nil {
		return "", fmt.Errorf("create offer: %w", err)
	}
	if err := p.pc.SetLocalDescription(offer); err != nil {
		return "", fmt.Errorf("set offer: %w", err)
	}
	return offer.SDP, nil
}

func (p *Participant) accept(answer string) error {
	err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
	if err != nil {
		return fmt.Errorf("set answer: %w", err)
	}
	return nil
}

// intended names the send m-lines of the last offer.
func (p *Participant) intended() []signaling.Intended {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]signaling.Intended, 0, len(p.sent))
	for _, s := range p.sent {
		out = append(out, signaling.Intended{Mid: s.transceiver.Mid(), Source: s.source})
	}
	return out
}

// Receive adds receive m-lines, for publications that have none.
func (p *Participant) Receive(ctx context.Context, audio, video int) error {
	return p.negotiate(ctx, nil, func() error { return p.addReceivers(audio, video) })
}

// Publish adds a track.
func (p *Participant) Publish(ctx context.Context, t Track) error {
	return p.negotiate(ctx, nil, func() error { return p.addTrack(t) })
}

// Restart restarts ICE, as after a change of network.
func (p *Participant) Restart(ctx context.Context) error {
	return p.negotiate(ctx, &webrtc.OfferOptions{ICERestart: true}, func() error { return nil })
}

// negotiate changes the m-lines, offers, and takes the answer.
func (p *Participant) negotiate(ctx context.Context, o *webrtc.OfferOptions, change func() error) error {
	p.offering.Lock()
	defer p.offering.Unlock()
	if err := change(); err != nil {
		return err
	}
	offer, err := p.offer(o)
	if err != nil {
		return err
	}
	answer, err := p.link.ask(ctx, func(n signaling.Numbered) signaling.ClientMessage {
		return &signaling.Offer{Numbered: n, Offer: offer, Publications: p.intended()}
	})
	if err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	a, ok := answer.(*signaling.Answer)
	if !ok {
		return fmt.Errorf("offer: answered by %T", answer)
	}
	return p.accept(a.Answer)
}

// received is pion's callback for the first packet of a receive m-line.
func (p *Participant) received(remote *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	m := &Media{p: p, remote: remote}
	for _, t := range p.pc.GetTransceivers() {
		if t.Receiver() == r {
			m.mid = t.Mid()
		}
	}
	p.mu.Lock()
	closed := p.closed
	if !closed {
		p.running.Go(func() { // ends when the connection does; Close waits
			b := make([]byte, 1500)
			for {
				if _, _, err := r.Read(b); err != nil { // feeds pion's interceptors
					return
				}
			}
		})
	}
	p.mu.Unlock()
	if !closed && p.onMedia != nil {
		p.onMedia(m)
	}
}
