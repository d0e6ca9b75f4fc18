package signaling_test

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/webrtc/v4"

	"nara/signaling"
	"nara/signaling/client"
)

// raw is a WebSocket that says whatever a test likes.
type raw struct {
	*websocket.Conn
	t testing.TB
}

// dial opens one with the right Origin and subprotocol.
func (h *house) dial(gateway int) *raw {
	h.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{signaling.Subprotocol}, EnableCompression: true,
		NetDial: func(network, addr string) (net.Conn, error) {
			c, err := net.Dial(network, addr)
			if err == nil {
				err = c.(*net.TCPConn).SetReadBuffer(128 << 10)
			}
			return c, err
		}}
	conn, resp, err := d.Dial(h.url(gateway), http.Header{"Origin": {h.servers[gateway].URL}})
	if err != nil {
		h.t.Fatal(err, resp)
	}
	if got := resp.Header.Get("Sec-WebSocket-Extensions"); got != "" {
		h.t.Fatalf("negotiated %s", got)
	}
	h.t.Cleanup(func() { conn.Close() })
	return &raw{conn, h.t}
}

// dialJoined opens one and joins.
func (h *house) dialJoined(ticket string) *raw {
	h.t.Helper()
	c := h.dial(0)
	c.send(joinMessage(h.t, ticket))
	if m, ok := c.receive().(*signaling.Joined); !ok {
		h.t.Fatalf("%+v", m)
	}
	return c
}

func (c *raw) say(kind int, data string) {
	c.t.Helper()
	_ = c.SetWriteDeadline(time.Now().Add(patience))
	if err := c.WriteMessage(kind, []byte(data)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *raw) send(m signaling.ClientMessage) {
	c.t.Helper()
	data, err := signaling.Encode(m)
	if err != nil {
		c.t.Fatal(err)
	}
	c.say(websocket.TextMessage, string(data))
}

func (c *raw) receive() signaling.ServerMessage {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	_, data, err := c.ReadMessage()
	if err != nil {
		c.t.Fatal(err)
	}
	m, err := signaling.DecodeServer(data)
	if err != nil {
		c.t.Fatalf("%s: %v", data, err)
	}
	return m
}

// refused expects an error next.
func (c *raw) refused(code signaling.Code) *signaling.Error {
	c.t.Helper()
	for {
		switch m := c.receive().(type) {
		case *signaling.Error:
			if m.Code != code || m.Message == "" {
				c.t.Fatalf("refused with %+v, want %s", m, code)
			}
			return m
		case *signaling.ParticipantChanged, *signaling.VisitChanged: // go on at any time
		default:
			c.t.Fatalf("got %+v, want %s", m, code)
		}
	}
}

// closes expects the end, after whatever else comes.
func (c *raw) closes(want signaling.Ending) {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	for {
		_, _, err := c.ReadMessage()
		if err == nil {
			continue
		}
		var e *websocket.CloseError
		if !errors.As(err, &e) || e.Code != want.Code || e.Text != want.Reason {
			c.t.Fatalf("closed with %v, want %v", err, want)
		}
		return
	}
}

// recordedOffer is an offer of a browser-like client: a microphone and two m-lines to receive.
var recordedOffer = sync.OnceValue(func() string {
	api, err := client.NewAPI(nil)
	if err != nil {
		panic(err)
	}
	offer, pc := newOffer(api)
	_ = pc.GracefulClose()
	return offer
})

func newOffer(api *webrtc.API) (string, *webrtc.PeerConnection) {
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		panic(err)
	}
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "a", "s")
	if err != nil {
		panic(err)
	}
	if _, err = pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		panic(err)
	}
	for range 2 {
		if _, err = pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			panic(err)
		}
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		panic(err)
	}
	return offer.SDP, pc
}

func joinMessage(t testing.TB, ticket string) *signaling.Join {
	t.Helper()
	return &signaling.Join{Numbered: signaling.Numbered{Request: 1}, Ticket: ticket, Offer: recordedOffer(),
		Publications: []signaling.Intended{{Mid: "0", Source: signaling.Microphone}}}
}

func encoded(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
