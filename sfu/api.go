package sfu

import (
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"nara/sfu/answer"
	"nara/sfu/wire"
)

// RoomID names a room; the caller makes it, for a visit it is the visit's id.
type RoomID string

// PeerID names a participant's connection; unique within its room.
type PeerID string

// PublicationID names a publication for as long as it lives; the SFU makes it
// and never uses it again.
type PublicationID string

// Kind is what an m-line carries.
type Kind string

// The kinds of media.
const (
	Audio Kind = "audio"
	Video Kind = "video"
)

// SourceName says what a publication shows, so that a screen can place it.
type SourceName string

// The sources a participant may publish, each at most once for each Kind.
const (
	Camera      SourceName = "camera"
	Microphone  SourceName = "microphone"
	Screen      SourceName = "screen"
	RoomView    SourceName = "room"
	Exam        SourceName = "exam"
	Stethoscope SourceName = "stethoscope"
)

// Limits of one participant. Beyond them Join and Renegotiate answer
// ErrTooMany; packets beyond the rates are dropped and counted.
const (
	MaxPublications     = 6
	MaxSSRCs            = answer.MaxSSRCs
	MaxMediaLines       = answer.MaxLines
	MaxOfferBytes       = answer.MaxBytes
	MaxBitsPerSecond    = wire.MaxBits
	MaxPacketsPerSecond = wire.MaxPackets
)

// MaxLoops is the most that Config.Loops may be.
const MaxLoops = wire.MaxLoops

// Errors are kinds: compare with errors.Is. The text of a wrapped ErrBadOffer
// says what is wrong with the offer and may be shown to the client.
var (
	ErrBadOffer   = answer.ErrBad
	ErrTooMany    = answer.ErrTooMany
	ErrNoSuchRoom = errors.New("no such room")
	ErrNoSuchPeer = errors.New("no such peer")
	ErrClosed     = errors.New("media server is closed")
)

// Config of a Manager.
type Config struct {
	// Listen has the UDP endpoints of the first loop, best first: addresses of
	// this machine, IPv4 or IPv6. Loop n uses each port plus n; port 0 takes
	// free ones. [::] takes IPv4 too unless an endpoint of IPv4 stands beside
	// it. Where the machine has several addresses list each of them: a socket
	// on all answers from the one that the system prefers.
	Listen []netip.AddrPort
	// Public are the addresses at which clients reach those of Listen, best
	// first. Where 0.0.0.0 or [::] is listened on they must be given.
	Public []Public
	// OnePort lets all loops share the first one's ports, for where no others
	// may be open. It costs a copy of what comes in.
	OnePort bool
	// TCP also takes connections (ICE-TCP) on the addresses and port numbers of
	// Listen, for clients whose network lets no UDP out.
	TCP bool
	// Loops is the number of loops, at most MaxLoops; default: one for each
	// core.
	Loops int
	// GCMOnly refuses clients that can protect media by AES-CM with HMAC-SHA1
	// only.
	GCMOnly bool
	// Log gets one info line for each step of a peer's life; nil is silent.
	Log *slog.Logger
	// Events is told what happens without being asked for. It is called
	// outside all locks, by one goroutine for each loop, in order for each
	// room, and may call the Manager. It must not wait for long: it holds up
	// the events (never the media) of the loop's other rooms. May be nil.
	Events func(Event)

	now func() time.Duration // monotonic; tests set it
}

// Public is an address of the server as clients see it, where a network
// translates addresses 1:1 or an endpoint listens everywhere.
type Public struct {
	// Address stands in the candidates in the place of Local, with the same
	// port.
	Address netip.Addr
	// Local is one of the addresses of Listen, or one of the machine that an
	// endpoint everywhere covers; the zero value stands for every endpoint of
	// Address's family.
	Local netip.Addr
}

// Source tells what the send m-line with this mid shows.
type Source struct {
	Mid  string
	Name SourceName
}

// JoinRequest is a participant's first offer.
type JoinRequest struct {
	Room RoomID
	Peer PeerID
	// Offer is the client's SDP: its send m-lines, and spare recvonly m-lines
	// that publications of others are bound to.
	Offer string
	// Sources names what is sent. A send m-line that is not named is answered
	// inactive.
	Sources []Source
	// Replaces is a peer of the room that this one takes the place of (a
	// participant's connection before this), "" for none. It is removed when
	// the offer is known to be good, before anything is bound.
	Replaces PeerID
	// Admitted is false for the waiting room: connected, but nothing is
	// forwarded in either direction before Admit.
	Admitted bool
}

// PublicationInfo describes a publication.
type PublicationInfo struct {
	ID     PublicationID
	Mid    string // the m-line of its publisher
	Source SourceName
	Kind   Kind
}

// Assignment says which publication the receive m-line mid carries: "" for
// none.
type Assignment struct {
	Mid         string
	Publication PublicationID
}

// JoinResult answers Join and Renegotiate.
type JoinResult struct {
	Answer string
	// Publications are the peer's own, in the order of their m-lines.
	Publications []PublicationInfo
	// Assignments has every receive m-line of the peer.
	Assignments []Assignment
	// Version orders this and the peer's Assigned events: an event that
	// arrives earlier but has a higher Version is newer.
	Version uint64
}

// Event is one of PeerConnected, PeerLost, PublicationAdded,
// PublicationRemoved and Assigned.
type Event interface{ event() }

// PeerConnected says that ICE and DTLS are up: media can flow.
type PeerConnected struct {
	Room RoomID
	Peer PeerID
}

// PeerLost says that the peer is gone without Leave. Its publications have
// been removed before; the Manager has forgotten it.
type PeerLost struct {
	Room   RoomID
	Peer   PeerID
	Reason LossReason
}

// LossReason says why a peer was lost.
type LossReason string

const (
	// LostConsent: no authenticated connectivity check for 30 s (RFC 7675).
	LostConsent LossReason = "consent"
	// LostHandshake: DTLS failed: wrong certificate, no common profile, or
	// not finished in time.
	LostHandshake LossReason = "handshake"
	// LostUnconnected: no check or no handshake came within 30 s of Join.
	LostUnconnected LossReason = "unconnected"
	// LostExhausted: the keys may not be used any longer (2^31 reports, or 2^48
	// packets of one medium).
	LostExhausted LossReason = "exhausted"
)

// PublicationAdded says that a publication can now be received by others: its
// publisher is admitted. It comes before the first Assigned that names it.
type PublicationAdded struct {
	Room        RoomID
	Peer        PeerID
	Publication PublicationInfo
}

// PublicationRemoved takes a PublicationAdded back, whatever the reason: Leave,
// PeerLost, Renegotiate, or Join by the same peer with a new connection.
type PublicationRemoved struct {
	Room        RoomID
	Peer        PeerID
	Publication PublicationID
}

// Assigned says that what the peer's receive m-lines carry has changed.
// Assignments has all of them, not only those that changed.
type Assigned struct {
	Room        RoomID
	Peer        PeerID
	Assignments []Assignment
	Version     uint64
}

func (PeerConnected) event()      {}
func (PeerLost) event()           {}
func (PublicationAdded) event()   {}
func (PublicationRemoved) event() {}
func (Assigned) event()           {}
