package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"nara/signaling"
)

// Ended says how the server closed the WebSocket.
type Ended struct {
	Code   int
	Reason string
}

func (e *Ended) Error() string { return fmt.Sprintf("signalling ended: %s (%d)", e.Reason, e.Code) }

// Refused is an error message that answers a request. It unwraps to its code.
type Refused struct {
	Code    signaling.Code
	Message string
}

func (r *Refused) Error() string { return fmt.Sprintf("%s: %s", r.Code, r.Message) }

// Unwrap lets errors.Is compare with a signaling.Code.
func (r *Refused) Unwrap() error { return r.Code }

// maxEvents is how far a reader of Events may lag before reading stops and the server's outbox fills.
const maxEvents = 256

// link is the WebSocket with its requests.
type link struct {
	conn   *websocket.Conn
	events chan signaling.ServerMessage
	done   chan struct{} // closed when reading has ended
	err    error         // why; readable after done
	quit   chan struct{} // closed by close

	writing sync.Mutex // held over a write

	mu      sync.Mutex // guards the fields below
	last    int64
	pending map[int64]chan signaling.ServerMessage
	closed  bool
}

func newLink(conn *websocket.Conn) *link {
	return &link{conn: conn, events: make(chan signaling.ServerMessage, maxEvents), done: make(chan struct{}),
		quit: make(chan struct{}), pending: map[int64]chan signaling.ServerMessage{}}
}

// read passes messages on until the WebSocket ends: first to take, then to who asked and to the events.
func (l *link) read(take func(signaling.ServerMessage)) {
	defer close(l.events)
	defer close(l.done)
	defer l.conn.Close()
	for {
		_, data, err := l.conn.ReadMessage()
		if err != nil {
			var c *websocket.CloseError
			if errors.As(err, &c) && c.Code != websocket.CloseAbnormalClosure {
				err = &Ended{c.Code, c.Text}
			}
			l.err = fmt.Errorf("read signalling: %w", err)
			return
		}
		m, err := signaling.DecodeServer(data)
		if err != nil {
			l.err = fmt.Errorf("decode signalling: %w", err)
			return
		}
		take(m)
		asked := l.answer(m)
		switch m.(type) {
		case *signaling.Joined, *signaling.Answer, *signaling.Pong:
			continue
		case *signaling.Error:
			if asked {
				continue
			}
		}
		select {
		case l.events <- m:
		case <-l.quit:
		}
	}
}

// answer gives a message to who asked for it.
func (l *link) answer(m signaling.ServerMessage) bool {
	n := signaling.RequestOf(m)
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := l.pending[n]
	if waiting == nil {
		return false
	}
	delete(l.pending, n)
	waiting <- m // holds one
	return true
}

// ask sends a message with a number and waits for its answer.
func (l *link) ask(ctx context.Context, message func(signaling.Numbered) signaling.ClientMessage) (signaling.ServerMessage, error) {
	answer := make(chan signaling.ServerMessage, 1) // the one answer
	l.mu.Lock()
	l.last++
	n := l.last
	l.pending[n] = answer
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.pending, n)
		l.mu.Unlock()
	}()
	if err := l.send(message(signaling.Numbered{Request: n})); err != nil {
		return nil, err
	}
	select {
	case m := <-answer:
		if e, ok := m.(*signaling.Error); ok {
			return nil, &Refused{e.Code, e.Message}
		}
		return m, nil
	case <-l.done:
		select {
		case m := <-answer: // the refusal that ended it
			if e, ok := m.(*signaling.Error); ok {
				return nil, errors.Join(&Refused{e.Code, e.Message}, l.err)
			}
			return m, nil
		default:
			return nil, l.err
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *link) send(m signaling.ClientMessage) error {
	data, err := signaling.Encode(m)
	if err != nil {
		return err
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	_ = l.conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if err := l.conn.WriteMessage(websocket.TextMessage, data); err != nil {
		return fmt.Errorf("write signalling: %w", err)
	}
	return nil
}

// close ends reading; it may be called twice.
func (l *link) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.quit)
		_ = l.conn.Close()
	}
}
