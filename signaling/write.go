package signaling

import (
	"context"
	"time"

	"github.com/gorilla/websocket"
)

// writeTimeout is how long a client may not take a message.
const writeTimeout = 10 * time.Second

// feed is the visit of a session: how it is and how it goes on.
type feed struct {
	now  Snapshot
	next <-chan Snapshot
}

// writer is the state of the goroutine that writes to a client.
type writer struct {
	s      *session
	conn   *websocket.Conn
	joined bool
	feed   feed
}

// write sends letters, visits and keepalives until the outbox has ended, then the close frame.
func (s *session) write(conn *websocket.Conn) {
	w := &writer{s: s, conn: conn}
	ping := time.NewTicker(s.g.PingEvery)
	defer ping.Stop()
	for {
		select {
		case <-s.out.wake:
			if !w.letters() {
				return
			}
		case w.feed = <-s.watch:
		case snapshot, ok := <-w.feed.next:
			if !ok {
				w.feed.next = nil
				w.revoked()
				continue
			}
			w.feed.now = snapshot
			if w.joined {
				w.visit()
			}
		case <-ping.C:
			w.keepalive()
		}
	}
}

// letters sends what is in the outbox and reports whether more may come.
func (w *writer) letters() bool {
	for {
		l, ok, end := w.s.out.take()
		switch {
		case ok && l.joined:
			w.first(l.data)
		case ok:
			w.send(l.data)
		case end != nil:
			_ = w.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(end.Code, end.Reason),
				time.Now().Add(closeGrace))
			return false
		default:
			return true
		}
	}
}

// send writes one message. An error ends the session: its owner's next read fails.
func (w *writer) send(data []byte) {
	if !w.s.out.ended() { // else hurry has set the deadline
		_ = w.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	} else {
		_ = w.conn.SetWriteDeadline(time.Now().Add(closeGrace))
	}
	if err := w.conn.WriteMessage(websocket.TextMessage, data); err != nil {
		w.s.end(EndUnavailable)
	}
}

// first writes the node's joined with the visit put in as its last field.
func (w *writer) first(data []byte) {
	w.joined = true
	if w.feed.now.Visit == nil {
		select {
		case w.feed = <-w.s.watch: // the owner put it there before it asked the node
		default:
		}
	}
	if w.feed.now.Visit != nil {
		data = append(data[:len(data)-1:len(data)-1], `,"visit":`...)
		data = append(append(data, w.feed.now.Visit...), '}')
	}
	w.send(data)
	w.closeIfOver()
}

func (w *writer) visit() {
	data, err := Encode(&VisitChanged{Visit: w.feed.now.Visit})
	if err != nil {
		w.s.g.Log.Error("visit not encoded", "error", err)
		return
	}
	w.s.push(letter{data: data})
	w.closeIfOver()
}

// closeIfOver asks the node to close the room of a visit that has ended. Every session asks; the first counts.
func (w *writer) closeIfOver() {
	if place := w.s.place.Load(); w.feed.now.Over && place != nil {
		subject := nodeSubject(*place, RoomID(w.s.grant.Room), verbClose)
		if err := w.s.g.Bus.Publish(subject, struct{}{}); err != nil {
			w.s.g.Log.Error("room not closed", "error", err)
		}
	}
}

// revoked has the node put the participant out, who may not see the visit any more. A watch that ended with its session
// says nothing.
func (w *writer) revoked() {
	place := w.s.place.Load()
	if w.s.ctx.Err() != nil || place == nil {
		return
	}
	w.s.g.Log.Info("visit may not be seen any more", "session", w.s.id, "room", w.s.grant.Room)
	d := departure{Participant: ParticipantID(w.s.grant.Participant), Reason: LeftRemoved}
	if err := w.s.g.Bus.Publish(nodeSubject(*place, RoomID(w.s.grant.Room), verbRemove), d); err != nil {
		w.s.g.Log.Error("participant not removed", "error", err)
	}
}

// keepalive pings the client, and has the node asked whether it still knows the session.
func (w *writer) keepalive() {
	_ = w.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
	if w.joined {
		w.s.keeping.Go(w.s.keep) // ends within its time-out or with the session, which waits
	}
}

// keep asks the node whether it still knows the session. That it does not answer, for it is busy or gone, is not for
// one session to judge: see watchNodes.
func (s *session) keep() {
	ctx, cancel := context.WithTimeout(s.ctx, s.g.Ask)
	defer cancel()
	var v verdict
	err := s.g.Bus.Request(ctx, nodeSubject(*s.place.Load(), RoomID(s.grant.Room), verbKeep), asked[struct{}]{From: s.from()}, &v)
	if err == nil && v.Code != "" {
		s.end(EndUnavailable)
	}
}
