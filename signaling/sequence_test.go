package signaling_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"nara/auth"
	"nara/internal/bus"
	"nara/sfu"
	"nara/signaling"
)

// FuzzSequence sends sequences of messages, each byte one message from a table, to a whole service, and demands that
// every session ends with a code of the protocol and that the service goes on.
func FuzzSequence(f *testing.F) {
	for _, s := range []string{"J", "JpcL", "JJ", "pJ", "Jcccomo!L", "J!!!!", "jLp", "JxL", "JoooooL", "Jamamam", "B", "Jb", "jaJ", "JK"} {
		f.Add([]byte(s))
	}
	b, err := bus.Start(context.Background(), bus.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(b.Close)
	node := signaling.NewNode(signaling.NodeOptions{ID: "n1", Bus: b, Grace: 10 * time.Millisecond})
	media, err := sfu.New(sfu.Config{Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}, Loops: 1, Events: node.MediaEvent})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = media.Close() })
	if err := node.Start(media); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(node.Close)
	tickets, visits := &tickets{grants: map[string]auth.Grant{}}, newVisits()
	s := httptest.NewUnstartedServer(nil)
	origin := "http://" + s.Listener.Addr().String()
	g, err := signaling.NewGateway(signaling.GatewayOptions{Bus: b, Tickets: tickets, Visits: visits, Origins: []string{origin},
		Home: "n1", Log: slog.New(slog.DiscardHandler), JoinTimeout: time.Second})
	if err != nil {
		f.Fatal(err)
	}
	s.Config.Handler = g
	s.Start()
	f.Cleanup(s.Close)
	f.Cleanup(g.Close)
	h := &house{bus: b, node: node, gateways: []*signaling.Gateway{g}, servers: []*httptest.Server{s}, visits: visits, tickets: tickets}

	allowed := []signaling.Ending{signaling.EndLeft, signaling.EndNotAllowed, signaling.EndBadTicket, signaling.EndTooLarge,
		signaling.EndBadMessage, signaling.EndJoinTimeout, signaling.EndRemoved, signaling.EndReplaced}
	f.Fuzz(func(t *testing.T, script []byte) {
		h.t = t
		c := h.dial(0)
		defer c.Close()
		for _, op := range script[:min(len(script), 50)] {
			kind, text := message(t, h, op)
			_ = c.SetWriteDeadline(time.Now().Add(patience))
			if c.WriteMessage(kind, []byte(text)) != nil {
				break // closed already
			}
		}
		_ = c.WriteMessage(websocket.TextMessage, []byte(`{"type":"leave"}`))
		_ = c.SetReadDeadline(time.Now().Add(patience))
		for {
			_, data, err := c.ReadMessage()
			if err == nil {
				if _, err := signaling.DecodeServer(data); err != nil {
					t.Fatalf("%s: %v", data, err)
				}
				continue
			}
			var e *websocket.CloseError
			if errors.As(err, &e) && !slices.Contains(allowed, signaling.Ending{Code: e.Code, Reason: e.Text}) {
				t.Fatalf("%q ended with %v", script, err)
			}
			var n net.Error
			if errors.As(err, &n) && n.Timeout() {
				t.Fatalf("%q does not end", script)
			}
			return
		}
	})
}

// message is what one byte of a script says.
func message(t *testing.T, h *house, op byte) (kind int, text string) {
	kind = websocket.TextMessage
	encode := func(m signaling.ClientMessage) string {
		b, err := signaling.Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	n := signaling.Numbered{Request: int64(op) + 1}
	switch op {
	case 'J':
		return kind, encode(joinMessage(t, h.check("c1", "a")))
	case 'j':
		return kind, encode(joinMessage(t, h.ticket("v1", "gun", auth.CallPatient)))
	case 'o':
		return kind, encode(&signaling.Offer{Numbered: n, Offer: recordedOffer(), Publications: []signaling.Intended{}})
	case 'x':
		return kind, encode(&signaling.Offer{Numbered: n, Offer: strings.ToUpper(recordedOffer()), Publications: []signaling.Intended{}})
	case 'm':
		return kind, encode(&signaling.Mute{Numbered: n, Publication: "1", Muted: true})
	case 'c':
		return kind, encode(&signaling.PostChat{Numbered: n, Text: "x"})
	case 'a':
		return kind, encode(&signaling.Admit{Numbered: n, Participant: "gun"})
	case 'p':
		return kind, encode(&signaling.Ping{Numbered: n})
	case 'L':
		return kind, encode(&signaling.Leave{})
	case 'b':
		return websocket.BinaryMessage, "\x00"
	case 'B':
		return kind, strings.Repeat("x", signaling.MaxMessage+1)
	case 'K':
		return kind, strings.Repeat("[", 5000)
	}
	return kind, string(op)
}
