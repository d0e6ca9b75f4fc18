package signaling_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"nara/signaling"
)

func TestGateway_RefusesForeignOriginsAndProtocols(t *testing.T) {
	h := newHouse(t, setting{})
	own := h.servers[0].URL
	for name, c := range map[string]struct {
		origins   []string
		protocols []string
		want      int
	}{
		"no origin":        {nil, []string{signaling.Subprotocol}, http.StatusForbidden},
		"null origin":      {[]string{"null"}, []string{signaling.Subprotocol}, http.StatusForbidden},
		"other host":       {[]string{"http://evil.example"}, []string{signaling.Subprotocol}, http.StatusForbidden},
		"other scheme":     {[]string{strings.Replace(own, "http", "https", 1)}, []string{signaling.Subprotocol}, http.StatusForbidden},
		"suffix":           {[]string{own + ".evil.example"}, []string{signaling.Subprotocol}, http.StatusForbidden},
		"other case":       {[]string{strings.ToUpper(own)}, []string{signaling.Subprotocol}, http.StatusForbidden},
		"two origins":      {[]string{own, own}, []string{signaling.Subprotocol}, http.StatusForbidden},
		"no subprotocol":   {[]string{own}, nil, http.StatusBadRequest},
		"next subprotocol": {[]string{own}, []string{"nara.v2"}, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			d := websocket.Dialer{Subprotocols: c.protocols}
			conn, resp, err := d.Dial(h.url(0), http.Header{"Origin": c.origins})
			if err == nil {
				conn.Close()
				t.Fatal("let in")
			}
			if resp == nil || resp.StatusCode != c.want {
				t.Fatalf("%v, %v", resp, err)
			}
		})
	}
	d := websocket.Dialer{Subprotocols: []string{"nara.v2", signaling.Subprotocol}}
	conn, _, err := d.Dial(h.url(0), http.Header{"Origin": {own}})
	if err != nil || conn.Subprotocol() != signaling.Subprotocol {
		t.Fatal(err)
	}
	conn.Close()
}

func TestGateway_ClosesWhoDoesNotJoin(t *testing.T) {
	h := newHouse(t, setting{joinTimeout: 50 * time.Millisecond})
	h.dial(0).closes(signaling.EndJoinTimeout)
	// Pings do not buy time.
	c := h.dial(0)
	done := make(chan struct{})
	go func() { // ends with the connection
		defer close(done)
		for c.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) == nil {
			time.Sleep(10 * time.Millisecond) // the pace of the pings, nothing is waited for
		}
	}()
	c.closes(signaling.EndJoinTimeout)
	c.Close()
	<-done
}

// Sockets that are only held open are bounded, and keep nobody with a ticket out.
func TestGateway_HeldSocketsPushOutTheirOwn(t *testing.T) {
	const bound = 32 // as in docs/signaling.md
	h := newHouse(t, setting{joinTimeout: time.Minute})
	var held []*raw
	for range bound {
		held = append(held, h.dial(0))
	}
	anna := h.dialJoined(h.check("c1", "anna")) // pushes the first out
	held[0].closes(signaling.EndJoinTimeout)
	for range bound {
		held = append(held, h.dial(0))
	}
	for _, c := range held[1:bound] {
		c.closes(signaling.EndJoinTimeout)
	}
	gun := h.dialJoined(h.check("c1", "gun"))
	for _, c := range []*raw{anna, gun} { // they are no strangers
		c.send(&signaling.Ping{})
		for {
			if _, ok := c.receive().(*signaling.Pong); ok {
				break
			}
		}
	}
	if n := h.gateways[0].Sessions(); n > bound+2+1 { // one may still be on its way out
		t.Errorf("%d sessions", n)
	}
}

// malformed is refused in any state.
func malformed() map[string]string {
	return map[string]string{
		"nothing":         ``,
		"not JSON":        `{`,
		"list":            `[]`,
		"null":            `null`,
		"text":            `"ping"`,
		"two objects":     `{"type":"ping"}{"type":"ping"}`,
		"behind":          `{"type":"ping"} x`,
		"no type":         `{}`,
		"null type":       `{"type":null}`,
		"number type":     `{"type":1}`,
		"unknown type":    `{"type":"joined"}`,
		"case of type":    `{"type":"Ping"}`,
		"case of field":   `{"Type":"ping"}`,
		"unknown field":   `{"type":"ping","x":1}`,
		"type twice":      `{"type":"ping","type":"leave"}`,
		"missing field":   `{"type":"chat"}`,
		"null field":      `{"type":"chat","text":null}`,
		"wrong type":      `{"type":"chat","text":["a"]}`,
		"empty chat":      `{"type":"chat","text":""}`,
		"blank chat":      `{"type":"chat","text":" \n\t"}`,
		"control in chat": `{"type":"chat","text":"a\u0000b"}`,
		"long chat":       `{"type":"chat","text":"` + strings.Repeat("ä", signaling.MaxChat+1) + `"}`,
		"bad UTF-8":       "{\"type\":\"chat\",\"text\":\"\xff\xfe\"}",
		"zero request":    `{"type":"ping","request":0}`,
		"minus request":   `{"type":"ping","request":-1}`,
		"half request":    `{"type":"ping","request":1.5}`,
		"huge request":    `{"type":"ping","request":9007199254740992}`,
		"text request":    `{"type":"ping","request":"1"}`,
		"deep":            `{"type":"join","publications":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`,
		"deeper":          `{"type":"join","publications":[[{"mid":[]}]]}`,
		"nested unknown":  `{"type":"offer","offer":"v=0","publications":[{"mid":"0","source":"camera","x":1}]}`,
		"nested case":     `{"type":"offer","offer":"v=0","publications":[{"Mid":"0","source":"camera"}]}`,
		"nested missing":  `{"type":"offer","offer":"v=0","publications":[{"mid":"0"}]}`,
		"unknown source":  `{"type":"offer","offer":"v=0","publications":[{"mid":"0","source":"keyhole"}]}`,
		"mid twice":       `{"type":"offer","offer":"v=0","publications":[{"mid":"0","source":"camera"},{"mid":"0","source":"exam"}]}`,
		"null list":       `{"type":"offer","offer":"v=0","publications":null}`,
		"empty id":        `{"type":"admit","participant":""}`,
		"long id":         `{"type":"admit","participant":"` + strings.Repeat("a", 129) + `"}`,
	}
}

func TestSession_MalformedBeforeJoiningCloses(t *testing.T) {
	h := newHouse(t, setting{})
	for name, text := range malformed() {
		t.Run(name, func(t *testing.T) {
			c := h.dial(0)
			c.say(websocket.TextMessage, text)
			c.refused(signaling.BadMessage)
			c.closes(signaling.EndBadMessage)
		})
	}
	t.Run("another message first", func(t *testing.T) {
		c := h.dial(0)
		c.send(&signaling.Ping{Numbered: signaling.Numbered{Request: 3}})
		if e := c.refused(signaling.WrongState); e.Request != 3 {
			t.Errorf("%+v", e)
		}
		c.closes(signaling.EndBadMessage)
	})
	t.Run("binary", func(t *testing.T) {
		c := h.dial(0)
		c.say(websocket.BinaryMessage, `{"type":"ping"}`)
		c.refused(signaling.BadMessage)
		c.closes(signaling.EndBadMessage)
	})
}

func TestSession_MalformedAfterJoiningIsRefusedAndGoesOn(t *testing.T) {
	h := newHouse(t, setting{})
	c := h.dialJoined(h.check("c1", "a"))
	sent := 0
	for name, text := range malformed() {
		if sent++; sent%40 == 0 { // not a flood
			c = h.dialJoined(h.check("c1", "a"))
		}
		c.say(websocket.TextMessage, text)
		t.Log(name, c.refused(signaling.BadMessage).Message)
	}
	c.send(joinMessage(t, h.check("c1", "a")))
	if e := c.refused(signaling.WrongState); e.Request != 1 {
		t.Errorf("%+v", e)
	}
	c.send(&signaling.Ping{Numbered: signaling.Numbered{Request: 9}})
	if m, ok := c.receive().(*signaling.Pong); !ok || m.Request != 9 {
		t.Fatalf("%+v", m)
	}
}

func TestSession_TooLargeCloses(t *testing.T) {
	h := newHouse(t, setting{})
	whole := `{"type":"chat","text":"` + strings.Repeat("x", signaling.MaxMessage) + `"}`
	t.Run("one frame", func(t *testing.T) {
		c := h.dialJoined(h.check("c1", "a"))
		c.say(websocket.TextMessage, whole)
		c.refused(signaling.TooLarge)
		c.closes(signaling.EndTooLarge)
	})
	t.Run("before joining", func(t *testing.T) {
		c := h.dial(0)
		c.say(websocket.TextMessage, whole)
		c.refused(signaling.TooLarge)
		c.closes(signaling.EndTooLarge)
	})
	t.Run("in fragments without end", func(t *testing.T) {
		c := h.dial(0)
		w, err := c.NextWriter(websocket.TextMessage)
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			if _, err := w.Write([]byte(strings.Repeat("x", 1<<10))); err != nil {
				break // cut off already
			}
		}
		c.closes(signaling.EndTooLarge)
	})
	t.Run("just fits", func(t *testing.T) {
		c := h.dialJoined(h.check("c1", "b"))
		offer := recordedOffer()
		text := `{"type":"offer","publications":[],"offer":` + encoded(t, offer) + `}`
		c.say(websocket.TextMessage, text+strings.Repeat(" ", signaling.MaxMessage-len(text)))
		for {
			if _, ok := c.receive().(*signaling.Answer); ok {
				return
			}
		}
	})
}

func TestSession_FloodCloses(t *testing.T) {
	h := newHouse(t, setting{})
	t.Run("messages", func(t *testing.T) {
		c := h.dialJoined(h.check("c1", "a"))
		go func() { // ends when the server closes
			for c.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)) == nil {
			}
		}()
		refused := false
		for !refused {
			if e, ok := c.receive().(*signaling.Error); ok {
				refused = e.Code == signaling.TooMany
			}
		}
		c.closes(signaling.EndNotAllowed)
	})
	t.Run("pings", func(t *testing.T) {
		c := h.dial(0)
		go func() { // ends when the server closes
			for c.WriteControl(websocket.PingMessage, []byte("x"), time.Now().Add(time.Second)) == nil {
			}
		}()
		c.closes(signaling.EndNotAllowed)
	})
	t.Run("a burst is no flood", func(t *testing.T) {
		c := h.dialJoined(h.check("c2", "a"))
		for range 40 {
			c.send(&signaling.Ping{})
		}
		for pongs := 0; pongs < 40; {
			switch m := c.receive().(type) {
			case *signaling.Pong:
				pongs++
			case *signaling.ParticipantChanged:
			default:
				t.Fatalf("%+v", m)
			}
		}
	})
}

func TestSession_SlowReaderIsClosedAndDelaysNobody(t *testing.T) {
	h := newHouse(t, setting{sendBuffer: 64 << 10})
	slow := h.dialJoined(h.check("c1", "slow"))
	ctx, stop := context.WithCancel(t.Context())
	wrote := make(chan struct{})
	go func() { // some 1.2 MB are needed, and nobody may flood
		defer close(wrote)
		for n := range 10 {
			if !h.writes(ctx, fmt.Sprint("writer", n), 45) {
				return
			}
		}
	}()
	defer func() { stop(); <-wrote }()
	select {
	case <-h.slow:
	case <-wrote:
		t.Fatal("3.6 MB later the slow reader is still there")
	}
	slow.closes(signaling.EndSlow) // read at once: it has little time
}

// writes joins, says long things and leaves. It says false when ctx has ended.
func (h *house) writes(ctx context.Context, who string, lines int) bool {
	p, err := h.tryJoin(h.check("c1", who), 0)
	if err != nil {
		h.t.Error(err)
		return false
	}
	text := strings.Repeat("\U0001F44D", signaling.MaxChat) // 8 KB
	for range lines {
		begin := time.Now()
		if _, err := p.Chat(ctx, text); err != nil {
			if ctx.Err() == nil {
				h.t.Error(err)
			}
			return false
		}
		if took := time.Since(begin); took > 8*time.Second { // a slow reader has 10 s for a message
			h.t.Errorf("a slow reader held up another's chat for %v", took)
		}
		for len(p.Events()) > 0 {
			<-p.Events()
		}
	}
	if err := p.Leave(ctx); err != nil && ctx.Err() == nil {
		h.t.Error(err)
	}
	return ctx.Err() == nil
}

func TestSession_TicketsAndAdmissionAreChecked(t *testing.T) {
	h := newHouse(t, setting{})
	t.Run("unknown ticket", func(t *testing.T) {
		c := h.dial(0)
		c.send(joinMessage(t, "made-up"))
		if e := c.refused(signaling.BadTicket); e.Request != 1 {
			t.Errorf("%+v", e)
		}
		c.closes(signaling.EndBadTicket)
	})
	t.Run("used ticket", func(t *testing.T) {
		ticket := h.check("c1", "a")
		h.dialJoined(ticket)
		c := h.dial(0)
		c.send(joinMessage(t, ticket))
		c.refused(signaling.TicketUsed)
		c.closes(signaling.EndBadTicket)
	})
	t.Run("room that is no subject", func(t *testing.T) {
		c := h.dial(0)
		c.send(joinMessage(t, h.check("a.>", "a")))
		c.refused(signaling.BadTicket)
		c.closes(signaling.EndBadTicket)
	})
	t.Run("refused by the visit", func(t *testing.T) {
		for code, end := range map[signaling.Code]signaling.Ending{
			signaling.NotAllowed: signaling.EndNotAllowed, signaling.RoomClosed: signaling.EndClosed} {
			h.visits.refuse = code
			c := h.dial(0)
			c.send(joinMessage(t, h.ticket("v1", "gun", "patient")))
			c.refused(code)
			c.closes(end)
		}
		h.visits.refuse = nil
	})
	t.Run("visit is over", func(t *testing.T) {
		h.visits.set("v9", "finished")
		c := h.dial(0)
		c.send(joinMessage(t, h.ticket("v9", "gun", "patient")))
		c.refused(signaling.RoomClosed)
		c.closes(signaling.EndClosed)
	})
	t.Run("bad offer", func(t *testing.T) {
		c := h.dial(0)
		m := joinMessage(t, h.check("c7", "a"))
		m.Offer = "v=0\r\nnonsense"
		c.send(m)
		c.refused(signaling.BadOffer)
		c.closes(signaling.EndBadMessage)
	})
	t.Run("too many publications", func(t *testing.T) {
		c := h.dialJoined(h.check("c8", "a"))
		o := &signaling.Offer{Offer: recordedOffer()}
		for n := range 60 {
			o.Publications = append(o.Publications, signaling.Intended{Mid: string(rune('A' + n)), Source: signaling.Camera})
		}
		c.send(o)
		c.refused(signaling.TooMany)
	})
}
