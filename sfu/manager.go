package sfu

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"nara/sfu/answer"
	"nara/sfu/wire"
)

// tickInterval is how often feedback, reports and time-outs are looked after.
const tickInterval = 50 * time.Millisecond

// Manager is the media server: rooms, spread over the loops.
type Manager struct {
	cfg      Config
	log      *slog.Logger
	identity *wire.Identity
	network  *wire.Network
	shards   []*shard
	done     chan struct{}
	joined   chan struct{} // one place: wakes the ticker that sleeps while nobody is there
	running  sync.WaitGroup
	version  atomic.Uint64 // of JoinResult and Assigned: rises over all peers and rooms

	mu     sync.Mutex // guards the fields below; taken after a loop's lock
	closed bool
	rooms  map[RoomID]*room
	load   map[*shard]int // rooms
}

// New opens the sockets and starts the loops.
func New(cfg Config) (*Manager, error) {
	if cfg.Loops <= 0 {
		cfg.Loops = min(runtime.GOMAXPROCS(0), MaxLoops)
	}
	start := time.Now()
	if cfg.now == nil {
		cfg.now = func() time.Duration { return time.Since(start) }
	}
	m := &Manager{cfg: cfg, log: cfg.Log, done: make(chan struct{}), joined: make(chan struct{}, 1), rooms: map[RoomID]*room{}, load: map[*shard]int{}}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if m.identity, err = wire.NewIdentity(); err != nil {
		return nil, err
	}
	m.network, err = wire.Listen(wire.Config{Listen: cfg.Listen, Loops: cfg.Loops, OnePort: cfg.OnePort, TCP: cfg.TCP,
		Identity: m.identity, Log: m.log, GCMOnly: cfg.GCMOnly, Now: cfg.now})
	if err != nil {
		return nil, err
	}
	for _, loop := range m.network.Loops() {
		s := &shard{manager: m, loop: loop, rooms: map[*room]struct{}{},
			roundTrip: newDistribution(roundTripBounds[:]), loss: newDistribution(lossBounds[:]), events: events{wake: make(chan struct{}, 1)}}
		if s.candidates, err = candidates(loop.Addrs(), m.network.TCPAddrs(), cfg.Public); err != nil {
			return nil, errors.Join(err, m.network.Close())
		}
		m.shards = append(m.shards, s)
	}
	m.running.Go(m.network.Run) // ends when Close closes the sockets
	for _, s := range m.shards {
		m.running.Go(func() { s.events.tell(m.handle, m.done) })
	}
	m.running.Go(m.tick)
	m.warnOfSmallBuffers()
	return m, nil
}

// warnOfSmallBuffers tells the operator once what loses packets on a machine
// that is busy for a moment.
func (m *Manager) warnOfSmallBuffers() {
	if allowed, wanted := m.shards[0].loop.ReceiveBuffer(); allowed < wanted/8 {
		m.log.Warn("media may be lost while the machine is busy: raise the system's limit net.core.rmem_max",
			"bytes", allowed, "wanted", wanted)
	}
}

// Close ends every loop and handshake, closes the sockets and returns when
// everything that New started has ended. No event comes after it; the event
// handler must not call it.
func (m *Manager) Close() error {
	m.mu.Lock()
	already := m.closed
	m.closed = true
	m.mu.Unlock()
	if already {
		return nil
	}
	close(m.done)
	err := m.network.Close()
	m.running.Wait()
	return err
}

// tick serves all loops with one ticker, which rests while nobody is there: an
// idle server should not wake its machine twenty times a second.
func (m *Manager) tick() {
	t := time.NewTicker(tickInterval)
	defer t.Stop()
	for {
		if m.idle() {
			t.Stop()
			select {
			case <-m.done:
				return
			case <-m.joined:
			}
			t.Reset(tickInterval)
		}
		select {
		case <-m.done:
			return
		case <-t.C:
			for _, s := range m.shards {
				s.tick()
			}
		}
	}
}

func (m *Manager) idle() bool {
	return !slices.ContainsFunc(m.shards, func(s *shard) bool { return !s.loop.Idle() })
}

// handle logs an event and passes it on.
func (m *Manager) handle(e Event) {
	switch e := e.(type) {
	case PeerConnected:
		m.log.Info("peer connected", "room", e.Room, "peer", e.Peer)
	case PeerLost:
		m.log.Info("peer lost", "room", e.Room, "peer", e.Peer, "reason", e.Reason)
	}
	if m.cfg.Events != nil {
		m.cfg.Events(e)
	}
}

// enter finds a room, or makes it on the loop that has the fewest participants
// (of equals, the fewest rooms: they are about to join), and locks its loop.
func (m *Manager) enter(id RoomID) (*room, error) {
	for {
		m.mu.Lock()
		if m.closed {
			m.mu.Unlock()
			return nil, ErrClosed
		}
		r := m.rooms[id]
		if r == nil {
			s := slices.MinFunc(m.shards, func(a, b *shard) int {
				return cmp.Or(a.loop.Conns()-b.loop.Conns(), m.load[a]-m.load[b])
			})
			m.load[s]++
			r = &room{id: id, shard: s}
			m.rooms[id] = r
		}
		m.mu.Unlock()
		r.shard.loop.Lock()
		if !r.closed {
			r.shard.rooms[r] = struct{}{}
			return r, nil
		}
		r.shard.loop.Unlock()
	}
}

// find locks the loop of a room that exists.
func (m *Manager) find(id RoomID) (*room, error) {
	m.mu.Lock()
	closed, r := m.closed, m.rooms[id]
	m.mu.Unlock()
	if closed {
		return nil, ErrClosed
	}
	if r == nil {
		return nil, ErrNoSuchRoom
	}
	r.shard.loop.Lock()
	if r.closed {
		r.shard.loop.Unlock()
		return nil, ErrNoSuchRoom
	}
	return r, nil
}

// findPeer locks the loop of a peer that exists.
func (m *Manager) findPeer(room RoomID, id PeerID) (*peer, error) {
	r, err := m.find(room)
	if err != nil {
		return nil, err
	}
	p := r.peer(id)
	if p == nil {
		r.shard.loop.Unlock()
		return nil, ErrNoSuchPeer
	}
	return p, nil
}

// forget is called with the loop's lock when a room has ended.
func (m *Manager) forget(r *room) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rooms[r.id] == r {
		delete(m.rooms, r.id)
		m.load[r.shard]--
	}
}

// Join lets a peer into a room, which is made if need be. The same peer with
// the same certificate renegotiates; with another certificate (a reloaded
// page) it is a new peer, and the old one is removed first.
func (m *Manager) Join(req JoinRequest) (JoinResult, error) {
	o, err := parseOffer(req.Offer, req.Sources)
	if err != nil {
		return JoinResult{}, err
	}
	r, err := m.enter(req.Room)
	if err != nil {
		return JoinResult{}, err
	}
	p, replaced := r.peer(req.Peer), false
	if p != nil && p.fingerprint == o.Fingerprint {
		if err = p.check(o); err != nil {
			r.shard.loop.Unlock()
			return JoinResult{}, err
		}
	} else {
		if p != nil {
			r.remove(p)
		}
		if old := r.peer(req.Replaces); old != nil {
			r.remove(old)
			replaced = true
		}
		p = newPeer(req.Peer, r, wire.Remote{Ufrag: o.Ufrag, Password: o.Password, Fingerprint: o.Fingerprint})
		r.peers = append(r.peers, p)
		select {
		case m.joined <- struct{}{}:
		default:
		}
	}
	p.negotiate(o)
	if req.Admitted {
		r.admit(p)
	}
	r.settle(p)
	n := p.describe(o)
	r.shard.loop.Unlock()
	if replaced {
		m.log.Info("peer left", "room", req.Room, "peer", req.Replaces, "reason", "replaced")
	}
	m.log.Info("peer joined", "room", req.Room, "peer", req.Peer, "admitted", req.Admitted)
	return m.answer(n, r.shard), nil
}

// Renegotiate takes an offer of a peer that has joined: more or fewer
// m-lines, other sources, an ICE restart. Known m-lines keep what is bound.
func (m *Manager) Renegotiate(room RoomID, peer PeerID, offer string, sources []Source) (JoinResult, error) {
	o, err := parseOffer(offer, sources)
	if err != nil {
		return JoinResult{}, err
	}
	p, err := m.findPeer(room, peer)
	if err != nil {
		return JoinResult{}, err
	}
	loop := p.room.shard.loop
	if p.fingerprint != o.Fingerprint {
		loop.Unlock()
		return JoinResult{}, fmt.Errorf("%w: another certificate is another peer, join again", ErrBadOffer)
	}
	if err := p.check(o); err != nil {
		loop.Unlock()
		return JoinResult{}, err
	}
	p.negotiate(o)
	p.room.settle(p)
	n := p.describe(o)
	loop.Unlock()
	return m.answer(n, p.room.shard), nil
}

// answer writes the SDP, outside the lock.
func (m *Manager) answer(n negotiated, s *shard) JoinResult {
	t := answer.Transport{Ufrag: n.credentials.Ufrag, Password: n.credentials.Password, Fingerprint: m.identity.Fingerprint(), Candidates: s.candidates}
	n.result.Answer = answer.Write(n.offer, t, n.lines, n.result.Version)
	return n.result
}

// Admit lets a waiting peer's media flow in both directions. Admitting twice
// is no error.
func (m *Manager) Admit(room RoomID, peer PeerID) error {
	p, err := m.findPeer(room, peer)
	if err != nil {
		return err
	}
	p.room.admit(p)
	p.room.settle(nil)
	p.room.shard.loop.Unlock()
	m.log.Info("peer admitted", "room", room, "peer", peer)
	return nil
}

// Leave removes a peer; reason is for the log. The last peer's room ends.
func (m *Manager) Leave(room RoomID, peer PeerID, reason string) error {
	p, err := m.findPeer(room, peer)
	if err != nil {
		return err
	}
	p.room.remove(p)
	p.room.settle(nil)
	p.room.shard.loop.Unlock()
	m.log.Info("peer left", "room", room, "peer", peer, "reason", reason)
	return nil
}
