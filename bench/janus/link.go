package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	keepAlive = 25 * time.Second // Janus ends a session after 60 s without a message
	maxReply  = 1 << 20          // bytes
)

// link is one participant's WebSocket with its session.
type link struct {
	conn    *websocket.Conn
	told    func(reply) // gets what nobody asked for; called by the reading goroutine
	session uint64      // set before anybody else uses the link
	done    chan struct{}
	running sync.WaitGroup

	mu    sync.Mutex // guards the fields below and writing
	count int
	asked map[string]chan answer
	err   error // why it ended
}

type answer struct {
	reply
	err error
}

// dial opens a WebSocket and makes a session.
func dial(ctx context.Context, url string, told func(reply)) (*link, error) {
	d := websocket.Dialer{Subprotocols: []string{"janus-protocol"}}
	conn, _, err := d.DialContext(ctx, url, nil)
	if err != nil {
		return nil, fmt.Errorf("reach server: %w", err)
	}
	conn.SetReadLimit(maxReply)
	l := &link{conn: conn, told: told, done: make(chan struct{}), asked: map[string]chan answer{}}
	l.running.Go(l.read) // both until close
	l.running.Go(l.keepAlive)
	r, err := l.ask(ctx, request{Kind: "create"})
	if err != nil {
		l.close()
		return nil, fmt.Errorf("make session: %w", err)
	}
	l.session = r.Data.ID
	return l, nil
}

// attach makes a handle of the VideoRoom plugin.
func (l *link) attach(ctx context.Context) (uint64, error) {
	r, err := l.ask(ctx, request{Kind: "attach", Plugin: "janus.plugin.videoroom"})
	if err != nil {
		return 0, fmt.Errorf("attach to plugin: %w", err)
	}
	return r.Data.ID, nil
}

// message asks the plugin something.
func (l *link) message(ctx context.Context, handle uint64, body map[string]any, sdp *jsep) (reply, error) {
	r, err := l.ask(ctx, request{Kind: "message", Handle: handle, Body: body, JSEP: sdp})
	if err != nil {
		return r, fmt.Errorf("%s: %w", body["request"], err)
	}
	return r, nil
}

// ask sends a request and waits for what it leads to; that it was received (ack) is not enough.
func (l *link) ask(ctx context.Context, q request) (reply, error) {
	got := make(chan answer, 1)
	if err := l.send(q, got); err != nil {
		return reply{}, err
	}
	select {
	case a := <-got:
		return a.reply, a.err
	case <-l.done:
		return reply{}, l.failure()
	case <-ctx.Done():
		return reply{}, context.Cause(ctx)
	}
}

// send writes a request; got, if any, takes the one answer.
func (l *link) send(q request, got chan answer) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	q.Transaction = strconv.Itoa(l.count)
	q.Session = l.session
	if got != nil {
		l.asked[q.Transaction] = got
	}
	b, err := json.Marshal(q) // not WriteJSON: Janus refuses the newline that it appends
	if err != nil {
		return fmt.Errorf("write request: %w", err)
	}
	if err := l.conn.WriteMessage(websocket.TextMessage, b); err != nil {
		return fmt.Errorf("write request: %w", err)
	}
	return nil
}

// read hands out what comes until the WebSocket ends.
func (l *link) read() {
	defer close(l.done)
	for {
		_, b, err := l.conn.ReadMessage()
		if err != nil {
			l.fail(fmt.Errorf("signalling ended: %w", err))
			return
		}
		r, err := parse(b)
		if r.Kind == "" {
			l.fail(err)
			return
		}
		if r.Kind == "ack" {
			continue
		}
		l.mu.Lock()
		got := l.asked[r.Transaction]
		delete(l.asked, r.Transaction)
		l.mu.Unlock()
		switch {
		case got != nil:
			got <- answer{r, err}
		case err == nil:
			l.told(r)
		}
	}
}

func (l *link) keepAlive() {
	t := time.NewTicker(keepAlive)
	defer t.Stop()
	for {
		select {
		case <-l.done:
			return
		case <-t.C:
			if l.send(request{Kind: "keepalive"}, nil) != nil {
				return // reading fails, too
			}
		}
	}
}

// fail notes the first reason for an end.
func (l *link) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}

func (l *link) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// destroy ends the session, so that the server frees all that belongs to it.
func (l *link) destroy(ctx context.Context) error {
	_, err := l.ask(ctx, request{Kind: "destroy"})
	return err
}

// close ends the WebSocket and waits for the goroutines.
func (l *link) close() {
	l.fail(errors.New("closed"))
	_ = l.conn.Close() // only fails when closed already
	l.running.Wait()
}
