package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/gorilla/websocket"
	"github.com/pion/webrtc/v4"

	"nara/signaling"
)

// Options of Join.
type Options struct {
	// URL of the signalling: ws:// or wss://, path /v1/signaling.
	URL string
	// Origin as the server knows it; default: the URL's own, with http or https.
	Origin string
	// Ticket for the room, good once.
	Ticket string
	// Tracks are published from the start.
	Tracks []Track
	// Audio and Video are the numbers of receive m-lines.
	Audio, Video int
	// OnMedia is called for each receive m-line once its first packet has come, in a goroutine of its own that may
	// read as long as it likes. May be nil.
	OnMedia func(*Media)
	// API is the WebRTC stack; default: NewAPI(nil).
	API *webrtc.API
}

// Track is something to publish.
type Track struct {
	Source signaling.Source
	Local  webrtc.TrackLocal
	// KeyframeWanted is called when the server asks for a keyframe. It must not wait. May be nil.
	KeyframeWanted func()
}

// Participant is somebody in a room. All methods may be called by any goroutine.
type Participant struct {
	pc        *webrtc.PeerConnection
	link      *link
	onMedia   func(*Media)
	joined    *signaling.Joined
	connected chan struct{} // closed when media is up for the first time
	failed    chan struct{} // closed when media will not come
	running   sync.WaitGroup
	closing   sync.Once

	offering sync.Mutex // held over an offer and its answer

	mu     sync.Mutex // guards the fields below
	state  state
	sent   []sender
	closed bool
}

// sender is a published track.
type sender struct {
	source      signaling.Source
	transceiver *webrtc.RTPTransceiver
}

// Join connects, joins and gives the room as it is. ctx bounds the joining only. The media connection is being made when
// it returns; see Connected.
func Join(ctx context.Context, o Options) (*Participant, error) {
	p := &Participant{onMedia: o.OnMedia, connected: make(chan struct{}), failed: make(chan struct{}), state: newState()}
	dialled := make(chan error, 1) // one result
	go func() {                    // waited for below; the offer is made meanwhile
		var err error
		p.link, err = dial(ctx, o)
		dialled <- err
	}()
	offer, offerErr := p.open(o)
	err := errors.Join(<-dialled, offerErr)
	if err == nil {
		err = p.join(ctx, o.Ticket, offer)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Participant) join(ctx context.Context, ticket, offer string) error {
	p.running.Go(func() { // ends with the WebSocket; Close waits
		p.link.read(p.take)
		p.stop()
	})
	answer, err := p.link.ask(ctx, func(n signaling.Numbered) signaling.ClientMessage {
		return &signaling.Join{Numbered: n, Ticket: ticket, Offer: offer, Publications: p.intended()}
	})
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	joined, ok := answer.(*signaling.Joined)
	if !ok {
		return fmt.Errorf("join: answered by %T", answer)
	}
	p.joined = joined
	return p.accept(joined.Answer)
}

// dial opens the WebSocket.
func dial(ctx context.Context, o Options) (*link, error) {
	if o.Origin == "" {
		u, err := url.Parse(o.URL)
		if err != nil {
			return nil, fmt.Errorf("signalling URL: %w", err)
		}
		scheme := map[string]string{"ws": "http", "wss": "https"}[u.Scheme]
		o.Origin = scheme + "://" + u.Host
	}
	d := websocket.Dialer{Subprotocols: []string{signaling.Subprotocol}, ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10}
	conn, resp, err := d.DialContext(ctx, o.URL, http.Header{"Origin": {o.Origin}})
	if err != nil {
		if resp != nil {
			return nil, fmt.Errorf("open signalling: %s: %w", resp.Status, err)
		}
		return nil, fmt.Errorf("open signalling: %w", err)
	}
	return newLink(conn), nil
}

// Joined is the room as it was when the participant joined.
func (p *Participant) Joined() *signaling.Joined { return p.joined }

// ID is the participant's own.
func (p *Participant) ID() signaling.ParticipantID { return p.joined.You.ID }

// Events gives what the server tells, in order: everything but the answers to one's own joins and offers, pongs and
// refusals. It must be read: a participant who lags behind by some hundred is closed as slow. It is closed at the end.
func (p *Participant) Events() <-chan signaling.ServerMessage { return p.link.events }

// Done is closed when the participant has ended.
func (p *Participant) Done() <-chan struct{} { return p.link.done }

// Err says after Done why: *Ended when the server closed.
func (p *Participant) Err() error {
	select {
	case <-p.link.done:
		return p.link.err
	default:
		return nil
	}
}

// Connected waits until media can flow.
func (p *Participant) Connected(ctx context.Context) error {
	select {
	case <-p.connected:
		return nil
	case <-p.failed:
		return errors.New("media connection failed")
	case <-p.link.done:
		return p.link.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Chat writes to everybody in the room and gives the line as everybody gets it.
func (p *Participant) Chat(ctx context.Context, text string) (signaling.ChatMessage, error) {
	answer, err := p.link.ask(ctx, func(n signaling.Numbered) signaling.ClientMessage {
		return &signaling.PostChat{Numbered: n, Text: text}
	})
	if err != nil {
		return signaling.ChatMessage{}, fmt.Errorf("chat: %w", err)
	}
	chat, ok := answer.(*signaling.Chat)
	if !ok {
		return signaling.ChatMessage{}, fmt.Errorf("chat: answered by %T", answer)
	}
	return chat.Message, nil
}

// Admit lets a waiting participant in.
func (p *Participant) Admit(ctx context.Context, id signaling.ParticipantID) error {
	_, err := p.link.ask(ctx, func(n signaling.Numbered) signaling.ClientMessage {
		return &signaling.Admit{Numbered: n, Participant: id}
	})
	if err != nil {
		return fmt.Errorf("admit: %w", err)
	}
	return nil
}

// Mute tells the others that a publication of one's own is silent; to stop sending is up to the caller.
func (p *Participant) Mute(ctx context.Context, id signaling.PublicationID, muted bool) error {
	_, err := p.link.ask(ctx, func(n signaling.Numbered) signaling.ClientMessage {
		return &signaling.Mute{Numbered: n, Publication: id, Muted: muted}
	})
	if err != nil {
		return fmt.Errorf("mute: %w", err)
	}
	return nil
}

// Ping asks whether the server is there.
func (p *Participant) Ping(ctx context.Context) error {
	_, err := p.link.ask(ctx, func(n signaling.Numbered) signaling.ClientMessage { return &signaling.Ping{Numbered: n} })
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

// Leave leaves for good and closes everything.
func (p *Participant) Leave(ctx context.Context) error {
	err := p.link.send(&signaling.Leave{})
	if err == nil {
		select {
		case <-p.link.done:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	p.Close()
	if err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	return nil
}

// Close drops both connections without a word, as a lost network would: the room keeps the place for a while. It
// returns when everything has ended. OnMedia functions end by their reads.
func (p *Participant) Close() {
	p.closing.Do(func() {
		if p.link != nil {
			p.link.close()
		}
		p.stop()
		p.running.Wait()
	})
}

// stop closes the media connection.
func (p *Participant) stop() {
	p.mu.Lock()
	already := p.closed
	p.closed = true
	p.mu.Unlock()
	if !already && p.pc != nil {
		_ = p.pc.GracefulClose()
	}
}
