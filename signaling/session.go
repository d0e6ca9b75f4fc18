package signaling

import (
	"container/list"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"nara/auth"
	"nara/internal/bus"
)

// How fast a client may speak: messages and control frames together. Beyond it each message is refused; the session
// ends when maxRefused more were refused than served.
const (
	messagesPerSecond = 20
	messageBurst      = 60
	maxRefused        = 100
)

// closeGrace is how long a client may take to read what is left and the close frame.
const closeGrace = 3 * time.Second

// session is one WebSocket. The handler's goroutine owns it: it alone reads, decides and asks the node. A second
// goroutine only writes what stands in the outbox (write.go). Others end it or put letters into its outbox.
type session struct {
	g      *Gateway
	id     sessionID
	ctx    context.Context // ends with the session
	cancel context.CancelFunc
	out    *outbox
	watch  chan feed // holds one: the visit, from the owner to the writer

	address  netip.Prefix              // where it comes from
	stranger *list.Element             // in strangers; guarded by the gateway's mutex
	place    atomic.Pointer[bus.Place] // of the room, set before the node is asked to join
	settled  atomic.Pointer[bus.Place] // the same, once it has joined there
	received uint64                    // number of the last parcel; only the gateway's stream reads or writes it
	detached atomic.Bool               // the node has ended it: there is nothing to tell it
	keeping  sync.WaitGroup            // one for each question whether the node still knows it

	mu       sync.Mutex // guards the fields below
	conn     *websocket.Conn
	deadline bool // the session ends and no deadline may be moved any more
	evicted  bool // nobody waits for the client

	// only the owner uses these
	grant    auth.Grant
	admitted bool // straight in, says the visit
	joined   bool
	limiter  *rate.Limiter
	refused  int
}

func newSession(g *Gateway, id sessionID, address netip.Prefix) *session {
	s := &session{g: g, id: id, address: address, out: newOutbox(), watch: make(chan feed, 1),
		limiter: rate.NewLimiter(messagesPerSecond, messageBurst)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// serve runs the session until both sides have closed.
func (s *session) serve(conn *websocket.Conn) {
	defer conn.Close()
	s.mu.Lock()
	s.conn = conn
	if s.deadline { // ended before it began
		_ = conn.NetConn().SetDeadline(time.Now().Add(closeGrace))
	}
	if s.evicted {
		_ = conn.NetConn().SetReadDeadline(time.Now())
	}
	s.mu.Unlock()
	conn.SetPongHandler(func(string) error { s.control(); return nil })
	conn.SetPingHandler(func(data string) error {
		if s.control() {
			// The writer may be held up by a slow client: then there is no pong, and no harm.
			_ = conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
		}
		return nil
	})
	written := make(chan struct{})
	go func() { // ends when the outbox has ended; waited for below
		defer close(written)
		s.write(conn)
	}()
	s.end(s.read(conn))
	s.detach()
	<-written
	s.keeping.Wait()
	s.drain(conn)
	s.g.Log.Info("session ended", "session", s.id, "room", s.grant.Room, "participant", s.grant.Participant)
}

// end ends the session after what is in the outbox. The client has closeGrace to read it.
func (s *session) end(e Ending) {
	if s.out.finish(e) {
		s.hurry()
	}
}

// evict ends a session that has not joined yet to make room: its client gets the close frame if it reads, but no time.
func (s *session) evict() {
	s.end(EndJoinTimeout)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.evicted = true
	if s.conn != nil {
		_ = s.conn.NetConn().SetReadDeadline(time.Now())
	}
}

// hurry sets the last deadline; when there is no connection yet, serve does.
func (s *session) hurry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = true
	if s.conn != nil {
		_ = s.conn.NetConn().SetDeadline(time.Now().Add(closeGrace))
	}
	s.cancel()
}

// extend gives the client another while to be heard of.
func (s *session) extend(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.deadline {
		_ = s.conn.NetConn().SetReadDeadline(time.Now().Add(d))
	}
}

func (s *session) patience() time.Duration { return 3 * s.g.PingEvery }

// control takes a ping or a pong and reports whether it is worth an answer. What a flood brings is still read, or the
// close frame would be lost to a reset.
func (s *session) control() bool {
	if s.out.ended() {
		return false
	}
	if s.joined {
		s.extend(s.patience())
	}
	if s.limiter.Allow() {
		return true
	}
	if s.refused++; s.refused > maxRefused {
		s.end(EndNotAllowed)
	}
	return false
}

// read serves the client's messages until there is a reason to end.
func (s *session) read(conn *websocket.Conn) Ending {
	s.extend(s.g.JoinTimeout)
	for {
		data, end := s.next(conn)
		if end != nil {
			return *end
		}
		if s.out.ended() {
			return EndLeft // another ending came first and counts
		}
		m, err := DecodeClient(data)
		if !s.limiter.Allow() {
			s.refused++
			if s.refused > maxRefused {
				return EndNotAllowed
			}
			s.refuse(m, TooMany, "")
			continue
		}
		s.refused = max(0, s.refused-1)
		if err != nil {
			s.refuse(nil, BadMessage, err.Error())
			if !s.joined {
				return EndBadMessage
			}
			continue
		}
		if end := s.handle(m); end != nil {
			return *end
		}
		if s.joined {
			s.extend(s.patience())
		}
	}
}

// next reads one message of at most MaxMessage bytes.
func (s *session) next(conn *websocket.Conn) ([]byte, *Ending) {
	kind, r, err := conn.NextReader()
	if err != nil {
		return nil, s.failed(err)
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxMessage+1))
	if err != nil {
		return nil, s.failed(err)
	}
	if len(data) > MaxMessage {
		s.refuse(nil, TooLarge, "")
		return nil, &EndTooLarge
	}
	if kind != websocket.TextMessage {
		s.refuse(nil, BadMessage, "messages are text")
		return nil, &EndBadMessage
	}
	return data, nil
}

// failed says how to end when nothing can be read any more.
func (s *session) failed(err error) *Ending {
	switch {
	case isTimeout(err) && !s.joined:
		return &EndJoinTimeout
	case isTimeout(err):
		return &EndUnavailable
	}
	return &EndLeft // the client said goodbye and has been answered, or nobody is there to read why
}

// drain reads what is still coming, so that the close frame is not lost to a reset.
func (s *session) drain(conn *websocket.Conn) {
	s.mu.Lock()
	evicted := s.evicted
	s.mu.Unlock()
	if evicted {
		return
	}
	_ = conn.NetConn().SetReadDeadline(time.Now().Add(time.Second))
	for left := 1 << 20; left > 0; {
		_, r, err := conn.NextReader()
		if err != nil {
			return
		}
		n, err := io.Copy(io.Discard, io.LimitReader(r, int64(left)))
		if err != nil {
			return
		}
		left -= int(n) + 1
	}
}

// refuse answers a message with an error.
func (s *session) refuse(m ClientMessage, code Code, text string) {
	e := &Error{Code: code, Message: text}
	if text == "" {
		e.Message = code.text()
	}
	if m != nil {
		e.Request = m.number()
	}
	s.tell(e)
}

// tell queues a message of the gateway itself.
func (s *session) tell(m ServerMessage) {
	data, err := Encode(m)
	if err != nil {
		s.g.Log.Error("message not encoded", "error", err)
		return
	}
	s.push(letter{data: data})
}

func (s *session) push(l letter) {
	if s.out.push(l) {
		s.g.Log.Info("session is slow", "session", s.id)
		s.hurry()
	}
}

// receive takes a parcel of the node. Only the gateway's stream calls it.
func (s *session) receive(room RoomID, epoch bus.Epoch, p parcel) {
	place := s.place.Load()
	if place == nil || place.Epoch != epoch || p.Number <= s.received {
		return // of a room that has moved, or twice
	}
	if p.Number != s.received+1 {
		s.g.Log.Warn("parcel lost", "room", room, "session", s.id)
		s.end(EndUnavailable)
		return
	}
	s.received = p.Number
	if p.End != nil {
		s.detached.Store(true)
		s.end(*p.End)
		return
	}
	s.push(letter{data: p.Message, joined: p.Number == 1})
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
