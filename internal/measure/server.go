package measure

import "context"

// Server is something that participants can join.
type Server interface {
	// Name stands in the results.
	Name() string
	// Join connects a participant and returns when it may send. It hands what comes to m.Receive, from goroutines of
	// its own, until the session is closed. A join that fails leaves nothing behind.
	Join(ctx context.Context, m *Member) (Session, error)
}

// Session is one participant's connection.
type Session interface {
	// Send sends one packet. Only the participant's publisher calls it; the payload is its own again afterwards.
	Send(Packet) error
	// Close leaves and returns when the session's goroutines have ended.
	Close()
}

// Kind is what a stream carries.
type Kind int

// The streams of a publisher.
const (
	Audio Kind = iota // Opus
	Video             // VP8
)

// Packet is one RTP packet of a publisher, without what the session knows itself: SSRC, payload type and header
// extensions.
type Packet struct {
	Kind      Kind
	Sequence  uint16
	Timestamp uint32
	Marker    bool
	Payload   []byte
}
