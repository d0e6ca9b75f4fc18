package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/nats-io/nats.go"

	"nara/internal/bus"
)

// GatewayOptions of NewGateway.
type GatewayOptions struct {
	Bus     *bus.Bus
	Tickets Tickets
	Visits  Visits
	// Origins are the only ones served, exactly as browsers write them: "https://nara.example".
	Origins []string
	// Home is the node that gets the rooms which have no place yet.
	Home bus.NodeID
	// Log gets an info line for each step of a session's life; nil is silent.
	Log *slog.Logger

	JoinTimeout time.Duration // from the upgrade to the join message; 0 is 10 s
	PingEvery   time.Duration // between keepalives; three silent ones close; 0 is 15 s
	NodeEvery   time.Duration // between questions whether a node is there; three in vain end its sessions; 0 is 1 s
	Ask         time.Duration // how long a neighbour may take to answer; 0 is 5 s
}

// Gateway serves GET /v1/signaling: the WebSocket side of every call. It keeps no rooms; any gateway serves any room.
type Gateway struct {
	GatewayOptions
	id       gatewayID
	upgrader websocket.Upgrader
	streams  *nats.Subscription // parcels for this gateway's sessions
	left     *nats.Subscription // departures, shared with the other gateways

	wg       sync.WaitGroup // one for each session and each departure
	watching sync.WaitGroup // watchNodes
	ctx      context.Context
	stop     context.CancelFunc // of ctx, by Close

	mu        sync.Mutex // guards the fields below
	closed    bool
	next      uint64
	sessions  map[sessionID]*session
	strangers strangers
}

// NewGateway makes a gateway and starts to listen on the bus.
func NewGateway(o GatewayOptions) (*Gateway, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.JoinTimeout = orDefault(o.JoinTimeout, 10*time.Second)
	o.PingEvery = orDefault(o.PingEvery, 15*time.Second)
	o.NodeEvery = orDefault(o.NodeEvery, time.Second)
	o.Ask = orDefault(o.Ask, 5*time.Second)
	g := &Gateway{
		GatewayOptions: o,
		id:             gatewayID(uuid.NewString()),
		sessions:       map[sessionID]*session{},
		upgrader: websocket.Upgrader{
			HandshakeTimeout: o.JoinTimeout,
			ReadBufferSize:   1 << 10,
			WriteBufferPool:  &sync.Pool{},
			Subprotocols:     []string{Subprotocol},
			CheckOrigin:      func(*http.Request) bool { return true }, // ServeHTTP has checked
		},
	}
	var err error
	if g.streams, err = o.Bus.Subscribe("room.*.*.to."+string(g.id)+".*", g.deliver); err != nil {
		return nil, err
	}
	if err := g.streams.SetPendingLimits(1<<16, 64<<20); err != nil {
		return nil, fmt.Errorf("bound the gateway's stream: %w", err)
	}
	if g.left, err = o.Bus.SubscribeOne("room.*.*.left", "gateways", g.departed); err != nil {
		return nil, err
	}
	g.ctx, g.stop = context.WithCancel(context.Background())
	g.watching.Go(g.watchNodes) // ends with Close, which waits
	return g, nil
}

// ServeHTTP upgrades to a WebSocket and serves it until it ends.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if origins := r.Header.Values("Origin"); len(origins) != 1 || !slices.Contains(g.Origins, origins[0]) {
		http.Error(w, "origin is not allowed", http.StatusForbidden)
		return
	}
	if !slices.Contains(websocket.Subprotocols(r), Subprotocol) {
		http.Error(w, "the subprotocol must be "+Subprotocol, http.StatusBadRequest)
		return
	}
	s := g.open(r.RemoteAddr)
	if s == nil {
		http.Error(w, "the server is going down", http.StatusServiceUnavailable)
		return
	}
	defer g.forget(s)
	conn, err := g.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	s.serve(conn)
}

// open makes a session, or nil when the gateway closes.
func (g *Gateway) open(remote string) *session {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return nil
	}
	g.next++
	s := newSession(g, sessionID(strconv.FormatUint(g.next, 36)), addressOf(remote))
	g.sessions[s.id] = s
	g.wg.Add(1)
	surplus := g.strangers.add(s)
	g.mu.Unlock()
	if surplus != nil {
		surplus.evict()
	}
	return s
}

// known notes that a session has shown a ticket.
func (g *Gateway) known(s *session) {
	g.mu.Lock()
	g.strangers.remove(s)
	g.mu.Unlock()
}

// begin counts something that Close waits for, unless the gateway closes.
func (g *Gateway) begin() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.wg.Add(1)
	}
	return !g.closed
}

func (g *Gateway) forget(s *session) {
	g.mu.Lock()
	delete(g.sessions, s.id)
	g.strangers.remove(s)
	g.mu.Unlock()
	s.cancel()
	g.wg.Done()
}

// Sessions is the number of open WebSockets.
func (g *Gateway) Sessions() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.sessions)
}

// deliver passes a parcel on to its session. It never waits.
func (g *Gateway) deliver(m *nats.Msg) {
	room, epoch, last, err := parseSubject(m.Subject)
	if err != nil {
		return
	}
	g.mu.Lock()
	s := g.sessions[sessionID(last)]
	g.mu.Unlock()
	if s == nil {
		return
	}
	var p parcel
	if err := json.Unmarshal(m.Data, &p); err != nil {
		g.Log.Error("parcel is not ours", "room", room, "error", err)
		return
	}
	s.receive(room, epoch, p)
}

// departed tells the visit that somebody is gone.
func (g *Gateway) departed(m *nats.Msg) {
	answer(g.Log, m, g.depart(m))
}

func (g *Gateway) depart(m *nats.Msg) verdict {
	room, _, _, err := parseSubject(m.Subject)
	if err != nil {
		return verdict{Code: Internal}
	}
	var d departure
	if err := json.Unmarshal(m.Data, &d); err != nil {
		g.Log.Error("departure is not ours", "room", room, "error", err)
		return verdict{Code: Internal}
	}
	if !g.begin() {
		return verdict{Code: Unavailable}
	}
	defer g.wg.Done()
	ctx, cancel := context.WithTimeout(context.Background(), g.Ask)
	defer cancel()
	if err := g.Visits.Left(ctx, room, d.Participant, d.Reason); err != nil {
		g.Log.Error("visit does not know who left", "room", room, "error", err)
		return verdict{Code: Internal}
	}
	return verdict{}
}

// Remove puts a participant out of a room wherever it lives: close 4004. It is NoSuchParticipant when there is none.
func (g *Gateway) Remove(ctx context.Context, room RoomID, participant ParticipantID) error {
	return g.control(ctx, room, verbRemove, departure{Participant: participant, Reason: LeftRemoved}, NoSuchParticipant)
}

// CloseRoom ends a room wherever it lives: close 4005. A room that nobody is in is closed already. That nobody
// comes back is for Visits.Enter to see to.
func (g *Gateway) CloseRoom(ctx context.Context, room RoomID) error {
	return g.control(ctx, room, verbClose, struct{}{}, "")
}

// control asks the node of a room for something; absent is the verdict when there is no such room.
func (g *Gateway) control(ctx context.Context, room RoomID, verb string, body any, absent Code) error {
	var v verdict
	place, err := g.Bus.Placement().Lookup(ctx, string(room))
	switch {
	case errors.Is(err, bus.ErrNotPlaced):
		v.Code = absent
	case err != nil:
		return err
	default:
		err := g.Bus.Request(ctx, nodeSubject(place, room, verb), body, &v)
		if errors.Is(err, bus.ErrNobody) || v.Code == moved {
			v.Code = absent
		} else if err != nil {
			return err
		}
	}
	if v.Code != "" {
		return v.Code
	}
	return nil
}

// Close ends every session with 1001 and returns when all have ended and nothing more is asked of the neighbours.
func (g *Gateway) Close() {
	g.mu.Lock()
	g.closed = true
	for _, s := range g.sessions {
		s.end(EndShutdown)
	}
	g.mu.Unlock()
	g.stop()
	g.wg.Wait()
	g.watching.Wait()
	_ = g.streams.Unsubscribe()
	_ = g.left.Unsubscribe()
}

func orDefault(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return d
}
