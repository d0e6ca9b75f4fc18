package signaling

import (
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"nara/internal/bus"
	"nara/sfu"
)

// NodeOptions of NewNode.
type NodeOptions struct {
	// ID names this process on the bus; a new one at each start is best, so that old placements are seen to be dead.
	ID  bus.NodeID
	Bus *bus.Bus
	// Log gets an info line for each step of a participant's life; nil is silent.
	Log *slog.Logger

	Grace   time.Duration // how long a participant without a WebSocket is kept; 0 is 30 s
	Silence time.Duration // how long a session's gateway may be silent before it counts as lost; 0 is 60 s
	Look    time.Duration // between two looks whether a room is still placed here; 0 is 10 s
}

// Node hosts rooms: their roster, chat and media. Gateways reach it over the bus only, also in the same process. A
// goroutine owns each room (room.go); everything else posts to it.
type Node struct {
	NodeOptions
	media Media
	asks  *nats.Subscription
	there *nats.Subscription
	wg    sync.WaitGroup // one for each room, and for what a room has others do

	mu     sync.Mutex // guards the fields below
	closed bool
	rooms  map[RoomID]*room
}

// NewNode makes a node that hosts nothing before Start. Its MediaEvent is for sfu.Config.Events:
//
//	node := signaling.NewNode(options)
//	media, err := sfu.New(sfu.Config{Events: node.MediaEvent, …})
//	err = node.Start(media)
func NewNode(o NodeOptions) *Node {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Grace = orDefault(o.Grace, 30*time.Second)
	o.Silence = orDefault(o.Silence, time.Minute)
	o.Look = orDefault(o.Look, 10*time.Second)
	return &Node{NodeOptions: o, rooms: map[RoomID]*room{}}
}

// Start takes rooms from now on.
func (n *Node) Start(media Media) error {
	n.media = media
	var err error
	if n.asks, err = n.Bus.Subscribe("node."+string(n.ID)+".room.>", n.asked); err != nil {
		return err
	}
	n.there, err = n.Bus.Subscribe(thereSubject(n.ID), func(m *nats.Msg) { answer(n.Log, m, verdict{}) })
	return err
}

// Close ends every room with 1001 and returns when all have ended. The media server is closed after it.
func (n *Node) Close() {
	for _, s := range []*nats.Subscription{n.asks, n.there} {
		if s != nil {
			_ = s.Unsubscribe()
		}
	}
	n.mu.Lock()
	n.closed = true
	for _, r := range n.rooms {
		r.post(r.shutdown)
	}
	n.mu.Unlock()
	n.wg.Wait()
}

// Rooms is the number of rooms that live here.
func (n *Node) Rooms() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.rooms)
}

// MediaEvent takes an event of the media server. It does not wait.
func (n *Node) MediaEvent(e sfu.Event) {
	switch e := e.(type) {
	case sfu.PeerConnected:
		n.tell(e.Room, func(r *room) { r.peerConnected(e.Peer) })
	case sfu.PeerLost:
		n.tell(e.Room, func(r *room) { r.peerLost(e.Peer, e.Reason) })
	case sfu.Assigned:
		n.tell(e.Room, func(r *room) { r.assigned(e.Peer, e.Version, e.Assignments) })
	}
	// PublicationAdded and PublicationRemoved follow from what the room did itself.
}

// tell posts to a room, if it lives here.
func (n *Node) tell(id sfu.RoomID, do func(*room)) {
	n.mu.Lock()
	r := n.rooms[RoomID(id)]
	n.mu.Unlock()
	if r != nil {
		r.post(func() { do(r) })
	}
}

// asked takes a gateway's message and posts it to its room.
func (n *Node) asked(m *nats.Msg) {
	id, epoch, verb, err := parseSubject(m.Subject)
	if err != nil {
		return
	}
	r := n.room(id, epoch, verb == verbJoin)
	if r == nil || !r.post(func() { r.serve(verb, m) }) {
		n.answer(m, verdict{Code: moved})
	}
}

// room finds a room in its epoch, or makes it.
func (n *Node) room(id RoomID, epoch bus.Epoch, create bool) *room {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.rooms[id]
	if r != nil && r.place.Epoch == epoch {
		return r
	}
	if r != nil && r.place.Epoch < epoch {
		r.post(r.outlived) // it was placed elsewhere meanwhile, and here again
	}
	if r != nil || !create || n.closed {
		return nil
	}
	r = newRoom(n, id, bus.Place{Node: n.ID, Epoch: epoch})
	n.rooms[id] = r
	n.wg.Go(r.run)
	return r
}

// forget drops a room that has ended.
func (n *Node) forget(r *room) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.rooms[r.id] == r {
		delete(n.rooms, r.id)
	}
}

func (n *Node) answer(m *nats.Msg, v verdict) { answer(n.Log, m, v) }

// answer gives a verdict to who waits for one.
func answer(log *slog.Logger, m *nats.Msg, v verdict) {
	if m.Reply == "" {
		return
	}
	data, err := json.Marshal(v)
	if err == nil {
		err = m.Respond(data)
	}
	if err != nil {
		log.Error("verdict not given", "error", err)
	}
}
